import { describe, expect, test } from '@jest/globals';
import { bytes, check, type Row } from '../testing/rows.ts';
import { createWorld } from '../world.ts';
import { Pids } from './pids.ts';

const rows: Row[] = [
  {
    name: 'threads share memory and descriptors; a fork has copies of both',
    programs: {
      one: function* (os, { say }) {
        const shared = os.alloc(16);
        os.poke(shared, bytes('before'));
        yield* os.thread(function* (other) {
          say('thread', other.tgid === os.tgid, other.tid !== os.tid, other.peek(shared, 6));
          other.poke(shared, bytes('thread'));
          yield* other.close(2);
        });
        yield* os.sleep(1e6);
        yield* os.fork(function* (child) {
          say('child', child.tgid !== os.tgid, child.peek(shared, 6), yield* child.close(2));
          child.poke(shared, bytes('child!'));
        });
        yield* os.sleep(1e6);
        say(os.peek(shared, 6));
      },
    },
    says: ['thread true true "before"', 'child true "thread" EBADF', '"thread"'],
  },
  {
    name: 'numbers are given in order and come again only after the count has wrapped',
    pidMax: 1004,
    programs: {
      one: function* (os, { say }) {
        const numbers = [os.tgid];
        for (let i = 0; i < 5; i++) {
          numbers.push(yield* os.fork(function* () {}));
          yield* os.sleep(1e6);
        }
        say(...numbers);
      },
    },
    says: ['1000 1001 1002 1003 300 301'],
  },
  {
    name: 'exit_group ends every thread, also those that wait',
    programs: {
      one: function* (os, { say }) {
        yield* os.thread(function* (other) {
          yield* other.sleep(1e12);
          say('never');
        });
        yield* os.sleep(1000);
        yield* os.exit(3);
        say('never either');
      },
    },
    says: [],
  },
  {
    name: 'exec ends the other threads and gives new memory',
    programs: {
      one: function* (os, { say }) {
        const before = os.alloc(16);
        yield* os.thread(function* (other) {
          const leader = os.tid;
          say(yield* other.exec('/usr/bin/second'), other.tid === leader);
          expect(() => other.peek(before, 1)).toThrow(/not mapped/);
          say(yield* other.writeBytes(1, bytes('works')));
        });
        yield* os.sleep(1e12);
        say('never');
      },
    },
    says: ['0 true', '5'],
  },
  {
    name: 'sleeping takes its time, and no more than what a call costs',
    programs: {
      one: function* (os, { say }) {
        const before = os.nowNs;
        yield* os.sleep(5e6);
        say(Math.round((os.nowNs - before) / 1e6));
        yield* os.sleepUntil(before + 20e6);
        say(Math.round((os.nowNs - before) / 1e6));
        yield* os.sleepUntil(before);
        say(Math.round((os.nowNs - before) / 1e6));
      },
    },
    says: ['5', '20', '20'],
  },
];

describe('processes and threads', () => {
  for (const row of rows) test(row.name, () => check(row));
});

test('the same seed is the same run, another seed another interleaving', () => {
  const run = (seed: number) => {
    const world = createWorld({ seed });
    const node = world.addNode({ name: 'node' });
    const netns = node.addNetns([]);
    const order: string[] = [];
    for (const comm of ['a', 'b', 'c']) {
      node.spawn({
        comm,
        netns,
        *main(os) {
          for (let i = 0; i < 20; i++) {
            yield* os.dup(0);
            order.push(`${comm} ${os.nowNs}`);
          }
        },
      });
    }
    world.run();
    return order.join();
  };
  expect(run(7)).toBe(run(7));
  expect(run(7)).not.toBe(run(8));
});

test('system calls never share a time', () => {
  const world = createWorld();
  const node = world.addNode({ name: 'node' });
  const times: number[] = [];
  const look = () => void times.push(world.nowNs);
  for (const hook of ['raw_tp/sys_enter', 'raw_tp/sys_exit']) node.kernel.hooks.attach(hook, look);
  const netns = node.addNetns([]);
  for (let i = 0; i < 3; i++) {
    node.spawn({
      comm: 'p',
      netns,
      *main(os) {
        for (let n = 0; n < 10; n++) yield* os.dup(0);
      },
    });
  }
  world.run();
  expect(times.length).toBeGreaterThan(60);
  expect(times.every((ns, i) => i === 0 || ns > times[i - 1]!)).toBe(true);
});

test('a world runs to the time it is told, and on from there', () => {
  const world = createWorld({ startNs: 5e9 });
  const node = world.addNode({ name: 'node' });
  const woken: number[] = [];
  let idle = 0;
  node.spawn({
    comm: 'p',
    netns: node.addNetns([]),
    *main(os) {
      for (let i = 0; i < 3; i++) {
        yield* os.sleep(1e9);
        woken.push(Math.floor(os.nowNs / 1e9));
      }
    },
  });
  world.run({ untilNs: 7.5e9, onIdle: () => idle++ });
  expect(woken).toEqual([6, 7]);
  expect(world.nowNs).toBe(7.5e9);
  expect(idle).toBeGreaterThan(2);
  expect(world.run().blocked).toEqual([]);
  expect(woken).toEqual([6, 7, 8]);
});

test("a program's own exception leaves the world usable", () => {
  const world = createWorld();
  const node = world.addNode({ name: 'node' });
  const netns = node.addNetns([]);
  let finished = false;
  node.spawn({
    comm: 'bad',
    netns,
    *main(os) {
      yield* os.dup(0);
      throw new RangeError('broken workload');
    },
  });
  node.spawn({
    comm: 'good',
    netns,
    *main(os) {
      yield* os.sleep(1e6);
      finished = true;
    },
  });
  expect(() => world.run()).toThrow(/broken workload/);
  expect(world.run().blocked).toEqual([]);
  expect(finished).toBe(true);
});

test('what ends gives its memory back', () => {
  const world = createWorld();
  const node = world.addNode({ name: 'node' });
  const netns = node.addNetns(['10.0.0.1']);
  const { memory } = node.kernel;
  const live = new Set<number>();
  const [alloc, free] = [memory.alloc.bind(memory), memory.free.bind(memory)];
  memory.alloc = (size) => {
    const offset = alloc(size);
    live.add(offset);
    return offset;
  };
  memory.free = (offset) => {
    free(offset);
    live.delete(offset);
  };
  for (let i = 0; i < 20; i++) {
    node.spawn({
      comm: 'p',
      netns,
      *main(os) {
        const listener = yield* os.socket(2, 1);
        yield* os.bind(listener, { address: '10.0.0.1', port: 1000 + i });
        yield* os.listen(listener);
        yield* os.fork(function* (child) {
          const fd = yield* child.socket(2, 1);
          yield* child.connect(fd, { address: '10.0.0.1', port: 1000 + i });
          yield* child.writeBytes(fd, bytes('hello'));
        });
        const fd = yield* os.accept(listener);
        yield* os.readBytes(fd, 9);
        yield* os.pipe();
        yield* os.socketpair(1, 1);
      },
    });
  }
  expect(live.size).toBeGreaterThan(100);
  expect(world.run().blocked).toEqual([]);
  expect(live.size).toBe(0);
});

test('Pids gives none when all are taken', () => {
  const pids = new Pids(302);
  const given = [pids.allocate(), pids.allocate(), pids.allocate()];
  expect(given).toEqual([300, 301, null]);
  pids.free(301);
  expect(pids.allocate()).toBe(301);
});
