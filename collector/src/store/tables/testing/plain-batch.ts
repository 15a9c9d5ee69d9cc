/** Batches for tests, written down as plain rows: what a row does not say has the value shown here. */
import type { StageSnapshot } from '@sonde/ledger';
import { type Block, NO_ALIASES, type TraceAliases } from '../../../model/block.ts';
import type {
  AttributeColumns,
  BatchColumns,
  BatchId,
  HistogramColumns,
  Platform,
} from '../../../model/columns.ts';

type Pairs = Readonly<Record<string, string>>;

const ENTITY = {
  id: 'container-1',
  kind: 1,
  serviceName: 'cart',
  serviceNamespace: 'shop',
  unnamed: '',
  validFromUnixNs: 1_700_000_000_000_000_000n,
  attributes: {} as Pairs,
};
const SPAN = {
  traceId: '00000000000000000000000000000001',
  spanId: '0000000000000001',
  parentSpanId: '0000000000000000',
  startUnixNs: 1_700_000_000_123_456_789n,
  durationNs: 1_500_000n,
  name: 'GET /cart',
  kind: 2,
  status: 0,
  protocol: 'http',
  entity: 0,
  peerService: '',
  clientAddress: '10.0.0.1',
  clientPort: 40_001,
  serverAddress: '10.0.0.2',
  serverPort: 8080,
  requestBytes: 100n,
  responseBytes: 2000n,
  attributes: {} as Pairs,
};
const LOG = {
  timeUnixNs: 1_700_000_000_123_456_789n,
  traceId: '00000000000000000000000000000000',
  spanId: '0000000000000000',
  severity: 9,
  body: 'cart opened',
  entity: 0,
  attributes: {} as Pairs,
};
const RED = {
  minute: 28_333_333,
  entity: 0,
  name: 'GET /cart',
  kind: 2,
  protocol: 'http',
  requests: 1n,
  errors: 0n,
  durationSumNs: 1_500_000n,
  durations: { 82: 1 } as Readonly<Record<number, number>>,
};
const EDGE = {
  minute: 28_333_333,
  client: 'front',
  server: 'cart',
  serverPort: 8080,
  entity: 0,
  side: 1,
  protocol: '',
  connections: 0n,
  failedConnections: 0n,
  requestBytes: 0n,
  responseBytes: 0n,
  requests: 0n,
  errors: 0n,
  durationSumNs: 0n,
  durations: {} as Readonly<Record<number, number>>,
};
const STAGE = { stage: 'spans', unit: 'spans', in: 0, out: 0, held: 0, dropped: {} };

export type PlainSpan = Partial<typeof SPAN>;

export interface PlainBatch {
  readonly id?: Partial<BatchId>;
  readonly node?: string;
  readonly platform?: Platform;
  /** One entity where none is given. */
  readonly entities?: readonly Partial<typeof ENTITY>[];
  readonly spans?: readonly PlainSpan[];
  readonly logs?: readonly Partial<typeof LOG>[];
  readonly red?: readonly Partial<typeof RED>[];
  readonly edges?: readonly Partial<typeof EDGE>[];
  readonly ledger?: readonly (Partial<Omit<StageSnapshot, 'unit'>> & {
    readonly unit?: string;
    readonly timeUnixNs?: bigint;
  })[];
}

