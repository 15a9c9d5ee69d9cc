import { expect, test } from '@jest/globals';
import { Random } from './random.ts';

const draw = (seed: number, n: number) => {
  const random = new Random(seed);
  return Array.from({ length: n }, () => random.u32());
};

test('the same seed gives the same numbers, neighbouring seeds others', () => {
  expect(draw(5, 20)).toEqual(draw(5, 20));
  expect(draw(5, 20).filter((n) => draw(6, 20).includes(n))).toEqual([]);
});

test('numbers are spread over their range', () => {
  const random = new Random(0);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) counts[random.below(10)]!++;
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1150);
});

test('chance() of 0 never comes, of 1 always, and shuffled() keeps what it is given', () => {
  const random = new Random(1);
  const tries = Array.from({ length: 100 }, () => [random.chance(0), random.chance(1)]);
  expect(tries.every(([never, always]) => !never && always)).toBe(true);
  const items = [1, 2, 3, 4, 5, 6, 7, 8];
  expect(random.shuffled(items).sort()).toEqual(items);
  expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
