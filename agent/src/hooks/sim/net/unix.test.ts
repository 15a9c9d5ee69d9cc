import { describe, test } from '@jest/globals';
import { bytes, check, DATAGRAM, type Row, STREAM } from '../testing/rows.ts';

const UNIX = 1;

const rows: Row[] = [
  {
    name: 'a stream by path: accept, both ways, the end',
    programs: {
      server: function* (os, { say }) {
        const listener = yield* os.socket(UNIX, STREAM);
        yield* os.bind(listener, '/run/app.sock');
        yield* os.listen(listener);
        const fd = yield* os.accept(listener);
        say(yield* os.readBytes(fd, 2), yield* os.readBytes(fd, 99));
        yield* os.writeBytes(fd, bytes('hi'));
        yield* os.close(fd);
      },
      client: function* (os, { say }) {
        yield* os.sleep(1000);
        const fd = yield* os.socket(UNIX, STREAM);
        say(yield* os.connect(fd, '/run/none'), yield* os.connect(fd, '/run/app.sock'));
        yield* os.writevBytes(fd, [bytes('he'), bytes('llo')]);
        say(yield* os.readBytes(fd, 99), yield* os.readBytes(fd, 99), yield* os.writeBytes(fd, bytes('x')));
      },
    },
    says: ['ENOENT 0', '"he" "llo"', '"hi" "" EPIPE'],
  },
  {
    name: 'abstract names belong to a network namespace',
    programs: {
      server: function* (os) {
        const listener = yield* os.socket(UNIX, STREAM);
        yield* os.bind(listener, '\0name');
        yield* os.listen(listener);
        yield* os.sleep(1e6);
      },
      other: function* (os, { say }) {
        yield* os.sleep(1000);
        say(yield* os.connect(yield* os.socket(UNIX, STREAM), '\0name'));
      },
    },
    says: ['ECONNREFUSED'],
  },
  {
    name: 'a socketpair of datagrams keeps their boundaries',
    programs: {
      one: function* (os, { say }) {
        const pair = yield* os.socketpair(UNIX, DATAGRAM);
        if (typeof pair === 'number') return say(pair);
        yield* os.writeBytes(pair[0], bytes('first'));
        yield* os.writeBytes(pair[0], bytes('second'));
        say(yield* os.readBytes(pair[1], 3), yield* os.readBytes(pair[1], 99));
      },
    },
    says: ['"fir" "second"'],
  },
  {
    name: 'a descriptor is passed, and refers to the same open file',
    programs: {
      one: function* (os, { say }) {
        const [pair, pipe] = [yield* os.socketpair(UNIX, STREAM), yield* os.pipe()];
        if (typeof pair === 'number' || typeof pipe === 'number') return say(pair, pipe);
        yield* os.fork(function* (child) {
          const passed = yield* child.recvDescriptor(pair[1]);
          say('child got', passed, yield* child.writeBytes(passed, bytes('through the pipe')));
        });
        say('sent', yield* os.sendDescriptor(pair[0], pipe[1]), yield* os.close(pipe[1]));
        yield* os.sleep(1e6);
        say(yield* os.readBytes(pipe[0], 99));
      },
    },
    says: ['sent 0 0', 'child got 7 16', '"through the pipe"'],
  },
  {
    name: 'a full queue stops the writer; a peer that closes unread data resets',
    programs: {
      one: function* (os, { say }) {
        const pair = yield* os.socketpair(UNIX, STREAM);
        if (typeof pair === 'number') return say(pair);
        yield* os.setNonBlocking(pair[0], true);
        say(
          yield* os.writeBytes(pair[0], new Uint8Array(300_000)),
          yield* os.writeBytes(pair[0], bytes('x')),
        );
        yield* os.close(pair[1]);
        say(yield* os.readBytes(pair[0], 9), yield* os.readBytes(pair[0], 9));
      },
    },
    says: ['212992 EAGAIN', 'ECONNRESET ""'],
  },
  {
    name: 'a name is taken until it is unlinked; kinds do not mix',
    programs: {
      one: function* (os, { say }) {
        const [a, b] = [yield* os.socket(UNIX, STREAM), yield* os.socket(UNIX, DATAGRAM)];
        say(
          yield* os.readBytes(a, 1),
          yield* os.writeBytes(a, bytes('x')),
          yield* os.writeBytes(b, bytes('x')),
        );
        say(yield* os.bind(a, '/run/x'), yield* os.bind(b, '/run/x'), yield* os.connect(b, '/run/x'));
        yield* os.close(a);
        const path = os.alloc(16);
        os.poke(path, bytes('/run/x\0'));
        say(yield* os.bind(b, '/run/x'), yield* os.syscall(87, path), yield* os.bind(b, '/run/x'));
      },
    },
    says: ['EINVAL ENOTCONN ENOTCONN', '0 EADDRINUSE EPROTOTYPE', 'EADDRINUSE 0 0'],
  },
];

describe('AF_UNIX', () => {
  for (const row of rows) test(row.name, () => check(row));
});