export function batchOf(plain: PlainBatch): BatchColumns {
  const strings: string[] = [''];
  const ids = new Map([['', 0]]);
  const id = (text: string): number => {
    if (!ids.has(text)) {
      ids.set(text, strings.length);
      strings.push(text);
    }
    return ids.get(text)!;
  };
  const texts = (values: readonly string[]) => Uint32Array.from(values, id);
  const rowsOf = <Row extends object>(rows: readonly Partial<Row>[] | undefined, preset: Row): Row[] =>
    (rows ?? []).map((row) => ({ ...preset, ...row }));

  const attributesOf = (rows: readonly { readonly attributes: Pairs }[]): AttributeColumns => {
    const pairs = rows.map((row) => Object.entries(row.attributes));
    const flat = pairs.flat();
    return {
      offsets: offsetsOf(pairs),
      key: texts(flat.map(([key]) => key)),
      value: texts(flat.map(([, value]) => value)),
      type: new Uint8Array(flat.length).fill(1),
    };
  };

  const entities = rowsOf(plain.entities ?? [{}], ENTITY);
  const spans = rowsOf(plain.spans, SPAN);
  const logs = rowsOf(plain.logs, LOG);
  const red = rowsOf(plain.red, RED);
  const edges = rowsOf(plain.edges, EDGE);
  return {
    id: { agentId: 'agent-a', bootEpoch: 1, sequence: 1, ...plain.id },
    node: plain.node ?? 'node-a',
    platform: plain.platform ?? 'simulated',
    strings,
    entities: {
      rows: entities.length,
      id: texts(entities.map((row) => row.id)),
      kind: Uint8Array.from(entities, (row) => row.kind),
      serviceName: texts(entities.map((row) => row.serviceName)),
      serviceNamespace: texts(entities.map((row) => row.serviceNamespace)),
      unnamed: texts(entities.map((row) => row.unnamed)),
      validFromUnixNs: BigUint64Array.from(entities, (row) => row.validFromUnixNs),
      attributes: attributesOf(entities),
    },
    spans: {
      rows: spans.length,
      traceId: bytesOf(spans.map((row) => row.traceId)),
      spanId: bytesOf(spans.map((row) => row.spanId)),
      parentSpanId: bytesOf(spans.map((row) => row.parentSpanId)),
      startUnixNs: BigUint64Array.from(spans, (row) => row.startUnixNs),
      durationNs: BigUint64Array.from(spans, (row) => row.durationNs),
      name: texts(spans.map((row) => row.name)),
      kind: Uint8Array.from(spans, (row) => row.kind),
      status: Uint8Array.from(spans, (row) => row.status),
      protocol: texts(spans.map((row) => row.protocol)),
      entity: Uint32Array.from(spans, (row) => row.entity),
      peerService: texts(spans.map((row) => row.peerService)),
      clientAddress: texts(spans.map((row) => row.clientAddress)),
      clientPort: Uint32Array.from(spans, (row) => row.clientPort),
      serverAddress: texts(spans.map((row) => row.serverAddress)),
      serverPort: Uint32Array.from(spans, (row) => row.serverPort),
      requestPosition: new Uint32Array(spans.length),
      requestBytes: BigUint64Array.from(spans, (row) => row.requestBytes),
      responsePosition: new Uint32Array(spans.length),
      responseBytes: BigUint64Array.from(spans, (row) => row.responseBytes),
      attributes: attributesOf(spans),
    },
    logs: {
      rows: logs.length,
      timeUnixNs: BigUint64Array.from(logs, (row) => row.timeUnixNs),
      traceId: bytesOf(logs.map((row) => row.traceId)),
      spanId: bytesOf(logs.map((row) => row.spanId)),
      severity: Uint8Array.from(logs, (row) => row.severity),
      body: logs.map((row) => row.body),
      entity: Uint32Array.from(logs, (row) => row.entity),
      attributes: attributesOf(logs),
    },
    red: {
      rows: red.length,
      minute: Uint32Array.from(red, (row) => row.minute),
      entity: Uint32Array.from(red, (row) => row.entity),
      name: texts(red.map((row) => row.name)),
      kind: Uint8Array.from(red, (row) => row.kind),
      protocol: texts(red.map((row) => row.protocol)),
      requests: BigUint64Array.from(red, (row) => row.requests),
      errors: BigUint64Array.from(red, (row) => row.errors),
      durationSumNs: BigUint64Array.from(red, (row) => row.durationSumNs),
      durations: histogramsOf(red),
    },
    edges: {
      rows: edges.length,
      minute: Uint32Array.from(edges, (row) => row.minute),
      client: texts(edges.map((row) => row.client)),
      server: texts(edges.map((row) => row.server)),
      serverPort: Uint32Array.from(edges, (row) => row.serverPort),
      entity: Uint32Array.from(edges, (row) => row.entity),
      side: Uint8Array.from(edges, (row) => row.side),
      protocol: texts(edges.map((row) => row.protocol)),
      connections: BigUint64Array.from(edges, (row) => row.connections),
      failedConnections: BigUint64Array.from(edges, (row) => row.failedConnections),
      requestBytes: BigUint64Array.from(edges, (row) => row.requestBytes),
      responseBytes: BigUint64Array.from(edges, (row) => row.responseBytes),
      requests: BigUint64Array.from(edges, (row) => row.requests),
      errors: BigUint64Array.from(edges, (row) => row.errors),
      durationSumNs: BigUint64Array.from(edges, (row) => row.durationSumNs),
      durations: histogramsOf(edges),
    },
    ledger: {
      rows: (plain.ledger ?? []).map(({ timeUnixNs, ...snapshot }) => ({
        timeUnixNs: timeUnixNs ?? 1_700_000_000_000_000_000n,
        snapshot: { ...STAGE, ...snapshot },
      })),
    },
  };
}

/** A block whose rows do not expire while a test runs, unless the test says when it was composed. */
export const blockOf = (
  batches: readonly BatchColumns[],
  options: Partial<Omit<Block, 'batches'>> = {},
): Block => ({
  id: 'block-1',
  composedUnixNs: 4_000_000_000_000_000_000n,
  aliases: NO_ALIASES,
  ...options,
  batches,
});

/** Pairs of trace ids in hexadecimal digits: what is an alias, of what. */
export const aliasesOf = (pairs: readonly (readonly [string, string])[]): TraceAliases => ({
  rows: pairs.length,
  alias: bytesOf(pairs.map(([alias]) => alias)),
  trace: bytesOf(pairs.map(([, trace]) => trace)),
});

const bytesOf = (hex: readonly string[]): Uint8Array => new Uint8Array(Buffer.from(hex.join(''), 'hex'));

function offsetsOf(rows: readonly (readonly unknown[])[]): Uint32Array {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => {
    offsets[i + 1] = offsets[i]! + row.length;
  });
  return offsets;
}

function histogramsOf(
  rows: readonly { readonly durations: Readonly<Record<number, number>> }[],
): HistogramColumns {
  const buckets = rows.map((row) => Object.entries(row.durations));
  const flat = buckets.flat();
  return {
    offsets: offsetsOf(buckets),
    bucket: Uint8Array.from(flat, ([bucket]) => Number(bucket)),
    n: BigUint64Array.from(flat, ([, n]) => BigInt(n)),
  };
}
