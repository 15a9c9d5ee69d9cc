/** The manifest: which batches are stored, and in which block. A row stands here once all rows of its batch do. */
import type { Block } from '../../model/block.ts';
import { type BatchColumns, rowsOf } from '../../model/columns.ts';
import { type ColumnData, fixed } from '../native/columns.ts';
import { nativeBlock } from '../native/native-block.ts';
import { BlockRows } from './block-rows.ts';
import { INGEST_TIME, partsByIngestDay } from './ddl.ts';
import type { DdlOptions, NativeRows, Table } from './table.ts';

export const BATCHES: Table = {
  name: 'batches',
  ddl: (options) => [batchesDdl(options)],
  encode: encodeBatches,
};

function encodeBatches(block: Block): NativeRows | null {
  const rows = new BlockRows(block, (batch) => ({ rows: 1, batch }));
  if (rows.count === 0) return null;

  const counts = (of: (batch: BatchColumns) => number): ColumnData =>
    fixed(
      'UInt64',
      BigUint64Array.from(block.batches, (batch) => BigInt(of(batch))),
    );

  return nativeBlock(rows.count, {
    AgentId: rows.agentId(),
    BootEpoch: rows.bootEpoch(),
    Sequence: rows.sequence(),
    BlockId: rows.constant(block.id),
    Spans: counts((batch) => batch.spans.rows),
    Logs: counts((batch) => batch.logs.rows),
    Rows: counts(rowsOf),
    IngestTime: rows.ingestTime(),
  });
}

function batchesDdl(options: DdlOptions): string {
  const { partition, rest } = partsByIngestDay(options);
  return `CREATE TABLE IF NOT EXISTS ${options.database}.batches (
  AgentId LowCardinality(String) CODEC(ZSTD(1)),
  BootEpoch UInt64 CODEC(Delta(8), ZSTD(1)),
  Sequence UInt64 CODEC(Delta(8), ZSTD(1)),
  BlockId LowCardinality(String) CODEC(ZSTD(1)),
  Spans UInt64 CODEC(T64, ZSTD(1)),
  Logs UInt64 CODEC(T64, ZSTD(1)),
  -- Of all tables together.
  Rows UInt64 CODEC(T64, ZSTD(1)),
  ${INGEST_TIME}
) ENGINE = MergeTree
${partition}
ORDER BY (AgentId, BootEpoch, Sequence)
${rest}`;
}
