import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toUnixNano, unixMinutesOf } from './time.ts';

const offset = (wallMinusMonotonicNs: bigint) => ({ bootId: 'b', wallMinusMonotonicNs });

test.each([
  [0n, 59_999_999_999, 0],
  [0n, 60_000_000_000, 1],
  [59_999_999_999n, 1, 1],
  [1_634_884_617_012_359_000n, 1e9, 27_248_076],
])('wall clock ahead by %p ns, monotonic %p ns: minute %p', (ahead, monotonicNs, want) => {
  expect(unixMinutesOf(offset(ahead))(monotonicNs)).toBe(want);
});

test('the minute is that of the Unix time', () => {
  const anyOffset = fc.bigInt({ min: 0n, max: 2_000_000_000_000_000_000n });
  fc.assert(
    fc.property(anyOffset, fc.nat({ max: 2 ** 52 }), (ahead, monotonicNs) => {
      const want = Number(toUnixNano(offset(ahead), monotonicNs) / 60_000_000_000n);
      expect(unixMinutesOf(offset(ahead))(monotonicNs)).toBe(want);
    }),
  );
});
