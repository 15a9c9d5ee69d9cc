/**
 * Log lines, in the table of the OpenTelemetry Collector's ClickHouse exporter: its columns with their names, types and
 * order, then ours. Source: opentelemetry-collector-contrib, exporter/clickhouseexporter/internal/sqltemplates,
 * logs_table.sql at e3bd2d1d. Release 0.151 of the exporter dropped TimestampTime; tools look whether it is there, and
 * older ones rely on it.
 */
import type { Block } from '../../model/block.ts';
import { nativeBlock } from '../native/native-block.ts';
import { BlockRows } from './block-rows.ts';
import { ORIGIN, partsByIngestDay } from './ddl.ts';
import { SEVERITIES } from './names.ts';
import type { DdlOptions, NativeRows, Table } from './table.ts';

export const LOGS: Table = { name: 'otel_logs', ddl: (options) => [logsDdl(options)], encode: encodeLogs };

/** Columns that are not here have nothing to say of our lines: the engine gives them their defaults. */
function encodeLogs(block: Block): NativeRows | null {
  const rows = new BlockRows(block, (batch) => batch.logs);
  if (rows.count === 0) return null;
  return nativeBlock(rows.count, {
    Timestamp: rows.uint64((logs) => logs.timeUnixNs, 'DateTime64(9)'),
    TraceId: rows.hexIds((logs) => logs.traceId, 16),
    SpanId: rows.hexIds((logs) => logs.spanId, 8),
    SeverityText: rows.names((logs) => logs.severity, SEVERITIES),
    SeverityNumber: rows.uint8((logs) => logs.severity),
    ServiceName: rows.ofEntities(
      (logs) => logs.entity,
      (entities) => entities.serviceNames,
    ),
    Body: rows.texts((logs) => logs.body),
    ResourceAttributes: rows.resourceAttributes((logs) => logs.entity),
    LogAttributes: rows.attributes((logs) => logs.attributes),
    EntityId: rows.ofEntities(
      (logs) => logs.entity,
      (entities) => entities.ids,
    ),
    Node: rows.node(),
    Simulated: rows.simulated(),
    ...rows.origin(),
  });
}

function logsDdl(options: DdlOptions): string {
  const { partition, rest } = partsByIngestDay(options);
  return `CREATE TABLE IF NOT EXISTS ${options.database}.otel_logs (
  Timestamp DateTime64(9) CODEC(Delta(8), ZSTD(1)),
  TimestampTime DateTime DEFAULT toDateTime(Timestamp),
  TraceId String CODEC(ZSTD(1)),
  SpanId String CODEC(ZSTD(1)),
  TraceFlags UInt8,
  SeverityText LowCardinality(String) CODEC(ZSTD(1)),
  SeverityNumber UInt8,
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  Body String CODEC(ZSTD(1)),
  ResourceSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
  ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  ScopeSchemaUrl LowCardinality(String) CODEC(ZSTD(1)),
  ScopeName String DEFAULT 'sonde' CODEC(ZSTD(1)),
  ScopeVersion LowCardinality(String) CODEC(ZSTD(1)),
  ScopeAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  LogAttributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  EventName String CODEC(ZSTD(1)),
  EntityId LowCardinality(String) CODEC(ZSTD(1)),
  Node LowCardinality(String) CODEC(ZSTD(1)),
  Simulated Bool CODEC(ZSTD(1)),${ORIGIN},
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1,
  INDEX idx_timestamp Timestamp TYPE minmax GRANULARITY 1,
  INDEX idx_lower_body lower(Body) TYPE text(tokenizer = 'splitByNonAlpha')
) ENGINE = MergeTree
${partition}
PRIMARY KEY (ServiceName, TimestampTime)
ORDER BY (ServiceName, TimestampTime, Timestamp)
${rest}`;
}
