/** What the DDL of all tables shares. */
import type { DdlOptions } from './table.ts';

/** When the collector composed the block of a row. It is the same for all rows of a block. */
export const INGEST_TIME = `IngestTime DateTime('UTC') CODEC(Delta(4), ZSTD(1))`;

/**
 * By these columns every stored row is traced to the batch that brought it (docs/adr/0006). Their values come in long
 * runs, which the codecs reduce to almost nothing.
 */
export const ORIGIN = `
  AgentId LowCardinality(String) CODEC(ZSTD(1)),
  BootEpoch UInt64 CODEC(Delta(8), ZSTD(1)),
  BatchSequence UInt64 CODEC(Delta(8), ZSTD(1)),
  ${INGEST_TIME}`;

/**
 * Parts hold the rows of one day of ingest, and are dropped as a whole. The exporter's tables are partitioned by the day
 * of the event; these are not, because
 * - retention counts from ingest, so a capture of last year stays as long as what happens today. By event day it would
 *   be merged with other captures of that day, and all would stay for as long as the youngest of them;
 * - all rows of a block have one ingest time, so a block is one part in each table: written or not, and never refused
 *   because a long capture or a broken clock spreads over more partitions than an insert may touch.
 *
 * For time ranges there are the sorting key and an index on the event time.
 */
export const partsByIngestDay = ({ retentionDays }: DdlOptions): { partition: string; rest: string } => ({
  partition: 'PARTITION BY toDate(IngestTime)',
  rest: `${expiry('IngestTime', retentionDays)}
SETTINGS ttl_only_drop_parts = 1, ${COMMON_SETTINGS}`,
});

/** One partition, for rows that have to meet over days to be merged: they expire one by one, by the column given. */
export const partsTogether = ({ retentionDays }: DdlOptions, timeColumn: string): string =>
  `${expiry(timeColumn, retentionDays)}
SETTINGS ttl_only_drop_parts = 0, ${COMMON_SETTINGS}`;

/** A DateTime ends in 2106, and a sum beyond it begins again in 1970: rows would expire as they come. */
const expiry = (timeColumn: string, days: number): string =>
  `TTL toDateTime64(${timeColumn}, 0) + toIntervalDay(${days})`;

/**
 * What an insert has confirmed is on the disk with its name, which the engine by itself leaves to the operating system; and
 * what rows were merged into is there before the parts that they came from are deleted. Another retention changes what
 * parts know of their expiry, and does not write them again.
 */
const COMMON_SETTINGS = `index_granularity = 8192,
  fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
  materialize_ttl_recalculate_only = 1`;
