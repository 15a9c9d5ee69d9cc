/** Helpers as programs see them: what they return and what they leave in memory. */
import { describe, expect, test } from '@jest/globals';
import type { RingBuffer } from '../maps/ringbuf.ts';
import { TEST_TASK } from '../testing/environment.ts';
import { mapSpec } from '../testing/map-spec.ts';
import { type TestMachine, testMachine } from '../testing/program.ts';
import { HELPERS } from './table.ts';

const signed = (value: bigint): bigint => BigInt.asIntN(64, value);

describe('the table', () => {
  test('names each id once, as include/uapi/linux/bpf.h numbers them', () => {
    expect(HELPERS.map(({ id, name }) => `${id} ${name}`)).toEqual([
      '1 map_lookup_elem',
      '2 map_update_elem',
      '3 map_delete_elem',
      '4 probe_read',
      '5 ktime_get_ns',
      '7 get_prandom_u32',
      '8 get_smp_processor_id',
      '12 tail_call',
      '14 get_current_pid_tgid',
      '15 get_current_uid_gid',
      '16 get_current_comm',
      '35 get_current_task',
      '45 probe_read_str',
      '80 get_current_cgroup_id',
      '112 probe_read_user',
      '113 probe_read_kernel',
      '114 probe_read_user_str',
      '115 probe_read_kernel_str',
      '125 ktime_get_boot_ns',
      '130 ringbuf_output',
      '131 ringbuf_reserve',
      '132 ringbuf_submit',
      '133 ringbuf_discard',
      '134 ringbuf_query',
      '158 get_current_task_btf',
      '175 task_pt_regs',
      '181 loop',
      '195 map_lookup_percpu_elem',
    ]);
  });

  test('has only passive ones, so far', () => {
    expect(HELPERS.filter(({ passive }) => !passive)).toEqual([]);
  });

  test('pairs every size with the memory before it', () => {
    const sizes = ['ARG_CONST_SIZE', 'ARG_CONST_SIZE_OR_ZERO'];
    const memories = ['ARG_PTR_TO_MEM', 'ARG_PTR_TO_UNINIT_MEM'];
    const odd = HELPERS.filter(({ args }) =>
      args.some((kind, i) => sizes.includes(kind) !== memories.includes(args[i - 1] ?? '')),
    );
    expect(odd.map(({ name }) => name)).toEqual([]);
  });
});

describe('who, where and when', () => {
  test.each([
    ['ktime_get_ns', 5, TEST_TASK.ktimeNs],
    ['ktime_get_boot_ns', 125, TEST_TASK.bootTimeNs],
    ['get_smp_processor_id', 8, 1n],
    ['get_current_pid_tgid', 14, TEST_TASK.pidTgid],
    ['get_current_uid_gid', 15, TEST_TASK.uidGid],
    ['get_current_cgroup_id', 80, TEST_TASK.cgroupId],
    ['get_current_task', 35, 0xffff888000001000n],
    ['get_current_task_btf', 158, 0xffff888000001000n],
    ['get_prandom_u32', 7, 1015568748n],
  ])('%s', (_name, id, expected) => {
    const { environment, run } = testMachine();
    environment.cpu = 1;
    environment.task = 0xffff888000001000n;
    expect(run(`call ${id}\nexit`)).toBe(expected);
  });

  test('task_pt_regs gives the current task’s registers, and nothing for another', () => {
    const { environment, run } = testMachine();
    environment.task = 0xffff888000001000n;
    environment.registers = 0xffff888000002000n;
    expect(run('call 158\nmov %r1, %r0\ncall 175\nexit')).toBe(0xffff888000002000n);
    expect(run('mov %r1, 0\ncall 175\nexit')).toBe(0n);
  });

  test.each([
    [16, 'worker\0\0\0\0\0\0\0\0\0\0'],
    [7, 'worker\0'],
    [4, 'wor\0'],
    [1, '\0'],
  ])('get_current_comm into %i bytes', (bytes, expected) => {
    const { text } = readInto(testMachine(), 16, bytes);
    expect(text.slice(0, bytes)).toBe(expected);
    expect(text.slice(bytes)).toBe('#'.repeat(32 - bytes));
  });
});

/** Calls a helper (destination, bytes, source) on 32 bytes of "#". */
function readInto(
  test: TestMachine,
  helper: number,
  bytes: number,
  source = 0n,
): { result: bigint; text: string } {
  const { memory, run } = test;
  const at = memory.alloc(32);
  memory.u8.fill(0x23, at, at + 32);
  const result = run(
    `mov %r2, ${bytes}\nlddw %r3, 0x${BigInt.asUintN(64, source).toString(16)}\ncall ${helper}\nexit`,
    memory.addressOf(at),
  );
  return { result: signed(result), text: Buffer.from(memory.u8.subarray(at, at + 32)).toString('latin1') };
}

