/** Whatever happens to the process and the store, and whenever: each row is stored once, and under its true trace. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Harness, type HarnessOptions } from './testing/harness.ts';
import { traceHex } from './testing/made-batches.ts';
import type { StoreMood } from './testing/memory-store.ts';
import { batchesOf, rowsOfWorld, type WorldRow, worldCalls } from './testing/world.ts';

type WorldBatch = ReturnType<typeof batchesOf>[number];

type Action =
  | { readonly do: 'send' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'mood'; readonly mood: StoreMood }
  /** The process, and the next if that one does not survive its start, die after so many reads and writes. */
  | { readonly do: 'mortal'; readonly steps: readonly number[] };

const ACTIONS: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Action>({ do: 'send' }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(100, 700, 1_100, 2_100) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('mood'),
        mood: fc.constantFrom<StoreMood>('well', 'well', 'away', 'full', 'partly', 'silent'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('mortal'),
        steps: fc.array(fc.nat(25), { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
  { maxLength: 40 },
) as fc.Arbitrary<Action[]>;

const HISTORIES = fc.record({
  batches: worldCalls(14).chain((calls) => {
    const rows = rowsOfWorld(calls);
    return fc
      .tuple(
        fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
        fc.integer({ min: 1, max: 4 }),
      )
      .map(([shuffled, rowsEach]) => batchesOf(shuffled, rowsEach));
  }),
  actions: ACTIONS,
});

/** Agents and a collector. An agent sends a batch again until it is acknowledged, in order. */
class Run {
  readonly harness: Harness;
  #unsent: readonly WorldBatch[];
  /** Of the lives to come. */
  #steps: number[] = [];

  constructor(options: HarnessOptions, batches: readonly WorldBatch[]) {
    this.harness = new Harness(options);
    this.#unsent = batches;
  }

  async act(action: Action): Promise<void> {
    if (action.do === 'send') await this.#send();
    if (action.do === 'wait') await this.harness.advance(action.ms);
    if (action.do === 'mood') this.harness.store.mood = action.mood;
    if (action.do === 'mortal') {
      this.#steps = [...action.steps];
      this.harness.start(this.#steps.shift());
      await this.#recover();
    }
    if (this.harness.life.isOver) await this.#startAgain();
  }

  /** All goes well from here, and everything is sent and stored. */
  async end(): Promise<void> {
    this.#steps = [];
    this.harness.start();
    await this.#recover();
    while (this.#unsent.length > 0) await this.#send();
    await this.harness.drain();
  }

  async #send(): Promise<void> {
    const [next, ...rest] = this.#unsent;
    if (next !== undefined && (await this.harness.add(next.made)) !== null) this.#unsent = rest;
  }

  async #startAgain(): Promise<void> {
    do {
      this.harness.start(this.#steps.shift());
      await this.#recover();
    } while (this.harness.life.isOver);
  }

  /** Agents learn what was durable though they got no acknowledgement. */
  async #recover(): Promise<void> {
    const restored = await this.harness.recover();
    if (restored === null) return;
    const durable = new Set(restored.durable.map((id) => JSON.stringify(id)));
    this.#unsent = this.#unsent.filter(({ made }) => !durable.has(JSON.stringify(made.id)));
  }
}

interface FoundRow {
  readonly row: WorldRow;
  /** Aliases resolved. */
  readonly trace: string;
}

/** Runs a history and checks that each row is stored once; then `check` gets the rows of spans and lines with traces. */
function holds(options: HarnessOptions, numRuns: number, check: (found: FoundRow) => void): Promise<void> {
  return fc.assert(
    fc.asyncProperty(HISTORIES, async ({ batches, actions }) => {
      const run = new Run(options, batches);
      for (const action of actions) await run.act(action);
      await run.end();
      const { storeDisk, ledger } = run.harness;
      expect(ledger.imbalances()).toEqual([]);
      expect(ledger.snapshot().map(({ held }) => held)).toEqual([0, 0]);
      const stored = [...storeDisk.spans.rows, ...storeDisk.lines.rows];
      const traces = new Map(stored.map(({ name, trace }) => [name, storeDisk.resolve(trace)]));
      const expected = batches.flatMap(({ made, rows }) => namedRows(JSON.stringify(made.id), rows));
      expect(stored.map(({ name }) => name).sort()).toEqual(expected.map(({ name }) => name).sort());
      for (const { name, row, hasTrace } of expected) {
        if (hasTrace) check({ row, trace: traces.get(name)! });
        else expect(traces.get(name)).toBe(traceHex(0));
      }
    }),
    { numRuns },
  );
}

/** Rows of a batch under the names that the store gives them. */
function namedRows(batch: string, rows: readonly WorldRow[]) {
  const spans = rows.map((row, i) => ({ name: `${batch} span ${i}`, row, hasTrace: true }));
  const lines = rows
    .flatMap((row) => row.lines.map(({ trace }) => ({ row, hasTrace: trace !== 0 })))
    .map((line, i) => ({ name: `${batch} line ${i}`, ...line }));
  return [...spans, ...lines];
}

test('while the log still has what was stored, every row is found under its true trace', async () => {
  await holds({}, 300, ({ row, trace }) => expect(trace).toBe(traceHex(row.root)));
});

test('where the log has let go of it, under a trace on the way to the true one', async () => {
  await holds({ recordsPerSegment: 3, recallMs: 0 }, 300, ({ row, trace }) =>
    expect(row.ancestors.map(traceHex)).toContain(trace),
  );
});

test('with full blocks and no window too', async () => {
  const assembler = { windowMs: 0, blockMs: 10, blockRows: 3 };
  await holds({ assembler }, 200, ({ row, trace }) => expect(trace).toBe(traceHex(row.root)));
});
