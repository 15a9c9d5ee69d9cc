/**
 * Unix times of one batch, exact to the nanosecond. Neither side of the sum fits a number, and a `bigint` a row would be
 * slow: the offset is split once into two halves of 32 bits, and each row adds its own halves with the carry between.
 */
import { Long } from '@sonde/proto';
import type { ClockOffset } from '../../model/time.ts';

const TWO_32 = 2 ** 32;

export class UnixTimes {
  readonly #offsetLow: number;
  readonly #offsetHigh: number;

  constructor(offset: ClockOffset) {
    const bits = BigInt.asUintN(64, offset.wallMinusMonotonicNs);
    this.#offsetLow = Number(bits & 0xffff_ffffn);
    this.#offsetHigh = Number(bits >> 32n);
  }

  /** Unix time in ns of a monotonic time in ns, as `toUnixNano` gives it; what is before 1970 becomes 0. */
  at(monotonicNs: number): Long {
    const ns = Math.round(monotonicNs);
    const high = Math.floor(ns / TWO_32);
    const low = ns - high * TWO_32 + this.#offsetLow;
    const carry = low >= TWO_32 ? 1 : 0;
    // Bit operations take a number modulo 2^32, which is what both halves need here.
    const highBits = (high + this.#offsetHigh + carry) | 0;
    return highBits < 0 ? Long.UZERO : new Long(low | 0, highBits, true);
  }
}
