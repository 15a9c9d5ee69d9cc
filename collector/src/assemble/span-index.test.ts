import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTrace } from './id-words.ts';
import { SpanIndex } from './span-index.ts';
import { spanBytes, traceBytes } from './testing/made-batches.ts';

const NEAR_MS = 100;

/** An index whose spans and traces are named by numbers. */
class Numbered {
  readonly #index: SpanIndex;
  readonly #words = new Uint32Array(4);
  /** Word of a trace id -> its number. */
  readonly #numbers = new Map<string, number>();

  constructor(capacity: number, seed = 1) {
    this.#index = new SpanIndex({ capacity, nearMs: NEAR_MS, seed });
  }

  insert(span: number, startMs: number, trace: number): void {
    readTrace(traceBytes(trace), 0, this.#words);
    this.#numbers.set(this.#words.join(), trace);
    // Row 1 of a column, so that an offset counts.
    const column = new Uint8Array(16);
    column.set(spanBytes(span), 8);
    this.#index.insert(column, 1, startMs, this.#words);
  }

  /** The trace, or null. */
  find(span: number, startMs: number): number | null {
    const entry = this.#index.find(spanBytes(span), 0, startMs);
    if (entry < 0) return null;
    return this.#numbers.get(this.#index.traces.subarray(entry * 4, entry * 4 + 4).join())!;
  }
}

type Insert = readonly [span: number, startMs: number, trace: number];

describe('what an index of 3 spans finds', () => {
  const check = (
    inserts: readonly Insert[],
    [span, startMs]: readonly [number, number],
    found: number | null,
  ) => {
    const index = new Numbered(3);
    for (const insert of inserts) index.insert(...insert);
    expect(index.find(span, startMs)).toBe(found);
  };

  test('nothing at first', () => check([], [1, 0], null));
  test('a span, at its start', () => check([[1, 500, 11]], [1, 500], 11));
  test('the span with no bit set in its id', () => check([[0, 500, 11]], [0, 500], 11));
  test('a span, as near as is allowed', () => check([[1, 500, 11]], [1, 400], 11));
  test('not a span that began too late', () => check([[1, 500, 11]], [1, 399], null));
  test('not a span that began too early', () => check([[1, 500, 11]], [1, 601], null));
  test('not another span', () => check([[1, 500, 11]], [2, 500], null));
  test('of two with one id the later one', () =>
    check(
      [
        [1, 500, 11],
        [1, 520, 12],
      ],
      [1, 500],
      12,
    ));
  test('of two with one id the later one, whichever came first', () =>
    check(
      [
        [1, 520, 12],
        [1, 500, 11],
      ],
      [1, 500],
      12,
    ));
  test('not the earlier use of an id, long before', () =>
    check(
      [
        [1, 500, 11],
        [1, 9_000, 12],
      ],
      [1, 500],
      null,
    ));
  test('what was put in among the last three', () =>
    check(
      [
        [1, 500, 11],
        [2, 500, 12],
        [3, 500, 13],
      ],
      [1, 500],
      11,
    ));
  test('not what was put in before the last three', () =>
    check(
      [
        [1, 500, 11],
        [2, 500, 12],
        [3, 500, 13],
        [4, 500, 14],
      ],
      [1, 500],
      null,
    ));
  test('an id that came again, when its first use is forgotten', () =>
    check(
      [
        [1, 500, 11],
        [1, 520, 12],
        [3, 500, 13],
        [4, 500, 14],
      ],
      [1, 520],
      12,
    ));
});

const QUESTIONS = Array.from({ length: 13 }, (_, span) =>
  [0, 150, 9_050].map((startMs) => [span, startMs] as const),
).flat();

test('whatever is put in, the index answers as a map with a queue does', () => {
  const inserts = fc.array(fc.tuple(fc.nat(12), fc.constantFrom(0, 90, 180, 9_000), fc.nat(3)), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(inserts, fc.integer({ min: 1, max: 10 }), fc.nat(), (rows, capacity, seed) => {
      const index = new Numbered(capacity, seed);
      const model = new MapWithQueue(capacity);
      const answersOf = (asked: Pick<MapWithQueue, 'find'>) =>
        QUESTIONS.map(([span, startMs]) => asked.find(span, startMs));
      for (const row of rows) {
        index.insert(...row);
        model.insert(...row);
        expect(answersOf(index)).toEqual(answersOf(model));
      }
    }),
    { numRuns: 200 },
  );
});

class MapWithQueue {
  readonly #capacity: number;
  readonly #map = new Map<number, { startMs: number; trace: number }>();
  #queue: { span: number; value: object }[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  insert(span: number, startMs: number, trace: number): void {
    if (this.#queue.length === this.#capacity) {
      const oldest = this.#queue.shift()!;
      if (this.#map.get(oldest.span) === oldest.value) this.#map.delete(oldest.span);
    }
    const known = this.#map.get(span);
    const order = (n: number) => Buffer.from(traceBytes(n));
    if (known !== undefined) {
      if (known.startMs > startMs) return;
      if (known.startMs === startMs && Buffer.compare(order(known.trace), order(trace)) >= 0) return;
    }
    const value = { startMs, trace };
    this.#map.set(span, value);
    this.#queue.push({ span, value });
  }

  find(span: number, startMs: number): number | null {
    const known = this.#map.get(span);
    return known !== undefined && Math.abs(known.startMs - startMs) <= NEAR_MS ? known.trace : null;
  }
}
