/**
 * Agents that report one after the other, each when all that came before is stored. No trace is whole in any block then:
 * the store learns later which of its traces were one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { observe, type ScenarioChoice } from './testing/observe.ts';
import { type StoredScenario, storeScenario } from './testing/stored-scenario.ts';
import { type StoredSpan, storedSpans } from './testing/stored-spans.ts';
import { TestCollector } from './testing/test-collector.ts';

const CHOICE: ScenarioChoice = { file: 'http-sync.yaml', durationMs: 150 };

let inTime: StoredScenario;
let expected: readonly StoredSpan[];
beforeAll(async () => {
  inTime = await storeScenario(CHOICE);
  expected = await storedSpans(inTime.collector);
});
afterAll(() => inTime.close());

/** Spans of one trace, as one line, for each trace: what ids the traces go by is no matter. */
function tracesOf(spans: readonly StoredSpan[]): string[] {
  const traces = new Map<string, string[]>();
  for (const { trace, spanId, parent } of spans)
    traces.set(trace, [...(traces.get(trace) ?? []), `${parent}>${spanId}`]);
  return [...traces.values()].map((links) => links.sort().join(' ')).sort();
}

test('in time, nothing has to be put right', async () => {
  expect(await inTime.collector.sql('SELECT * FROM trace_alias')).toEqual([]);
  expect(tracesOf(expected).length).toBeGreaterThan(20);
});

// Most requests of clients begin on node-a.
describe.each([
  ['causes come last', ['node-c', 'node-b', 'node-a']],
  ['what links the others comes last', ['node-a', 'node-c', 'node-b']],
])('late rows: %s', (_, order) => {
  let folder: string;
  let collector: TestCollector;
  let found: readonly StoredSpan[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sonde-e2e-'));
    const dataDir = join(folder, 'data');
    collector = await TestCollector.start({
      dataDir,
      assembly: { windowMs: 0, blockMs: 10 },
    });
    let nSent = 0;
    for (const node of order) {
      const { acknowledged } = await observe(
        { ...CHOICE, nodes: [node] },
        { collector: collector.ingestAddress, folder },
      );
      nSent += acknowledged.length;
      await stored(collector, nSent);
    }
    await collector.stop();
    collector = await TestCollector.start({ dataDir });
    found = await storedSpans(collector);
  });
  afterAll(async () => {
    await collector.stop();
    rmSync(folder, { recursive: true });
  });

  test('the traces come out the same', () => expect(tracesOf(found)).toEqual(tracesOf(expected)));

  test('through aliases, because rows were stored under other ids', async () => {
    const [{ stored: nStored } = { stored: 0 }] = await collector.sql<{ stored: number }>(
      'SELECT uniqExact(TraceId) AS stored FROM otel_traces',
    );
    expect(Number(nStored)).toBeGreaterThan(tracesOf(expected).length);
  });

  test('the summary counts them like that', async () => {
    const { spans, traces, spans_per_trace_max } = await collector.summary();
    const wanted = await inTime.collector.summary();
    expect([spans, traces, spans_per_trace_max]).toEqual([
      wanted.spans,
      wanted.traces,
      wanted.spans_per_trace_max,
    ]);
  });
});

/** Waits until so many batches of agents are stored. */
async function stored(collector: TestCollector, nBatches: number): Promise<void> {
  const count = async () => {
    const [row] = await collector.sql<{ n: number }>(
      "SELECT count() AS n FROM batches WHERE NOT startsWith(AgentId, '@')",
    );
    return Number(row!.n);
  };
  while ((await count()) < nBatches) await sleep(50);
}
