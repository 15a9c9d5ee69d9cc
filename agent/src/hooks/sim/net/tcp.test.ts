import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Os, Wait } from '../contract.ts';
import {
  bytes,
  check,
  connectTo,
  INET,
  listenOn,
  type Row,
  type RowProgram,
  STREAM,
} from '../testing/rows.ts';
import { MSG_DONTWAIT, MSG_PEEK, MSG_WAITALL } from '../uapi.ts';
import { createWorld } from '../world.ts';

const PORT = 80;
const SERVER = '10.0.0.1';

/** A server that accepts one connection and hands it on. */
const server = (
  serve: (os: Os, fd: number, say: (...what: unknown[]) => void) => Generator<Wait, void, void>,
): RowProgram =>
  function* (os, { say }) {
    const listener = yield* listenOn(os, PORT);
    const fd = yield* os.accept(listener);
    yield* serve(os, fd, (...what) => say('server:', ...what));
  };

const client = (
  use: (os: Os, fd: number, say: (...what: unknown[]) => void) => Generator<Wait, void, void>,
): RowProgram =>
  function* (os, { say }) {
    const fd = yield* connectTo(os, SERVER, PORT);
    yield* use(os, fd, (...what) => say('client:', ...what));
  };

const rows: Row[] = [
  {
    name: 'bytes go both ways, and the end is seen',
    programs: {
      server: server(function* (os, fd, say) {
        say(yield* os.readBytes(fd, 100));
        yield* os.writeBytes(fd, bytes('pong'));
        say(yield* os.readBytes(fd, 100));
      }),
      client: client(function* (os, fd, say) {
        say(yield* os.writeBytes(fd, bytes('ping')));
        say(yield* os.readBytes(fd, 100));
        yield* os.close(fd);
      }),
    },
    says: ['client: 4', 'server: "ping"', 'client: "pong"', 'server: ""'],
  },
  {
    name: 'reads return what is there, at most what was asked for',
    programs: {
      server: server(function* (os, fd, say) {
        yield* os.sleep(1e6);
        say(yield* os.readBytes(fd, 3));
        say(yield* os.readBytes(fd, 100));
        say(yield* os.readBytes(fd, 0));
      }),
      client: client(function* (os, fd) {
        yield* os.writeBytes(fd, bytes('ab'));
        yield* os.writeBytes(fd, bytes('cdef'));
        yield* os.sleep(1e7);
      }),
    },
    says: ['server: "abc"', 'server: "def"', 'server: ""'],
  },
  {
    name: 'MSG_PEEK leaves the bytes, MSG_DONTWAIT does not wait, MSG_WAITALL waits for all',
    programs: {
      server: server(function* (os, fd, say) {
        const buffer = os.alloc(16);
        say(yield* os.recv(fd, buffer, 16, MSG_DONTWAIT));
        say(yield* os.recv(fd, buffer, 2, MSG_PEEK), os.peek(buffer, 2));
        say(yield* os.recv(fd, buffer, 6, MSG_WAITALL), os.peek(buffer, 6));
        say(yield* os.recv(fd, buffer, 6, MSG_WAITALL));
      }),
      client: client(function* (os, fd) {
        yield* os.sleep(1e6);
        yield* os.writeBytes(fd, bytes('abc'));
        yield* os.sleep(1e6);
        yield* os.writeBytes(fd, bytes('defgh'));
      }),
    },
    says: ['server: EAGAIN', 'server: 2 "ab"', 'server: 6 "abcdef"', 'server: 2'],
  },
  {
    name: 'a writer is stopped by the buffers, and goes on when the reader reads',
    world: { sendBufferBytes: 1000, receiveBufferBytes: 2000 },
    programs: {
      server: server(function* (os, fd, say) {
        yield* os.sleep(1e9);
        say('reads at', Math.floor(os.nowNs / 1e9));
        let total = 0;
        for (let got = yield* os.readBytes(fd, 700); typeof got !== 'number' && got.length > 0; ) {
          total += got.length;
          got = yield* os.readBytes(fd, 700);
        }
        say('read', total);
      }),
      client: client(function* (os, fd, say) {
        say(yield* os.writeBytes(fd, new Uint8Array(10_000)), Math.floor(os.nowNs / 1e9));
      }),
    },
    says: ['server: reads at 2', 'client: 10000 2', 'server: read 10000'],
  },
  {
    name: 'a non-blocking writer gets what fits, then EAGAIN',
    world: { sendBufferBytes: 1000, receiveBufferBytes: 2000 },
    programs: {
      server: server(function* (os) {
        yield* os.sleep(1e6);
      }),
      client: client(function* (os, fd, say) {
        yield* os.setNonBlocking(fd, true);
        say(yield* os.writeBytes(fd, new Uint8Array(10_000)));
        say(yield* os.writeBytes(fd, new Uint8Array(10_000)));
      }),
    },
    says: ['client: 3000', 'client: EAGAIN'],
  },
  {
    name: 'nobody listens: ECONNREFUSED; nobody is there: ETIMEDOUT after 127 s',
    programs: {
      client: function* (os, { say }) {
        say(yield* connectTo(os, '10.0.0.1', 99));
        const before = os.nowNs;
        say(yield* connectTo(os, '10.9.9.9', 99), Math.round((os.nowNs - before) / 1e9));
      },
    },
    says: ['ECONNREFUSED', 'ETIMEDOUT 127'],
  },
  {
    name: 'a non-blocking connect says EINPROGRESS, EALREADY, and 0 when it is done',
    world: { latencyNs: 1e6 },
    programs: {
      server: server(function* (os) {
        yield* os.sleep(1e8);
      }),
      client: function* (os, { say }) {
        yield* os.sleep(1e6);
        const fd = yield* os.socket(INET, STREAM);
        yield* os.setNonBlocking(fd, true);
        const to = { address: SERVER, port: PORT };
        say(yield* os.connect(fd, to), yield* os.connect(fd, to));
        yield* os.sleep(1e7);
        say(yield* os.connect(fd, to), yield* os.connect(fd, to));
      },
    },
    says: ['EINPROGRESS EALREADY', '0 EISCONN'],
  },
  {
    name: 'shutdown of one direction leaves the other',
    programs: {
      server: server(function* (os, fd, say) {
        say(yield* os.readBytes(fd, 9), yield* os.readBytes(fd, 9));
        say(yield* os.writeBytes(fd, bytes('still here')));
        yield* os.close(fd);
      }),
      client: client(function* (os, fd, say) {
        yield* os.writeBytes(fd, bytes('all'));
        say(yield* os.shutdown(fd, 1), yield* os.writeBytes(fd, bytes('more')));
        say(yield* os.readBytes(fd, 99), yield* os.readBytes(fd, 99));
      }),
    },
    says: ['client: 0 EPIPE', 'server: "all" ""', 'server: 10', 'client: "still here" ""'],
  },
  {
    name: 'SO_LINGER 0 resets: the peer reads ECONNRESET once, then the end; writing is EPIPE',
    programs: {
      server: server(function* (os, fd, say) {
        yield* os.sleep(1e6);
        say(yield* os.readBytes(fd, 9), yield* os.readBytes(fd, 9), yield* os.writeBytes(fd, bytes('x')));
      }),
      client: client(function* (os, fd) {
        yield* os.setReset(fd);
        yield* os.close(fd);
      }),
    },
    says: ['server: ECONNRESET "" EPIPE'],
  },
  {
    name: 'a close with unread data resets; a write is told first',
    programs: {
      server: server(function* (os, fd) {
        yield* os.sleep(1e6);
        yield* os.close(fd);
      }),
      client: client(function* (os, fd, say) {
        yield* os.writeBytes(fd, bytes('unread'));
        yield* os.sleep(1e7);
        say(yield* os.writeBytes(fd, bytes('x')), yield* os.writeBytes(fd, bytes('x')));
      }),
    },
    says: ['client: ECONNRESET EPIPE'],
  },
  {
    name: 'data for a closed socket is answered with a reset',
    programs: {
      server: server(function* (os, fd) {
        yield* os.close(fd);
      }),
      client: client(function* (os, fd, say) {
        yield* os.sleep(1e6);
        say(
          yield* os.readBytes(fd, 9),
          yield* os.writeBytes(fd, bytes('x')),
          yield* os.writeBytes(fd, bytes('y')),
        );
      }),
    },
    says: ['client: "" 1 EPIPE'],
  },
  {
    name: 'queued data is still read after a reset',
    programs: {
      server: server(function* (os, fd, say) {
        yield* os.sleep(1e6);
        say(yield* os.readBytes(fd, 99), yield* os.readBytes(fd, 99));
      }),
      client: client(function* (os, fd) {
        yield* os.writeBytes(fd, bytes('last words'));
        yield* os.setReset(fd);
        yield* os.close(fd);
      }),
    },
    says: ['server: "last words" ECONNRESET'],
  },
  {
    name: 'a full backlog drops the SYN; the client comes again a second later',
    programs: {
      server: function* (os, { say }) {
        const listener = yield* listenOn(os, PORT, '0.0.0.0', 0);
        yield* os.sleep(5e8);
        say('accepts', (yield* os.accept(listener)) > 0, (yield* os.accept(listener)) > 0);
      },
      first: client(function* (os) {
        yield* os.sleep(1e9);
      }),
      second: function* (os, { say }) {
        yield* os.sleep(1e6);
        const before = os.nowNs;
        say('second', (yield* connectTo(os, SERVER, PORT)) > 0, Math.round((os.nowNs - before) / 1e9));
      },
    },
    says: ['accepts true true', 'second true 1'],
  },
  {
    name: 'a closed listener resets what was not accepted',
    programs: {
      server: function* (os) {
        const listener = yield* listenOn(os, PORT);
        yield* os.sleep(1e6);
        yield* os.close(listener);
      },
      client: client(function* (os, fd, say) {
        say(yield* os.readBytes(fd, 9));
      }),
    },
    says: ['client: ECONNRESET'],
  },
  {
    name: 'addresses and ports are taken or not there',
    programs: {
      server: function* (os, { say }) {
        const listener = yield* listenOn(os, PORT);
        say(
          yield* listenOn(os, PORT),
          yield* listenOn(os, 81, '10.0.0.9'),
          yield* os.accept(99),
          yield* os.accept(0),
        );
        const chosen = yield* listenOn(os, 0);
        const at = yield* os.localEndpoint(chosen);
        say(typeof at === 'object' && at.port >= 32768, (yield* os.localEndpoint(listener)) as object);
      },
    },
    says: ['EADDRINUSE EADDRNOTAVAIL EBADF ENOTSOCK', 'true {"address":"0.0.0.0","port":80}'],
  },
  {
    name: 'an IPv6 listener takes IPv4 clients too, under mapped addresses',
    programs: {
      server: function* (os, { say }) {
        const listener = yield* listenOn(os, PORT, '::');
        for (let i = 0; i < 2; i++) say(yield* os.readBytes(yield* os.accept(listener), 9));
      },
      four: client(function* (os, fd) {
        yield* os.writeBytes(fd, bytes('four'));
      }),
      six: function* (os) {
        yield* os.sleep(1e6);
        yield* os.writeBytes(yield* connectTo(os, 'fd00::1', PORT), bytes('six'));
      },
    },
    says: ['"four"', '"six"'],
  },
  {
    name: 'loopback is of each namespace its own',
    programs: {
      server: function* (os) {
        yield* os.accept(yield* listenOn(os, PORT, '127.0.0.1'));
      },
      other: function* (os, { say }) {
        say(yield* connectTo(os, '127.0.0.1', PORT));
      },
    },
    says: ['ECONNREFUSED'],
    blocked: ['accept4'],
  },
  {
    name: 'a message takes the latency each way',
    world: { latencyNs: 5e6 },
    programs: {
      server: server(function* (os, fd) {
        yield* os.writeBytes(fd, yield* read(os, fd));
      }),
      client: client(function* (os, fd, say) {
        const before = os.nowNs;
        yield* os.writeBytes(fd, bytes('echo'));
        say(yield* os.readBytes(fd, 9), Math.floor((os.nowNs - before) / 1e6));
      }),
    },
    says: ['client: "echo" 10'],
  },
];

