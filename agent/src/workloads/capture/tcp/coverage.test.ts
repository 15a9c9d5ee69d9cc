import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Coverage } from './coverage.ts';

describe('Coverage.add() gives the parts that are new', () => {
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    ['in a row', ['0-3', '3-5'], '3-5'],
    ['the same again', ['0-3', '0-3'], ''],
    ['within', ['0-9', '2-4'], ''],
    ['over the end', ['0-3', '2-5'], '3-5'],
    ['over the beginning', ['4-8', '2-6'], '2-4'],
    ['around', ['4-6', '2-8'], '2-4 6-8'],
    ['over several', ['0-2', '4-6', '8-10', '1-9'], '2-4 6-8'],
    ['between, touching both', ['0-2', '4-6', '2-4'], '2-4'],
    ['nothing', ['0-2', '5-5'], ''],
  ];
  test.each(rows)('%s', (_name, added, fresh) => {
    const coverage = new Coverage();
    const results = added.map((text) => {
      const [start = 0, end = 0] = text.split('-').map(Number);
      return coverage.add({ start, end });
    });
    expect(
      results
        .at(-1)
        ?.map(({ start, end }) => `${start}-${end}`)
        .join(' '),
    ).toBe(fresh);
  });
});

test('Coverage.add() agrees with a set of numbers', () => {
  const range = fc.tuple(fc.nat(40), fc.nat(12));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 40 }), (ranges) => {
      const coverage = new Coverage();
      const known = new Set<number>();
      for (const [start, length] of ranges) {
        const expected = Array.from({ length }, (_, i) => start + i).filter((offset) => !known.has(offset));
        const fresh = coverage.add({ start, end: start + length }) ?? [];
        const got = fresh.flatMap((part) =>
          Array.from({ length: part.end - part.start }, (_, i) => part.start + i),
        );
        expect(got).toEqual(expected);
        for (const offset of expected) known.add(offset);
        expect(coverage.end).toBe(known.size === 0 ? Number.NEGATIVE_INFINITY : Math.max(...known) + 1);
      }
    }),
  );
});

test('Coverage.add() refuses what lies behind too many holes', () => {
  const coverage = new Coverage();
  for (let i = 0; i < 5000; i++) coverage.add({ start: 10 * i, end: 10 * i + 1 });
  expect(coverage.add({ start: 5, end: 6 })).toBeNull();
  expect(coverage.add({ start: 49_985, end: 49_986 })).toEqual([{ start: 49_985, end: 49_986 }]);
});
