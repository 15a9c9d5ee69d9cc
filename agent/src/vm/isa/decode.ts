/** Instruction bytes to instruction objects and back. Pure: same bytes, same result. */
import { type InstructionKind, kindOf } from './instructions.ts';
import { SLOT_BYTES } from './opcode.ts';

export interface Instruction {
  /** Index of its (first) 8-byte slot; jumps count in slots. */
  readonly slot: number;
  readonly kind: InstructionKind;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
  readonly imm: number;
  /** lddw: imm of the second slot, signed; 0 for others. */
  readonly nextImm: number;
}

/** A program by slot; the second slot of an lddw holds null. */
export type Code = readonly (Instruction | null)[];

/** Bytes that are no sequence of instructions. Says nothing about whether the program makes sense. */
export interface Malformed {
  readonly slot: number;
  readonly why: string;
}

export type Decoded =
  | { readonly kind: 'code'; readonly code: Code }
  | { readonly kind: 'malformed'; readonly malformed: Malformed };

/** Decodes a whole program. Reserved fields and register numbers are left to verifier/structure.ts. */
export function decode(bytes: Uint8Array): Decoded {
  const malformed = (slot: number, why: string): Decoded => ({ kind: 'malformed', malformed: { slot, why } });
  if (bytes.length % SLOT_BYTES !== 0) {
    return malformed(
      Math.floor(bytes.length / SLOT_BYTES),
      `length ${bytes.length} is not a multiple of ${SLOT_BYTES}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const code: (Instruction | null)[] = [];
  const slots = bytes.length / SLOT_BYTES;
  for (let slot = 0; slot < slots; slot++) {
    const at = slot * SLOT_BYTES;
    const opcode = view.getUint8(at);
    const registers = view.getUint8(at + 1);
    const [dst, src] = [registers & 0x0f, registers >> 4];
    const offset = view.getInt16(at + 2, true);
    const imm = view.getInt32(at + 4, true);
    const kind = kindOf(opcode, src, offset, imm);
    if (kind === undefined) return malformed(slot, unknown(opcode, src, offset, imm));
    if (kind.action.form !== 'wide') {
      code.push({ slot, kind, dst, src, offset, imm, nextImm: 0 });
      continue;
    }
    if (slot + 1 === slots) return malformed(slot, 'lddw lacks its second slot');
    const next = at + SLOT_BYTES;
    if (view.getUint32(next, true) !== 0)
      return malformed(slot, 'reserved bits of the second slot of lddw are not zero');
    code.push({ slot, kind, dst, src, offset, imm, nextImm: view.getInt32(next + 4, true) }, null);
    slot++;
  }
  return { kind: 'code', code };
}

/** decode() for bytes that are known to be well-formed. @throws SyntaxError if they are not */
export function decodeKnown(bytes: Uint8Array): Code {
  const decoded = decode(bytes);
  if (decoded.kind === 'code') return decoded.code;
  throw new SyntaxError(`Cannot decode instruction ${decoded.malformed.slot}: ${decoded.malformed.why}`);
}

/** The bytes of one instruction, 8 or (lddw) 16. */
export function encode(instruction: Omit<Instruction, 'slot'>): Uint8Array {
  const wide = instruction.kind.action.form === 'wide';
  const bytes = new Uint8Array(wide ? 2 * SLOT_BYTES : SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, instruction.kind.opcode);
  view.setUint8(1, (instruction.src << 4) | instruction.dst);
  view.setInt16(2, instruction.offset, true);
  view.setInt32(4, instruction.imm, true);
  if (wide) view.setInt32(SLOT_BYTES + 4, instruction.nextImm, true);
  return bytes;
}

/** The 64-bit constant of an lddw, unsigned. */
export function wideValue(instruction: Instruction): bigint {
  return (
    (BigInt.asUintN(32, BigInt(instruction.nextImm)) << 32n) | BigInt.asUintN(32, BigInt(instruction.imm))
  );
}

/** Slot that a jump, a taken branch or a local call goes to. */
export function targetOf(instruction: Instruction): number {
  const { action } = instruction.kind;
  const distance =
    (action.form === 'jump' && action.distance === 'imm') || action.form === 'call' || action.form === 'wide'
      ? instruction.imm
      : instruction.offset;
  return instruction.slot + 1 + distance;
}

function unknown(opcode: number, src: number, offset: number, imm: number): string {
  const hex = opcode.toString(16).padStart(2, '0');
  return `unknown instruction: opcode 0x${hex}, src ${src}, offset ${offset}, imm ${imm}`;
}
