import { describe, expect, test } from '@jest/globals';
import { EventFlag, type SocketClose } from '../../model/events.ts';
import { type SocketId, TcpState } from '../../model/socket.ts';
import type { Protocol } from '../protocol.ts';
import {
  bytesOf,
  CLIENT,
  client,
  gist,
  play,
  Scene,
  SERVER,
  SOCKET,
  type Step,
  server,
} from '../testing/conversation.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const UNTIL_END = 'HTTP/1.1 200 OK\r\n\r\nuntil the end';
const NOTHING = new Uint8Array(0);

/** A scene on which the connection is open. */
function opened(options: ConstructorParameters<typeof Scene>[0] = {}): Scene {
  const scene = new Scene(options);
  scene.feed(scene.open());
  return scene;
}

const drops = (scene: Scene, name = 'streams'): Record<string, number> => {
  const { dropped } = scene.ledger.snapshot().find((each) => each.stage === name)!;
  return Object.fromEntries(Object.entries(dropped).filter(([, n]) => n > 0));
};

const outcome = (scene: Scene): unknown[] =>
  scene.exchanges.map(({ attributes, incomplete }) => attributes['http.response.status_code'] ?? incomplete);

describe('an exchange', () => {
  test('has endpoints, times, thread, process and positions of its bytes', () => {
    const scene = opened({ side: 'client', start: { send: 1000, receive: 2000 } });
    const asked = scene.data('send', bytesOf(GET), { tid: 7 });
    scene.feed(asked);
    scene.feed(scene.data('receive', bytesOf(OK.slice(0, 20)), { tid: 8, enterNs: 5 }));
    const last = scene.data('receive', bytesOf(OK.slice(20)), { tid: 9 });
    scene.feed(last);
    expect(scene.exchanges.length).toBe(1);
    const { request, response, ...rest } = scene.exchanges[0]!;
    expect(request).toEqual({
      startNs: asked.enterNs,
      endNs: asked.enterNs,
      position: 1000,
      bytes: GET.length,
      tid: 7,
    });
    expect(response).toMatchObject({ endNs: last.exitNs, position: 2000, bytes: OK.length, tid: 8 });
    expect(rest).toMatchObject({
      side: 'client',
      client: CLIENT,
      server: SERVER,
      tgid: 100,
      cgroupId: 7n,
      netnsInode: 4026531840,
    });
    expect(rest.sequenced).toBe(true);
  });

  test('says who asked even where the opening of the connection was lost', () => {
    for (const side of ['client', 'server'] as const) {
      const [exchange] = play([client(GET), server(OK)], { side, opening: null }).exchanges;
      expect(exchange).toMatchObject({
        side,
        client: { address: '', port: 0 },
        server: { address: '', port: 0 },
        incomplete: null,
      });
    }
  });

  test('is of the side that its content says, not the one that connected', () => {
    const scene = opened({ side: 'client' });
    scene.feed(scene.data('receive', bytesOf(GET)));
    scene.feed(scene.data('send', bytesOf(OK)));
    expect(scene.exchanges).toMatchObject([{ side: 'server', client: SERVER, server: CLIENT }]);
  });

  test('goes on over several processes and threads that share the socket', () => {
    const scene = opened();
    scene.feed(scene.data('receive', bytesOf(GET.slice(0, 9)), { tgid: 100, tid: 101 }));
    scene.feed(scene.close({ flags: 0, tgid: 100 }));
    scene.feed(scene.data('receive', bytesOf(GET.slice(9)), { tgid: 200, tid: 201 }));
    scene.feed(scene.data('send', bytesOf(OK), { tgid: 200, tid: 202 }));
    expect(outcome(scene)).toEqual([200]);
  });

  test('is separate for the two ends on one node', () => {
    const near = new Scene({ side: 'client' });
    const other: SocketId = { node: 'node-a', address: 0x2000, inode: 2 };
    near.feed(near.open());
    near.feed(
      near.open(other, {
        cause: 'accept',
        local: SERVER,
        remote: CLIENT,
        sendPosition: 0,
        receivePosition: 0,
      }),
    );
    near.feed(near.data('send', bytesOf(GET)));
    near.feed(near.data('receive', bytesOf(GET), { socket: other, position: 0 }));
    near.feed(near.data('send', bytesOf(OK), { socket: other, position: 0 }));
    near.feed(near.data('receive', bytesOf(OK), { position: 0xffff_ffc0 }));
    expect(near.exchanges.map((exchange) => exchange.side)).toEqual(['server', 'client']);
  });
});

