/** Writes a relocation's answer into its instruction. */
import type { BtfType } from '../btf/types.ts';
import { Opcode, type Slots } from './slots.ts';

/** What an instruction holds and what it shall hold. */
export interface CoreChange {
  readonly before: CoreValue;
  readonly after: CoreValue;
}

/** The answer to one relocation, in one BTF. */
export interface CoreValue {
  readonly value: bigint;
  /** Whether the compiler must have come to the same value; what it writes for bit fields is its own affair. */
  readonly exact: boolean;
  /** How a field is loaded, for instructions that access it directly; null where that has no meaning. */
  readonly load: { readonly bytes: number; readonly type: BtfType } | null;
}

/** Instruction classes: the low three bits of the opcode (RFC 9669 section 3). */
const InstructionClass = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, ALU64: 7 } as const;
/** Set where an arithmetic instruction takes a register instead of an immediate. */
const SOURCE_REGISTER = 0x08;
/** Load and store sizes: opcode bits 3-4. */
const SIZE_MASK = 0x18;
const SIZES: ReadonlyMap<number, number> = new Map([
  [4, 0x00],
  [2, 0x08],
  [1, 0x10],
  [8, 0x18],
]);

/** The helper number by which libbpf and kernels know an instruction that could not be relocated. */
const POISON_HELPER = 0xbad2310;

/**
 * @param fail makes the error for an instruction that is not what the relocation expects
 * @returns null, or why the instruction must be poisoned
 */
export function patch(
  slots: Slots,
  slot: number,
  { before, after }: CoreChange,
  fail: (problem: string) => Error,
): string | null {
  const opcode = slots.opcode(slot);
  const expect = (found: bigint) => {
    if (before.exact && found !== BigInt.asUintN(64, before.value)) {
      throw fail(`instruction holds ${found}, want ${before.value}`);
    }
  };
  switch (opcode & 7) {
    case InstructionClass.ALU:
    case InstructionClass.ALU64:
      if ((opcode & SOURCE_REGISTER) !== 0) throw fail('instruction has no immediate');
      expect(BigInt.asUintN(64, BigInt(slots.immediate(slot))));
      // Both readings of 32 bits are in use: negative enumerators and large offsets.
      if (after.value < -0x80000000n || after.value > 0xffffffffn)
        throw fail(`value ${after.value} does not fit 32 bits`);
      slots.setImmediate(slot, Number(BigInt.asIntN(32, after.value)));
      return null;
    case InstructionClass.LDX:
    case InstructionClass.ST:
    case InstructionClass.STX:
      expect(BigInt.asUintN(64, BigInt(slots.offset(slot))));
      return patchAccess(slots, slot, before, after, fail);
    case InstructionClass.LD: {
      if (opcode !== Opcode.LDDW || slots.source(slot) !== 0 || slots.offset(slot) !== 0)
        throw fail('unexpected load instruction');
      const [low, high] = [BigInt(slots.immediate(slot)), BigInt(slots.immediate(slot + 1))];
      expect(BigInt.asUintN(32, low) | (BigInt.asUintN(32, high) << 32n));
      slots.setImmediate(slot, Number(BigInt.asIntN(32, after.value)));
      slots.setImmediate(slot + 1, Number(BigInt.asIntN(32, after.value >> 32n)));
      return null;
    }
    default:
      throw fail(`opcode 0x${opcode.toString(16)} cannot be relocated`);
  }
}

/** A direct access to a field: its offset and, where the field has another size in the kernel, its width. */
function patchAccess(
  slots: Slots,
  slot: number,
  before: CoreValue,
  after: CoreValue,
  fail: (problem: string) => Error,
): string | null {
  if (after.value > 0x7fffn) throw fail(`offset ${after.value} does not fit 16 bits`);
  const [from, to] = [before.load, after.load];
  const resized = from !== null && to !== null && from.bytes !== to.bytes;
  if (resized && !canResize(before, after)) {
    return `the field has ${to.bytes} bytes in the kernel and ${from.bytes} in the program, and is neither pointer nor unsigned`;
  }
  slots.setOffset(slot, Number(after.value));
  if (!resized) return null;
  const opcode = slots.opcode(slot);
  if ((opcode & SIZE_MASK) !== SIZES.get(from.bytes))
    throw fail(`instruction does not access ${from.bytes} bytes`);
  const size = SIZES.get(to.bytes);
  if (size === undefined) throw fail(`no instruction accesses ${to.bytes} bytes`);
  slots.setOpcode(slot, (opcode & ~SIZE_MASK) | size);
  return null;
}

/** A narrower or wider load zero-extends, which is right for pointers and unsigned integers only. */
function canResize(before: CoreValue, after: CoreValue): boolean {
  const [from, to] = [before.load?.type, after.load?.type];
  if (from?.kind === 'ptr' && to?.kind === 'ptr') return true;
  return from?.kind === 'int' && to?.kind === 'int' && !from.signed && !to.signed;
}

/** Replaces an instruction (both slots of a wide one) by a call that no verifier lets through. */
export function poison(slots: Slots, slot: number): void {
  const last = slot + slots.width(slot);
  for (let at = slot; at < last; at++) {
    slots.clear(at);
    slots.setOpcode(at, Opcode.CALL);
    slots.setImmediate(at, POISON_HELPER);
  }
}
