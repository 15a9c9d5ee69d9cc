import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toUnixNano } from '../../model/time.ts';
import { UnixTimes } from './unix-times.ts';

const at = (wallMinusMonotonicNs: bigint, monotonicNs: number): bigint => {
  const offset = { bootId: 'boot', wallMinusMonotonicNs };
  return BigInt(new UnixTimes(offset).at(monotonicNs).toString());
};

describe('UnixTimes', () => {
  const check = (offsetNs: bigint, monotonicNs: number, want: bigint) =>
    expect(at(offsetNs, monotonicNs)).toBe(want);

  test('adds to the nanosecond where the sum does not fit a number', () =>
    check(1_790_000_000_123_456_789n, 5_000_000_001, 1_790_000_005_123_456_790n));
  test('carries from the low half to the high one', () => check(0xffff_ffffn, 1, 0x1_0000_0000n));
  test('rounds a fraction of a nanosecond', () => check(10n, 0.5, 11n));
  test('gives 0 for what is before 1970', () => check(-10n, 9, 0n));
  test('takes a negative offset', () => check(-10n, 11, 1n));

  test('gives what toUnixNano() gives, for every offset and time', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1n << 62n }),
        fc.oneof(fc.maxSafeNat(), fc.double({ min: 0, max: 2 ** 61, noNaN: true })),
        (wallMinusMonotonicNs, monotonicNs) =>
          expect(at(wallMinusMonotonicNs, monotonicNs)).toBe(
            toUnixNano({ bootId: 'boot', wallMinusMonotonicNs }, monotonicNs),
          ),
      ),
    );
  });
});