/** The last close of a socket whose states nobody sees: AF_UNIX, or no BTF. It is told by itself. */
function closeWithoutStates(scene: Scene): SocketClose {
  const { positions: _, ...close } = scene.close();
  return close;
}

describe('the end of a flow', () => {
  const enders: readonly [name: string, side: 'client' | 'server', end: (scene: Scene) => void][] = [
    ['a read of 0 bytes', 'client', (scene) => scene.feed(scene.endOfFile())],
    [
      'shutdown of writing',
      'server',
      (scene) => scene.feed(scene.close({ cause: 'shutdown-write', flags: 0 })),
    ],
    ['shutdown of both', 'server', (scene) => scene.feed(scene.close({ cause: 'shutdown-both', flags: 0 }))],
    [
      'the last close, by the FIN it sends',
      'server',
      (scene) => {
        scene.feed(scene.close());
        scene.feed(scene.tcpState('ESTABLISHED', 'FIN_WAIT1'));
      },
    ],
    ['the last close, where no state is seen', 'server', (scene) => scene.feed(closeWithoutStates(scene))],
    [
      'the last close, some time after, if its state was lost',
      'server',
      (scene) => {
        scene.feed(scene.close());
        scene.engine.advance(scene.nowNs + 6e9);
      },
    ],
    ['a FIN of ours', 'server', (scene) => scene.feed(scene.tcpState('ESTABLISHED', 'FIN_WAIT1'))],
    [
      'CLOSE, some time after',
      'client',
      (scene) => {
        scene.feed(scene.tcpState('LAST_ACK', 'CLOSE'));
        scene.engine.advance(scene.nowNs + 6e9);
      },
    ],
    [
      'exit of the only process, some time after',
      'client',
      (scene) => {
        scene.feed(scene.exit());
        scene.engine.advance(scene.nowNs + 6e9);
      },
    ],
  ];
  for (const [name, side, end] of enders) {
    test(`${name} completes a body that lasts until then`, () => {
      const scene = opened({ side });
      for (const step of [client(GET), server(UNTIL_END)]) scene.take(step);
      expect(scene.exchanges).toEqual([]);
      end(scene);
      scene.check();
      expect(scene.exchanges).toMatchObject([
        { incomplete: null, attributes: { 'http.response.body.size': 13 } },
      ]);
    });
  }

  const noEnders: readonly [name: string, keep: (scene: Scene) => void][] = [
    ['close of one of several descriptors', (scene) => scene.feed(scene.close({ flags: 0 }))],
    ['shutdown of reading', (scene) => scene.feed(scene.close({ cause: 'shutdown-read', flags: 0 }))],
    [
      'the FIN of the peer, which may be followed by an answer',
      (scene) => scene.feed(scene.tcpState('ESTABLISHED', 'CLOSE_WAIT')),
    ],
    [
      'exit of one of two processes',
      (scene) => {
        scene.feed(scene.data('send', bytesOf(' and more'), { tgid: 300 }));
        scene.feed(scene.exit());
        scene.engine.advance(scene.nowNs + 6e9);
      },
    ],
  ];
  for (const [name, keep] of noEnders) {
    test(`${name} ends no answer`, () => {
      const scene = opened();
      for (const step of [client(GET), server(UNTIL_END)]) scene.take(step);
      keep(scene);
      expect(scene.exchanges).toEqual([]);
      scene.feed(closeWithoutStates(scene));
      expect(scene.exchanges).toMatchObject([{ incomplete: null }]);
    });
  }

  test('a close that resets cuts a body that lasts until the end', () => {
    const scene = opened();
    scene.take(client(GET));
    scene.take(server('HTTP/1.1 200 OK\r\n\r\nuntil the end'));
    scene.feed(scene.close());
    scene.feed(scene.tcpState('ESTABLISHED', 'CLOSE'));
    expect(scene.exchanges).toMatchObject([{ incomplete: 'response body cut' }]);
  });

  test('a reset that comes back within a send does not lose what was sent', () => {
    const scene = opened();
    scene.take(client(GET));
    scene.feed(scene.tcpState('ESTABLISHED', 'CLOSE'));
    scene.take(server(OK));
    scene.engine.advance(scene.nowNs + 6e9);
    expect(outcome(scene)).toEqual([200]);
  });

  test('what comes after it is dropped', () => {
    const scene = opened();
    scene.feed(closeWithoutStates(scene));
    scene.feed(scene.data('receive', bytesOf(GET)));
    expect(drops(scene)).toEqual({ after_end: GET.length });
  });

  test('a socket that is opened again is another connection', () => {
    const scene = opened();
    scene.take(client(GET));
    const remote = { address: '10.0.0.9', port: 50_000 };
    scene.feed(scene.open(SOCKET, { remote }));
    expect(outcome(scene)).toEqual(['no response']);
    scene.take(client(GET));
    scene.take(server(OK));
    expect(scene.exchanges[1]).toMatchObject({ client: remote, incomplete: null });
  });
});

