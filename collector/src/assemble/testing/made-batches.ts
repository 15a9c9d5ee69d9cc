/**
 * Batches of which a test states the little that assembly looks at. Trace and span ids are given as numbers, 0 for none;
 * the payload of such a batch in the log is its statement as JSON.
 */
import { createHash } from 'node:crypto';
import type { AttributeColumns, BatchColumns, BatchId } from '../../model/columns.ts';

export type Kind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface MadeSpan {
  readonly trace: number;
  readonly id: number;
  readonly parent: number;
  readonly kind: Kind;
  readonly startMs: number;
}

export interface MadeLine {
  readonly trace: number;
}

export interface MadeBatch {
  readonly id: BatchId;
  readonly spans: readonly MadeSpan[];
  readonly lines: readonly MadeLine[];
}

const KINDS: Readonly<Record<Kind, number>> = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 };

export const traceBytes = (trace: number): Uint8Array => idBytes('trace', trace, 16);

export const spanBytes = (span: number): Uint8Array => idBytes('span', span, 8);

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const traceHex = (trace: number): string => hex(traceBytes(trace));

/** Of each row of a column of trace ids. */
export const traceHexes = (column: Uint8Array): string[] =>
  Array.from({ length: column.length / 16 }, (_, row) => hex(column.subarray(row * 16, row * 16 + 16)));

export const payloadOf = (batch: MadeBatch): Uint8Array => new TextEncoder().encode(JSON.stringify(batch));

/** As ingest's own check: whatever is no statement of a batch is a fault. */
export function decodeMade(payload: Uint8Array): BatchColumns | { readonly fault: string } {
  try {
    return columnsOf(JSON.parse(new TextDecoder().decode(payload)) as MadeBatch);
  } catch (error) {
    return { fault: String(error) };
  }
}

export function columnsOf({ id, spans, lines }: MadeBatch): BatchColumns {
  const rows = spans.length;
  return {
    id,
    node: id.agentId,
    platform: 'simulated',
    strings: [''],
    entities: {
      rows: 0,
      id: new Uint32Array(0),
      kind: new Uint8Array(0),
      serviceName: new Uint32Array(0),
      serviceNamespace: new Uint32Array(0),
      unnamed: new Uint32Array(0),
      validFromUnixNs: new BigUint64Array(0),
      attributes: noAttributes(0),
    },
    spans: {
      rows,
      traceId: idColumn(spans.map(({ trace }) => traceBytes(trace))),
      spanId: idColumn(spans.map((span) => spanBytes(span.id))),
      parentSpanId: idColumn(spans.map(({ parent }) => spanBytes(parent))),
      startUnixNs: BigUint64Array.from(spans, ({ startMs }) => BigInt(startMs) * 1_000_000n),
      durationNs: new BigUint64Array(rows),
      name: new Uint32Array(rows),
      kind: Uint8Array.from(spans, ({ kind }) => KINDS[kind]),
      status: new Uint8Array(rows),
      protocol: new Uint32Array(rows),
      entity: new Uint32Array(rows),
      peerService: new Uint32Array(rows),
      clientAddress: new Uint32Array(rows),
      clientPort: new Uint32Array(rows),
      serverAddress: new Uint32Array(rows),
      serverPort: new Uint32Array(rows),
      requestPosition: new Uint32Array(rows),
      requestBytes: new BigUint64Array(rows),
      responsePosition: new Uint32Array(rows),
      responseBytes: new BigUint64Array(rows),
      attributes: noAttributes(rows),
    },
    edges: {
      rows: 0,
      minute: new Uint32Array(0),
      client: new Uint32Array(0),
      server: new Uint32Array(0),
      serverPort: new Uint32Array(0),
      entity: new Uint32Array(0),
      side: new Uint8Array(0),
      protocol: new Uint32Array(0),
      connections: new BigUint64Array(0),
      failedConnections: new BigUint64Array(0),
      requestBytes: new BigUint64Array(0),
      responseBytes: new BigUint64Array(0),
      requests: new BigUint64Array(0),
      errors: new BigUint64Array(0),
      durationSumNs: new BigUint64Array(0),
      durations: NO_HISTOGRAMS,
    },
    red: {
      rows: 0,
      minute: new Uint32Array(0),
      entity: new Uint32Array(0),
      name: new Uint32Array(0),
      kind: new Uint8Array(0),
      protocol: new Uint32Array(0),
      requests: new BigUint64Array(0),
      errors: new BigUint64Array(0),
      durationSumNs: new BigUint64Array(0),
      durations: NO_HISTOGRAMS,
    },
    logs: {
      rows: lines.length,
      timeUnixNs: new BigUint64Array(lines.length),
      traceId: idColumn(lines.map(({ trace }) => traceBytes(trace))),
      spanId: new Uint8Array(lines.length * 8),
      severity: new Uint8Array(lines.length),
      body: lines.map((_, row) => `line ${row}`),
      entity: new Uint32Array(lines.length),
      attributes: noAttributes(lines.length),
    },
    ledger: { rows: [] },
  };
}

const NO_HISTOGRAMS = {
  offsets: new Uint32Array(1),
  bucket: new Uint8Array(0),
  n: new BigUint64Array(0),
};

const noAttributes = (rows: number): AttributeColumns => ({
  offsets: new Uint32Array(rows + 1),
  key: new Uint32Array(0),
  value: new Uint32Array(0),
  type: new Uint8Array(0),
});

const idColumn = (ids: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(ids));

function idBytes(what: string, n: number, length: number): Uint8Array {
  if (n === 0) return new Uint8Array(length);
  return new Uint8Array(createHash('sha256').update(`${what} ${n}`).digest().subarray(0, length));
}
