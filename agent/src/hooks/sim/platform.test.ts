import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import type { KernelEvent } from '../../model/events.ts';
import { Probes } from '../../probes/probes.ts';
import type { LoadOptions } from '../hook.ts';
import type { Os, Wait, WorldOptions } from './contract.ts';
import { bytes, connectTo, listenOn } from './testing/rows.ts';
import { createWorld } from './world.ts';

const HOOKS = readFileSync(new URL('testdata/hooks.bpf.o', import.meta.url));
const AGENT = readFileSync(new URL('../../../bpf/socket.bpf.o', import.meta.url));

const WHERE = ['', 'enter', 'exit', 'fork', 'exec', 'write'];

/** A record of testdata/hooks.bpf.c. */
function sight(record: Uint8Array) {
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  const [a, b, c, d] = [24, 32, 40, 48].map((at) => Number(view.getBigInt64(at, true)));
  const strings = [56, 72].map((at) =>
    new TextDecoder().decode(record.slice(at, at + 16)).replace(/\0.*$/s, ''),
  );
  const pidTgid = view.getBigUint64(8, true);
  return {
    where: WHERE[view.getUint32(0, true)]!,
    tgid: Number(pidTgid >> 32n),
    cgroupId: view.getBigUint64(16, true),
    words: [a, b, c, d],
    strings,
  };
}

describe('programs see the kernel through CO-RE, whatever the seed of its layout', () => {
  for (const btfSeed of [0, 1, 2, 3, 17]) {
    test(`btf seed ${btfSeed}`, () => {
      const world = createWorld({ btfSeed });
      const node = world.addNode({ name: 'node' });
      const netns = node.addNetns([]);
      const cgroup = node.cgroup('/test/one');
      const object = node.platform.load(HOOKS);
      for (const program of ['on_enter', 'on_exit', 'on_fork', 'on_exec', 'on_write']) object.attach(program);
      node.spawn({
        comm: 'parent',
        netns,
        cgroup: '/test/one',
        startNs: 1e9,
        *main(os) {
          yield* os.writeBytes(1, bytes('hello'));
          yield* os.fork(function* () {});
        },
      });
      world.run();
      const seen: ReturnType<typeof sight>[] = [];
      object.ring('seen').drain((record) => seen.push(sight(record)));
      const of = (where: string) => seen.filter((one) => one.where === where).map(({ words }) => words);

      expect(of('enter').slice(0, 2)).toEqual([
        [59, 59, expect.any(Number), 0],
        [1, 1, 1, 5],
      ]);
      expect(of('exit').slice(0, 4)).toEqual([
        [0, 59, expect.any(Number), 0],
        [5, 1, 1, 5],
        [1001, 57, 0, 1001],
        [0, 57, 0, 0],
      ]);
      expect(of('fork')).toEqual([
        [1, 1000, 1, netns.inode],
        [1000, 1001, 1000, netns.inode],
      ]);
      expect(of('exec')).toEqual([[1e9, 1000, 1, 1]]);
      expect(seen.find(({ where }) => where === 'exec')!.strings[0]).toBe('/usr/bin/parent');
      expect(seen.find(({ where }) => where === 'write')).toMatchObject({
        tgid: 1000,
        cgroupId: cgroup,
        words: [1, 1, 5, 0],
        strings: [expect.stringMatching(/^hello/), 'parent'],
      });
      expect(object.faults.size).toBe(0);
    });
  }
});

test('a program that faults is stopped and counted; the world goes on', () => {
  const world = createWorld();
  const node = world.addNode({ name: 'node' });
  const object = node.platform.load(HOOKS);
  object.attach('stray');
  let finished = false;
  node.spawn({
    comm: 'program',
    netns: node.addNetns([]),
    *main(os) {
      yield* os.fork(function* () {});
      finished = true;
    },
  });
  world.run();
  expect(finished).toBe(true);
  expect(object.faults.get('stray')).toEqual({
    count: 2,
    last: expect.stringMatching(/Program "stray" stopped/),
  });
});

test('detached programs do not run any more, and a closed object gives its memory back', () => {
  const world = createWorld();
  const node = world.addNode({ name: 'node' });
  const netns = node.addNetns([]);
  const { memory } = node.kernel;
  const runOnce = () => {
    node.spawn({ comm: 'program', netns, main: writing });
    world.run();
  };
  const object = node.platform.load(HOOKS);
  const link = object.attach('on_enter');
  expect([link.program, link.hook]).toEqual(['on_enter', 'tp_btf/sys_enter']);
  runOnce();
  const after = object.ring('seen').pendingRecords();
  expect(after).toBeGreaterThan(2);
  link.detach();
  link.detach();
  runOnce();
  expect(object.ring('seen').pendingRecords()).toBe(after);
  object.close();
  const { top } = memory;
  for (let i = 0; i < 3; i++) node.platform.load(HOOKS).close();
  expect(memory.top).toBe(top);
});

function* writing(os: Os): Generator<Wait, void, void> {
  yield* os.writeBytes(1, bytes('x'));
}

test('constants, sections and sizes are as the loader was told', () => {
  const world = createWorld();
  const node = world.addNode({ name: 'node' });
  const netns = node.addNetns([]);
  const object = node.platform.load(HOOKS, {
    constants: { wanted_tgid: 1001 },
    sections: (section) => section.startsWith('tp_btf/'),
    mapEntries: { seen: 4096 },
  });
  expect([...object.programs.keys()].sort()).toEqual(['on_enter', 'on_exec', 'on_fork']);
  object.attach('on_enter');
  for (let i = 0; i < 2; i++) node.spawn({ comm: 'program', netns, main: writing });
  world.run();
  const tgids = new Set<number>();
  object.ring('seen').drain((record) => tgids.add(sight(record).tgid));
  expect([...tgids]).toEqual([1001]);
});