describe('loss', () => {
  const rows: readonly [name: string, flags: number][] = [
    ['sendfile', EventFlag.OPAQUE],
    ['a skipped body', EventFlag.SKIPPED],
    ['an unreadable buffer', EventFlag.FAULT],
    ['a cut record', EventFlag.TRUNCATED],
  ];
  for (const [name, flags] of rows) {
    test(`${name} passes inside a body`, () => {
      const scene = opened();
      scene.take(client(GET));
      scene.feed(
        scene.data('send', bytesOf('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nab'), {
          length: 2043,
          flags,
        }),
      );
      scene.feed(scene.data('send', NOTHING, { length: 3000 - 5, flags }));
      scene.take(server('HTTP/1.1 204 too early\r\n\r\n'.slice(0, 5)));
      expect(scene.exchanges).toMatchObject([
        { incomplete: null, attributes: { 'http.response.body.size': 5000 } },
      ]);
    });
  }

  test('records out of order are put right, and a gap is given up after a while', () => {
    const scene = opened();
    const [first, second] = [
      scene.data('receive', bytesOf(GET.slice(0, 9))),
      scene.data('receive', bytesOf(GET.slice(9))),
    ];
    scene.feed(second);
    scene.feed(first);
    scene.take(server(OK));
    expect(outcome(scene)).toEqual([200]);
    scene.take({ by: 'client', lost: 10 });
    scene.take(client(GET));
    scene.engine.advance(scene.nowNs + 99e6);
    expect(scene.ledger.snapshot().find((each) => each.stage === 'streams')?.held).toBe(GET.length);
    scene.engine.advance(scene.nowNs + 101e6);
    scene.check();
    scene.take(server(OK));
    expect(outcome(scene)).toEqual([200, 200]);
  });

  test('an answer does not overtake its request that waits behind a gap', () => {
    const scene = opened();
    for (const step of [client(GET), server(OK), { by: 'client', lost: 10 } as Step, client(GET), server(OK)])
      scene.take(step);
    expect(outcome(scene)).toEqual([200, 200]);
  });

  test('too many answers without requests are counted', () => {
    const { exchanges, stages } = play([server(OK), server(OK), client(GET), server(OK)]);
    expect(exchanges.length).toBe(1);
    expect(stages.messages).toMatchObject({ in: 4, out: 2, dropped: { no_request: 2 } });
  });

  test('a protocol that finds its bytes bad again and again gives up', () => {
    const bad = 'GET \u0001 HTTP/1.1 \u0002\n';
    const steps = [
      client(GET),
      server(OK),
      ...Array.from({ length: 40 }, () => client(`${GET.slice(0, -2)}`.replace('HTTP/1.1', bad))),
    ];
    const { exchanges, stages } = play(steps, { limits: { maxBad: 3 } });
    expect(exchanges.length).toBe(1);
    expect(stages.streams!.dropped.resynchronised! + stages.streams!.dropped.unclassified!).toBe(
      40 * (GET.length + bad.length - 10),
    );
  });
});

