import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { replaceTraces } from './replace-traces.ts';
import {
  columnsOf,
  decodeMade,
  type Kind,
  type MadeBatch,
  type MadeLine,
  type MadeSpan,
  payloadOf,
  traceHex,
  traceHexes,
} from './testing/made-batches.ts';
import { batchesOf, rowsOfWorld, worldCalls } from './testing/world.ts';
import { NEAR_MS, TraceJoiner } from './trace-joiner.ts';

const INDEX_SPANS = 10_000;

const span = (trace: number, id: number, parent: number, kind: Kind, startMs = 1_000): MadeSpan => ({
  trace,
  id,
  parent,
  kind,
  startMs,
});

const batch = (spans: readonly MadeSpan[], lines: readonly MadeLine[] = []): MadeBatch => ({
  id: { agentId: 'a', bootEpoch: 1, sequence: 1 },
  spans,
  lines,
});

const newJoiner = () => new TraceJoiner({ indexSpans: INDEX_SPANS, seed: 1 });

/** The traces of all rows of batches that are composed together. */
function composeTogether(batches: readonly MadeBatch[]): string[][] {
  const joiner = newJoiner();
  const added = batches.map((made) => joiner.add(columnsOf(made)));
  joiner.compose(added, []);
  return added.map(({ batch: { spans, logs } }) => [
    ...traceHexes(spans.traceId),
    ...traceHexes(logs.traceId),
  ]);
}

describe('final traces of rows that are there together', () => {
  const check = (spans: readonly MadeSpan[], traces: readonly number[]) =>
    expect(composeTogether([batch(spans)])[0]).toEqual(traces.map(traceHex));

  const CALLER = span(1, 20, 0, 'client');

  test('both ends under one trace', () => check([CALLER, span(1, 21, 20, 'server')], [1, 1]));
  test('a server takes its caller’s trace', () => check([CALLER, span(2, 21, 20, 'server')], [1, 1]));
  test('so does what it calls', () =>
    check([span(2, 31, 21, 'client'), CALLER, span(2, 21, 20, 'server')], [1, 1, 1]));
  test('over two hops', () =>
    check(
      [CALLER, span(3, 31, 30, 'server'), span(2, 30, 21, 'client'), span(2, 21, 20, 'server')],
      [1, 1, 1, 1],
    ));
  test('consumer and producer', () =>
    check([span(1, 20, 0, 'producer'), span(2, 21, 20, 'consumer')], [1, 1]));
  test('a root server', () => check([CALLER, span(2, 21, 0, 'server')], [1, 2]));
  test('a caller nobody saw', () => check([CALLER, span(2, 21, 99, 'server')], [1, 2]));
  test('a parent that is no caller', () =>
    check([span(1, 20, 0, 'internal'), span(2, 21, 20, 'server')], [1, 2]));
  test('a client is not joined by its parent', () => check([CALLER, span(2, 22, 20, 'client')], [1, 2]));
  test('as far apart as clocks may be', () =>
    check([CALLER, span(2, 21, 20, 'server', 1_000 + NEAR_MS)], [1, 1]));
  test('the key came again after long', () =>
    check([CALLER, span(2, 21, 20, 'server', 1_001 + NEAR_MS)], [1, 2]));
  test('no trace stays none', () => check([span(0, 20, 0, 'client'), span(0, 21, 20, 'server')], [0, 0]));
  test('no trace joins nothing', () => check([CALLER, span(0, 21, 20, 'server')], [1, 0]));
  test('a trace inside itself', () => check([span(1, 20, 21, 'client'), span(1, 21, 20, 'server')], [1, 1]));

  test('log lines follow; those without a trace stay so', () => {
    const spans = [CALLER, span(2, 21, 20, 'server')];
    expect(composeTogether([batch(spans, [{ trace: 2 }, { trace: 0 }])])[0]).toEqual(
      [1, 1, 1, 0].map(traceHex),
    );
  });
});

