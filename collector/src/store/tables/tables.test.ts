import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DATABASE } from '../database.ts';
import { BATCHES } from './batches.ts';
import { LOGS } from './logs.ts';
import { TABLES } from './tables.ts';
import { type Row, TestEngine } from './testing/engine.ts';
import { aliasesOf, batchOf, blockOf, type PlainBatch } from './testing/plain-batch.ts';
import { TRACE_TIMES } from './trace-times.ts';
import { TRACES } from './traces.ts';

let engine: TestEngine;
beforeAll(() => {
  engine = new TestEngine();
});
afterAll(() => engine.close());

const traceId = (n: number) => n.toString(16).padStart(32, '0');
const spanId = (n: number) => n.toString(16).padStart(16, '0');

/** Everything that a block can have, of two agents. */
const FULL = blockOf(
  [
    batchOf({
      entities: [
        { attributes: { 'k8s.pod.name': 'cart-1' } },
        { id: 'container-2', serviceName: '', unnamed: 'pod not listed' },
      ],
      spans: [
        {
          traceId: traceId(1),
          spanId: spanId(2),
          parentSpanId: spanId(1),
          attributes: { 'http.response.status_code': '503' },
          status: 2,
        },
        {
          traceId: traceId(1),
          spanId: spanId(1),
          kind: 3,
          entity: 1,
          peerService: 'cart',
          startUnixNs: 1_700_000_007_000_000_000n,
        },
      ],
      logs: [
        {
          traceId: traceId(1),
          spanId: spanId(2),
          severity: 17,
          body: 'no',
          attributes: { 'log.iostream': 'stderr' },
        },
      ],
      red: [{ errors: 1n }],
      edges: [{ connections: 2n }, { protocol: 'http', requests: 1n, durations: { 3: 1, 80: 2 } }],
      ledger: [{ in: 3, out: 2, held: 0, dropped: { full: 1 } }],
    }),
    batchOf({
      id: { agentId: 'agent-b', bootEpoch: 9, sequence: 7 },
      node: 'node-b',
      platform: 'linux',
      entities: [{ id: 'container-3', serviceName: 'front' }],
      spans: [
        {
          traceId: traceId(3),
          clientAddress: '',
          clientPort: 0,
          attributes: { 'server.address': 'front.shop' },
        },
      ],
    }),
  ],
  { aliases: aliasesOf([[traceId(2), traceId(1)]]) },
);