describe('tunnels that were not foreseen', () => {
  const CONNECT = 'CONNECT b.test:80 HTTP/1.1\r\n';
  const agreed = server('HTTP/1.1 200 Connection established\r\n\r\n');
  const rows: readonly [name: string, steps: readonly Step[], want: readonly unknown[]][] = [
    [
      'a request for one that goes on is reported, and ends there',
      [client(`${CONNECT}Content-Length: 10\r\n\r\n`), agreed, client('\u0016\u0003\u0001')],
      ['protocol unclear'],
    ],
    [
      'what was sent before it was agreed on is not reported',
      [client(`${CONNECT}\r\n`), client(GET), agreed, server(OK)],
      [null],
    ],
  ];
  for (const [name, steps, want] of rows) {
    test(name, () => {
      const { exchanges } = play(steps, { limits: { inspectTunnels: true } });
      expect(exchanges.map(({ incomplete }) => incomplete)).toEqual(want);
    });
  }
});

describe('limits', () => {
  test('an endless head is cut', () => {
    const scene = opened();
    scene.take(client(GET.slice(0, -2)));
    for (let n = 0; n < 40; n++) scene.take(client(`X-Long: ${'x'.repeat(8000)}\r\n`));
    scene.take(server(OK));
    expect(scene.exchanges).toMatchObject([
      { incomplete: 'request head too long', attributes: { 'url.path': '/a' } },
    ]);
    expect(scene.finish().stages.streams!.dropped.resynchronised).toBeGreaterThan(0);
  });

  test('a head that comes byte by byte takes time in proportion', () => {
    const scene = opened();
    const head = `GET /${'a'.repeat(30_000)} HTTP/1.1\r\nCookie: ${'c'.repeat(30_000)}\r\n\r\n`;
    for (const byte of bytesOf(head)) scene.engine.onEvent(scene.data('receive', Uint8Array.of(byte)));
    scene.take(server(OK));
    expect(scene.exchanges).toMatchObject([{ incomplete: null, request: { bytes: head.length } }]);
  });

  test('what waits for an answer that does not come is read when it is too much', () => {
    const scene = opened({ limits: { maxFlowBytes: 1000 } });
    scene.take(client('CONNECT b.test:443 HTTP/1.1\r\n\r\n'));
    for (let n = 0; n < 30; n++) scene.take(client('\u0016\u0003\u0001'.repeat(20)));
    expect(drops(scene).resynchronised).toBeGreaterThan(900);
    scene.take(server('HTTP/1.1 200 Connection established\r\n\r\n'));
    scene.take(client('\u0016\u0003\u0001'.repeat(20)));
    expect(outcome(scene)).toEqual([200]);
    expect(drops(scene).switched).toBe(60);
  });

  test('more connections than allowed: the one idle for longest is finished', () => {
    const scene = new Scene({ limits: { maxConnections: 2 } });
    const sockets = [1, 2, 3].map((inode): SocketId => ({ node: 'node-a', address: inode, inode }));
    const ask = (socket: SocketId) =>
      scene.feed(scene.data('receive', bytesOf(GET), { socket, position: 0 }));
    ask(sockets[0]!);
    ask(sockets[1]!);
    scene.feed(scene.data('receive', bytesOf(GET), { socket: sockets[0]!, position: GET.length }));
    ask(sockets[2]!);
    expect(scene.exchanges.map((exchange) => exchange.socket)).toEqual([sockets[1]]);
    expect(scene.exchanges[0]!.incomplete).toBe('no response');
  });

  test('more bytes than allowed: those held for longest go', () => {
    const scene = new Scene({ limits: { maxTotalBytes: 150 } });
    const sockets = [1, 2].map((inode): SocketId => ({ node: 'node-a', address: inode, inode }));
    const part = `GET /a HTTP/1.1\r\nX: ${'x'.repeat(80)}`;
    for (const socket of sockets) scene.feed(scene.data('receive', bytesOf(part), { socket, position: 0 }));
    scene.feed(scene.data('receive', bytesOf('\r\n\r\n'), { socket: sockets[1]!, position: part.length }));
    scene.feed(scene.data('send', bytesOf(OK), { socket: sockets[1]!, position: 0 }));
    expect(scene.exchanges).toMatchObject([{ socket: sockets[1], incomplete: null }]);
    expect(scene.finish().exchanges[1]).toMatchObject({ socket: sockets[0], incomplete: 'no response' });
  });

  test('more unanswered requests than allowed: the oldest are reported', () => {
    const { exchanges } = play([client(GET.repeat(5)), server(OK.repeat(2))], { limits: { maxPending: 2 } });
    expect(exchanges.map((exchange) => exchange.incomplete)).toEqual([
      ...Array(3).fill('too many unanswered'),
      null,
      null,
    ]);
  });

  test('an unanswered request is reported when the connection was idle for long', () => {
    const scene = opened();
    scene.take(client(GET));
    scene.engine.advance(scene.nowNs + 299e9);
    expect(scene.exchanges).toEqual([]);
    scene.engine.advance(scene.nowNs + 301e9);
    scene.check();
    expect(outcome(scene)).toEqual(['timed out']);
    scene.take(server(OK));
    expect(drops(scene, 'messages')).toEqual({ no_request: 1 });
  });
});

