import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Row, TestEngine } from '../tables/testing/engine.ts';
import { batchOf, blockOf } from '../tables/testing/plain-batch.ts';
import { COMPAT_QUERIES, type CompatQueryName, compatQueries } from './compat-queries.ts';

const TRACE = 'a'.repeat(32);
const OTHER_TRACE = 'b'.repeat(32);
const START_NS = 1_700_000_000_250_000_000n;
const span = (n: number) => String(n).padStart(16, '0');

/** From outside to front, from there twice to cart, which fails once and asks a database that nobody
 * observes. */
const BLOCK = blockOf([
  batchOf({
    entities: [{ id: 'front-1', serviceName: 'front' }],
    spans: [
      { traceId: TRACE, spanId: span(1), name: 'GET /', startUnixNs: START_NS, durationNs: 9_000_000n },
      { traceId: TRACE, spanId: span(2), parentSpanId: span(1), kind: 3, startUnixNs: START_NS + 1n },
      { traceId: TRACE, spanId: span(4), parentSpanId: span(1), kind: 3, startUnixNs: START_NS + 3n },
      { traceId: OTHER_TRACE, spanId: span(9), name: 'GET /', startUnixNs: START_NS - 3_600_000_000_000n },
    ],
    logs: [
      {
        traceId: TRACE,
        spanId: span(1),
        timeUnixNs: START_NS,
        body: 'hello',
        attributes: { 'log.iostream': 'stdout' },
      },
      { timeUnixNs: START_NS + 1n, severity: 17, body: 'no cart' },
    ],
  }),
  batchOf({
    node: 'node-b',
    entities: [{ id: 'cart-1', serviceName: 'cart' }],
    spans: [
      {
        traceId: TRACE,
        spanId: span(3),
        parentSpanId: span(2),
        startUnixNs: START_NS + 2n,
        durationNs: 2_500_000n,
        attributes: { 'http.route': '/cart' },
      },
      { traceId: TRACE, spanId: span(5), parentSpanId: span(4), startUnixNs: START_NS + 4n, status: 2 },
      {
        traceId: TRACE,
        spanId: span(6),
        parentSpanId: span(5),
        startUnixNs: START_NS + 5n,
        name: 'SELECT items',
        kind: 3,
        peerService: 'db',
      },
      {
        traceId: TRACE,
        spanId: span(7),
        parentSpanId: span(3),
        startUnixNs: START_NS + 6n,
        name: 'SELECT items',
        kind: 3,
        peerService: 'db',
      },
    ],
  }),
]);

let engine: TestEngine;
beforeAll(async () => {
  engine = new TestEngine();
  await engine.createTables();
  await engine.insert(BLOCK);
});
afterAll(() => engine.close());

const CHOSEN = { fromUnixMs: 1_699_999_990_000, toUnixMs: 1_700_000_010_000, traceId: TRACE };

const run = (name: CompatQueryName, services: readonly string[] | null = null) =>
  engine.query(compatQueries({ ...CHOSEN, services }).find((query) => query.name === name)!.sql);

const tested = new Set<string>();
const check = (what: string, name: CompatQueryName, wanted: readonly Row[]) => {
  tested.add(name);
  test(what, async () => expect(await run(name)).toEqual(wanted));
};

check('HyperDX draws the edges of its service map, and who is called from outside', 'hyperdx-service-map', [
  { serverServiceName: 'cart', serverStatusCode: 'Error', clientServiceName: 'front', requestCount: 1 },
  { serverServiceName: 'cart', serverStatusCode: 'Unset', clientServiceName: 'front', requestCount: 1 },
  { serverServiceName: 'front', serverStatusCode: 'Unset', clientServiceName: '', requestCount: 1 },
]);
check('Grafana draws the edges of its node graph', 'grafana-service-map-edges', [
  { id: 'front-cart', source: 'front', target: 'cart', mainstat: '2 calls' },
]);
check('Grafana finds the roots in its time range', 'grafana-trace-search', [
  {
    traceID: TRACE,
    serviceName: 'front',
    operationName: 'GET /',
    startTime: '2023-11-14 22:13:20.250000000',
    duration: 9,
  },
]);
check('Grafana lists log lines, the newest first', 'grafana-logs', [
  { timestamp: '2023-11-14 22:13:20.250000001', body: 'no cart', level: 'ERROR', labels: {}, traceID: '' },
  {
    timestamp: '2023-11-14 22:13:20.250000000',
    body: 'hello',
    level: 'INFO',
    labels: { 'log.iostream': 'stdout' },
    traceID: TRACE,
  },
]);
check('Grafana offers the services', 'grafana-service-variable', [
  { ServiceName: 'cart' },
  { ServiceName: 'front' },
]);
check('Grafana offers the operations', 'grafana-operation-variable', [
  { SpanName: 'GET /' },
  { SpanName: 'GET /cart' },
  { SpanName: 'SELECT items' },
]);

tested.add('grafana-trace-by-id');
test('Grafana shows a trace with all its spans', async () => {
  const spans = await run('grafana-trace-by-id');
  expect(spans.map(({ spanID, parentSpanID }) => `${parentSpanID} -> ${spanID}`).sort()).toEqual([
    ` -> ${span(1)}`,
    `${span(1)} -> ${span(2)}`,
    `${span(1)} -> ${span(4)}`,
    `${span(2)} -> ${span(3)}`,
    `${span(3)} -> ${span(7)}`,
    `${span(4)} -> ${span(5)}`,
    `${span(5)} -> ${span(6)}`,
  ]);
  expect(spans.find(({ spanID }) => spanID === span(3))).toMatchObject({
    traceID: TRACE,
    serviceName: 'cart',
    operationName: 'GET /cart',
    duration: 2.5,
    kind: 'Server',
    statusCode: 0,
    instrumentationLibraryName: 'sonde',
    logs: [],
    references: [],
    tags: expect.arrayContaining([{ key: 'http.route', value: '/cart' }]),
    serviceTags: expect.arrayContaining([{ key: 'service.name', value: 'cart' }]),
  });
});

test('Grafana offers the operations of the services that were chosen', async () =>
  expect(await run('grafana-operation-variable', ['front'])).toEqual([
    { SpanName: 'GET /' },
    { SpanName: 'GET /cart' },
  ]));

test('every query is tested', () => expect([...tested].sort()).toEqual([...COMPAT_QUERIES].sort()));