describe('of a block are stored', () => {
  beforeAll(async () => {
    await engine.createTables();
    await engine.insert(FULL);
  });
  const check = (what: string, sql: string, wanted: readonly Row[]) =>
    test(what, async () => {
      expect(await engine.query(sql)).toEqual(wanted);
    });

  check(
    'spans with their ids, kinds and statuses',
    `SELECT TraceId, SpanId, ParentSpanId, SpanKind, StatusCode, ServiceName, PeerService, ScopeName,
      toString(toUnixTimestamp64Nano(Timestamp)) AS start, Duration FROM otel_traces ORDER BY TraceId, SpanId`,
    [
      {
        TraceId: traceId(1),
        SpanId: spanId(1),
        ParentSpanId: '',
        SpanKind: 'Client',
        StatusCode: 'Unset',
        ServiceName: '',
        PeerService: 'cart',
        ScopeName: 'sonde',
        start: '1700000007000000000',
        Duration: 1_500_000,
      },
      {
        TraceId: traceId(1),
        SpanId: spanId(2),
        ParentSpanId: spanId(1),
        SpanKind: 'Server',
        StatusCode: 'Error',
        ServiceName: 'cart',
        PeerService: '',
        ScopeName: 'sonde',
        start: '1700000000123456789',
        Duration: 1_500_000,
      },
      {
        TraceId: traceId(3),
        SpanId: spanId(1),
        ParentSpanId: '',
        SpanKind: 'Server',
        StatusCode: 'Unset',
        ServiceName: 'front',
        PeerService: '',
        ScopeName: 'sonde',
        start: '1700000000123456789',
        Duration: 1_500_000,
      },
    ],
  );
  check(
    'both ends of a span, the peer being the one that was not observed; what the agent said of an end stands',
    'SELECT SpanAttributes, HttpStatus FROM otel_traces ORDER BY TraceId, SpanId',
    [
      {
        SpanAttributes: {
          'client.address': '10.0.0.1',
          'client.port': '40001',
          'server.address': '10.0.0.2',
          'server.port': '8080',
          'network.peer.address': '10.0.0.2',
          'network.peer.port': '8080',
        },
        HttpStatus: 0,
      },
      {
        SpanAttributes: {
          'http.response.status_code': '503',
          'client.address': '10.0.0.1',
          'client.port': '40001',
          'server.address': '10.0.0.2',
          'server.port': '8080',
          'network.peer.address': '10.0.0.1',
          'network.peer.port': '40001',
        },
        HttpStatus: 503,
      },
      { SpanAttributes: { 'server.address': 'front.shop', 'server.port': '8080' }, HttpStatus: 0 },
    ],
  );
  check(
    'resource attributes of entities with and without a name',
    'SELECT ResourceAttributes FROM otel_traces ORDER BY TraceId, SpanId',
    [
      {
        ResourceAttributes: {
          'service.namespace': 'shop',
          'host.name': 'node-a',
          'sonde.entity.id': 'container-2',
          'sonde.entity.kind': 'container',
          'sonde.unnamed': 'pod not listed',
          'sonde.simulated': 'true',
        },
      },
      {
        ResourceAttributes: {
          'k8s.pod.name': 'cart-1',
          'service.name': 'cart',
          'service.namespace': 'shop',
          'host.name': 'node-a',
          'sonde.entity.id': 'container-1',
          'sonde.entity.kind': 'container',
          'sonde.simulated': 'true',
        },
      },
      {
        ResourceAttributes: {
          'service.name': 'front',
          'service.namespace': 'shop',
          'host.name': 'node-b',
          'sonde.entity.id': 'container-3',
          'sonde.entity.kind': 'container',
          'sonde.simulated': 'false',
        },
      },
    ],
  );
  check(
    'the batch of each span',
    'SELECT AgentId, BootEpoch, BatchSequence, Node, Simulated, toUnixTimestamp(IngestTime) AS ingest FROM otel_traces ORDER BY TraceId, SpanId LIMIT 1, 2',
    [
      {
        AgentId: 'agent-a',
        BootEpoch: 1,
        BatchSequence: 1,
        Node: 'node-a',
        Simulated: true,
        ingest: 4_000_000_000,
      },
      {
        AgentId: 'agent-b',
        BootEpoch: 9,
        BatchSequence: 7,
        Node: 'node-b',
        Simulated: false,
        ingest: 4_000_000_000,
      },
    ],
  );
  check(
    'the time of each trace',
    'SELECT TraceId, toUnixTimestamp(Start) AS start, toUnixTimestamp(End) AS end, Spans, toUnixTimestamp(IngestTime) AS ingest FROM otel_traces_trace_id_ts ORDER BY TraceId',
    [
      { TraceId: traceId(1), start: 1_700_000_000, end: 1_700_000_007, Spans: 2, ingest: 4_000_000_000 },
      { TraceId: traceId(3), start: 1_700_000_000, end: 1_700_000_000, Spans: 1, ingest: 4_000_000_000 },
    ],
  );
  check(
    'log lines',
    'SELECT TraceId, SpanId, SeverityText, SeverityNumber, ServiceName, Body, LogAttributes, AgentId, toUnixTimestamp(TimestampTime) AS s FROM otel_logs',
    [
      {
        TraceId: traceId(1),
        SpanId: spanId(2),
        SeverityText: 'ERROR',
        SeverityNumber: 17,
        ServiceName: 'cart',
        Body: 'no',
        LogAttributes: { 'log.iostream': 'stderr' },
        AgentId: 'agent-a',
        s: 1_700_000_000,
      },
    ],
  );
  check(
    'rates, errors and durations',
    'SELECT toUnixTimestamp(Time) AS t, ServiceName, EntityId, SpanName, SpanKind, Protocol, sum(Requests) AS r, sum(Errors) AS e, sumMap(Durations) AS d FROM red_1m GROUP BY ALL',
    [
      {
        t: 1_699_999_980,
        ServiceName: 'cart',
        EntityId: 'container-1',
        SpanName: 'GET /cart',
        SpanKind: 'Server',
        Protocol: 'http',
        r: 1,
        e: 1,
        d: { 82: 1 },
      },
    ],
  );
  check(
    'edges',
    'SELECT Client, Server, ServerPort, Side, Protocol, sum(Connections) AS c, sum(Requests) AS r, sumMap(Durations) AS d FROM edges_1m GROUP BY ALL ORDER BY Protocol',
    [
      { Client: 'front', Server: 'cart', ServerPort: 8080, Side: 'Client', Protocol: '', c: 2, r: 0, d: {} },
      {
        Client: 'front',
        Server: 'cart',
        ServerPort: 8080,
        Side: 'Client',
        Protocol: 'http',
        c: 0,
        r: 1,
        d: { 3: 1, 80: 2 },
      },
    ],
  );
  check('aliases', 'SELECT Alias, TraceId FROM trace_alias', [{ Alias: traceId(2), TraceId: traceId(1) }]);
  check(
    'entities',
    'SELECT EntityId, Kind, ServiceName, Unnamed, Node, Simulated, Attributes FROM entities FINAL ORDER BY EntityId',
    [
      {
        EntityId: 'container-1',
        Kind: 'container',
        ServiceName: 'cart',
        Unnamed: '',
        Node: 'node-a',
        Simulated: true,
        Attributes: { 'k8s.pod.name': 'cart-1' },
      },
      {
        EntityId: 'container-2',
        Kind: 'container',
        ServiceName: '',
        Unnamed: 'pod not listed',
        Node: 'node-a',
        Simulated: true,
        Attributes: {},
      },
      {
        EntityId: 'container-3',
        Kind: 'container',
        ServiceName: 'front',
        Unnamed: '',
        Node: 'node-b',
        Simulated: false,
        Attributes: {},
      },
    ],
  );
  check(
    'the ledger',
    'SELECT Agent, BootEpoch, Node, Stage, Unit, In, Out, Held, Dropped, BatchSequence FROM ledger',
    [
      {
        Agent: 'agent-a',
        BootEpoch: 1,
        Node: 'node-a',
        Stage: 'spans',
        Unit: 'spans',
        In: 3,
        Out: 2,
        Held: 0,
        Dropped: { full: 1 },
        BatchSequence: 1,
      },
    ],
  );
  check(
    'the manifest',
    'SELECT AgentId, BootEpoch, Sequence, BlockId, Spans, Logs, Rows FROM batches ORDER BY AgentId',
    [
      { AgentId: 'agent-a', BootEpoch: 1, Sequence: 1, BlockId: 'block-1', Spans: 2, Logs: 1, Rows: 9 },
      { AgentId: 'agent-b', BootEpoch: 9, Sequence: 7, BlockId: 'block-1', Spans: 1, Logs: 0, Rows: 2 },
    ],
  );
});