describe('probe reads', () => {
  const KERNEL_TEXT = 'kernel text\0rest of it..........';
  /** Two pages; the text lies across their border. */
  const USER_TEXT = `${'.'.repeat(4090)}user text\0`.padEnd(8188, '.').concat('last');

  function setUp() {
    const machine = testMachine();
    const at = machine.memory.alloc(32);
    machine.memory.u8.set(Buffer.from(KERNEL_TEXT, 'latin1'), at);
    machine.environment.user = Uint8Array.from(Buffer.from(USER_TEXT, 'latin1'));
    return { machine, kernel: machine.memory.addressOf(at), user: machine.environment.userAddress + 4090n };
  }

  const zeros = (n: number): string => '\0'.repeat(n);
  type Where = 'kernel' | 'user' | 'edge' | 'null' | 'hole' | 'high';
  const EFAULT = -14n;

  test.each<[string, number, number, Where, bigint, string]>([
    ['probe_read_kernel', 113, 6, 'kernel', 0n, 'kernel'],
    ['probe_read_kernel of many bytes', 113, 32, 'kernel', 0n, KERNEL_TEXT],
    ['probe_read_kernel of nothing', 113, 0, 'null', 0n, ''],
    ['probe_read_kernel of a user address', 113, 6, 'user', EFAULT, zeros(6)],
    ['probe_read_kernel of NULL', 113, 6, 'null', EFAULT, zeros(6)],
    ['probe_read_kernel behind memory', 113, 6, 'high', EFAULT, zeros(6)],
    ['probe_read_user', 112, 9, 'user', 0n, 'user text'],
    ['probe_read_user over the end of what is mapped', 112, 5, 'edge', EFAULT, zeros(5)],
    ['probe_read_user of a kernel address', 112, 6, 'kernel', EFAULT, zeros(6)],
    ['probe_read_user of a hole', 112, 6, 'hole', EFAULT, zeros(6)],
    ['probe_read of the kernel', 4, 6, 'kernel', 0n, 'kernel'],
    ['probe_read of the user', 4, 6, 'user', 0n, 'user t'],
    ['probe_read_kernel_str', 115, 32, 'kernel', 12n, 'kernel text\0'],
    ['probe_read_kernel_str, cut', 115, 5, 'kernel', 5n, 'kern\0'],
    ['probe_read_kernel_str of a user address', 115, 5, 'user', EFAULT, zeros(5)],
    [
      'probe_read_user_str over a page, past which nothing is mapped',
      114,
      32,
      'user',
      10n,
      `user text${zeros(23)}`,
    ],
    ['probe_read_user_str, cut', 114, 5, 'user', 5n, 'user\0'],
    ['probe_read_user_str that runs into what is not mapped', 114, 5, 'edge', EFAULT, zeros(5)],
    ['probe_read_user_str of a kernel address', 114, 5, 'kernel', EFAULT, zeros(5)],
    ['probe_read_user_str of a hole', 114, 5, 'hole', EFAULT, zeros(5)],
    ['probe_read_str of the kernel', 45, 32, 'kernel', 12n, 'kernel text\0'],
    ['probe_read_str of the user', 45, 5, 'user', 5n, 'user\0'],
    ['probe_read_str of nothing', 45, 0, 'user', 0n, ''],
  ])('%s', (_name, helper, bytes, where, result, text) => {
    const { machine, kernel, user } = setUp();
    const source = { kernel, user, edge: user + 4098n, null: 0n, hole: 0x500000n, high: 0xffff8880f0000000n }[
      where
    ];
    expect(readInto(machine, helper, bytes, source)).toEqual({ result, text: text.padEnd(32, '#') });
  });

  test('a user string that ends in its page needs no other page', () => {
    const machine = testMachine();
    machine.environment.user = Uint8Array.from(Buffer.from('short\0'.padStart(4096, '.'), 'latin1'));
    const source = machine.environment.userAddress + 4090n;
    expect(readInto(machine, 114, 32, source)).toEqual({ result: 6n, text: `short${zeros(27)}` });
  });

  test('a destination that is not there stops the program', () => {
    const { run } = testMachine();
    expect(() => run('mov %r1, 0\nmov %r2, 8\nmov %r3, %r10\ncall 113\nexit')).toThrow(
      /r1 does not point to 8 bytes/,
    );
  });
});

