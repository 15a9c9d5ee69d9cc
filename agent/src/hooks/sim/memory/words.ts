/** Words of the kernel's memory, little-endian as on x86-64. Offsets are into LinearMemory. */
import { KERNEL_BASE, type LinearMemory } from '../../../vm/memory.ts';

const TWO_32 = 0x1_0000_0000;
const POINTER_HIGH = Number(KERNEL_BASE >> 32n);

/** Writes a 64-bit word. A number must be whole; negative ones are written in two's complement. */
export function writeWord(view: DataView, at: number, value: number | bigint): void {
  if (typeof value === 'bigint') {
    view.setBigUint64(at, BigInt.asUintN(64, value), true);
    return;
  }
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / TWO_32) >>> 0, true);
}

/**
 * Writes the kernel address of `target`, an offset; 0 gives NULL. KERNEL_BASE has a zero low half and the memory is
 * smaller than 4 GiB, so the halves never carry into each other.
 */
export function writePointer(view: DataView, at: number, target: number): void {
  view.setUint32(at, target, true);
  view.setUint32(at + 4, target === 0 ? 0 : POINTER_HIGH, true);
}

/** Reads an unsigned 64-bit word that is known to be below 2^53, such as a user address or a length. */
export function readWord(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * TWO_32;
}

/** A zero-terminated string of at most `bytes` bytes, cut to fit with its terminator. */
export function writeText(memory: LinearMemory, at: number, bytes: number, text: string): void {
  const encoded = new TextEncoder().encode(text).subarray(0, bytes - 1);
  memory.u8.fill(0, at, at + bytes);
  memory.u8.set(encoded, at);
}