function* read(os: Os, fd: number): Generator<Wait, Uint8Array, void> {
  const got = yield* os.readBytes(fd, 1000);
  return typeof got === 'number' ? new Uint8Array(0) : got;
}

describe('TCP', () => {
  for (const row of rows) test(row.name, () => check(row));
});

describe('sequence numbers', () => {
  /** What the structures of both ends hold at points of a connection that wraps around 2^32. */
  test('count bytes and FINs at both ends, and wrap', () => {
    const world = createWorld({ isn: () => [0xffff_fffd, 41] });
    const node = world.addNode({ name: 'node' });
    const [a, b] = [node.addNetns(['10.0.0.1']), node.addNetns(['10.0.0.2'])];
    const { memory, fields } = node.kernel;
    const seen: number[][] = [];
    const look = (tgid: number, fd: number) => {
      const { privateData } = node.kernel.processes.get(tgid)!.files.get(fd)!.object;
      const sock = memory.view.getUint32(privateData + fields.socket.sock, true);
      const at = (field: number) => memory.view.getUint32(sock + field, true);
      seen.push([at(fields.tcp.writeSeq), at(fields.tcp.copiedSeq), at(fields.tcp.receiveNext)]);
    };
    node.spawn({
      comm: 'server',
      netns: a,
      *main(os) {
        const fd = yield* os.accept(yield* listenOn(os, PORT));
        look(os.tgid, fd);
        yield* os.sleep(1e6);
        yield* os.readBytes(fd, 3);
        look(os.tgid, fd);
        // A read with room to spare takes the FIN along with the last bytes.
        yield* os.readBytes(fd, 100);
        look(os.tgid, fd);
        yield* os.readBytes(fd, 100);
        look(os.tgid, fd);
      },
    });
    node.spawn({
      comm: 'client',
      netns: b,
      *main(os) {
        const fd = yield* connectTo(os, SERVER, PORT);
        yield* os.sleep(1e5);
        yield* os.writeBytes(fd, bytes('12345'));
        look(os.tgid, fd);
        yield* os.shutdown(fd, 1);
        look(os.tgid, fd);
        yield* os.sleep(1e7);
      },
    });
    world.run();
    expect(seen.filter(([writeSeq]) => writeSeq === 42)).toEqual([
      [42, 0xffff_fffe, 0xffff_fffe],
      [42, 1, 4],
      [42, 4, 4],
      [42, 4, 4],
    ]);
    expect(seen.filter(([writeSeq]) => writeSeq !== 42)).toEqual([
      [3, 42, 42],
      [4, 42, 42],
    ]);
  });
});

