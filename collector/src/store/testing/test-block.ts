/** Blocks that put rows into every table. */
import type { Block } from '../../model/block.ts';
import { aliasesOf, batchOf, blockOf } from '../tables/testing/plain-batch.ts';

const SPANS = 8;
const SPANS_PER_TRACE = 4;
const REQUESTS = 5n;
const CONNECTIONS = 3n;

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0');

interface Choices {
  /** Whose rows it has: its own unless told otherwise. */
  readonly like?: number;
  readonly ageDays?: number;
}

const DAY_MS = 86_400_000;

/** @param n from 1, its id */
export function testBlock(n: number, { like = n, ageDays = 0 }: Choices = {}): Block {
  const spans = Array.from({ length: SPANS }, (_, i) => ({
    traceId: hex(like * SPANS + Math.floor(i / SPANS_PER_TRACE), 32),
    spanId: hex(like * SPANS + i, 16),
  }));
  const batch = batchOf({
    id: { agentId: 'agent-a', bootEpoch: 7, sequence: like },
    spans,
    logs: [{ body: 'one' }, { body: 'two\n\nDROP TABLE otel_logs' }],
    red: [{ requests: REQUESTS }],
    edges: [{ connections: CONNECTIONS }],
    ledger: [{ in: 1, out: 1 }],
  });
  return blockOf([batch], {
    id: `test-${n}`,
    composedUnixNs: BigInt(Date.now() - ageDays * DAY_MS) * 1_000_000n,
    aliases: aliasesOf([[hex(like, 32), hex(like + 1, 32)]]),
  });
}

/** What a store holds of that many blocks; the tables of a block are counted in every way that could be doubled. */
export const CENSUS = `SELECT
  (SELECT count() FROM otel_traces) AS spans,
  (SELECT uniqExact(SpanId) FROM otel_traces) AS distinctSpans,
  (SELECT sum(Spans) FROM otel_traces_trace_id_ts) AS spansOfTraces,
  (SELECT count() FROM otel_logs) AS logs,
  (SELECT sum(Requests) FROM red_1m) AS requests,
  (SELECT sum(Connections) FROM edges_1m) AS connections,
  (SELECT count() FROM ledger) AS snapshots,
  (SELECT count() FROM batches) AS batches`;

export const censusOf = (blocks: number) => ({
  spans: blocks * SPANS,
  distinctSpans: blocks * SPANS,
  spansOfTraces: blocks * SPANS,
  logs: blocks * 2,
  requests: blocks * Number(REQUESTS),
  connections: blocks * Number(CONNECTIONS),
  snapshots: blocks,
  batches: blocks,
});