describe('onSkip()', () => {
  test('names the end of a long body once it flows, and not of a body that only says so', () => {
    const total = 1_000_000;
    const scene = opened({ start: { send: 100, receive: 0 } });
    scene.take(client(GET));
    const head = `HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`;
    scene.take(server(head));
    scene.take(server('x'.repeat(60_000)));
    expect(scene.skips).toEqual([]);
    scene.take(server('x'.repeat(60_000)));
    scene.take(server('x'.repeat(60_000)));
    expect(scene.skips).toEqual([{ direction: 'send', untilPosition: 100 + head.length + total }]);
  });

  test('names at most 1 GiB ahead, again and again', () => {
    const scene = opened({ start: { send: 0xffff_0000, receive: 0 } });
    scene.take(client(GET));
    scene.take(server('HTTP/1.1 200 OK\r\nContent-Length: 3000000000\r\n\r\n'));
    for (let n = 0; n < 3000; n++)
      scene.feed(scene.data('send', NOTHING, { length: 1_000_000, flags: EventFlag.SKIPPED }));
    const ahead = scene.skips.map(
      ({ untilPosition }, at) => (untilPosition - (scene.skips[at - 1]?.untilPosition ?? 0xffff_0000)) >>> 0,
    );
    expect(scene.skips.length).toBe(3);
    expect(Math.max(...ahead)).toBeLessThanOrEqual(2 ** 30 + 1_000_000 + 100);
    expect(outcome(scene)).toEqual([200]);
  });
});