describe('states', () => {
  /** Transitions of both ends as the hook sees them, but for the listener's, for programs after the handshake. */
  function transitions(
    serverEnd: (os: Os, fd: number) => Generator<Wait, void, void>,
    clientEnd: typeof serverEnd,
  ) {
    const world = createWorld({ latencyNs: 10_000 });
    const node = world.addNode({ name: 'node' });
    const [a, b] = [node.addNetns(['10.0.0.1']), node.addNetns(['10.0.0.2'])];
    const { kernel } = node;
    const seen: Record<string, string[]> = { client: [], server: [] };
    kernel.hooks.attach('raw_tp/inet_sock_set_state', (context) => {
      const at = kernel.memory.offsetOf(context, 24);
      const word = (i: number) => kernel.memory.view.getUint32(at + 8 * i, true);
      const port = kernel.memory.view.getUint16(word(0) + kernel.fields.sock.localPort, true);
      const change = `${word(1)}>${word(2)}`;
      if (!LISTENER.has(change)) seen[port === PORT ? 'server' : 'client']!.push(change);
    });
    node.spawn({
      comm: 'server',
      netns: a,
      *main(os) {
        yield* serverEnd(os, yield* os.accept(yield* listenOn(os, PORT)));
      },
    });
    node.spawn({
      comm: 'client',
      netns: b,
      *main(os) {
        yield* clientEnd(os, yield* connectTo(os, SERVER, PORT));
      },
    });
    world.run();
    return seen;
  }

  function* closeAfter(os: Os, fd: number, ns: number): Generator<Wait, void, void> {
    yield* os.sleep(ns);
    yield* os.close(fd);
  }

  const opening = { client: ['7>2', '2>1'], server: ['10>3', '3>1'] };
  const rows: [name: string, server: number, client: number, serverSays: string[], clientSays: string[]][] = [
    ['client closes first', 2e6, 1e6, ['1>8', '8>9', '9>7'], ['1>4', '4>5', '5>7']],
    ['server closes first', 1e6, 2e6, ['1>4', '4>5', '5>7'], ['1>8', '8>9', '9>7']],
  ];
  for (const [name, serverNs, clientNs, serverSays, clientSays] of rows) {
    test(`go as Linux's when the ${name}`, () => {
      const seen = transitions(
        (os, fd) => closeAfter(os, fd, serverNs),
        (os, fd) => closeAfter(os, fd, clientNs),
      );
      expect(seen).toEqual({
        client: [...opening.client, ...clientSays],
        server: [...opening.server, ...serverSays],
      });
    });
  }

  test('go straight to CLOSE on a reset', () => {
    const { client: seen } = transitions(
      (os, fd) => closeAfter(os, fd, 1e6),
      function* (os, fd) {
        yield* os.setReset(fd);
        yield* os.close(fd);
      },
    );
    expect(seen).toEqual([...opening.client, '1>7']);
  });

  test('pass through CLOSING when both close at once', () => {
    const closeAtTheSameTime = function* (os: Os, fd: number): Generator<Wait, void, void> {
      yield* os.sleepUntil(1_100_000_000);
      yield* os.close(fd);
    };
    const { client: clientSays, server: serverSays } = transitions(closeAtTheSameTime, closeAtTheSameTime);
    expect(clientSays).toEqual([...opening.client, '1>4', '4>11', '11>7']);
    expect(serverSays).toEqual([...opening.server, '1>4', '4>11', '11>7']);
  });
});

