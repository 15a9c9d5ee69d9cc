/** Spans as the store has them. */
import { TRACE_ROOTS } from '../../collector/src/store/summary-queries.ts';
import type { TestCollector } from './test-collector.ts';

export interface StoredSpan {
  readonly spanId: string;
  /** "" for the first of a trace. */
  readonly parent: string;
  /** Aliases resolved. */
  readonly trace: string;
  readonly kind: string;
  readonly service: string;
  readonly peer: string;
  readonly name: string;
  readonly status: number;
  readonly startUnixNs: bigint;
  readonly endUnixNs: bigint;
}

export async function storedSpans(collector: TestCollector): Promise<StoredSpan[]> {
  const rows = await collector.sql<
    Omit<StoredSpan, 'startUnixNs' | 'endUnixNs'> & { readonly start: string; readonly end: string }
  >(`
    SELECT SpanId AS spanId, ParentSpanId AS parent, if(roots.Root = '', TraceId, roots.Root) AS trace,
      SpanKind AS kind, ServiceName AS service, PeerService AS peer, SpanName AS name, HttpStatus AS status,
      toString(toUnixTimestamp64Nano(Timestamp)) AS start,
      toString(toUnixTimestamp64Nano(Timestamp) + Duration) AS end
    FROM otel_traces LEFT JOIN (${TRACE_ROOTS}) AS roots ON roots.Alias = TraceId
    ORDER BY SpanId`);
  return rows.map(({ start, end, ...span }) => ({
    ...span,
    startUnixNs: BigInt(start),
    endUnixNs: BigInt(end),
  }));
}
