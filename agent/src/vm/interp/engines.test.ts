/** Every engine computes what semantics.ts says, for every operation, and all engines agree on random programs. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { INSTRUCTIONS, type InstructionKind } from '../isa/instructions.ts';
import { LinearMemory } from '../memory.ts';
import { assemble } from '../testing/assembler.ts';
import type { Case } from '../testing/cases.ts';
import { ENGINES } from '../testing/engines.ts';
import { runCase } from '../testing/run-case.ts';
import type { Engine } from './engine.ts';
import { alu, atomic, byteswap, compare } from './semantics.ts';

/** Numbers around which carries, signs and widths change. */
const BOUNDARIES = [0n, 1n, 2n, 31n, 32n, 33n, 63n, 64n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn]
  .concat([0x7fffffffn, 0x80000000n, 0x80000001n, 0xffffffffn, 0x100000000n, 0x100000001n])
  .concat([0x7fffffff00000000n, 0x7fffffffffffffffn, 0x8000000000000000n, 0x8000000000000001n])
  .concat([0xffffffff00000000n, 0xffffffff80000000n, 0xfffffffffffffffen, 0xffffffffffffffffn]);

const u64 = fc.oneof(fc.constantFrom(...BOUNDARIES), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const imm = u64.map((value) => BigInt.asIntN(32, value));

/** Values of r0 (and of memory at r10-8) before, and of r1 or the immediate; what r0 must be after. */
interface Operation {
  readonly kind: InstructionKind;
  readonly program: (dst: bigint, src: bigint) => string;
  readonly expected: (dst: bigint, src: bigint) => bigint;
}

const hex = (value: bigint): string => `0x${BigInt.asUintN(64, value).toString(16)}`;
const start = (dst: bigint, src: bigint): string => `lddw %r0, ${hex(dst)}\nlddw %r1, ${hex(src)}\n`;

function operationOf(kind: InstructionKind): Operation | null {
  const { action, name } = kind;
  switch (action.form) {
    case 'alu': {
      const operand = action.operand === 'imm' ? (src: bigint) => `${BigInt.asIntN(32, src)}` : () => '%r1';
      const value = (src: bigint) => (action.operand === 'imm' ? BigInt.asIntN(32, src) : src);
      return {
        kind,
        program: (dst, src) => `${start(dst, src)}${name} %r0, ${operand(src)}\nexit`,
        expected: (dst, src) => alu(action.operation, action.bits, dst, value(src)),
      };
    }
    case 'branch': {
      const operand = action.operand === 'imm' ? (src: bigint) => `${BigInt.asIntN(32, src)}` : () => '%r1';
      const value = (src: bigint) => (action.operand === 'imm' ? BigInt.asIntN(32, src) : src);
      return {
        kind,
        program: (dst, src) =>
          `${start(dst, src)}${name} %r0, ${operand(src)}, +2\nmov %r0, 0\nexit\nmov %r0, 1\nexit`,
        expected: (dst, src) => (compare(action.comparison, action.bits, dst, value(src)) ? 1n : 0n),
      };
    }
    case 'neg':
      return {
        kind,
        program: (dst, src) => `${start(dst, src)}${name} %r0\nexit`,
        expected: (dst) => alu('sub', action.bits, 0n, dst),
      };
    case 'movsx':
      return {
        kind,
        program: (dst, src) => `${start(dst, src)}${name} %r0, %r1\nexit`,
        expected: (_dst, src) => BigInt.asUintN(action.bits, BigInt.asIntN(action.fromBits, src)),
      };
    case 'swap':
      return {
        kind,
        program: (dst, src) => `${start(dst, src)}${name} %r0\nexit`,
        expected: (dst) =>
          action.order === 'le' ? BigInt.asUintN(action.bits, dst) : byteswap(action.bits, dst),
      };
    case 'atomic': {
      // Memory holds dst, r0 too (so that cmpxchg stores); the result is what memory holds then, with what came back.
      const bits = action.bytes === 8 ? 64 : 32;
      const back = action.operation === 'cmpxchg' ? '%r0' : '%r1';
      return {
        kind,
        program: (dst, src) =>
          `${start(dst, src)}stxdw [%r10-8], %r0\n${name} [%r10-8], %r1\nmov %r2, ${back}\nldxdw %r0, [%r10-8]\nxor %r0, %r2\nexit`,
        expected: (dst, src) => {
          const old = BigInt.asUintN(bits, dst);
          const now = atomic(action.operation, bits, old, src, dst);
          const high = bits === 64 ? 0n : (dst >> 32n) << 32n;
          return (high | now) ^ (action.fetch ? old : src);
        },
      };
    }
    default:
      return null;
  }
}

const MEMORY = new LinearMemory();
const operations = INSTRUCTIONS.map(operationOf).filter((each) => each !== null);

function result(engine: Engine, text: string): bigint {
  const each: Case = {
    name: 'one',
    program: assemble(text),
    memory: new Uint8Array(0),
    maps: [],
    result: 0n,
  };
  return runCase(engine, each, MEMORY);
}

describe.each(ENGINES)('$name', (engine) => {
  test.each(operations)(
    'computes $kind.name $kind.action.operand as the formula',
    ({ program, expected }) => {
      fc.assert(
        fc.property(u64, u64, (dst, src) => {
          expect(hex(result(engine, program(dst, src)))).toBe(hex(expected(dst, src)));
        }),
        { numRuns: 40 },
      );
    },
  );
});

describe('engines agree', () => {
  const register = fc.integer({ min: 0, max: 9 }).map((n) => `%r${n}`);
  const place = fc.integer({ min: 1, max: 8 }).map((n) => `[%r10-${8 * n}]`);
  const plain = INSTRUCTIONS.filter(({ action }) => ['alu', 'neg', 'movsx', 'swap'].includes(action.form));
  const statement = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...plain), register, register, imm).map(arithmetic) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('b', 'h', 'w', 'dw'), register, place)
        .map(([s, r, p]) => `ldx${s} ${r}, ${p}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('b', 'h', 'w', 'dw'), register, place)
        .map(([s, r, p]) => `stx${s} ${p}, ${r}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('jeq', 'jlt', 'jsgt', 'jset32', 'jsle32'), register, register)
        .map(([name, a, b]) => `${name} ${a}, ${b}, +1`),
    },
  );
  const program = fc.tuple(
    fc.array(u64, { minLength: 10, maxLength: 10 }),
    fc.array(statement, { maxLength: 40 }),
  );

  function arithmetic([kind, a, b, value]: [InstructionKind, string, string, bigint]): string {
    const { action, name } = kind;
    if (action.form === 'alu') return `${name} ${a}, ${action.operand === 'imm' ? value : b}`;
    return action.form === 'movsx' ? `${name} ${a}, ${b}` : `${name} ${a}`;
  }

  test('on random programs that jump forward, in every register and on the stack', () => {
    fc.assert(
      fc.property(program, ([values, statements]) => {
        const text = [
          ...Array.from({ length: 8 }, (_, i) => `stdw [%r10-${8 * i + 8}], 0`),
          ...values.map((value, i) => `lddw %r${i}, ${hex(value)}`),
          ...statements,
          // A branch in front may jump over this one statement, which is there for that.
          'mov32 %r0, %r0',
          ...Array.from({ length: 9 }, (_, i) => `mul %r0, 31\nxor %r0, %r${i + 1}`),
          ...Array.from({ length: 8 }, (_, i) => `ldxdw %r1, [%r10-${8 * i + 8}]\nmul %r0, 31\nadd %r0, %r1`),
          'exit',
        ].join('\n');
        const results = ENGINES.map((engine) => `${engine.name} ${hex(result(engine, text))}`);
        expect(results.map((each) => each.split(' ')[1])).toEqual(
          results.map(() => results[0]!.split(' ')[1]),
        );
      }),
      { numRuns: 300 },
    );
  });
});
