/** The store at a glance, against the tables themselves; and the ledger, from the kernel to the manifest. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { SummaryJson } from '../collector/src/api/summary-json.ts';
import { type StoredScenario, storeScenario } from './testing/stored-scenario.ts';
import { storedSpans } from './testing/stored-spans.ts';

let stored: StoredScenario;
let summary: SummaryJson;
beforeAll(async () => {
  stored = await storeScenario(
    { file: 'shop.yaml', durationMs: 2500 },
    { assembly: { windowMs: 100, blockMs: 20 } },
  );
  summary = await stored.collector.summary();
});
afterAll(() => stored.close());

/** The only number of the only row. */
async function number(query: string): Promise<number> {
  const [row] = await stored.collector.sql<Record<string, unknown>>(query);
  return Number(Object.values(row!)[0]);
}

const check = (key: keyof SummaryJson, query: string) =>
  test(`${key} are what the tables say`, async () => {
    const inTables = await number(query);
    expect(inTables).toBeGreaterThan(0);
    expect(summary[key]).toBe(inTables);
  });

check('spans', 'SELECT count() FROM otel_traces');
check('logs', 'SELECT count() FROM otel_logs');
check('logs_with_span', "SELECT count() FROM otel_logs WHERE SpanId != ''");
check('nodes', 'SELECT uniqExact(Node) FROM otel_traces');
check('edges', 'SELECT uniqExact(Client, Server) FROM edges_1m');
check('connections', "SELECT sum(Connections) FROM edges_1m WHERE Side = 'Client'");

test('traces and the largest of them are what the spans say', async () => {
  const sizes = new Map<string, number>();
  for (const { trace } of await storedSpans(stored.collector)) sizes.set(trace, (sizes.get(trace) ?? 0) + 1);
  expect(summary.traces).toBe(sizes.size);
  expect(summary.spans_per_trace_max).toBe(Math.max(...sizes.values()));
});

test('services are those of which anything is known, services that only answer over other protocols too', () => {
  const { edges } = stored.truth;
  expect(summary.services).toBe(new Set(edges.flatMap(({ from, to }) => [from, to])).size);
  expect(summary.simulated).toBe(true);
});

const stageOf = (name: string) => summary.ledger.stages.find(({ stage }) => stage === name)!;

test('every stage of agents and collector adds up at the end, and holds nothing', () => {
  expect(summary.ledger.stages.map(({ stage }) => stage)).toEqual(
    expect.arrayContaining([
      'kernel.calls',
      'spans',
      'logs',
      'transport',
      'ingest',
      'ingest.rows',
      'assembly',
    ]),
  );
  const wrong = summary.ledger.stages.filter(({ in: taken, out, held, dropped }) => {
    const nDropped = Object.values(dropped).reduce((sum, n) => sum + n, 0);
    return taken !== out + held + nDropped || held !== 0;
  });
  expect(wrong).toEqual([]);
  expect(summary.ledger.balanced).toBe(true);
});

test('each span and each line that an agent gave is stored once', async () => {
  expect(await number('SELECT count() FROM otel_traces')).toBe(stageOf('spans').out);
  expect(await number('SELECT uniqExact(SpanId) FROM otel_traces')).toBe(stageOf('spans').out);
  expect(await number('SELECT count() FROM otel_logs')).toBe(stageOf('logs').out);
});

test('the manifest has each batch that agents were told is safe, with its rows', async () => {
  const rows = await stored.collector.sql<{ agent: string; sequence: string; rows: string }>(
    "SELECT AgentId AS agent, Sequence AS sequence, Rows AS rows FROM batches WHERE NOT startsWith(AgentId, '@')",
  );
  const line = (batch: { agent: string; sequence: number | string; rows: number | string }) =>
    `${batch.agent} ${batch.sequence}: ${batch.rows}`;
  expect(rows.map(line).sort()).toEqual(stored.acknowledged.map(line).sort());
});

test('the manifest agrees with the tables', async () => {
  for (const [column, table] of [
    ['Spans', 'otel_traces'],
    ['Logs', 'otel_logs'],
  ] as const) {
    const differing = await stored.collector.sql(`
      SELECT id, told, found
      FROM (SELECT (AgentId, BootEpoch, Sequence) AS id, sum(${column}) AS told FROM batches GROUP BY id) AS manifest
      FULL JOIN (SELECT (AgentId, BootEpoch, BatchSequence) AS id, count() AS found FROM ${table} GROUP BY id) AS rows
      USING id
      WHERE told != found`);
    expect(differing).toEqual([]);
  }
});

test('what agents sent is what is stored; the last word of each, which came after its count, is all that is more', async () => {
  const lastWords = await number(`
    SELECT count() FROM ledger
    WHERE NOT startsWith(Agent, '@') AND (Agent, BatchSequence) IN (SELECT AgentId, max(Sequence) FROM batches GROUP BY AgentId)`);
  const rows = await number("SELECT sum(Rows) FROM batches WHERE NOT startsWith(AgentId, '@')");
  const { out } = stageOf('transport');
  expect(lastWords).toBeGreaterThan(0);
  expect(rows - lastWords).toBe(out);
  expect(stageOf('ingest.rows').out).toBe(rows);
  expect(summary.ledger.handovers).toEqual([
    { from: 'transport', to: 'batches', unit: 'rows', out, held: 0, in: out, missing: 0, surplus: 0 },
  ]);
});
