/** What other tools show of a stored scenario, against what has really happened in it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  COMPAT_QUERIES,
  type CompatQueryName,
  type CompatValues,
  compatQueries,
} from '../collector/src/store/compat/compat-queries.ts';
import { type StoredScenario, storeScenario } from './testing/stored-scenario.ts';

type Row = Readonly<Record<string, unknown>>;

let stored: StoredScenario;
let chosen: CompatValues;
beforeAll(async () => {
  stored = await storeScenario({ file: 'shop.yaml', durationMs: 2500 });
  const startUnixMs = Date.UTC(2026, 0, 1);
  chosen = {
    fromUnixMs: startUnixMs - 60_000,
    toUnixMs: startUnixMs + 60_000,
    traceId: calls()[0]!.client.traceId,
  };
});
afterAll(() => stored.close());

const calls = () => [...stored.calls.values()];

/** The calls that a call caused, over any number of steps, and itself. */
function treeOf(id: number): number[] {
  const caused = calls().filter(({ call }) => call.parent === id);
  return [id, ...caused.flatMap(({ call }) => treeOf(call.id))];
}

const asked = new Set<CompatQueryName>();
function ask(name: CompatQueryName, values: Partial<CompatValues> = {}): Promise<Row[]> {
  asked.add(name);
  const { sql } = compatQueries({ ...chosen, ...values }).find((query) => query.name === name)!;
  return stored.collector.sql<Row>(sql);
}

/** How often each key occurs, as [key, times], by key. */
function counts<Item>(items: readonly Item[], keyOf: (item: Item) => string): [string, number][] {
  const found = new Map<string, number>();
  for (const item of items) found.set(keyOf(item), (found.get(keyOf(item)) ?? 0) + 1);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

const byName = (a: string, b: string) => (a < b ? -1 : 1);

test("HyperDX's service map has the calls that were made, and which of them failed", async () => {
  const rows = await ask('hyperdx-service-map');
  const edges = rows.map((row) => [
    `${row.clientServiceName} ${row.serverServiceName} ${row.serverStatusCode}`,
    Number(row.requestCount),
  ]);
  // A server's span is an error from 500 on (OpenTelemetry, semantic conventions for HTTP spans, "Status").
  const truth = counts(
    calls(),
    ({ call }) => `${call.from} ${call.to} ${Number(call.outcome) >= 500 ? 'Error' : 'Unset'}`,
  );
  expect(edges.sort(([a], [b]) => byName(String(a), String(b)))).toEqual(truth);
  expect(truth.some(([edge]) => edge.endsWith('Error'))).toBe(true);
});

test("Grafana's node graph has the calls that were made", async () => {
  const rows = await ask('grafana-service-map-edges');
  const truth = counts(calls(), ({ call }) => `${call.from}-${call.to}`);
  expect(
    rows.map(({ id, mainstat }) => [id, mainstat]).sort(([a], [b]) => byName(String(a), String(b))),
  ).toEqual(truth.map(([edge, n]) => [edge, `${n} calls`]));
});

test('Grafana offers the services that made or took calls', async () => {
  const rows = await ask('grafana-service-variable');
  const truth = new Set(calls().flatMap(({ call }) => [call.from, call.to]));
  expect(rows.map(({ ServiceName }) => ServiceName).sort()).toEqual([...truth].sort());
});

test('Grafana offers the operations that were called, of all services and of one', async () => {
  const names = async (services: readonly string[] | null) =>
    (await ask('grafana-operation-variable', { services })).map(({ SpanName }) => String(SpanName));
  // What a path names by number or by user is not part of the operation.
  const operationOf = (label: string) => label.replace(/\?.*/, '').replace(/[^/]*\{[^}]*\}/g, '{}');
  const truth = (service: string | null) =>
    new Set(
      calls()
        .filter(({ call }) => service === null || [call.from, call.to].includes(service))
        .map(({ call }) => operationOf(call.label)),
    );
  for (const service of [null, 'payment', 'web'] as const) {
    const offered = await names(service === null ? null : [service]);
    expect(new Set(offered.map(operationOf))).toEqual(truth(service));
  }
});

test("Grafana finds every client's request as the first of its trace, the newest first", async () => {
  const rows = await ask('grafana-trace-search');
  const roots = calls().filter(({ call }) => call.parent === null);
  expect(rows.map(({ traceID }) => String(traceID)).sort()).toEqual(
    roots.map(({ client }) => client.traceId).sort(),
  );
  expect(counts(rows, ({ serviceName }) => String(serviceName))).toEqual(
    counts(roots, ({ call }) => call.from),
  );
  const times = rows.map(({ startTime }) => String(startTime));
  expect(times).toEqual([...times].sort().reverse());
});

test('Grafana shows a trace whole: each call with its cause', async () => {
  const trees = calls()
    .filter(({ call }) => call.parent === null)
    .map(({ call }) => treeOf(call.id));
  const largest = trees.reduce((most, tree) => (tree.length > most.length ? tree : most));
  expect(largest.length).toBeGreaterThan(3);
  const inTree = largest.map((id) => stored.calls.get(id)!);
  const rows = await ask('grafana-trace-by-id', { traceId: inTree[0]!.client.traceId });
  const links = rows.map((row) => `${row.parentSpanID} -> ${row.spanID} ${row.serviceName} ${row.kind}`);
  const truth = inTree.flatMap(({ call, client, server }) => [
    `${call.parent === null ? '' : stored.calls.get(call.parent)!.server.spanId} -> ${client.spanId} ${call.from} Client`,
    `${client.spanId} -> ${server.spanId} ${call.to} Server`,
  ]);
  expect(links.sort()).toEqual(truth.sort());
});

test('Grafana lists every line that was written, with the trace of its request, the newest first', async () => {
  const rows = await ask('grafana-logs');
  const written = stored.truth.services.reduce((sum, { lines }) => sum + lines, 0);
  expect(rows.length).toBe(written);
  const times = rows.map(({ timestamp }) => String(timestamp));
  expect(times).toEqual([...times].sort().reverse());
  const checkouts = calls().filter(({ call }) => call.from === 'web' && call.to === 'checkout');
  const ofCheckout = rows.filter(({ body }) => String(body).includes('"event":"order"'));
  expect(ofCheckout.map(({ traceID }) => String(traceID)).sort()).toEqual(
    checkouts.map(({ client }) => client.traceId).sort(),
  );
});

test('every query was asked', () => expect([...asked].sort()).toEqual([...COMPAT_QUERIES].sort()));
