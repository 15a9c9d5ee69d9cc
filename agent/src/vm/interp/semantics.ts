/**
 * What arithmetic, comparisons and atomics mean, as formulas over BigInt: RFC 9669, sections 4 and 5.3, written down as
 * plainly as possible. The plain engine runs them; the fast one is tested against them.
 *
 * Operands and results are unsigned, below 2 ** bits.
 */
import type { AluOperation, AtomicOperation, Comparison } from '../isa/instructions.ts';

type Width = 32 | 64;

const unsigned = (bits: Width, value: bigint): bigint => BigInt.asUintN(bits, value);
const signed = (bits: Width, value: bigint): bigint => BigInt.asIntN(bits, value);
/** Shift amounts are taken modulo the width. */
const amount = (bits: Width, value: bigint): bigint => value & BigInt(bits - 1);

/** Division by zero gives 0, the remainder of it the dividend (section 4.1); both signed kinds truncate to zero. */
const ALU: Readonly<Record<AluOperation, (bits: Width, dst: bigint, src: bigint) => bigint>> = {
  add: (_, dst, src) => dst + src,
  sub: (_, dst, src) => dst - src,
  mul: (_, dst, src) => dst * src,
  div: (_, dst, src) => (src === 0n ? 0n : dst / src),
  sdiv: (bits, dst, src) => (src === 0n ? 0n : signed(bits, dst) / signed(bits, src)),
  or: (_, dst, src) => dst | src,
  and: (_, dst, src) => dst & src,
  lsh: (bits, dst, src) => dst << amount(bits, src),
  rsh: (bits, dst, src) => dst >> amount(bits, src),
  mod: (_, dst, src) => (src === 0n ? dst : dst % src),
  smod: (bits, dst, src) => (src === 0n ? dst : signed(bits, dst) % signed(bits, src)),
  xor: (_, dst, src) => dst ^ src,
  mov: (_, _dst, src) => src,
  arsh: (bits, dst, src) => signed(bits, dst) >> amount(bits, src),
};

export function alu(operation: AluOperation, bits: Width, dst: bigint, src: bigint): bigint {
  return unsigned(bits, ALU[operation](bits, unsigned(bits, dst), unsigned(bits, src)));
}

const COMPARE: Readonly<Record<Comparison, (bits: Width, dst: bigint, src: bigint) => boolean>> = {
  eq: (_, dst, src) => dst === src,
  ne: (_, dst, src) => dst !== src,
  set: (_, dst, src) => (dst & src) !== 0n,
  gt: (_, dst, src) => dst > src,
  ge: (_, dst, src) => dst >= src,
  lt: (_, dst, src) => dst < src,
  le: (_, dst, src) => dst <= src,
  sgt: (bits, dst, src) => signed(bits, dst) > signed(bits, src),
  sge: (bits, dst, src) => signed(bits, dst) >= signed(bits, src),
  slt: (bits, dst, src) => signed(bits, dst) < signed(bits, src),
  sle: (bits, dst, src) => signed(bits, dst) <= signed(bits, src),
};

export function compare(comparison: Comparison, bits: Width, dst: bigint, src: bigint): boolean {
  return COMPARE[comparison](bits, unsigned(bits, dst), unsigned(bits, src));
}

/** Low `bits` of the value with their bytes reversed; the rest is 0. */
export function byteswap(bits: 16 | 32 | 64, value: bigint): bigint {
  let swapped = 0n;
  for (let shift = 0n; shift < BigInt(bits); shift += 8n)
    swapped = (swapped << 8n) | ((value >> shift) & 0xffn);
  return swapped;
}

/** What memory holds afterwards. `expected` is r0, which only cmpxchg looks at. */
export function atomic(
  operation: AtomicOperation,
  bits: Width,
  old: bigint,
  src: bigint,
  expected: bigint,
): bigint {
  switch (operation) {
    case 'xchg':
      return unsigned(bits, src);
    case 'cmpxchg':
      return old === unsigned(bits, expected) ? unsigned(bits, src) : old;
    default:
      return alu(operation, bits, old, src);
  }
}