test('what cannot be loaded or attached is told in one line', () => {
  const { platform } = createWorld().addNode({ name: 'node' });
  const load = (options: LoadOptions) => () => platform.load(HOOKS, options);
  expect(() => platform.load(bytes('no object'))).toThrow(/^Cannot read object: /);
  expect(load({ constants: { none: 1 } })).toThrow(/none/);
  expect(load({ mapEntries: { none: 1 } })).toThrow('Cannot load program "none": the object has no such map');
  expect(load({ mapEntries: { seen: 5000 } })).toThrow(/power of two/);
  const object = platform.load(HOOKS);
  expect(() => object.attach('none')).toThrow('Cannot attach none: the object has no such program');
  expect(() => object.map('none')).toThrow('The object has no map "none"');
  expect(() => object.ring('.rodata')).toThrow('Map ".rodata" is not a ring buffer');
});

test('maps are read and written from user space', () => {
  const { platform } = createWorld().addNode({ name: 'node', cpus: 3 });
  const object = platform.load(AGENT);
  const tgids = object.map('allowed_tgids');
  expect([tgids.name, tgids.keyBytes, tgids.valueBytes]).toEqual(['allowed_tgids', 4, 4]);
  const [key, value] = [Uint8Array.of(1, 0, 0, 0), Uint8Array.of(3, 0, 0, 0)];
  expect([tgids.lookup(key), tgids.update(key, value), tgids.lookup(key)]).toEqual([null, true, value]);
  expect([[...tgids.keys()], tgids.delete(key), tgids.delete(key)]).toEqual([[key], true, false]);
  const counters = object.map('counters');
  const one = Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0);
  expect(counters.lookupPerCpu(new Uint8Array(4))).toHaveLength(3);
  expect(counters.update(new Uint8Array(4), one)).toBe(true);
  expect(counters.lookupPerCpu(new Uint8Array(4))).toEqual([one, one, one]);
});

/** What the agent's own programs say of an exchange between two processes. */
function observe(rung: string, options: WorldOptions): { events: KernelEvent[]; imbalances: unknown[] } {
  const world = createWorld(options);
  const node = world.addNode({ name: 'node' });
  const object = node.platform.load(AGENT, { sections: (section) => section.startsWith(rung) });
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, node.cgroup('/watched'), true);
  object.map('allowed_cgroups').update(key, Uint8Array.of(3, 0, 0, 0));
  for (const program of object.programs.keys()) object.attach(program);
  const events: KernelEvent[] = [];
  const ledger = new Ledger();
  const probes = new Probes({
    node: 'node',
    ring: object.ring('events'),
    counters: object.map('counters'),
    ledger,
    onEvent: (event) => events.push(event),
  });
  node.spawn({
    comm: 'server',
    netns: node.addNetns(['10.0.0.1']),
    cgroup: '/watched',
    *main(os) {
      const fd = yield* os.accept(yield* listenOn(os, 80));
      for (;;) {
        const got = yield* os.readvBytes(fd, [3, 100]);
        if (typeof got === 'number' || got.length === 0) break;
        yield* os.sendmsgBytes(fd, [bytes('answer to '), got]);
      }
      yield* os.close(fd);
    },
  });
  node.spawn({
    comm: 'client',
    netns: node.addNetns(['10.0.0.2']),
    cgroup: '/watched',
    *main(os) {
      const fd = yield* connectTo(os, '10.0.0.1', 80);
      for (const question of ['one', 'second']) {
        yield* os.writeBytes(fd, bytes(question));
        yield* os.readBytes(fd, 100);
      }
      yield* os.close(fd);
    },
  });
  world.run({ onIdle: () => probes.drain() });
  probes.flush();
  probes.refreshLedger();
  expect(object.faults.size).toBe(0);
  return { events, imbalances: ledger.imbalances() };
}

describe("the agent's programs see a connection from both ends", () => {
  for (const rung of ['tp_btf/', 'raw_tp/', 'tracepoint/']) {
    for (const btfSeed of [0, 3, 11]) {
      test(`${rung} with btf seed ${btfSeed}`, () => {
        const { events, imbalances } = observe(rung, { btfSeed, isn: () => [0xffff_fff0, 99] });
        expect(imbalances).toEqual([]);

        const opens = events.filter((event) => event.kind === 'socket-open');
        expect(
          opens.map(({ cause, local, remote, receivePosition }) => [
            cause,
            local.address,
            remote.address,
            receivePosition,
          ]),
        ).toEqual([
          ['connect', '10.0.0.2', '10.0.0.1', 100],
          ['accept', '10.0.0.1', '10.0.0.2', 0xffff_fff1],
        ]);
        expect(opens[0]!.local.port).toBe(opens[1]!.remote.port);

        const moved = events.filter((event) => event.kind === 'data' && event.length > 0);
        const of = (direction: string, fromClient: boolean) =>
          moved.flatMap((event) => {
            if (event.kind !== 'data' || event.direction !== direction) return [];
            const isClient = event.socket === opens[0]!.socket;
            return isClient === fromClient ? [[event.position, new TextDecoder().decode(event.payload)]] : [];
          });
        const questions = [
          [0xffff_fff1, 'one'],
          [0xffff_fff4, 'second'],
        ];
        const answers = [
          [100, 'answer to one'],
          [113, 'answer to second'],
        ];
        expect([of('send', true), of('receive', false)]).toEqual([questions, questions]);
        expect([of('send', false), of('receive', true)]).toEqual([answers, answers]);
        expect(events.filter((event) => event.kind === 'socket-close')).toHaveLength(2);
      });
    }
  }
});