describe('tunnels', () => {
  const tunnelled: readonly Step[] = [
    client('CONNECT b.test:80 HTTP/1.1\r\nHost: b.test:80\r\n\r\n'),
    server('HTTP/1.1 200 Connection established\r\n\r\n'),
    client(GET),
    server(OK),
  ];
  test('are not looked into', () =>
    expect(play(tunnelled).exchanges.map((each) => each.name)).toEqual(['CONNECT']));
  test('are, if one asks for it', () => {
    const { exchanges } = play(tunnelled, { limits: { inspectTunnels: true } });
    expect(exchanges.map((each) => each.name)).toEqual(['CONNECT', 'GET']);
  });
});

describe('state of a connection', () => {
  interface Tally {
    readonly isWhole: boolean;
    nMessages: number;
    nResyncs: number;
  }
  /** Messages are single characters: a letter asks, a digit answers, "?" is bad. Each says what the state was by then. */
  const letters: Protocol<string, Tally> = {
    name: 'http',
    maxHeadBytes: 100,
    newState: (isWhole) => ({ isWhole, nMessages: 0, nResyncs: 0 }),
    infer: ([first]) =>
      first === 0x3f
        ? { kind: 'no' }
        : { kind: 'mine', role: first! >= 0x61 ? 'request' : 'response', confidence: 1 },
    parse: ({ bytes, state }) => {
      if (bytes[0] === 0x3f) return { kind: 'bad', why: 'bad' };
      const value = `${String.fromCharCode(bytes[0]!)}${++state.nMessages}/${state.nResyncs}`;
      return { kind: 'message', value: state.isWhole ? value : `late ${value}`, end: 1, body: 0 };
    },
    cut: () => null,
    resync: (bytes, _role, state) => {
      state.nResyncs++;
      const at = bytes.findIndex((byte) => byte !== 0x3f);
      return at < 0 ? { kind: 'none', keep: bytes.length } : { kind: 'found', at };
    },
    key: () => null,
    stitch: (request, response) => ({
      name: `${request?.value} ${response?.value}`,
      status: 'unset',
      attributes: {},
      incomplete: null,
    }),
  };
  const names = (scene: Scene) => scene.exchanges.map(({ name }) => name);
  const talk = (scene: Scene, socket: SocketId, asks: string, answers: string): void => {
    scene.feed(scene.data('receive', bytesOf(asks), { socket, position: 0 }));
    scene.feed(scene.data('send', bytesOf(answers), { socket, position: 0 }));
  };
  const other: SocketId = { node: 'node-a', address: 0x2000, inode: 2 };
  const atZero = { sendPosition: 0, receivePosition: 0 };

  test('is shared by both flows, and by no other connection', () => {
    const scene = new Scene({ protocols: [letters] });
    for (const socket of [SOCKET, other]) {
      scene.feed(scene.open(socket, atZero));
      talk(scene, socket, 'ab', '12');
    }
    expect(names(scene)).toEqual(['a1/0 13/0', 'b2/0 24/0', 'a1/0 13/0', 'b2/0 24/0']);
  });

  test('hears of what was not understood', () => {
    const scene = new Scene({ protocols: [letters] });
    scene.feed(scene.open(SOCKET, atZero));
    talk(scene, SOCKET, 'a??b', '12');
    expect(names(scene)).toEqual(['a1/0 13/1', 'b2/1 24/1']);
  });

  test('requests with keys that are in doubt wait for their answers while others are sent', () => {
    const keyed: Protocol<string, Tally> = { ...letters, key: (value) => value.charCodeAt(0) & 0xf };
    for (const [protocol, want] of [
      [keyed, ['e1/0 53/1', 'a2/1 15/1', 'c4/1 36/1']],
      [letters, ['e1/0 53/1', 'c4/1 15/1']],
    ] as const) {
      const scene = new Scene({ protocols: [protocol] });
      scene.feed(scene.open(SOCKET, atZero));
      talk(scene, SOCKET, 'e?a', '5');
      scene.feed(scene.data('receive', bytesOf('c'), { position: 3 }));
      scene.feed(scene.data('send', bytesOf('13'), { position: 1 }));
      expect(names(scene)).toEqual(want);
    }
  });

  test('hears of what was lost', () => {
    const scene = new Scene({ protocols: [letters] });
    scene.feed(scene.open(SOCKET, { ...atZero, receivePosition: 0xffff_ff00 }));
    talk(scene, SOCKET, 'a', '1');
    expect(names(scene)).toEqual(['a1/1 12/1']);
  });

  test('is made anew when the protocol turns out to be another; what was on its way is reported', () => {
    const long: Protocol<string, Tally> = {
      ...letters,
      parse: (input) => {
        const parsed = letters.parse(input);
        return parsed.kind === 'message' && input.role === 'response'
          ? { ...parsed, body: Infinity }
          : parsed;
      },
      resync: () => ({ kind: 'found', at: 0 }),
    };
    const scene = new Scene({ protocols: [long], limits: { maxBad: 3 } });
    scene.feed(scene.open(SOCKET, atZero));
    talk(scene, SOCKET, 'ab', '1');
    scene.feed(scene.data('receive', bytesOf(`${'?'.repeat(8)}\n`), { position: 2 }));
    expect(scene.exchanges.map(({ name, incomplete }) => [name, incomplete])).toEqual([
      ['b2/0 undefined', 'no response'],
      ['a1/0 13/0', 'protocol unclear'],
    ]);
    scene.feed(scene.data('receive', bytesOf('c'), { position: 11 }));
    scene.feed(scene.data('send', bytesOf('3'), { position: 1 }));
    scene.take({ by: 'server', end: true });
    expect(names(scene)[2]).toBe('late c1/0 late 32/0');
  });

  const late: readonly [name: string, feed: (scene: Scene) => void][] = [
    ['its opening was not seen', () => undefined],
    ['it was there before', (scene) => scene.feed(scene.open(SOCKET, { ...atZero, cause: 'first-use' }))],
    [
      'its first bytes were not understood',
      (scene) => {
        scene.feed(scene.open(SOCKET, { ...atZero, sendPosition: 0xffff_fffe }));
        scene.feed(scene.data('send', bytesOf('?\n'), { position: 0xffff_fffe }));
      },
    ],
  ];
  for (const [name, feed] of late) {
    test(`knows that it is not whole: ${name}`, () => {
      const scene = new Scene({ protocols: [letters] });
      feed(scene);
      talk(scene, SOCKET, 'a', '1');
      scene.engine.advance(scene.nowNs + 1e9);
      expect(names(scene)).toEqual(['late a1/0 late 12/0']);
    });
  }
});

