import { describe, expect, test } from '@jest/globals';
import { ExecutionFault } from './interp/engine.ts';
import { ProgramRejected } from './machine.ts';
import { RingBuffer } from './maps/ringbuf.ts';
import { KERNEL_BASE } from './memory.ts';
import { ProgramType } from './object/spec.ts';
import { ENGINES } from './testing/engines.ts';
import { mapSpec } from './testing/map-spec.ts';
import { programOf, testMachine } from './testing/program.ts';

const u32 = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer);

function caught<E>(action: () => unknown, type: new (...args: never[]) => E): E {
  try {
    action();
  } catch (error) {
    if (error instanceof type) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe.each(ENGINES)('on $name', (engine) => {
  describe('a load from a bad address', () => {
    const LOAD = 'ldxdw %r0, [%r1+8]\nadd %r0, 5\nexit';

    test.each([
      ['NULL', 0n],
      ['a user address', 0x7f0000001000n],
      ['behind all memory', KERNEL_BASE + 0x3fff_ffffn],
      ['before all memory', KERNEL_BASE - 4096n],
      ['the last address there is', 2n ** 64n - 1n],
    ])('reads zero in a tracing program: %s', (_name, address) => {
      const { machine, load } = testMachine([], { engine });
      const program = load(LOAD);
      expect(machine.run(program, address)).toBe(5n);
      expect(program.statistics).toMatchObject({ zeroLoads: 1, faults: 0 });
    });

    test('stops a program of another type', () => {
      const { machine, load } = testMachine([], { engine });
      const program = load(LOAD, { type: ProgramType.SOCKET_FILTER });
      const fault = caught(() => machine.run(program, 0x1000n), ExecutionFault);
      expect(fault.message).toBe(
        'Program "test" stopped at instruction 0 (r0 = *(u64 *)(r1 + 8)): load of 8 bytes at 0x1008, where there is no memory',
      );
      expect(fault).toMatchObject({ program: 'test', slot: 0, address: 0x1008n });
      expect(program.statistics.faults).toBe(1);
    });

    test('signed loads read zero too', () => {
      expect(testMachine([], { engine }).run('ldxsw %r0, [%r1]\nexit', 8n)).toBe(0n);
    });
  });

  test.each([
    ['an immediate', 'mov %r0, 0\nstw [%r1], 1\nexit', 1, 'store of 4 bytes at 0x10'],
    ['a register', 'mov %r0, 0\nstxdw [%r1-8], %r0\nexit', 1, 'store of 8 bytes at 0x8'],
    ['an atomic', 'mov %r0, 0\nlock add [%r1], %r0\nexit', 1, 'store of 8 bytes at 0x10'],
    ['an atomic with fetch', 'mov %r0, 0\nlock fetch or32 [%r1], %r0\nexit', 1, 'store of 4 bytes at 0x10'],
  ])('a store to a bad address stops the program: %s', (_name, text, slot, why) => {
    const { run } = testMachine([], { engine });
    const fault = caught(() => run(text, 0x10n), ExecutionFault);
    expect(fault).toMatchObject({ slot, message: expect.stringContaining(why) });
  });

  test('an address below memory that an offset lifts into it is good', () => {
    const { machine, memory, load } = testMachine([], { engine });
    const at = memory.alloc(8);
    memory.view.setBigUint64(at, 77n, true);
    const text = `mov %r6, ${at}\nadd %r1, %r6\nstdw [%r1+512], 78\nldxdw %r0, [%r1+512]\nexit`;
    const program = load(text, { type: ProgramType.SOCKET_FILTER });
    expect(machine.run(program, KERNEL_BASE - 512n)).toBe(78n);
    expect(memory.view.getBigUint64(at, true)).toBe(78n);
  });

  test('a program that does not end is stopped by its budget', () => {
    const { machine, load } = testMachine([], { engine, instructionBudget: 1000 });
    const program = load('mov %r0, 0\nagain:\nadd %r0, 1\nja again');
    const fault = caught(() => machine.run(program, 0n), ExecutionFault);
    expect(fault.message).toMatch(/it has run 1000 instructions, its budget$/);
    expect(program.statistics.lastInstructions).toBe(1000);
  });

  test('the budget holds for callbacks and tail calls together', () => {
    const { machine, load } = testMachine([], { engine, instructionBudget: 1000 });
    const program = load(
      'mov %r1, 8000000\nlddw %r2, func body\nmov %r3, 0\nmov %r4, 0\ncall 181\nexit\nbody:\nmov %r0, 0\nexit',
    );
    expect(() => machine.run(program, 0n)).toThrow(/its budget/);
    expect(program.statistics.instructions).toBe(1000);
  });

  test('exactly the budget is enough', () => {
    const { machine, load } = testMachine([], { engine, instructionBudget: 2 });
    expect(machine.run(load('mov %r0, 9\nexit'), 0n)).toBe(9n);
  });

  test('instructions are counted, lddw as one', () => {
    const { machine, load } = testMachine([], { engine });
    const program = load('lddw %r0, 3\ncall local f\nexit\nf:\nmov %r0, 0\nexit');
    machine.run(program, 0n);
    machine.run(program, 0n);
    expect(program.statistics).toEqual({
      runs: 2,
      instructions: 10,
      lastInstructions: 5,
      faults: 0,
      zeroLoads: 0,
    });
    expect([machine.instructions, machine.runs]).toEqual([10, 2]);
  });

  describe('tail calls', () => {
    function setUp(texts: readonly string[]) {
      const { machine, maps, load, memory } = testMachine([mapSpec('PROG_ARRAY', { valueBytes: 4 })], {
        engine,
      });
      const programs = texts.map((text, i) => load(text, { name: `p${i}` }));
      for (const [i, program] of programs.entries()) maps[0]!.update(u32(i), u32(program.id));
      return { machine, maps, programs, memory };
    }

    const jump = (index: number) => `lddw %r2, map 0\nmov %r3, ${index}\ncall 12\n`;

    test('go on in the other program with the context, and do not come back', () => {
      const { machine, programs } = setUp([`${jump(1)}mov %r0, 1\nexit`, 'mov %r0, %r1\nadd %r0, 1\nexit']);
      expect(machine.run(programs[0]!, 41n)).toBe(42n);
      expect(programs[0]!.statistics.instructions).toBe(3 + 3);
    });

    test('of an empty index fall through with an errno', () => {
      const { machine, programs } = setUp([`${jump(3)}exit`]);
      expect(machine.run(programs[0]!, 0n)).toBe(BigInt.asUintN(64, -2n));
    });

    test('are at most 33', () => {
      const { machine, programs, memory } = setUp([
        `ldxdw %r6, [%r1]\nadd %r6, 1\nstxdw [%r1], %r6\n${jump(0)}exit`,
      ]);
      const counter = memory.alloc(8);
      machine.run(programs[0]!, memory.addressOf(counter));
      expect(memory.view.getBigUint64(counter, true)).toBe(34n);
    });

    test('in a function return to its caller', () => {
      const { machine, programs } = setUp([
        `mov %r6, 40\ncall local f\nadd %r0, %r6\nexit\nf:\n${jump(1)}mov %r0, 100\nexit`,
        'mov %r6, 0\nmov %r0, 2\nexit',
      ]);
      expect(machine.run(programs[0]!, 0n)).toBe(42n);
    });

    test('a fault names the program that it happened in', () => {
      const { machine, programs } = setUp([`${jump(1)}exit`, 'mov %r0, 0\nstb [%r0], 1\nexit']);
      expect(caught(() => machine.run(programs[0]!, 0n), ExecutionFault)).toMatchObject({
        program: 'p1',
        slot: 1,
      });
    });
  });

  test('a run inside a run leaves the outer one as it was', () => {
    const { machine, environment, load } = testMachine([], { engine });
    const inner = load('stdw [%r10-8], 99\nmov %r6, 99\nmov %r0, 5\nexit', { name: 'inner' });
    const outer = load(
      'stdw [%r10-8], 1\nmov %r6, 2\ncall 5\nldxdw %r1, [%r10-8]\nadd %r0, %r6\nadd %r0, %r1\nexit',
    );
    environment.ktimeNs = () => machine.run(inner, 0n) * 100n;
    expect(machine.run(outer, 0n)).toBe(503n);
    expect([inner.statistics.lastInstructions, outer.statistics.lastInstructions]).toEqual([4, 7]);
  });

  test('a program that faulted inside another does not stop the machine', () => {
    const { machine, environment, load } = testMachine([], { engine });
    const bad = load('stb [%r1], 1\nmov %r0, 0\nexit');
    const outer = load('call 5\nadd %r0, 1\nexit');
    environment.ktimeNs = () => {
      expect(() => machine.run(bad, 0n)).toThrow(ExecutionFault);
      return 6n;
    };
    expect([machine.run(outer, 0n), machine.run(outer, 0n)]).toEqual([7n, 7n]);
  });

  test('memory may grow while a program runs', () => {
    const { machine, memory, environment, load } = testMachine([], { engine });
    environment.ktimeNs = () => {
      const at = memory.alloc(5 << 20);
      memory.view.setBigUint64(at, 1234n, true);
      return memory.addressOf(at);
    };
    expect(
      machine.run(
        load('stdw [%r10-8], 1\ncall 5\nldxdw %r1, [%r10-8]\nldxdw %r0, [%r0]\nadd %r0, %r1\nexit'),
        0n,
      ),
    ).toBe(1235n);
  });

  test('functions that nest too deep at run time are stopped', () => {
    // bpf_loop's callback calls bpf_loop: no call graph shows that it is recursive.
    const text = `
      mov %r6, 0
      call local body
      exit
      body:
      mov %r1, 1
      lddw %r2, func body
      mov %r3, 0
      mov %r4, 0
      call 181
      exit`;
    const { run } = testMachine([], { engine });
    expect(() => run(text)).toThrow(/more than 8 functions are active/);
  });

  test('what is no function, map or reservation stops the program', () => {
    const { run } = testMachine([], { engine });
    const faults = [
      'mov %r1, 1\nmov %r2, 8\nmov %r3, 0\nmov %r4, 0\ncall 181\nexit',
      'mov %r1, 1\nmov %r2, %r10\ncall 1\nexit',
      'mov %r1, %r10\nmov %r2, %r10\ncall 1\nexit',
      'mov %r1, %r10\nadd %r1, -8\nmov %r2, 0\ncall 132\nexit',
    ].map((text) => caught(() => run(text), ExecutionFault).message.replace(/^.*\): /, ''));
    expect(faults).toEqual([
      'callback is no function',
      'r1 is no map',
      'r1 is no map',
      'r1 is no open reservation',
    ]);
  });
});

test('a frozen data section keeps its values from both sides', () => {
  const { maps, run } = testMachine([
    mapSpec('ARRAY', {
      name: '.rodata',
      maxEntries: 1,
      initial: Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0),
      frozen: true,
    }),
  ]);
  expect(maps[0]!.update(new Uint8Array(4), new Uint8Array(8))).toBe(-1);
  const write =
    'stw [%r10-4], 0\nlddw %r1, map 0\nmov %r2, %r10\nadd %r2, -4\nmov %r3, %r10\nadd %r3, -8\nstdw [%r10-8], 0\nmov %r4, 0\ncall 2\nexit';
  expect(BigInt.asIntN(64, run(write.replace('add %r2, -4', 'add %r2, -16\nstw [%r2], 0')))).toBe(-1n);
  expect(run('lddw %r1, map_value 0+0\nldxb %r0, [%r1]\nexit')).toBe(5n);
});

