/**
 * Rate, errors and durations of every operation by minute, added up from what the agents counted before any sampling.
 * Rows of one key are added up whenever parts are merged, so a query always adds up what it finds.
 */
import type { Block } from '../../model/block.ts';
import { nativeBlock } from '../native/native-block.ts';
import { BlockRows } from './block-rows.ts';
import { partsByIngestDay } from './ddl.ts';
import { SPAN_KINDS } from './names.ts';
import type { DdlOptions, NativeRows, Table } from './table.ts';

export const RED: Table = { name: 'red_1m', ddl: (options) => [redDdl(options)], encode: encodeRed };

function encodeRed(block: Block): NativeRows | null {
  const rows = new BlockRows(block, (batch) => batch.red);
  if (rows.count === 0) return null;
  return nativeBlock(rows.count, {
    Time: rows.minutes((red) => red.minute),
    ServiceName: rows.ofEntities(
      (red) => red.entity,
      (entities) => entities.serviceNames,
    ),
    EntityId: rows.ofEntities(
      (red) => red.entity,
      (entities) => entities.ids,
    ),
    SpanName: rows.lowCardinality((red) => red.name),
    SpanKind: rows.names((red) => red.kind, SPAN_KINDS),
    Protocol: rows.lowCardinality((red) => red.protocol),
    Node: rows.node(),
    Simulated: rows.simulated(),
    Requests: rows.uint64((red) => red.requests),
    Errors: rows.uint64((red) => red.errors),
    DurationSum: rows.uint64((red) => red.durationSumNs),
    Durations: rows.histograms((red) => red.durations),
    IngestTime: rows.ingestTime(),
  });
}

function redDdl(options: DdlOptions): string {
  const { partition, rest } = partsByIngestDay(options);
  return `CREATE TABLE IF NOT EXISTS ${options.database}.red_1m (
  Time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  EntityId LowCardinality(String) CODEC(ZSTD(1)),
  SpanName LowCardinality(String) CODEC(ZSTD(1)),
  SpanKind LowCardinality(String) CODEC(ZSTD(1)),
  Protocol LowCardinality(String) CODEC(ZSTD(1)),
  Node LowCardinality(String) CODEC(ZSTD(1)),
  Simulated Bool CODEC(ZSTD(1)),
  Requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  Errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  DurationSum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  -- Bucket of an exponential histogram of scale 2 over nanoseconds -> requests in it.
  Durations SimpleAggregateFunction(sumMap, Map(UInt8, UInt64)) CODEC(ZSTD(1)),
  IngestTime SimpleAggregateFunction(max, DateTime('UTC')) CODEC(ZSTD(1))
) ENGINE = AggregatingMergeTree
${partition}
ORDER BY (ServiceName, Time, SpanName, SpanKind, Protocol, EntityId, Node, Simulated)
${rest}`;
}
