/** How connections end, and what that makes of calls that were not whole by then. */
import { describe, expect, test } from '@jest/globals';
import type { Exchange } from '../../model/exchange.ts';
import { bytesOf, client, type Party, play, Scene, type Step, server } from '../testing/conversation.ts';

const GET = 'GET /a HTTP/1.1\r\nHost: a.test\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const CUT = OK.slice(0, -1);
const UNTIL_END = 'HTTP/1.1 200 OK\r\n\r\nuntil the end';

const ends = (by: Party): Step => ({ by, end: true });
const closes = (by: Party): Step => ({ by, close: true });
const resets = (by: Party): Step => ({ by, reset: true });
const lost = (by: Party): Step => ({ by, lost: 40 });

/** What failed, and what is missing: "error.type: incomplete", or either alone. */
const told = ({ status, attributes, incomplete }: Exchange): string => {
  expect(status).toBe(attributes['error.type'] === undefined ? 'unset' : 'error');
  return [attributes['error.type'], incomplete].filter((part) => part != null).join(': ') || 'whole';
};

describe('a call on a connection that ends', () => {
  const rows: readonly [name: string, steps: readonly Step[], client: string, server: string][] = [
    [
      'the client closes before the answer',
      [client(GET), closes('client'), closes('server')],
      'cancelled: no response',
      'cancelled: no response',
    ],
    [
      'the server closes without an answer',
      [client(GET), closes('server')],
      'connection_closed: no response',
      'connection_closed: no response',
    ],
    [
      'the server resets',
      [client(GET), resets('server')],
      'connection_reset: no response',
      'connection_closed: no response',
    ],
    [
      'the client resets',
      [client(GET), resets('client')],
      'cancelled: no response',
      'connection_reset: no response',
    ],
    ['nothing ends it', [client(GET)], 'no response', 'no response'],
    [
      'the client sends no more, and the server may yet answer',
      [client(GET), ends('client')],
      'no response',
      'no response',
    ],
    ['the client sends no more and is answered', [client(GET), ends('client'), server(OK)], 'whole', 'whole'],
    [
      'the client sends no more, which to the server looks as if it had left',
      [client(GET), ends('client'), closes('server')],
      'connection_closed: no response',
      'cancelled: no response',
    ],
    [
      'the request is cut',
      [client(GET.slice(0, -2)), closes('client'), closes('server')],
      'cancelled: no response',
      'cancelled: no response',
    ],
    [
      'the server closes in the body',
      [client(GET), server(CUT), closes('server')],
      'connection_closed: response body cut',
      'connection_closed: response body cut',
    ],
    [
      'the server closes in the head',
      [client(GET), server(OK.slice(0, 20)), closes('server')],
      'connection_closed: response head cut',
      'connection_closed: response head cut',
    ],
    [
      'the server closes in the status line',
      [client(GET), server(OK.slice(0, 10)), closes('server')],
      'connection_closed: no response',
      'connection_closed: no response',
    ],
    [
      'the server closes in a chunk',
      [
        client(GET),
        server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc'),
        closes('server'),
      ],
      'connection_closed: response body cut',
      'connection_closed: response body cut',
    ],
    [
      'the client closes in the body',
      [client(GET), server(CUT), closes('client'), closes('server')],
      'cancelled: response body cut',
      'cancelled: response body cut',
    ],
    [
      'the observation ends in the body',
      [client(GET), server(CUT)],
      'response body cut',
      'response body cut',
    ],
    [
      'a close ends a body that lasts until then',
      [client(GET), server(UNTIL_END), closes('server')],
      'whole',
      'whole',
    ],
    ['so does a half close', [client(GET), server(UNTIL_END), ends('server')], 'whole', 'whole'],
    [
      'a reset by the server cuts it; the server has sent all it had',
      [client(GET), server(UNTIL_END), resets('server')],
      'connection_reset: response body cut',
      'whole',
    ],
    [
      'a reset by the client cuts it for both',
      [client(GET), server(UNTIL_END), resets('client')],
      'cancelled: response body cut',
      'connection_reset: response body cut',
    ],
    [
      'the observation ends in it',
      [client(GET), server(UNTIL_END)],
      'response end not seen',
      'response end not seen',
    ],
    ['a whole call is none the worse', [client(GET), server(OK), resets('server')], 'whole', 'whole'],
    [
      'a status code that is an error says more',
      [client(GET), server('HTTP/1.1 500 X\r\nContent-Length: 2\r\n\r\n'), closes('server')],
      '500: response body cut',
      '500: response body cut',
    ],
    [
      'one that is none does not',
      [client(GET), server('HTTP/1.1 404 X\r\nContent-Length: 2\r\n\r\n'), closes('server')],
      '404: response body cut',
      'connection_closed: response body cut',
    ],
    [
      'the records of the answer were lost',
      [client(GET), lost('server'), closes('server')],
      'no response',
      'no response',
    ],
    [
      'the records of the rest of the answer were lost',
      [client(GET), server(OK.slice(0, 20)), lost('server'), closes('server')],
      'gap in response head',
      'gap in response head',
    ],
    [
      'records before the answer were lost',
      [client(GET), lost('server'), server('the end of what was lost'), closes('server')],
      'no response',
      'no response',
    ],
    [
      'the answer is not understood',
      [client(GET), server('\x00\x01\x02\r\n'), closes('server')],
      'no response',
      'no response',
    ],
    [
      'a malformed body ends the answer, not the connection',
      [client(GET), server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'), closes('server')],
      'response body malformed',
      'response body malformed',
    ],
  ];
  for (const [name, steps, toClient, toServer] of rows) {
    test(name, () => {
      expect(play(steps, { side: 'client' }).exchanges.map(told)).toEqual([toClient]);
      expect(play(steps, { side: 'server' }).exchanges.map(told)).toEqual([toServer]);
    });
  }

  test('fails for every request that was still waiting', () => {
    const { exchanges } = play([client(GET.repeat(3)), server(OK), closes('server')]);
    expect(exchanges.map(told)).toEqual([
      'whole',
      'connection_closed: no response',
      'connection_closed: no response',
    ]);
  });
});

describe('what ends a connection', () => {
  const asked = (side: Party): Scene => {
    const scene = new Scene({ side });
    scene.feed(scene.open());
    scene.take(client(GET));
    return scene;
  };
  const rows: readonly [name: string, side: Party, end: (scene: Scene) => void, want: string][] = [
    ['exit of the client', 'client', (scene) => scene.feed(scene.exit()), 'cancelled'],
    ['exit of the server', 'server', (scene) => scene.feed(scene.exit()), 'connection_closed'],
    [
      'exit, and the reset that the kernel makes of it',
      'client',
      (scene) => {
        scene.feed(scene.exit());
        scene.feed(scene.tcpState('ESTABLISHED', 'CLOSE'));
      },
      'cancelled',
    ],
    [
      'exit after the peer has left',
      'server',
      (scene) => {
        scene.feed(scene.tcpState('ESTABLISHED', 'CLOSE_WAIT'));
        scene.feed(scene.exit());
      },
      'cancelled',
    ],
    [
      "the peer's FIN, that nobody reads",
      'client',
      (scene) => {
        scene.feed(scene.tcpState('ESTABLISHED', 'CLOSE_WAIT'));
        scene.feed(scene.close());
      },
      'connection_closed',
    ],
    [
      "the peer's FIN after ours",
      'client',
      (scene) => {
        scene.feed(scene.close({ cause: 'shutdown-write', flags: 0 }));
        scene.feed(scene.tcpState('ESTABLISHED', 'FIN_WAIT1'));
        scene.feed(scene.tcpState('FIN_WAIT1', 'FIN_WAIT2'));
        scene.feed(scene.tcpState('FIN_WAIT2', 'CLOSE'));
      },
      'connection_closed',
    ],
    [
      'both FINs at once, ours first',
      'server',
      (scene) => {
        scene.feed(scene.tcpState('ESTABLISHED', 'FIN_WAIT1'));
        scene.feed(scene.tcpState('FIN_WAIT1', 'CLOSING'));
        scene.feed(scene.tcpState('CLOSING', 'CLOSE'));
      },
      'connection_closed',
    ],
    [
      'our FIN, that is never acknowledged',
      'server',
      (scene) => {
        scene.feed(scene.tcpState('ESTABLISHED', 'FIN_WAIT1'));
        scene.feed(scene.tcpState('FIN_WAIT1', 'CLOSE'));
      },
      'connection_closed',
    ],
    [
      'a reset after our half close',
      'client',
      (scene) => {
        scene.feed(scene.tcpState('ESTABLISHED', 'FIN_WAIT1'));
        scene.feed(scene.tcpState('FIN_WAIT1', 'CLOSE'));
      },
      'connection_reset',
    ],
    [
      'a FIN and then a reset',
      'server',
      (scene) => {
        scene.feed(scene.tcpState('ESTABLISHED', 'CLOSE_WAIT'));
        scene.feed(scene.tcpState('CLOSE_WAIT', 'CLOSE'));
      },
      'cancelled',
    ],
    [
      'no more reading',
      'client',
      (scene) => scene.feed(scene.close({ cause: 'shutdown-read', flags: 0 })),
      'cancelled',
    ],
    [
      'a close of whose records the last ones are missing',
      'server',
      (scene) => scene.feed(scene.close({ positions: { ...scene.next, send: scene.next.send + 1 } })),
      '',
    ],
    [
      'a close of whose records the last requests are missing',
      'server',
      (scene) => scene.feed(scene.close({ positions: { ...scene.next, receive: scene.next.receive + 9 } })),
      'connection_closed',
    ],
    [
      'a close that does not say where the socket stood',
      'server',
      (scene) => {
        const { positions: _, ...close } = scene.close();
        scene.feed(close);
      },
      'connection_closed',
    ],
    [
      'a position that makes no sense',
      'server',
      (scene) => scene.feed(scene.close({ positions: { send: scene.next.send - 7, receive: 0 } })),
      'connection_closed',
    ],
  ];
  for (const [name, side, end, want] of rows) {
    test(`${name}: ${want === '' ? 'no telling' : want}`, () => {
      const scene = asked(side);
      end(scene);
      scene.engine.advance(scene.nowNs + 6e9);
      scene.check();
      const [exchange] = scene.finish().exchanges;
      expect(exchange).toMatchObject({ incomplete: 'no response' });
      expect(exchange!.attributes['error.type'] ?? '').toBe(want);
    });
  }

  test('a read of 0 bytes after a reset is no FIN', () => {
    const scene = asked('client');
    scene.take(server(UNTIL_END));
    scene.feed(scene.tcpState('ESTABLISHED', 'CLOSE'));
    scene.take(server(' and what had arrived'));
    scene.feed(scene.endOfFile());
    expect(scene.exchanges.map(told)).toEqual(['connection_reset: response body cut']);
    expect(scene.exchanges[0]!.attributes['http.response.body.size']).toBe(
      'until the end and what had arrived'.length,
    );
  });

  test('a process that takes the socket over keeps it alive', () => {
    const scene = asked('server');
    scene.feed(scene.exit());
    scene.feed(scene.data('send', bytesOf(CUT), { tgid: 200 }));
    scene.engine.advance(scene.nowNs + 6e9);
    expect(scene.exchanges).toEqual([]);
    scene.feed(scene.data('send', bytesOf('k'), { tgid: 200 }));
    expect(scene.exchanges.map(told)).toEqual(['whole']);
  });

  test('a connection that nobody closes is told of when it was idle for long', () => {
    const scene = asked('client');
    scene.feed(scene.tcpState('ESTABLISHED', 'CLOSE_WAIT'));
    scene.feed(scene.endOfFile());
    scene.engine.advance(scene.nowNs + 301e9);
    expect(scene.exchanges.map(told)).toEqual(['connection_closed: no response']);
  });

  test('a wait that was given up is no failure', () => {
    const scene = asked('server');
    scene.engine.advance(scene.nowNs + 301e9);
    scene.feed(scene.close());
    expect(scene.exchanges.map(told)).toEqual(['timed out']);
  });
});
