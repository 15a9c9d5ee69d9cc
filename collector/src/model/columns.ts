/**
 * A batch after admission: columns in typed arrays, checked so that no reader has to check again. Entry i of each column
 * of a table belongs to row i. Columns called a string hold indices into `strings`; an `entity` column holds rows of
 * `entities`. Fields mean what proto/sonde/v1 says; here are only the differences.
 */
import type { StageSnapshot } from '@sonde/ledger';

/** By this a batch is stored once (docs/adr/0006). */
export interface BatchId {
  readonly agentId: string;
  /** Grows with every start of the agent; below 2^53. */
  readonly bootEpoch: number;
  /** From 1; below 2^53. */
  readonly sequence: number;
}

export interface BatchColumns {
  readonly id: BatchId;
  readonly node: string;
  readonly platform: Platform;
  /** Entry 0 is "". */
  readonly strings: readonly string[];
  readonly entities: EntityColumns;
  readonly spans: SpanColumns;
  readonly edges: EdgeColumns;
  readonly red: RedColumns;
  readonly logs: LogColumns;
  readonly ledger: LedgerColumns;
}

export type Platform = 'simulated' | 'linux';

export interface AttributeColumns {
  /** One more than rows: those of row i are the pairs from offsets[i] to offsets[i + 1]. */
  readonly offsets: Uint32Array;
  /** Strings. */
  readonly key: Uint32Array;
  /** Strings. */
  readonly value: Uint32Array;
  /** sonde.v1.ValueType. */
  readonly type: Uint8Array;
}

export interface HistogramColumns {
  /** One more than rows, as AttributeColumns.offsets. */
  readonly offsets: Uint32Array;
  readonly bucket: Uint8Array;
  readonly n: BigUint64Array;
}

export interface EntityColumns {
  readonly rows: number;
  /** Strings: id, service.name, service.namespace, reason. */
  readonly id: Uint32Array;
  /** sonde.v1.EntityKind. */
  readonly kind: Uint8Array;
  readonly serviceName: Uint32Array;
  readonly serviceNamespace: Uint32Array;
  readonly unnamed: Uint32Array;
  readonly validFromUnixNs: BigUint64Array;
  readonly attributes: AttributeColumns;
}

export interface SpanColumns {
  readonly rows: number;
  /** 16 bytes a row. Owned by the assembler, which puts the root's trace id in place of the provisional one. */
  readonly traceId: Uint8Array;
  /** 8 bytes a row. */
  readonly spanId: Uint8Array;
  /** 8 bytes a row; zeros for a root. */
  readonly parentSpanId: Uint8Array;
  readonly startUnixNs: BigUint64Array;
  readonly durationNs: BigUint64Array;
  readonly name: Uint32Array;
  /** sonde.v1.SpanKind. */
  readonly kind: Uint8Array;
  /** sonde.v1.StatusCode. */
  readonly status: Uint8Array;
  readonly protocol: Uint32Array;
  readonly entity: Uint32Array;
  readonly peerService: Uint32Array;
  readonly clientAddress: Uint32Array;
  readonly clientPort: Uint32Array;
  readonly serverAddress: Uint32Array;
  readonly serverPort: Uint32Array;
  readonly requestPosition: Uint32Array;
  readonly requestBytes: BigUint64Array;
  readonly responsePosition: Uint32Array;
  readonly responseBytes: BigUint64Array;
  readonly attributes: AttributeColumns;
}

export interface RedColumns {
  readonly rows: number;
  readonly minute: Uint32Array;
  readonly entity: Uint32Array;
  readonly name: Uint32Array;
  /** sonde.v1.SpanKind. */
  readonly kind: Uint8Array;
  readonly protocol: Uint32Array;
  readonly requests: BigUint64Array;
  readonly errors: BigUint64Array;
  readonly durationSumNs: BigUint64Array;
  readonly durations: HistogramColumns;
}

export interface EdgeColumns {
  readonly rows: number;
  readonly minute: Uint32Array;
  readonly client: Uint32Array;
  readonly server: Uint32Array;
  readonly serverPort: Uint32Array;
  readonly entity: Uint32Array;
  /** sonde.v1.EdgeSide. */
  readonly side: Uint8Array;
  readonly protocol: Uint32Array;
  readonly connections: BigUint64Array;
  readonly failedConnections: BigUint64Array;
  readonly requestBytes: BigUint64Array;
  readonly responseBytes: BigUint64Array;
  readonly requests: BigUint64Array;
  readonly errors: BigUint64Array;
  readonly durationSumNs: BigUint64Array;
  readonly durations: HistogramColumns;
}

export interface LogColumns {
  readonly rows: number;
  readonly timeUnixNs: BigUint64Array;
  /** 16 bytes a row, zeros where no span was active; owned by the assembler as SpanColumns.traceId is. */
  readonly traceId: Uint8Array;
  /** 8 bytes a row. */
  readonly spanId: Uint8Array;
  /** OpenTelemetry severity number, 0 to 24. */
  readonly severity: Uint8Array;
  readonly body: readonly string[];
  readonly entity: Uint32Array;
  readonly attributes: AttributeColumns;
}

/** Few rows, read rarely: plain records. */
export interface LedgerColumns {
  readonly rows: readonly LedgerRow[];
}

export interface LedgerRow {
  readonly timeUnixNs: bigint;
  readonly snapshot: Omit<StageSnapshot, 'unit'> & { readonly unit: string };
}

/** Rows of a batch in the unit of the ledger: all rows of all its tables. */
export const rowsOf = (batch: BatchColumns): number =>
  batch.entities.rows +
  batch.spans.rows +
  batch.edges.rows +
  batch.red.rows +
  batch.logs.rows +
  batch.ledger.rows.length;
