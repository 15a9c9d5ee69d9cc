import { describe, expect, test } from '@jest/globals';
import { bytes, check, INET, type Row, STREAM } from '../testing/rows.ts';
import { createWorld } from '../world.ts';

const CLOEXEC = 0o2000000;
const UINT_MAX = 0xffff_ffff;

const rows: Row[] = [
  {
    name: 'the lowest free number is taken, again after a close',
    programs: {
      one: function* (os, { say }) {
        say(yield* os.dup(0), yield* os.dup(0), yield* os.dup(0));
        say(yield* os.close(4), yield* os.dup(0), yield* os.dup(0), yield* os.close(99));
        say(yield* os.close(1), yield* os.socket(INET, STREAM));
      },
    },
    says: ['3 4 5', '0 4 6 EBADF', '0 1'],
  },
  {
    name: 'dup2, dup3 and fcntl take the number they are given, or the next',
    programs: {
      one: function* (os, { say }) {
        say(yield* os.dup2(0, 10), yield* os.dup2(0, 0), yield* os.dup2(7, 8), yield* os.dup2(0, -1));
        say(
          yield* os.syscall(292, 0, 10, CLOEXEC),
          yield* os.syscall(292, 0, 0, 0),
          yield* os.syscall(292, 0, 1, 1),
        );
        say(
          yield* os.syscall(72, 0, 0, 10),
          yield* os.syscall(72, 0, 1030, 10),
          yield* os.syscall(72, 12, 1),
        );
      },
    },
    says: ['10 0 EBADF EBADF', '10 EINVAL EINVAL', '11 12 1'],
  },
  {
    name: 'copies share one open file: its position and its flags',
    programs: {
      one: function* (os, { say, node }) {
        node.file('/data', bytes('abcdef'));
        const fd = yield* os.open('/data');
        const copy = yield* os.dup(fd);
        say(yield* os.readBytes(fd, 2), yield* os.readBytes(copy, 2));
        yield* os.setNonBlocking(fd, true);
        say(((yield* os.syscall(72, copy, 3)) & 0o4000) !== 0);
        const again = yield* os.open('/data');
        say(yield* os.readBytes(again, 2));
      },
    },
    says: ['"ab" "cd"', 'true', '"ab"'],
  },
  {
    name: 'close_range closes, or marks for exec',
    programs: {
      one: function* (os, { say }) {
        for (let i = 0; i < 4; i++) yield* os.dup(0);
        say(yield* os.syscall(436, 4, 5, 0), yield* os.syscall(436, 9, 8, 0));
        say(yield* os.close(3), yield* os.close(4), yield* os.close(5), yield* os.close(6));
        yield* os.dup(0);
        yield* os.syscall(436, 3, UINT_MAX, 4);
        yield* os.exec('/usr/bin/next');
        say(yield* os.close(3), yield* os.close(0));
      },
    },
    says: ['0 EINVAL', '0 EBADF EBADF 0', 'EBADF 0'],
  },
  {
    name: 'fork copies the table and shares the files; exec closes close-on-exec ones',
    programs: {
      one: function* (os, { say }) {
        const pipe = yield* os.pipe();
        if (typeof pipe === 'number') return say(pipe);
        const [reader, writer] = pipe;
        yield* os.syscall(72, reader, 2, 1);
        yield* os.fork(function* (child) {
          yield* child.exec('/usr/bin/child');
          say('child', yield* child.close(reader), yield* child.writeBytes(writer, bytes('from child')));
        });
        yield* os.close(writer);
        say(yield* os.readBytes(reader, 99), yield* os.readBytes(reader, 99));
      },
    },
    says: ['child EBADF 10', '"from child" ""'],
  },
  {
    name: 'a call that waits keeps its file open when another thread closes the number',
    programs: {
      one: function* (os, { say }) {
        const pipe = yield* os.pipe();
        if (typeof pipe === 'number') return say(pipe);
        yield* os.thread(function* (other) {
          say('read', yield* other.readBytes(pipe[0], 99));
        });
        yield* os.sleep(1e6);
        say('closed', yield* os.close(pipe[0]));
        say('wrote', yield* os.writeBytes(pipe[1], bytes('late')), yield* os.sleep(1000));
        say(yield* os.writeBytes(pipe[1], bytes('later')));
      },
    },
    says: ['closed 0', 'read "late"', 'wrote 4 undefined', 'EPIPE'],
  },
];

describe('descriptors', () => {
  for (const row of rows) test(row.name, () => check(row));
});

test('the table in kernel memory follows, grows, and its files count their references', () => {
  for (const btfSeed of [0, 1, 2, 3, 4, 5]) {
    const world = createWorld({ btfSeed });
    const node = world.addNode({ name: 'node' });
    const { memory, fields, processes } = node.kernel;
    const word = (at: number) => memory.view.getUint32(at, true);
    node.spawn({
      comm: 'one',
      netns: node.addNetns([]),
      *main(os) {
        const socket = yield* os.socket(INET, STREAM);
        for (let i = 0; i < 100; i++) yield* os.dup(socket);
        const { files } = processes.get(os.tgid)!;
        expect(word(files.offset + fields.files.maxFds)).toBe(128);
        const table = word(files.offset + fields.files.table);
        expect(table).toBe(files.offset + fields.files.tableStruct);
        const array = word(files.offset + fields.files.descriptors);
        const file = word(array + 8 * 103);
        expect(file).toBe(files.get(103)!.offset);
        expect(word(array + 8 * 104)).toBe(0);
        expect(word(file + fields.file.references) + 1 - fields.file.oneReference).toBe(101);
        yield* os.close(103);
        expect(word(array + 8 * 103)).toBe(0);
        const private_ = word(file + fields.file.privateData);
        expect(word(private_ + fields.socket.file)).toBe(file);
        expect(memory.view.getUint16(word(file + fields.file.inode) + fields.inode.mode, true)).toBe(
          0o140777,
        );
      },
    });
    world.run();
  }
});
