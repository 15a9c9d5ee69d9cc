/**
 * When the spans of each trace began: a look-up by trace id reads only the time range that it names. The table and the
 * view that fills it are the exporter's (opentelemetry-collector-contrib, exporter/clickhouseexporter/internal/
 * sqltemplates, traces_id_ts_lookup_table.sql at 1b085030); the count of spans is ours.
 */
import { partsByIngestDay } from './ddl.ts';
import type { DdlOptions, Table } from './table.ts';

export const TRACE_TIMES: Table = {
  name: 'otel_traces_trace_id_ts',
  ddl: (options) => [tableDdl(options), viewDdl(options)],
};

function tableDdl(options: DdlOptions): string {
  const { partition, rest } = partsByIngestDay(options);
  return `CREATE TABLE IF NOT EXISTS ${options.database}.otel_traces_trace_id_ts (
  TraceId String CODEC(ZSTD(1)),
  Start SimpleAggregateFunction(min, DateTime) CODEC(ZSTD(1)),
  End SimpleAggregateFunction(max, DateTime) CODEC(ZSTD(1)),
  Spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  IngestTime SimpleAggregateFunction(max, DateTime('UTC')) CODEC(ZSTD(1))
) ENGINE = AggregatingMergeTree
${partition}
ORDER BY TraceId
${rest}`;
}

const viewDdl = ({ database }: DdlOptions) => `CREATE MATERIALIZED VIEW IF NOT EXISTS
${database}.otel_traces_trace_id_ts_mv TO ${database}.otel_traces_trace_id_ts AS
SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End, count() AS Spans, max(otel_traces.IngestTime) AS IngestTime
FROM ${database}.otel_traces
WHERE TraceId != ''
GROUP BY TraceId`;
