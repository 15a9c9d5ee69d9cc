/**
 * The few instructions that a loader must know: those that refer to something outside their function. An instruction is
 * a slot of 8 bytes (`lddw` is two): opcode, registers (dst in the low half), 16-bit offset, 32-bit immediate.
 * @see RFC 9669 section 3
 */
export const SLOT_BYTES = 8;

export const Opcode = {
  /** Loads 64 bits; the upper 32 are the immediate of the second slot. */
  LDDW: 0x18,
  CALL: 0x85,
} as const;

/** What src_reg of an `lddw` says about its immediate (BPF_PSEUDO_*, include/uapi/linux/bpf.h). */
export const Pseudo = {
  NONE: 0,
  /** A map. */
  MAP_FD: 1,
  /** A place in the value of a map's only entry; the second slot's immediate is the offset. */
  MAP_VALUE: 2,
  /** A function, relative to the next slot. */
  FUNC: 4,
} as const;

/** src_reg of a `call` of a function, relative to the next slot (BPF_PSEUDO_CALL). */
export const CALL_FUNCTION = 1;

/** Reads and changes slots in place. */
export class Slots {
  readonly bytes: Uint8Array;
  readonly count: number;
  readonly #view: DataView;

  /** @param bytes a multiple of 8; not copied */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.count = bytes.length / SLOT_BYTES;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  opcode(slot: number): number {
    return this.bytes[slot * SLOT_BYTES]!;
  }

  setOpcode(slot: number, opcode: number): void {
    this.bytes[slot * SLOT_BYTES] = opcode;
  }

  source(slot: number): number {
    return this.bytes[slot * SLOT_BYTES + 1]! >> 4;
  }

  setSource(slot: number, source: number): void {
    const at = slot * SLOT_BYTES + 1;
    this.bytes[at] = (this.bytes[at]! & 0x0f) | (source << 4);
  }

  offset(slot: number): number {
    return this.#view.getInt16(slot * SLOT_BYTES + 2, true);
  }

  setOffset(slot: number, offset: number): void {
    this.#view.setInt16(slot * SLOT_BYTES + 2, offset, true);
  }

  immediate(slot: number): number {
    return this.#view.getInt32(slot * SLOT_BYTES + 4, true);
  }

  setImmediate(slot: number, immediate: number): void {
    this.#view.setInt32(slot * SLOT_BYTES + 4, immediate, true);
  }

  /** Fills a slot with zeroes. */
  clear(slot: number): void {
    this.bytes.fill(0, slot * SLOT_BYTES, (slot + 1) * SLOT_BYTES);
  }

  /** The slots of a wide instruction: 2 for `lddw`, else 1. */
  width(slot: number): 1 | 2 {
    return this.opcode(slot) === Opcode.LDDW ? 2 : 1;
  }
}