describe('a caller in another batch than its server', () => {
  const caller = columns(span(1, 20, 0, 'client'));
  const server = columns(span(2, 21, 20, 'server'));
  const pairs = ({ rows, alias, trace }: { rows: number; alias: Uint8Array; trace: Uint8Array }) =>
    Array.from({ length: rows }, (_, row) => [traceHexes(alias)[row], traceHexes(trace)[row]]);

  function columns(only: MadeSpan) {
    return () => columnsOf(batch([only]));
  }

  test('that waits still', () => {
    const joiner = newJoiner();
    const composed = joiner.add(server());
    const { replacements, aliases } = joiner.compose([composed], [joiner.add(caller())]);
    expect(pairs(replacements)).toEqual([[traceHex(2), traceHex(1)]]);
    expect(aliases.rows).toBe(0);
  });

  test('that was composed before', () => {
    const joiner = newJoiner();
    joiner.compose([joiner.add(caller())], []);
    const { replacements, aliases } = joiner.compose([joiner.add(server())], []);
    expect(pairs(replacements)).toEqual([[traceHex(2), traceHex(1)]]);
    expect(aliases.rows).toBe(0);
  });

  test('neither of them composed yet, but a row that hangs on them', () => {
    const joiner = newJoiner();
    const composed = joiner.add(columnsOf(batch([span(2, 31, 21, 'client')])));
    joiner.compose([composed], [joiner.add(server()), joiner.add(caller())]);
    expect(traceHexes(composed.batch.spans.traceId)).toEqual([traceHex(1)]);
  });

  test('that comes while the server waits, after another block', () => {
    const joiner = newJoiner();
    const waiting = joiner.add(server());
    joiner.compose([], [waiting]);
    const last = joiner.add(caller());
    joiner.compose([waiting], [last]);
    expect(traceHexes(waiting.batch.spans.traceId)).toEqual([traceHex(1)]);
  });

  test('that comes after: later rows get the root', () => {
    const joiner = newJoiner();
    joiner.compose([joiner.add(server())], []);
    joiner.compose([joiner.add(caller())], []);
    const later = joiner.add(columnsOf(batch([span(2, 31, 21, 'client')])));
    expect(pairs(joiner.compose([later], []).replacements)).toEqual([[traceHex(2), traceHex(1)]]);
  });

  test('that comes after: an alias, once', () => {
    const joiner = newJoiner();
    joiner.compose([joiner.add(server())], []);
    const late = joiner.add(caller());
    expect(joiner.hasLateFacts).toBe(true);
    const { replacements, aliases } = joiner.compose([], [late]);
    expect(replacements.rows).toBe(0);
    expect(pairs(aliases)).toEqual([[traceHex(2), traceHex(1)]]);
    expect(joiner.hasLateFacts).toBe(false);
    expect(joiner.compose([late], []).aliases.rows).toBe(0);
    expect(joiner.compose([joiner.add(caller())], []).aliases.rows).toBe(0);
  });

  test('that comes after, and after its own server: aliases lead to the root', () => {
    const joiner = newJoiner();
    joiner.compose([joiner.add(columnsOf(batch([span(3, 31, 30, 'server')])))], []);
    joiner.compose([joiner.add(columnsOf(batch([span(2, 30, 21, 'client')])))], []);
    const last = [joiner.add(server()), joiner.add(caller())];
    const { aliases } = joiner.compose(last, []);
    expect(pairs(aliases)).toEqual([[traceHex(2), traceHex(1)]]);
  });

  test('in an earlier life', () => {
    const before = newJoiner();
    const resolution = before.compose([before.add(caller())], []);
    const after = newJoiner();
    after.recall([caller()], resolution);
    const added = after.add(server());
    after.compose([added], []);
    expect(traceHexes(added.batch.spans.traceId)).toEqual([traceHex(1)]);
  });

  test('whose server was stored in an earlier life: an alias', () => {
    const before = newJoiner();
    const resolution = before.compose([before.add(server())], []);
    const after = newJoiner();
    after.recall([server()], resolution);
    expect(pairs(after.compose([after.add(caller())], []).aliases)).toEqual([[traceHex(2), traceHex(1)]]);
  });

  test('of which only a log line was stored in an earlier life: an alias', () => {
    const line = () => columnsOf(batch([], [{ trace: 2 }]));
    const before = newJoiner();
    const resolution = before.compose([before.add(line())], []);
    const after = newJoiner();
    after.recall([line()], resolution);
    const { aliases } = after.compose([after.add(server()), after.add(caller())], []);
    expect(pairs(aliases)).toEqual([[traceHex(2), traceHex(1)]]);
  });

  test('of a trace to which only an alias leads, stored in an earlier life: an alias', () => {
    const inner = () => columnsOf(batch([span(3, 31, 30, 'server')]));
    const middle = () => columnsOf(batch([span(2, 30, 0, 'client')]));
    const before = newJoiner();
    const first = before.compose([before.add(inner())], []);
    // The middle goes on waiting for its window: nothing is stored under its trace.
    const second = before.compose([], [before.add(middle())]);
    expect(pairs(second.aliases)).toEqual([[traceHex(3), traceHex(2)]]);
    const after = newJoiner();
    after.recall([inner()], first);
    after.recall([], second);
    const open = [after.add(middle()), after.add(server()), after.add(caller())];
    expect(pairs(after.compose(open, []).aliases)).toEqual([[traceHex(2), traceHex(1)]]);
  });

  test('whose alias was stored in an earlier life: no other alias', () => {
    const before = newJoiner();
    const first = before.compose([before.add(server())], []);
    const second = before.compose([before.add(caller())], []);
    const after = newJoiner();
    after.recall([server()], first);
    after.recall([caller()], second);
    expect(after.compose([], []).aliases.rows).toBe(0);
  });
});

