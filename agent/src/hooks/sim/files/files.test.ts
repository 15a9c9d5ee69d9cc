import { describe, test } from '@jest/globals';
import { bytes, check, connectTo, listenOn, type Row } from '../testing/rows.ts';

const O_CREAT_WRONLY = 0o101;
const O_APPEND = 0o2000;

const rows: Row[] = [
  {
    name: 'files are made, written, read and appended to',
    programs: {
      one: function* (os, { say }) {
        say(yield* os.open('/none'), yield* os.open('', 0o100));
        const out = yield* os.open('/log', O_CREAT_WRONLY);
        yield* os.writeBytes(out, bytes('one '));
        yield* os.writevBytes(out, [bytes('two'), bytes(' three')]);
        yield* os.writeBytes(yield* os.open('/log', 1 | O_APPEND), bytes(' four'));
        const input = yield* os.open('/log');
        say(
          yield* os.readvBytes(input, [4, 4]),
          yield* os.readBytes(input, 99),
          yield* os.readBytes(input, 99),
        );
      },
    },
    says: ['ENOENT ENOENT', '"one two " "three four" ""'],
  },
  {
    name: 'pread and pwrite have their own position; sockets and pipes have none',
    programs: {
      one: function* (os, { say, node }) {
        node.file('/data', bytes('abcdef'));
        const fd = yield* os.open('/data', 2);
        const buffer = os.alloc(8);
        os.poke(buffer, bytes('XY'));
        say(
          yield* os.syscall(18, fd, buffer, 2, 2),
          yield* os.syscall(17, fd, buffer, 4, 1),
          os.peek(buffer, 4),
        );
        say(yield* os.readBytes(fd, 99), yield* os.syscall(17, 1, buffer, 4, 0));
      },
    },
    says: ['2 4 "bXYe"', '"abXYef" ESPIPE'],
  },
  {
    name: 'a pipe has a capacity; a reader sees the end, a writer EPIPE',
    programs: {
      one: function* (os, { say }) {
        const pipe = yield* os.pipe();
        if (typeof pipe === 'number') return say(pipe);
        yield* os.setNonBlocking(pipe[1], true);
        say(yield* os.writeBytes(pipe[1], new Uint8Array(70_000)), yield* os.writeBytes(pipe[1], bytes('x')));
        say(
          (yield* os.readBytes(pipe[0], 70_000)) instanceof Uint8Array,
          yield* os.writeBytes(pipe[1], bytes('x')),
        );
        yield* os.close(pipe[0]);
        say(yield* os.writeBytes(pipe[1], bytes('x')), yield* os.readBytes(pipe[1], 1));
      },
    },
    says: ['65536 EAGAIN', 'true 1', 'EPIPE EBADF'],
  },
  {
    name: 'standard input is empty, standard output takes everything',
    programs: {
      one: function* (os, { say }) {
        say(
          yield* os.readBytes(0, 99),
          yield* os.writeBytes(1, new Uint8Array(200_000)),
          yield* os.writeBytes(2, bytes('x')),
        );
        say(yield* os.readBytes(1, 1));
      },
    },
    says: ['"" 200000 1', 'EBADF'],
  },
  {
    name: 'sendfile and splice move bytes without user memory',
    programs: {
      server: function* (os, { say, node }) {
        node.file('/page', 100_000);
        const page = yield* os.open('/page');
        const fd = yield* os.accept(yield* listenOn(os, 80));
        say(
          'sent',
          yield* os.sendfile(fd, page, 1_000_000),
          yield* os.sendfile(fd, page, 10),
          yield* os.sendfile(fd, fd, 1),
        );
        yield* os.close(fd);
      },
      client: function* (os, { say }) {
        const [fd, pipe] = [yield* connectTo(os, '10.0.0.1', 80), yield* os.pipe()];
        const nowhere = yield* os.open('/dev/null', 1);
        if (typeof pipe === 'number') return say(pipe);
        say(yield* os.splice(fd, nowhere, 10));
        let total = 0;
        for (let n = 1; n > 0; total += Math.max(0, n)) {
          n = yield* os.splice(fd, pipe[1], 30_000);
          if (n > 0) yield* os.splice(pipe[0], nowhere, n);
        }
        say('spliced', total);
      },
    },
    says: ['EINVAL', 'sent 100000 0 EINVAL', 'spliced 100000'],
  },
  {
    name: 'buffers that are not mapped are EFAULT, and lose nothing',
    programs: {
      one: function* (os, { say }) {
        const pipe = yield* os.pipe();
        if (typeof pipe === 'number') return say(pipe);
        yield* os.writeBytes(pipe[1], bytes('kept'));
        say(yield* os.read(pipe[0], 0n, 10), yield* os.read(pipe[0], 0xffff_8880_0000_1000n, 10));
        say(yield* os.write(pipe[1], 8n, 4), yield* os.syscall(19, pipe[0], 8n, 2), yield* os.syscall(9999));
        say(yield* os.readBytes(pipe[0], 9));
      },
    },
    says: ['EFAULT EFAULT', 'EFAULT EFAULT ENOSYS', '"kept"'],
  },
  {
    name: 'waitReadable gives the first that is ready, or ETIMEDOUT',
    programs: {
      one: function* (os, { say }) {
        const [a, b] = [yield* os.pipe(), yield* os.pipe()];
        if (typeof a === 'number' || typeof b === 'number') return say(a, b);
        const before = os.nowNs;
        say(yield* os.waitReadable([a[0], b[0]], 5e6), Math.floor((os.nowNs - before) / 1e6));
        say(yield* os.waitReadable([a[0]], 0));
        yield* os.thread(function* (other) {
          yield* other.sleep(1e6);
          yield* other.writeBytes(b[1], bytes('x'));
        });
        say((yield* os.waitReadable([a[0], b[0]])) === b[0]);
        yield* os.close(a[1]);
        say((yield* os.waitReadable([a[0], b[0]])) === a[0]);
      },
    },
    says: ['ETIMEDOUT 5', 'ETIMEDOUT', 'true', 'true'],
  },
];

describe('files, pipes and polling', () => {
  for (const row of rows) test(row.name, () => check(row));
});