/** The tables whose strings are looked at, and the one that tells how many blocks there were. */
const STRING_TABLES = [TRACES, LOGS, BATCHES];

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '',
    '\0',
    '\n\n',
    "'); --",
    '\\',
    '\ud800',
    `\n\nDROP TABLE ${DATABASE}.batches`,
    'x'.repeat(300),
  ),
);
const anySpan = fc.record({
  name: anyText,
  protocol: anyText,
  peerService: anyText,
  clientAddress: anyText,
  attributes: fc.dictionary(anyText, anyText, { maxKeys: 4, noNullPrototype: true }),
});
const anyBatch = fc.record({
  node: anyText,
  entities: fc.array(fc.record({ id: anyText, serviceName: anyText, unnamed: anyText }), {
    minLength: 1,
    maxLength: 1,
  }),
  spans: fc.array(anySpan, { minLength: 1, maxLength: 5 }),
  logs: fc.array(fc.record({ body: anyText }), { minLength: 1, maxLength: 5 }),
});

const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase();

describe('in tables of its own', () => {
  beforeEach(async () => {
    await engine.dropTables();
    await engine.createTables();
  });

  test("the times of traces are what the exporter's view would make of the spans", async () => {
    const span = fc.record({
      traceId: fc.integer({ min: 0, max: 4 }).map(traceId),
      startUnixNs: fc.bigInt({ min: 0n, max: 4_294_967_295_999_999_999n }),
    });
    const batches = fc.array(fc.array(span, { maxLength: 8 }), { maxLength: 3 });
    const property = fc.asyncProperty(batches, async (plains) => {
      for (const { name } of [TRACES, TRACE_TIMES]) await engine.run(`TRUNCATE TABLE ${DATABASE}.${name}`);
      await engine.insert(blockOf(plains.map((spans) => batchOf({ spans }))), [TRACES, TRACE_TIMES]);
      expect(
        await engine.query(
          'SELECT TraceId, toString(Start) AS s, toString(End) AS e, Spans, IngestTime AS i FROM otel_traces_trace_id_ts ORDER BY TraceId',
        ),
      ).toEqual(
        await engine.query(
          `SELECT TraceId, toString(toDateTime(min(Timestamp))) AS s, toString(toDateTime(max(Timestamp))) AS e, count() AS Spans,
          max(otel_traces.IngestTime) AS i FROM otel_traces WHERE TraceId != '' GROUP BY TraceId ORDER BY TraceId`,
        ),
      );
    });
    await fc.assert(property, { numRuns: 30 });
  });

  test('what a DateTime cannot say is its last one', async () => {
    const unixNs = (1n << 32n) * 1_000_000_000n;
    const late = batchOf({ spans: [{ traceId: traceId(1), startUnixNs: unixNs }] });
    await engine.insert(blockOf([late], { composedUnixNs: unixNs }));
    expect(
      await engine.query(
        'SELECT toUnixTimestamp(Start) AS start, toUnixTimestamp(IngestTime) AS ingest FROM otel_traces_trace_id_ts',
      ),
    ).toEqual([{ start: 0xffff_ffff, ingest: 0xffff_ffff }]);
  });

  test('totals of one key are added up over blocks', async () => {
    const plain: PlainBatch = { red: [{ durations: { 1: 1, 2: 5 } }], edges: [{ connections: 2n }] };
    await engine.insert(blockOf([batchOf(plain), batchOf(plain)]));
    await engine.insert(blockOf([batchOf(plain)], { id: 'block-2' }));
    expect(
      await engine.query(`SELECT (SELECT sum(Requests) FROM red_1m) AS requests, (SELECT sumMap(Durations) FROM red_1m) AS durations,
      (SELECT sum(Connections) FROM edges_1m) AS connections`),
    ).toEqual([{ requests: 3, durations: { 1: 3, 2: 15 }, connections: 6 }]);
  });

  test('of what is said of one moment of an entity, the last word counts', async () => {
    await engine.insert(blockOf([batchOf({ entities: [{ serviceName: '', unnamed: 'pod not listed' }] })]));
    const named = batchOf({ entities: [{ serviceName: 'cart' }] });
    await engine.insert(blockOf([named], { id: 'block-2', composedUnixNs: 4_000_000_001_000_000_000n }));
    expect(await engine.query('SELECT ServiceName, Unnamed FROM entities FINAL')).toEqual([
      { ServiceName: 'cart', Unnamed: '' },
    ]);
  });

  test('retention counts from ingest: an old capture stays, what was ingested long ago goes, and each block is one part', async () => {
    const years = Array.from({ length: 200 }, (_, day) => ({
      startUnixNs: BigInt(day) * 86_400_000_000_000n,
    }));
    const old = batchOf({ spans: years, logs: [{ timeUnixNs: 0n }] });
    await engine.insert(blockOf([old]));
    await engine.insert(
      blockOf([batchOf({ spans: [{}], logs: [{}] })], {
        id: 'block-2',
        composedUnixNs: 1_000_000_000_000_000_000n,
      }),
    );
    // Not a day of retention is left of the time that a DateTime has.
    await engine.insert(
      blockOf([batchOf({ spans: [{ traceId: traceId(1) }] })], {
        id: 'block-3',
        composedUnixNs: 4_294_967_000_000_000_000n,
      }),
    );
    expect(
      await engine.query(
        `SELECT toString(partition) AS day, count() AS parts FROM system.parts WHERE database = '${DATABASE}' AND table = 'otel_traces' AND active AND partition > '2020' GROUP BY day ORDER BY day`,
      ),
    ).toEqual([
      { day: '2096-10-02', parts: 1 },
      { day: '2106-02-07', parts: 1 },
    ]);
    const tables = TABLES.filter((table) => table.name !== 'red_1m' && table.name !== 'edges_1m');
    for (const { name } of tables) await engine.run(`OPTIMIZE TABLE ${DATABASE}.${name} FINAL`);
    expect(
      await engine.query(`SELECT (SELECT count() FROM otel_traces) AS spans, (SELECT count() FROM otel_logs) AS logs,
      (SELECT sum(Spans) FROM otel_traces_trace_id_ts) AS inTraces, (SELECT count() FROM batches) AS batches`),
    ).toEqual([{ spans: 201, logs: 1, inTraces: 201, batches: 2 }]);
  });

  test('every table expires and is fsynced', async () => {
    const rows = await engine.query(
      `SELECT name, create_table_query AS ddl FROM system.tables WHERE database = '${DATABASE}' AND engine LIKE '%MergeTree' ORDER BY name`,
    );
    expect(rows.map((row) => row.name)).toEqual(TABLES.map((table) => table.name).sort());
    for (const { ddl } of rows)
      expect(ddl).toMatch(
        /TTL .*fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1, materialize_ttl_recalculate_only = 1/,
      );
  });

  test('any text of any batch is stored as its bytes, and the same block is always the same bytes', async () => {
    let n = 0;
    const property = fc.asyncProperty(fc.array(anyBatch, { minLength: 1, maxLength: 3 }), async (plains) => {
      n++;
      // The times order rows as they are written here.
      let timeNs = 0n;
      const timed = plains.map((plain, i) => ({
        ...plain,
        id: { agentId: `run-${n}`, sequence: i + 1 },
        spans: plain.spans.map((span) => ({ ...span, startUnixNs: timeNs++ })),
        logs: plain.logs.map((log) => ({ ...log, timeUnixNs: timeNs++ })),
      }));
      const build = () => blockOf(timed.map(batchOf), { id: `run-${n}` });
      for (const table of TABLES) expect(table.encode(build())).toEqual(table.encode(build()));
      await engine.insert(build(), STRING_TABLES);

      expect(
        await engine.query(`SELECT hex(SpanName) AS name, hex(Protocol) AS protocol, hex(PeerService) AS peer, hex(ServiceName) AS service,
        hex(Node) AS node, arrayMap((k, v) -> (hex(k), hex(v)), mapKeys(SpanAttributes), mapValues(SpanAttributes)) AS pairs
        FROM otel_traces WHERE AgentId = 'run-${n}' ORDER BY Timestamp`),
      ).toEqual(
        timed.flatMap(({ spans, node, entities }) =>
          spans.map((span) => ({
            name: hex(span.name),
            protocol: hex(span.protocol),
            peer: hex(span.peerService),
            service: hex(entities[0]!.serviceName),
            node: hex(node),
            pairs: [
              ...Object.entries(span.attributes),
              ...(span.clientAddress === '' ? [] : [['client.address', span.clientAddress]]),
              ['client.port', '40001'],
              ['server.address', '10.0.0.2'],
              ['server.port', '8080'],
              ...(span.clientAddress === '' ? [] : [['network.peer.address', span.clientAddress]]),
              ['network.peer.port', '40001'],
            ].map(([key, value]) => [hex(key!), hex(value!)]),
          })),
        ),
      );
      expect(
        await engine.query(
          `SELECT hex(Body) AS body FROM otel_logs WHERE AgentId = 'run-${n}' ORDER BY Timestamp`,
        ),
      ).toEqual(timed.flatMap(({ logs }) => logs.map(({ body }) => ({ body: hex(body) }))));
    });
    await fc.assert(property, { numRuns: 20 });
    expect(await engine.query('SELECT uniqExact(BlockId) AS blocks FROM batches')).toEqual([{ blocks: n }]);
  });
});

test('a block without rows gives no rows but those of its manifest', () => {
  const encoded = TABLES.filter((table) => table.encode(blockOf([batchOf({ entities: [] })])));
  expect(encoded.map((table) => table.name)).toEqual(['batches']);
  expect(TABLES.filter((table) => table.encode(blockOf([])))).toEqual([]);
});
