import { describe, expect, test } from '@jest/globals';
import { type Distribution, sample, scale } from './distribution.ts';
import { Random } from './random.ts';
import { fill, placeholderNames } from './template.ts';

const N_DRAWS = 20_000;
const draw = <T>(seed: string, one: (random: Random) => T, n = N_DRAWS): T[] => {
  const random = new Random(seed);
  return Array.from({ length: n }, () => one(random));
};
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('Random', () => {
  test('gives the same numbers for the same seed and others for another', () => {
    const numbers = (seed: string) => draw(seed, (random) => random.next(), 10);
    expect(numbers('a/1')).toEqual(numbers('a/1'));
    expect(numbers('a/1')).not.toEqual(numbers('a/2'));
  });

  test('spreads over [0, 1)', () => {
    const counts = new Array<number>(10).fill(0);
    for (const value of draw('spread', (random) => random.next())) counts[Math.floor(value * 10)]!++;
    for (const count of counts) expect(Math.abs(count / N_DRAWS - 0.1)).toBeLessThan(0.01);
  });

  test('chance() and weighted() keep their shares', () => {
    expect(mean(draw('c', (random) => Number(random.chance(0.2))))).toBeCloseTo(0.2, 1);
    expect(mean(draw('w', (random) => random.weighted([3, 1])))).toBeCloseTo(0.25, 1);
    expect(draw('never', (random) => random.chance(0)).includes(true)).toBe(false);
    expect(draw('always', (random) => random.chance(1)).includes(false)).toBe(false);
  });

  test('normal() has mean 0 and deviation 1', () => {
    const values = draw('n', (random) => random.normal());
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(mean(values.map((value) => value * value))).toBeCloseTo(1, 1);
  });
});

describe('sample()', () => {
  const sampled = (distribution: Distribution) => draw('s', (random) => sample(distribution, random));

  test('of fixed is always the value', () => {
    expect(new Set(sampled({ kind: 'fixed', value: 4 }))).toEqual(new Set([4]));
  });

  test('of uniform stays within its bounds and centres between them', () => {
    const values = sampled({ kind: 'uniform', min: 2, max: 6 });
    expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...values)).toBeLessThan(6);
    expect(mean(values)).toBeCloseTo(4, 1);
  });

  test('of lognormal has its median and keeps its maximum', () => {
    const values = sampled({ kind: 'lognormal', median: 10, sigma: 0.5, max: 20 }).sort((a, b) => a - b);
    expect(values[N_DRAWS / 2]).toBeGreaterThan(9.7);
    expect(values[N_DRAWS / 2]).toBeLessThan(10.3);
    expect(values.at(-1)).toBe(20);
  });

  test('scale() changes the unit and nothing else', () => {
    for (const distribution of [
      { kind: 'fixed', value: 4 },
      { kind: 'uniform', min: 2, max: 6 },
      { kind: 'lognormal', median: 10, sigma: 0.5, max: 20 },
    ] as const) {
      const scaled = sampled(scale(distribution, 1000));
      const furthest = Math.max(
        ...sampled(distribution).map((value, at) => Math.abs(scaled[at]! - value * 1000)),
      );
      expect(furthest).toBeLessThan(1e-6);
    }
  });
});

describe('fill()', () => {
  test.each<[template: string, expected: string]>([
    ['/cart/{id}', '/cart/7'],
    ['{"id":{id},"n":{"x":1}}', '{"id":7,"n":{"x":1}}'],
    ['{unknown} {3..3}', '{unknown} 3'],
    ['{} { id } {1..}', '{} { id } {1..}'],
  ])('%s', (template, expected) => expect(fill(template, { id: '7' }, new Random('f'))).toBe(expected));

  test('draws whole numbers from both ends of a range on', () => {
    const drawn = draw('r', (random) => fill('{1..3}', {}, random), 200);
    expect([...new Set(drawn)].sort()).toEqual(['1', '2', '3']);
  });

  test('placeholderNames() lists names and leaves ranges out', () => {
    expect(placeholderNames('{a}/{1..2}/{b}{"x":1}')).toEqual(['a', 'b']);
  });
});