test('datagrams are counted', () => {
  const scene = new Scene();
  scene.feed(scene.data('receive', bytesOf(GET), { flags: EventFlag.DATAGRAM }));
  expect(drops(scene)).toEqual({ datagram: GET.length });
});

test('a connect that fails leaves nothing, one that waits is a start', () => {
  const scene = new Scene({ side: 'client', start: { send: 1, receive: 5000 } });
  scene.feed(scene.open(SOCKET, { error: -111 }));
  scene.feed(scene.open(SOCKET, { error: -115, tcpState: TcpState.SYN_SENT, receivePosition: 0 }));
  scene.take(client(GET));
  scene.take(server(OK));
  expect(outcome(scene)).toEqual([200]);
});

test('a socket that was closed may be opened again', () => {
  const scene = opened();
  scene.feed(closeWithoutStates(scene));
  scene.feed(scene.open());
  scene.take(client(GET));
  scene.take(server(OK));
  expect(outcome(scene)).toEqual([200]);
});

describe('recognition', () => {
  const weak = [client('GET /a\r\n'), server('<html>'), { by: 'server', end: true } as Step];
  test('takes weak evidence at the start of a connection', () => expect(play(weak).exchanges.length).toBe(1));
  test('takes no weak evidence elsewhere', () => {
    expect(play(weak, { opening: null }).exchanges).toEqual([]);
    expect(play([client('\u0000\u0001'), ...weak]).exchanges).toEqual([]);
  });

  const unknown: readonly [name: string, before: readonly Step[], nExchanges: number][] = [
    ['after a line that is none', [client('HTTP/1.\r\n')], 1],
    ['in the midst of a line, whatever a read had', [client('HTTP/1.')], 0],
    ['after a turn', [client('HTTP/1.'), server('\u0002')], 1],
    ['after a line and half a line', [client('HTTP/1.\r\n{')], 0],
    [
      'behind a query that looks like a method',
      [client('x=1&y='), client('1 HTTP/1.1\r\nHost: h\r\n\r\n')],
      1,
    ],
    ['behind a half of a request line', [client('G\u00edT / HTTP/1.1\r\nHost: h\r\n\r\n')], 1],
  ];
  for (const opening of ['usual', null] as const) {
    for (const [name, before, nExchanges] of unknown) {
      test(`finds a start ${name}, ${opening === null ? 'joined late' : 'opening seen'}: ${nExchanges}`, () => {
        const steps = [...before, client('GET /a HTTP/1.1\r\n\r\n'), server(OK)];
        const bytewise = (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte));
        const whole = play(steps, { opening });
        expect(whole.exchanges.map((exchange) => exchange.name)).toEqual(Array(nExchanges).fill('GET'));
        const split = play(steps, { opening, split: bytewise });
        expect(split.exchanges.map(gist)).toEqual(whole.exchanges.map(gist));
      });
    }
  }

  test('looks only at the first record after a turn when many were unknown', () => {
    const noise = Array.from({ length: 40 }, () => client('\u0000\u0001'));
    expect(play([...noise, client(GET), server('\u0002')]).exchanges).toEqual([]);
    expect(play([...noise, server('\u0002'), client(GET), server(OK)]).exchanges).toMatchObject([
      { incomplete: null },
    ]);
  });

  test('goes on with requests after an Upgrade that nobody answers', () => {
    const scene = opened();
    for (let n = 0; n < 3; n++) scene.take(client(GET.replace('\r\n\r\n', '\r\nUpgrade: h2c\r\n\r\n')));
    scene.engine.advance(scene.nowNs + 301e9);
    expect(outcome(scene)).toEqual(['timed out', 'timed out', 'timed out']);
  });
});

