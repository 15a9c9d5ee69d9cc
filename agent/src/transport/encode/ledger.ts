/** Snapshots of the loss ledger as columns. */
import type { StageSnapshot } from '@sonde/ledger';
import type { sonde } from '@sonde/proto';
import { unsigned } from './integers.ts';
import type { SharedTables } from './tables.ts';

/** @param nowNs when the snapshots were taken, monotonic ns */
export function ledgerColumns(
  rows: readonly StageSnapshot[],
  nowNs: number,
  { strings, times }: SharedTables,
): sonde.v1.Ledger.$Properties {
  const drops = rows.map((row) => Object.entries(row.dropped));
  return {
    timeUnixNano: rows.map(() => times.at(nowNs)),
    stage: rows.map((row) => strings.indexOf(row.stage)),
    unit: rows.map((row) => strings.indexOf(row.unit)),
    in: rows.map((row) => unsigned(row.in)),
    out: rows.map((row) => unsigned(row.out)),
    held: rows.map((row) => unsigned(row.held)),
    reasonCount: drops.map((reasons) => reasons.length),
    reason: drops.flat().map(([reason]) => strings.indexOf(reason)),
    dropped: drops.flat().map(([, n]) => unsigned(n)),
  };
}