test('many joins at once', () => {
  const numbers = Array.from({ length: 1_000 }, (_, i) => i + 1);
  const callers = numbers.map((n) => span(n, 2 * n, 0, 'client'));
  const servers = numbers.map((n) => span(10_000 + n, 2 * n + 1, 2 * n, 'server'));
  expect(composeTogether([batch(callers), batch(servers)])[1]).toEqual(numbers.map(traceHex));
});

test('every row of a world gets its true trace, in whatever batches and order rows come', () => {
  const worlds = worldCalls(30).chain((calls) => {
    const rows = rowsOfWorld(calls);
    return fc.tuple(
      fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
      fc.integer({ min: 1, max: 8 }),
    );
  });
  fc.assert(
    fc.property(worlds, ([rows, rowsEach]) => {
      const batches = batchesOf(rows, rowsEach);
      const found = composeTogether(batches.map(({ made }) => made));
      for (const [i, { rows: expected }] of batches.entries())
        expect(found[i]!.slice(0, expected.length)).toEqual(expected.map(({ root }) => traceHex(root)));
    }),
  );
});

const HOSTILE_SPANS = fc.array(
  fc.record({
    trace: fc.nat(6),
    id: fc.integer({ min: 1, max: 5 }),
    parent: fc.nat(5),
    kind: fc.constantFrom<Kind>('server', 'client', 'internal'),
    startMs: fc.constantFrom(1_000, 1_001, 1_000 + 2 * NEAR_MS),
  }),
  { minLength: 1, maxLength: 25 },
);

test('whatever ids agents send, the order of rows and batches does not show', () => {
  const orders = HOSTILE_SPANS.chain((spans) =>
    fc.tuple(
      fc.constant(spans),
      fc.shuffledSubarray([...spans.keys()], { minLength: spans.length, maxLength: spans.length }),
      fc.integer({ min: 1, max: 6 }),
    ),
  );
  fc.assert(
    fc.property(orders, ([spans, order, rowsEach]) => {
      const [inOrder] = composeTogether([batch(spans)]);
      const batches: MadeBatch[] = [];
      for (let at = 0; at < order.length; at += rowsEach)
        batches.push(batch(order.slice(at, at + rowsEach).map((i) => spans[i]!)));
      const shuffled = composeTogether(batches).flat();
      expect(order.map((_, at) => shuffled[at])).toEqual(order.map((i) => inOrder![i]));
    }),
    { numRuns: 300 },
  );
});

test('whatever ids agents send, what was replaced is replaced again to the byte', () => {
  fc.assert(
    fc.property(HOSTILE_SPANS, (spans) => {
      const made = batch(spans, [{ trace: 1 }, { trace: 2 }]);
      const joiner = newJoiner();
      const added = joiner.add(columnsOf(made));
      const { replacements } = joiner.compose([added], []);
      const again = decodeMade(payloadOf(made));
      if ('fault' in again) throw new RangeError(again.fault);
      replaceTraces([again], replacements);
      expect(again).toEqual(added.batch);
    }),
  );
});
