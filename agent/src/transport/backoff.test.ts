import { describe, expect, test } from '@jest/globals';
import { Backoff } from './backoff.ts';

describe('Backoff', () => {
  const pauses = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.next());

  test('doubles up to the longest pause', () =>
    expect(pauses(new Backoff({ minMs: 100, maxMs: 500, random: () => 1 }), 5)).toEqual([
      100, 200, 400, 500, 500,
    ]));
  test('leaves half of each pause to chance', () =>
    expect(pauses(new Backoff({ minMs: 100, maxMs: 500, random: () => 0 }), 4)).toEqual([50, 100, 200, 250]));
  test('stays at the longest pause after a thousand tries', () =>
    expect(pauses(new Backoff({ minMs: 100, maxMs: 500, random: () => 1 }), 2_000).at(-1)).toBe(500));
  test('begins anew after a good try', () => {
    const backoff = new Backoff({ minMs: 100, maxMs: 500, random: () => 1 });
    pauses(backoff, 3);
    backoff.reset();
    expect(pauses(backoff, 2)).toEqual([100, 200]);
  });
  test('never waits longer than the longest pause, even at first', () =>
    expect(pauses(new Backoff({ minMs: 100, maxMs: 10, random: () => 1 }), 2)).toEqual([10, 10]));
  test('waits longest for what only a person can change', () =>
    expect(new Backoff({ minMs: 100, maxMs: 500, random: () => 1 }).longest()).toBe(500));
});
