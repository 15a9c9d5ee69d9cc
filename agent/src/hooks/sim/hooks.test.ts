import { describe, expect, test } from '@jest/globals';
import type { Os, Wait } from './contract.ts';
import { layOut } from './layout/layout.ts';
import type { SimNode } from './node.ts';
import { bytes, connectTo, listenOn } from './testing/rows.ts';
import { createWorld } from './world.ts';

/** What a record holds from an offset on, as tracefs describes it. */
type Look = (view: DataView) => unknown;

/** Runs a program on a node with one hook attached, and gives what the hook's contexts held. */
function watch(hook: string, look: Look, main: (os: Os) => Generator<Wait, void, void>, bytesOfContext = 96) {
  const world = createWorld();
  const node = world.addNode({ name: 'node' });
  const seen: unknown[] = [];
  node.kernel.hooks.attach(hook, (context) => {
    const at = node.kernel.memory.offsetOf(context, bytesOfContext);
    seen.push(look(new DataView(node.kernel.memory.u8.slice(at, at + bytesOfContext).buffer)));
  });
  node.spawn({ comm: 'program', netns: node.addNetns(['10.0.0.1']), main });
  world.run();
  return { seen, node };
}

const text = (view: DataView, at: number) => {
  const all = new Uint8Array(view.buffer).subarray(at);
  return new TextDecoder().decode(all.subarray(0, all.indexOf(0)));
};
/** A __data_loc field. */
const located = (view: DataView, at: number) => text(view, view.getUint32(at, true) & 0xffff);

function* writing(os: Os): Generator<Wait, void, void> {
  yield* os.writeBytes(1, bytes('four'));
}

/** A connection to oneself. */
function* connecting(os: Os): Generator<Wait, void, void> {
  yield* listenOn(os, 80);
  yield* os.close(yield* connectTo(os, '10.0.0.1', 80));
}

function* forking(os: Os): Generator<Wait, void, void> {
  yield* os.fork(function* () {});
}

describe('contexts are those of Linux', () => {
  const rows: [hook: string, look: Look, main: (os: Os) => Generator<Wait, void, void>, want: unknown[]][] = [
    [
      'tracepoint/syscalls/sys_enter_write',
      (v) => [
        v.getUint32(8, true),
        v.getBigInt64(16, true),
        v.getBigInt64(32, true),
        v.getBigInt64(56, true),
      ],
      writing,
      [[1, 1n, 4n, 0n]],
    ],
    [
      'tracepoint/syscalls/sys_exit_write',
      (v) => [v.getUint32(8, true), v.getBigInt64(16, true)],
      writing,
      [[1, 4n]],
    ],
    ['tracepoint/syscalls/sys_exit_close', (v) => v.getBigInt64(16, true), (os) => closing(os), [-9n]],
    ['tp_btf/sys_exit', (v) => v.getBigInt64(8, true), (os) => closing(os), [0n, -9n]],
    ['raw_tp/sys_enter', (v) => v.getBigInt64(8, true), writing, [59n, 1n, 60n]],
    [
      'tracepoint/sock/inet_sock_set_state',
      (v) => ({
        states: [v.getInt32(16, true), v.getInt32(20, true)],
        ports: [v.getUint16(24, true) > 32767 || v.getUint16(24, true), v.getUint16(26, true)],
        family: v.getUint16(28, true),
        protocol: v.getUint16(30, true),
        to: [...new Uint8Array(v.buffer, 36, 4)].join('.'),
        mapped: v.getUint16(66),
      }),
      connecting,
      [
        { states: [7, 10], ports: [80, 0], family: 2, protocol: 6, to: '0.0.0.0', mapped: 0xffff },
        { states: [7, 2], ports: [0, 80], family: 2, protocol: 6, to: '10.0.0.1', mapped: 0xffff },
        { states: [2, 1], ports: [true, 80], family: 2, protocol: 6, to: '10.0.0.1', mapped: 0xffff },
      ],
    ],
    [
      'tracepoint/sched/sched_process_exec',
      (v) => [located(v, 8), v.getInt32(12, true), v.getInt32(16, true)],
      writing,
      [['/usr/bin/program', 1000, 1000]],
    ],
    [
      'tracepoint/sched/sched_process_fork',
      (v) => [located(v, 8), v.getInt32(12, true), located(v, 16), v.getInt32(20, true)],
      forking,
      [
        ['init', 1, 'program', 1000],
        ['program', 1000, 'program', 1001],
      ],
    ],
    [
      'tracepoint/task/task_newtask',
      (v) => [v.getInt32(8, true), text(v, 12), v.getBigUint64(32, true) & 0x10000n],
      function* (os) {
        yield* os.thread(function* () {});
      },
      [
        [1000, 'program', 0n],
        [1001, 'program', 0x10000n],
      ],
    ],
    [
      'tracepoint/sched/sched_process_exit',
      (v) => [text(v, 8), v.getInt32(24, true), v.getInt32(28, true), v.getUint8(32)],
      function* (os) {
        yield* os.thread(function* (other) {
          yield* other.sleep(1e6);
        });
      },
      [
        ['program', 1000, 120, 0],
        ['program', 1001, 120, 1],
      ],
    ],
  ];
  for (const [hook, look, main, want] of rows) {
    test(hook, () => expect(watch(hook, look, main).seen.slice(0, want.length)).toEqual(want));
  }
});

