import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type JoinOutcome, TraceUnion } from './trace-union.ts';

/** Traces by numbers, from 1. */
class Numbered {
  readonly #union: TraceUnion;

  constructor(capacity: number) {
    this.#union = new TraceUnion({ capacity, seed: 1 });
  }

  join(child: number, parent: number): JoinOutcome {
    return this.#union.join(words(child), 0, words(parent), 0);
  }

  root(trace: number): number {
    const root = new Uint32Array(4);
    this.#union.rootOf(words(trace), 0, root);
    return root[3]!;
  }

  store(root: number): void {
    this.#union.markStored(words(root), 0);
  }
}

const words = (trace: number): Uint32Array => Uint32Array.of(0, 0, 0, trace);

describe('roots', () => {
  const check = (joins: readonly (readonly [number, number])[], roots: Readonly<Record<number, number>>) => {
    const union = new Numbered(100);
    for (const [child, parent] of joins) union.join(child, parent);
    for (const [trace, root] of Object.entries(roots))
      expect([trace, union.root(Number(trace))]).toEqual([trace, root]);
  };

  test('a trace that is part of none is its own', () => check([], { 1: 1 }));
  test('a part has the root of the whole', () => check([[2, 1]], { 1: 1, 2: 1 }));
  test('from the top down', () =>
    check(
      [
        [2, 1],
        [3, 2],
        [4, 3],
      ],
      { 2: 1, 3: 1, 4: 1 },
    ));
  test('from the bottom up', () =>
    check(
      [
        [4, 3],
        [3, 2],
        [2, 1],
      ],
      { 2: 1, 3: 1, 4: 1 },
    ));
  test('a trace is no part of itself', () => check([[1, 1]], { 1: 1 }));
  test('nor by a detour', () =>
    check(
      [
        [2, 1],
        [3, 2],
        [1, 3],
      ],
      { 1: 1, 2: 1, 3: 1 },
    ));
  test('a part of one is no part of another', () =>
    check(
      [
        [2, 1],
        [2, 5],
      ],
      { 2: 1, 5: 5 },
    ));
});

describe('what becomes of a join', () => {
  const check = (prepare: (union: Numbered) => void, outcome: JoinOutcome) => {
    const union = new Numbered(100);
    prepare(union);
    expect(union.join(2, 1)).toBe(outcome);
  };

  test('joined, if nothing is known', () => check(() => undefined, 'joined'));
  test('joined, if the parent is stored', () => check((union) => union.store(1), 'joined'));
  test('late, if the child is stored', () => check((union) => union.store(2), 'late'));
  test('refused, if it is so', () => check((union) => union.join(2, 1), 'refused'));
  test('refused, if the parent is part of the child', () => check((union) => union.join(1, 2), 'refused'));
});

test('joined in any order, traces are the trees that a plain map makes of them', () => {
  const joins = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(joins, (pairs) => {
      const union = new Numbered(100);
      const parents = new Map<number, number>();
      const root = (trace: number): number => (parents.has(trace) ? root(parents.get(trace)!) : trace);
      for (const [child, parent] of pairs) {
        const isRefused = parents.has(child) || root(parent) === child;
        if (!isRefused) parents.set(child, parent);
        expect(union.join(child, parent)).toBe(isRefused ? 'refused' : 'joined');
      }
      for (let trace = 1; trace <= 12; trace++) expect(union.root(trace)).toBe(root(trace));
    }),
  );
});

test('with room for few traces, what was forgotten makes no circle and no root that is none', () => {
  const steps = fc.array(
    fc.tuple(
      fc.constantFrom('join', 'store'),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
    ),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 4 }), (actions, capacity) => {
      const union = new Numbered(capacity);
      for (const [action, a, b] of actions) {
        if (action === 'join') union.join(a, b);
        else union.store(union.root(a));
        const root = union.root(a);
        expect(union.root(root)).toBe(root);
      }
    }),
  );
});

test('a trace that is looked at is not forgotten for others that are not', () => {
  const union = new Numbered(4);
  union.join(2, 1);
  for (let other = 10; other < 50; other += 2) {
    union.join(other, other + 1);
    expect(union.root(2)).toBe(1);
  }
  expect(union.root(10)).toBe(10);
});