describe('load() refuses', () => {
  test.each([
    [
      'bytes that are no instructions',
      { instructions: new Uint8Array(8).fill(0xff) },
      /unknown instruction: opcode 0xff/,
    ],
    ['no instructions', { instructions: new Uint8Array(0) }, /it has no instructions/],
    ['what is not passive', programOf('call 36\nexit'), /it calls probe_write_user, which is not passive/],
    [
      'a helper behind GPL',
      programOf('call 35\nexit', { license: 'Proprietary' }),
      /needs a GPL-compatible licence/,
    ],
  ])('%s', (_name, change, message) => {
    const { machine } = testMachine();
    const rejected = caught(
      () => machine.load({ ...programOf('mov %r0, 0\nexit'), ...change, name: 'bad' }, []),
      ProgramRejected,
    );
    expect(rejected).toMatchObject({ program: 'bad', message: expect.stringMatching(message) });
    expect(rejected.log).not.toBe('');
  });

  test('and says which instruction it was', () => {
    const { machine } = testMachine();
    const rejected = caught(
      () => machine.load(programOf('mov %r10, 0\nmov %r0, 0\nexit'), []),
      ProgramRejected,
    );
    expect(rejected.message).toBe(
      'Cannot load program "test": the frame pointer is read only (instruction 0: r10 = 0)',
    );
    expect(rejected.log).toBe('0: r10 = 0\nthe frame pointer is read only');
  });
});

test('an event goes from a program to the reader through the ring', () => {
  const { machine, maps, load } = testMachine([mapSpec('RINGBUF')]);
  const program = load(`
    lddw %r1, map 0
    mov %r2, 8
    mov %r3, 0
    call 131
    jeq %r0, 0, exit
    stdw [%r0], 77
    mov %r1, %r0
    mov %r2, 0
    call 132
    mov %r0, 0
    exit`);
  for (let i = 0; i < 3; i++) machine.run(program, 0n);
  const ring = maps[0] as RingBuffer;
  const records: number[] = [];
  expect(ring).toBeInstanceOf(RingBuffer);
  expect(ring.drain((record) => records.push(record[0]!))).toBe(3);
  expect(records).toEqual([77, 77, 77]);
});

test('a closed map is no map any more', () => {
  const { machine, maps, load } = testMachine([mapSpec('HASH')]);
  const program = load('stw [%r10-4], 0\nlddw %r1, map 0\nmov %r2, %r10\nadd %r2, -4\ncall 1\nexit');
  expect(machine.run(program, 0n)).toBe(0n);
  machine.closeMap(maps[0]!);
  expect(() => machine.run(program, 0n)).toThrow(/r1 is no map/);
});