function* closing(os: Os): Generator<Wait, void, void> {
  yield* os.close(77);
}

test('unknown hooks are told', () => {
  const { hooks } = createWorld().addNode({ name: 'node' }).kernel;
  const names = [
    'tp_btf/none',
    'tracepoint/syscalls/sys_enter_none',
    'kprobe/tcp_sendmsg',
    'tracepoint/sock/none',
    '',
  ];
  expect(names.map((name) => hooks.attach(name, () => {}))).toEqual(names.map(() => null));
});

/** Registers of the call a hook sees: number, arguments and result. */
function registers(node: SimNode, context: bigint): number[] {
  const { memory, fields } = node.kernel;
  const regs = memory.view.getUint32(memory.offsetOf(context, 8), true);
  const at = (field: number) => memory.view.getInt32(regs + field, true);
  return [at(fields.registers.number), ...fields.registers.arguments.map(at), at(fields.registers.result)];
}

test('at sys_exit the registers still hold number and arguments, also for a call that was waiting at attach', () => {
  const world = createWorld();
  const node = world.addNode({ name: 'node' });
  const seen: number[][] = [];
  node.spawn({
    comm: 'program',
    netns: node.addNetns([]),
    *main(os) {
      yield* os.syscall(9999, 1, 2, 3, -4, 5, 6);
      const pipe = yield* os.pipe();
      if (typeof pipe === 'number') return;
      yield* os.thread(function* (other) {
        yield* other.sleep(1e9);
        yield* other.writeBytes(pipe[1], bytes('abc'));
      });
      yield* os.syscall(0, pipe[0], os.alloc(16), 16, 77);
    },
  });
  const attach = () =>
    node.kernel.hooks.attach('raw_tp/sys_exit', (context) => void seen.push(registers(node, context)));
  const detach = attach();
  world.run({ untilNs: 1_000_002_000 });
  detach?.();
  world.run({ untilNs: 1_500_000_000 });
  attach();
  world.run();
  expect(seen[1]).toEqual([9999, 1, 2, 3, -4, 5, 6, -38]);
  const read = seen.find(([nr, , , , fourth]) => nr === 0 && fourth === 77)!;
  expect([read[1], read[3], read[7]]).toEqual([3, 16, 3]);
});

test('structures of every seed have their fields apart, and user ABI where Linux has it', () => {
  for (let seed = 0; seed < 40; seed++) {
    const layout = layOut(seed);
    const offsets = ['orig_ax', 'ax', 'di', 'si', 'dx', 'r10', 'r8', 'r9'].map((name) =>
      layout.offsetOf('pt_regs', name),
    );
    expect(offsets).toEqual([120, 80, 112, 104, 96, 56, 72, 64]);
    expect(layout.offsetOf('trace_event_raw_inet_sock_set_state', 'daddr_v6')).toBe(56);
    expect(layout.offsetOf('tcp_sock', 'inet_conn.icsk_inet.sk.__sk_common')).toBe(0);
    for (const { name, kind, fields, sizeBytes } of layout.structs.values()) {
      const ends = fields.map(({ offsetBytes }) => offsetBytes).sort((a, b) => a - b);
      expect(kind).toBe('struct');
      expect([
        name,
        ends.at(-1)! < sizeBytes || fields.some(({ name: field }) => field === '__data'),
      ]).toEqual([name, true]);
    }
  }
  const offsets = new Set(
    Array.from({ length: 40 }, (_, seed) => layOut(seed).offsetOf('tcp_sock', 'write_seq')),
  );
  expect(offsets.size).toBeGreaterThan(20);
  const references = new Set(Array.from({ length: 40 }, (_, seed) => layOut(seed).fileReferences));
  expect([...references].sort()).toEqual(['f_count', 'f_ref']);
  expect(() => layOut(0).offsetOf('sock', 'none.such')).toThrow(/no member "none.such"/);
});