/** Of the listening socket, which is the same in every row. */
const LISTENER = new Set(['7>10', '10>7']);

test('any sizes of writes, reads, buffers and segments give the same bytes, on any seed', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 1, max: 3000 }),
      fc.record({
        seed: fc.integer(),
        btfSeed: fc.nat(50),
        latencyNs: fc.constantFrom(0, 1, 30_000),
        segmentBytes: fc.integer({ min: 1, max: 2000 }),
        sendBufferBytes: fc.integer({ min: 1, max: 9000 }),
        receiveBufferBytes: fc.integer({ min: 1, max: 9000 }),
        overlap: fc.constantFrom(0, 0.5),
      }),
      (writes, readBytes, options) => {
        const world = createWorld(options);
        const node = world.addNode({ name: 'node' });
        const total = writes.reduce((sum, n) => sum + n, 0);
        const sent = Uint8Array.from({ length: total }, (_, i) => (i * 31) & 255);
        const got: number[] = [];
        node.spawn({
          comm: 'server',
          netns: node.addNetns(['10.0.0.1']),
          *main(os) {
            const fd = yield* os.accept(yield* listenOn(os, PORT));
            for (;;) {
              const piece = yield* os.readBytes(fd, readBytes);
              if (typeof piece === 'number' || piece.length === 0) break;
              got.push(...piece);
            }
          },
        });
        node.spawn({
          comm: 'client',
          netns: node.addNetns(['10.0.0.2']),
          *main(os) {
            const fd = yield* connectTo(os, SERVER, PORT);
            let at = 0;
            for (const n of writes) {
              yield* os.writeAllBytes(fd, sent.subarray(at, at + n));
              at += n;
            }
          },
        });
        expect(world.run().blocked).toEqual([]);
        expect(Uint8Array.from(got)).toEqual(sent);
      },
    ),
    { numRuns: 40 },
  );
});
