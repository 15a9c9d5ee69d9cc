/** Batches as an agent would send them, small or large, with something in every table. */
import { Long, sonde } from '@sonde/proto';

export type Batch = sonde.v1.Batch.$Properties;

export interface SampleSize {
  readonly spans?: number;
  readonly attributesPerSpan?: number;
  readonly edges?: number;
  readonly red?: number;
  readonly logs?: number;
  readonly ledger?: number;
  readonly metrics?: number;
  readonly entities?: number;
  readonly strings?: number;
}

export interface SampleIdentity {
  readonly agentId?: string;
  readonly bootEpoch?: number;
  readonly sequence?: number;
}

const DEFAULT_SIZE = {
  spans: 3,
  attributesPerSpan: 2,
  edges: 2,
  red: 2,
  logs: 2,
  ledger: 2,
  metrics: 0,
  entities: 2,
  strings: 12,
} satisfies Required<SampleSize>;

export const long = (n: number | bigint): Long => Long.fromString(n.toString(), true);

const FIRST_START_UNIX_NS = 1_763_000_000_123_456_789n;
const FIRST_MINUTE = 29_383_333;

/** The same arguments give the same batch. Every table may be altered afterwards. */
export function sampleBatch(size: SampleSize = {}, identity: SampleIdentity = {}): Batch {
  const n = { ...DEFAULT_SIZE, ...size };
  const string = (i: number) => 1 + (i % (n.strings - 1));
  const column = <T>(rows: number, value: (row: number) => T): T[] =>
    Array.from({ length: rows }, (_, row) => value(row));
  const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => (i * 31 + 7) & 0xff);
  const counts = (rows: number, factor: number) => column(rows, (i) => long(i * factor));
  const attributes = (rows: number, perRow: number) => ({
    count: column(rows, () => perRow),
    key: column(rows * perRow, string),
    value: column(rows * perRow, (i) => string(i * 7)),
    type: column(rows * perRow, (i) => 1 + (i % 5)),
  });
  const durations = (rows: number) => ({
    count: column(rows, () => 3),
    bucket: column(rows * 3, (i) => 80 + (i % 3) * 20),
    n: column(rows * 3, (i) => long(i + 1)),
  });
  return {
    header: {
      agentId: identity.agentId ?? 'node-1',
      bootEpoch: long(identity.bootEpoch ?? 1),
      sequence: long(identity.sequence ?? 1),
      node: 'node-1',
      platform: sonde.v1.Platform.PLATFORM_SIMULATED,
    },
    strings: column(n.strings, (i) => (i === 0 ? '' : `text ${i}`)),
    entities: {
      id: column(n.entities, string),
      kind: column(n.entities, (i) => 1 + (i % 3)),
      serviceName: column(n.entities, string),
      serviceNamespace: column(n.entities, string),
      unnamed: column(n.entities, () => 0),
      validFromUnixNano: column(n.entities, (i) => long(FIRST_START_UNIX_NS + BigInt(i))),
      attributes: attributes(n.entities, 1),
    },
    spans: {
      traceId: bytes(16 * n.spans),
      spanId: bytes(8 * n.spans),
      parentSpanId: bytes(8 * n.spans),
      startUnixNano: column(n.spans, (i) => long(FIRST_START_UNIX_NS + BigInt(i) * 1_000_003n)),
      durationNano: counts(n.spans, 1_234_567),
      name: column(n.spans, string),
      kind: column(n.spans, (i) => 2 + (i % 2)),
      status: column(n.spans, (i) => i % 3),
      protocol: column(n.spans, string),
      entity: column(n.spans, (i) => i % n.entities),
      peerService: column(n.spans, string),
      clientAddress: column(n.spans, string),
      clientPort: column(n.spans, (i) => 65_535 - (i % 30_000)),
      serverAddress: column(n.spans, string),
      serverPort: column(n.spans, () => 8080),
      requestPosition: column(n.spans, (i) => (4_294_967_295 - i * 977) >>> 0),
      requestBytes: counts(n.spans, 211),
      responsePosition: column(n.spans, (i) => (i * 40_503) >>> 0),
      responseBytes: counts(n.spans, 2_003),
      attributes: attributes(n.spans, n.attributesPerSpan),
    },
    edges: {
      minute: column(n.edges, (i) => FIRST_MINUTE + i),
      client: column(n.edges, string),
      server: column(n.edges, string),
      serverPort: column(n.edges, () => 443),
      entity: column(n.edges, (i) => i % n.entities),
      side: column(n.edges, (i) => 1 + (i % 2)),
      protocol: column(n.edges, string),
      connections: counts(n.edges, 1),
      failedConnections: counts(n.edges, 2),
      requestBytes: counts(n.edges, 3),
      responseBytes: counts(n.edges, 4),
      requests: counts(n.edges, 5),
      errors: counts(n.edges, 6),
      durationSumNano: counts(n.edges, 7),
      durations: durations(n.edges),
    },
    red: {
      minute: column(n.red, (i) => FIRST_MINUTE + i),
      entity: column(n.red, (i) => i % n.entities),
      name: column(n.red, string),
      kind: column(n.red, () => 2),
      protocol: column(n.red, string),
      requests: counts(n.red, 11),
      errors: counts(n.red, 12),
      durationSumNano: counts(n.red, 13),
      durations: durations(n.red),
    },
    logs: {
      timeUnixNano: column(n.logs, (i) => long(FIRST_START_UNIX_NS + BigInt(i))),
      traceId: bytes(16 * n.logs),
      spanId: bytes(8 * n.logs),
      severity: column(n.logs, (i) => i % 25),
      body: column(n.logs, (i) => `line ${i}: grüezi`),
      entity: column(n.logs, (i) => i % n.entities),
      attributes: attributes(n.logs, 1),
    },
    metrics: { name: column(n.metrics, string) },
    ledger: {
      timeUnixNano: column(n.ledger, () => long(FIRST_START_UNIX_NS)),
      stage: column(n.ledger, string),
      unit: column(n.ledger, string),
      in: counts(n.ledger, 100),
      out: counts(n.ledger, 90),
      held: counts(n.ledger, 4),
      reasonCount: column(n.ledger, () => 2),
      reason: column(n.ledger * 2, (i) => 1 + (i % 2)),
      dropped: counts(n.ledger * 2, 3),
    },
    clocks: [
      {
        bootId: 'boot',
        monotonicNano: long(5),
        unixNano: long(FIRST_START_UNIX_NS),
        answeredUnixNano: long(0),
      },
    ],
  };
}

export const encoded = (batch: Batch): Buffer => Buffer.from(sonde.v1.Batch.encode(batch).finish());
