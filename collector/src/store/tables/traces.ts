/**
 * Spans, in the table of the OpenTelemetry Collector's ClickHouse exporter: its columns with their names, types and
 * order, then ours. Source: opentelemetry-collector-contrib, exporter/clickhouseexporter/internal/sqltemplates,
 * traces_table.sql at 2bf6b9e1, traces_id_ts_lookup_table.sql at 1b085030.
 */
import type { Block } from '../../model/block.ts';
import { nativeBlock } from '../native/native-block.ts';
import { BlockRows } from './block-rows.ts';
import { ORIGIN, partsByIngestDay } from './ddl.ts';
import { SPAN_KINDS, STATUS_CODES } from './names.ts';
import { spanAttributes } from './span-attributes.ts';
import type { DdlOptions, NativeRows, Table } from './table.ts';

export const TRACES: Table = {
  name: 'otel_traces',
  ddl: (options) => [tracesDdl(options)],
  encode: encodeSpans,
};

/** Columns that are not here have nothing to say of our spans: the engine gives them their defaults. */
function encodeSpans(block: Block): NativeRows | null {
  const rows = new BlockRows(block, (batch) => batch.spans);
  if (rows.count === 0) return null;
  const attributes = spanAttributes(rows);
  return nativeBlock(rows.count, {
    Timestamp: rows.uint64((spans) => spans.startUnixNs, 'DateTime64(9)'),
    TraceId: rows.hexIds((spans) => spans.traceId, 16),
    SpanId: rows.hexIds((spans) => spans.spanId, 8),
    ParentSpanId: rows.hexIds((spans) => spans.parentSpanId, 8),
    SpanName: rows.lowCardinality((spans) => spans.name),
    SpanKind: rows.names((spans) => spans.kind, SPAN_KINDS),
    ServiceName: rows.ofEntities(
      (spans) => spans.entity,
      (entities) => entities.serviceNames,
    ),
    ResourceAttributes: rows.resourceAttributes((spans) => spans.entity),
    SpanAttributes: attributes.map,
    Duration: rows.uint64((spans) => spans.durationNs),
    StatusCode: rows.names((spans) => spans.status, STATUS_CODES),
    Protocol: rows.lowCardinality((spans) => spans.protocol),
    PeerService: rows.lowCardinality((spans) => spans.peerService),
    EntityId: rows.ofEntities(
      (spans) => spans.entity,
      (entities) => entities.ids,
    ),
    Node: rows.node(),
    Simulated: rows.simulated(),
    HttpStatus: attributes.httpStatus,
    RequestBytes: rows.uint64((spans) => spans.requestBytes),
    ResponseBytes: rows.uint64((spans) => spans.responseBytes),
    ...rows.origin(),
  });
}

function tracesDdl(options: DdlOptions): string {
  const { partition, rest } = partsByIngestDay(options);
  return `CREATE TABLE IF NOT EXISTS ${options.database}.otel_traces (
  Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
  TraceId String CODEC(ZSTD(1)),
  SpanId String CODEC(ZSTD(1)),
  ParentSpanId String CODEC(ZSTD(1)),
  TraceState String CODEC(ZSTD(1)),
  SpanName LowCardinality(String) CODEC(ZSTD(1)),
  SpanKind LowCardinality(String) CODEC(ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  ScopeName String DEFAULT 'sonde' CODEC(ZSTD(1)),
  ScopeVersion String CODEC(ZSTD(1)),
  SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  Duration UInt64 CODEC(T64, ZSTD(1)),
  StatusCode LowCardinality(String) CODEC(ZSTD(1)),
  StatusMessage String CODEC(ZSTD(1)),
  Events Nested (
    Timestamp DateTime64(9),
    Name LowCardinality(String),
    Attributes Map(LowCardinality(String), String)
  ) CODEC(ZSTD(1)),
  Links Nested (
    TraceId String,
    SpanId String,
    TraceState String,
    Attributes Map(LowCardinality(String), String)
  ) CODEC(ZSTD(1)),
  ResourceAttributeItems Array(String) ALIAS
    arrayMap(kv -> concat(kv.1, '=', kv.2), CAST(ResourceAttributes, 'Array(Tuple(String, String))')),
  SpanAttributeItems Array(String) ALIAS
    arrayMap(kv -> concat(kv.1, '=', kv.2), CAST(SpanAttributes, 'Array(Tuple(String, String))')),
  Protocol LowCardinality(String) CODEC(ZSTD(1)),
  PeerService LowCardinality(String) CODEC(ZSTD(1)),
  EntityId LowCardinality(String) CODEC(ZSTD(1)),
  Node LowCardinality(String) CODEC(ZSTD(1)),
  Simulated Bool CODEC(ZSTD(1)),
  HttpStatus UInt16 CODEC(T64, ZSTD(1)),
  RequestBytes UInt64 CODEC(T64, ZSTD(1)),
  ResponseBytes UInt64 CODEC(T64, ZSTD(1)),${ORIGIN},
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_res_attr_items ResourceAttributeItems TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_span_attr_items SpanAttributeItems TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1,
  INDEX idx_duration Duration TYPE minmax GRANULARITY 1
) ENGINE = MergeTree
${partition}
PRIMARY KEY (ServiceName, SpanName, toDateTime(Timestamp))
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp), Timestamp)
${rest}`;
}