describe('a protocol that contradicts itself', () => {
  const contrary = (fields: Partial<Protocol>): Protocol => ({
    name: 'http',
    maxHeadBytes: 1000,
    infer: () => ({ kind: 'mine', role: 'request', confidence: 1 }),
    parse: () => ({ kind: 'bad', why: 'always' }),
    cut: () => null,
    resync: () => ({ kind: 'found', at: 0 }),
    key: () => null,
    stitch: () => ({ name: 'x', status: 'unset', attributes: {}, incomplete: null }),
    ...fields,
  });
  const rows: readonly [name: string, protocol: Protocol][] = [
    ['finds what it then calls bad', contrary({})],
    ['keeps everything', contrary({ resync: () => ({ kind: 'none', keep: 0 }) })],
    ['never has enough', contrary({ parse: () => ({ kind: 'need', scanned: 0 }) })],
    ['never knows', contrary({ infer: () => ({ kind: 'need' }) })],
  ];
  for (const [name, protocol] of rows) {
    test(`${name}: neither hangs nor holds much`, () => {
      const scene = opened({ protocols: [protocol] });
      for (let n = 0; n < 200; n++) {
        scene.take(client('x'.repeat(500)));
        expect(scene.ledger.snapshot().find((each) => each.stage === 'streams')!.held).toBeLessThan(10_000);
      }
      expect(scene.finish().exchanges).toEqual([]);
    });
  }
});
