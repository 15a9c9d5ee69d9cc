import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDuration, bucketOf, type DurationHistogram } from './histogram.ts';

/** Four buckets a doubling: up to here the bounds of a bucket are more than 1 ns apart from their neighbours'. */
const MAX_NS = 2 ** 44;

const check = (durationNs: number, want: number) => expect(bucketOf(durationNs)).toBe(want);

test.each([
  [Number.NEGATIVE_INFINITY, 0],
  [-1, 0],
  [0, 0],
  [1, 0],
  [1.18, 0],
  [1.2, 1],
  [2, 3],
  [2.1, 4],
  [4, 7],
  [1000, 39],
  [1e9, 119],
  [2 ** 64, 255],
  [2 ** 70, 255],
  [Number.POSITIVE_INFINITY, 255],
])('%p ns is in bucket %p', check);

test('a power of two is the upper bound of its bucket, and the next nanosecond is in the next', () => {
  for (let exponent = 1; exponent <= 44; exponent++) {
    check(2 ** exponent, 4 * exponent - 1);
    check(2 ** exponent + 1, exponent === 1 ? 6 : exponent === 2 ? 9 : 4 * exponent);
  }
});

test('every duration lies between the bounds of its bucket', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: MAX_NS, noNaN: true }), (durationNs) => {
      const bucket = bucketOf(durationNs);
      // One part in 10^12 for the rounding of the logarithm.
      expect(durationNs * (1 + 1e-12)).toBeGreaterThanOrEqual(2 ** (bucket / 4));
      expect(durationNs * (1 - 1e-12)).toBeLessThanOrEqual(2 ** ((bucket + 1) / 4));
    }),
  );
});

test('addDuration counts in the bucket', () => {
  const histogram: DurationHistogram = new Map();
  for (const durationNs of [3, 4, 4, 1000]) addDuration(histogram, durationNs);
  expect([...histogram]).toEqual([
    [6, 1],
    [7, 2],
    [39, 1],
  ]);
});
