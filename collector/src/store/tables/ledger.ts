/** Snapshots of the loss ledger (docs/adr/0007): totals of each stage since the start of its agent. */
import type { Block } from '../../model/block.ts';
import type { LedgerRow } from '../../model/columns.ts';
import { type ColumnData, fixed, LowCardinality, mapOf, Offsets, Texts } from '../native/columns.ts';
import { nativeBlock } from '../native/native-block.ts';
import { BlockRows } from './block-rows.ts';
import { INGEST_TIME, partsByIngestDay } from './ddl.ts';
import type { DdlOptions, NativeRows, Table } from './table.ts';

export const LEDGER: Table = { name: 'ledger', ddl: (options) => [ledgerDdl(options)], encode: encodeLedger };

function encodeLedger(block: Block): NativeRows | null {
  const rows = new BlockRows(block, ({ ledger }) => ({ rows: ledger.rows.length, ledger: ledger.rows }));
  if (rows.count === 0) return null;
  const ledger = rows.parts.flatMap((part) => part.columns.ledger);

  const texts = (of: (row: LedgerRow) => string): ColumnData => {
    const values = new LowCardinality(rows.strings);
    for (const row of ledger) values.push(rows.strings.idOf(of(row)));
    return values;
  };
  const numbers = (of: (row: LedgerRow) => number): ColumnData =>
    fixed(
      'UInt64',
      BigUint64Array.from(ledger, (row) => BigInt(of(row))),
    );

  return nativeBlock(rows.count, {
    Agent: rows.agentId(),
    BootEpoch: rows.bootEpoch(),
    Node: rows.node(),
    Time: fixed(
      'DateTime64(9)',
      BigUint64Array.from(ledger, (row) => row.timeUnixNs),
    ),
    Stage: texts((row) => row.snapshot.stage),
    Unit: texts((row) => row.snapshot.unit),
    In: numbers((row) => row.snapshot.in),
    Out: numbers((row) => row.snapshot.out),
    Held: numbers((row) => row.snapshot.held),
    Dropped: dropped(ledger),
    BatchSequence: rows.sequence(),
    IngestTime: rows.ingestTime(),
  });
}

function dropped(ledger: readonly LedgerRow[]): ColumnData {
  const offsets = new Offsets(ledger.length);
  const reasons = new Texts();
  const counts: bigint[] = [];
  for (const { snapshot } of ledger) {
    for (const [reason, n] of Object.entries(snapshot.dropped)) {
      reasons.text(reason);
      counts.push(BigInt(n));
    }
    offsets.endRow(counts.length);
  }
  return mapOf(offsets, reasons, fixed('UInt64', BigUint64Array.from(counts)));
}

function ledgerDdl(options: DdlOptions): string {
  const { partition, rest } = partsByIngestDay(options);
  return `CREATE TABLE IF NOT EXISTS ${options.database}.ledger (
  Agent LowCardinality(String) CODEC(ZSTD(1)),
  BootEpoch UInt64 CODEC(Delta(8), ZSTD(1)),
  Node LowCardinality(String) CODEC(ZSTD(1)),
  Time DateTime64(9) CODEC(Delta(8), ZSTD(1)),
  Stage LowCardinality(String) CODEC(ZSTD(1)),
  Unit LowCardinality(String) CODEC(ZSTD(1)),
  In UInt64 CODEC(ZSTD(1)),
  Out UInt64 CODEC(ZSTD(1)),
  Held UInt64 CODEC(ZSTD(1)),
  -- Reason -> how many.
  Dropped Map(String, UInt64) CODEC(ZSTD(1)),
  BatchSequence UInt64 CODEC(Delta(8), ZSTD(1)),
  ${INGEST_TIME}
) ENGINE = MergeTree
${partition}
ORDER BY (Agent, BootEpoch, Stage, Time, BatchSequence)
${rest}`;
}