describe('map helpers', () => {
  const KEY = 'stw [%r10-4], KEY\nmov %r2, %r10\nadd %r2, -4\nlddw %r1, map 0\n';
  const key = (n: number): string => KEY.replace('KEY', `${n}`);
  const put = (n: number, value: number, flags = '0'): string =>
    `stdw [%r10-16], ${value}\nmov %r3, %r10\nadd %r3, -16\nlddw %r4, ${flags}\n${key(n)}call 2\n`;
  const get = (n: number): string => `${key(n)}call 1\njeq %r0, 0, exit\nldxdw %r0, [%r0]\n`;

  test.each([
    ['lookup of what is not there is NULL', get(1), 0n],
    ['lookup finds what update stored', put(1, 55) + get(1), 55n],
    ['update gives the errno', `${put(1, 55)}${put(1, 56, '1')}`, -17n],
    ['flags of 64 bits are seen whole', put(1, 55, '0x100000000'), -22n],
    ['delete', `${put(1, 55)}${key(1)}call 3\n`, 0n],
    ['delete of what is not there', `${key(1)}call 3\n`, -2n],
  ])('%s', (_name, text, expected) => {
    expect(signed(testMachine([mapSpec('HASH')]).run(`${text}exit`))).toBe(expected);
  });

  test('map_lookup_percpu_elem reaches another CPU’s value', () => {
    const { maps, run } = testMachine([mapSpec('PERCPU_ARRAY')]);
    const value = Uint8Array.of(11, 0, 0, 0, 0, 0, 0, 0, 22, 0, 0, 0, 0, 0, 0, 0);
    maps[0]!.update(Uint8Array.of(1, 0, 0, 0), value);
    const ofCpu = (cpu: number) =>
      run(`mov %r3, ${cpu}\n${key(1)}call 195\njeq %r0, 0, exit\nldxdw %r0, [%r0]\nexit`);
    expect([ofCpu(0), ofCpu(1), ofCpu(2)]).toEqual([11n, 22n, 0n]);
  });

  test('bpf_loop counts its calls and refuses what Linux refuses', () => {
    const loop = (loops: number, flags: number, result: number) =>
      `mov %r1, ${loops}\nlddw %r2, func body\nmov %r3, 0\nmov %r4, ${flags}\ncall 181\nexit\nbody:\nmov %r0, ${result}\nexit`;
    const { run } = testMachine();
    const results = [
      loop(10, 0, 0),
      loop(10, 0, 1),
      loop(0, 0, 0),
      loop(10, 1, 0),
      loop((1 << 23) + 1, 0, 0),
    ];
    expect(results.map((text) => signed(run(text)))).toEqual([10n, 1n, 0n, -22n, -7n]);
  });
});

describe('ring helpers', () => {
  const RING = 'lddw %r1, map 0\n';
  const output = (bytes: number, flags: number) =>
    `stdw [%r10-8], 5\n${RING}mov %r2, %r10\nadd %r2, -8\nmov %r3, ${bytes}\nmov %r4, ${flags}\ncall 130\n`;

  test.each([
    ['output', output(8, 0), 0n, 1],
    ['output of nothing', output(0, 0), 0n, 1],
    ['output without a wake-up', output(8, 1), 0n, 1],
    ['output with flags that do not exist', output(8, 8), -22n, 0],
    ['reserve with flags', `${RING}mov %r2, 8\nmov %r3, 1\ncall 131\n`, 0n, 0],
    ['reserve of more than there is', `${RING}mov %r2, 4096\nmov %r3, 0\ncall 131\n`, 0n, 0],
    [
      'reserve of a size whose low half is small',
      `${RING}lddw %r2, 0x100000008\nmov %r3, 0\ncall 131\n`,
      0n,
      0,
    ],
    ['query', `${output(8, 0)}${RING}mov %r2, 3\ncall 134\n`, 16n, 1],
  ])('%s', (_name, text, result, records) => {
    const { maps, run } = testMachine([mapSpec('RINGBUF')]);
    expect(signed(run(`${text}exit`))).toBe(result);
    expect((maps[0] as RingBuffer).pendingRecords()).toBe(records);
  });

  test('a reservation can be given up, and ended once', () => {
    const { run } = testMachine([mapSpec('RINGBUF')]);
    const reserve = `${RING}mov %r2, 8\nmov %r3, 0\ncall 131\nmov %r6, %r0\n`;
    const end = (helper: number) => `mov %r1, %r6\nmov %r2, 0\ncall ${helper}\n`;
    expect(run(`${reserve}${end(133)}exit`)).toBe(0n);
    expect(() => run(`${reserve}${end(132)}${end(133)}exit`)).toThrow(/no open reservation/);
  });

  test('a map of another type stops the program', () => {
    const { run } = testMachine([mapSpec('HASH')]);
    expect(() => run(`${output(8, 0)}exit`)).toThrow(/r1 is no ring buffer/);
  });
});
