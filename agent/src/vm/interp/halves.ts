/**
 * 64-bit arithmetic on 32-bit halves, for the fast interpreter. `r` holds halves (low first), `w` whole registers over
 * the same bytes; `d` is the index of the destination's low half, `n` that of a whole register.
 */

/** @param amount 0 to 63 */
export function shiftLeft64(r: Int32Array, d: number, amount: number): void {
  const low = r[d]!;
  if (amount >= 32) {
    r[d + 1] = low << (amount - 32);
    r[d] = 0;
  } else if (amount > 0) {
    r[d + 1] = (r[d + 1]! << amount) | (low >>> (32 - amount));
    r[d] = low << amount;
  }
}

/** Fills with zeros. @param amount 0 to 63 */
export function shiftRight64(r: Int32Array, d: number, amount: number): void {
  const high = r[d + 1]!;
  if (amount >= 32) {
    r[d] = high >>> (amount - 32);
    r[d + 1] = 0;
  } else if (amount > 0) {
    r[d] = (r[d]! >>> amount) | (high << (32 - amount));
    r[d + 1] = high >>> amount;
  }
}

/** Fills with the sign. @param amount 0 to 63 */
export function shiftRightSigned64(r: Int32Array, d: number, amount: number): void {
  const high = r[d + 1]!;
  if (amount >= 32) {
    r[d] = high >> (amount - 32);
    r[d + 1] = high >> 31;
  } else if (amount > 0) {
    r[d] = (r[d]! >>> amount) | (high << (32 - amount));
    r[d + 1] = high >> amount;
  }
}

/** a < b, unsigned. */
export function less64(aLow: number, aHigh: number, bLow: number, bHigh: number): boolean {
  return aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh >>> 0 < bHigh >>> 0;
}

/** a < b, signed. */
export function lessSigned64(aLow: number, aHigh: number, bLow: number, bHigh: number): boolean {
  return aHigh === bHigh ? aLow >>> 0 < bLow >>> 0 : aHigh < bHigh;
}

export function multiply64(w: BigUint64Array, n: number, by: bigint): void {
  w[n] = BigInt.asUintN(64, w[n]! * by);
}

export function divide64(w: BigUint64Array, n: number, by: bigint): void {
  const divisor = BigInt.asUintN(64, by);
  w[n] = divisor === 0n ? 0n : w[n]! / divisor;
}

export function remainder64(w: BigUint64Array, n: number, by: bigint): void {
  const divisor = BigInt.asUintN(64, by);
  if (divisor !== 0n) w[n] = w[n]! % divisor;
}

export function divideSigned64(w: BigUint64Array, n: number, by: bigint): void {
  const divisor = BigInt.asIntN(64, by);
  w[n] = divisor === 0n ? 0n : BigInt.asUintN(64, BigInt.asIntN(64, w[n]!) / divisor);
}

export function remainderSigned64(w: BigUint64Array, n: number, by: bigint): void {
  const divisor = BigInt.asIntN(64, by);
  if (divisor !== 0n) w[n] = BigInt.asUintN(64, BigInt.asIntN(64, w[n]!) % divisor);
}

export function divide32(a: number, b: number): number {
  return b === 0 ? 0 : (a >>> 0) / (b >>> 0);
}

export function remainder32(a: number, b: number): number {
  return b === 0 ? a : (a >>> 0) % (b >>> 0);
}

/** The least number by -1 is 2 ** 31, which wraps to itself when it is stored. */
export function divideSigned32(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

export function remainderSigned32(a: number, b: number): number {
  return b === 0 ? a : a % b;
}

/** Low 16 bits with their bytes reversed. */
export function swap16(a: number): number {
  return ((a & 0xff) << 8) | ((a >> 8) & 0xff);
}

export function swap32(a: number): number {
  return (a << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24);
}
