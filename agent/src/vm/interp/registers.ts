/**
 * r0 to r10 under two views of the same bytes: whole 64-bit values, and 32-bit halves, which cost no BigInt. Half 2n is
 * the low half of register n: like every typed array, this relies on a little-endian host, as all that Node runs on are.
 */
import { REGISTERS } from '../isa/opcode.ts';

export class Registers {
  readonly whole: BigUint64Array;
  readonly halves: Int32Array;

  constructor() {
    const buffer = new ArrayBuffer(REGISTERS * 8);
    this.whole = new BigUint64Array(buffer);
    this.halves = new Int32Array(buffer);
  }
}
