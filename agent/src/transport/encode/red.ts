/** Rate, errors and durations as columns. */
import type { sonde } from '@sonde/proto';
import type { RedDelta } from '../../model/report.ts';
import { histogramColumns } from './histograms.ts';
import { unsigned } from './integers.ts';
import { SPAN_KINDS } from './spans.ts';
import type { SharedTables } from './tables.ts';

export const redColumns = (
  rows: readonly RedDelta[],
  { strings, entities }: SharedTables,
): sonde.v1.Red.$Properties => ({
  minute: rows.map((row) => row.minute),
  entity: rows.map((row) => entities.rowOf(row.entity)),
  name: rows.map((row) => strings.indexOf(row.name)),
  kind: rows.map((row) => SPAN_KINDS[row.kind]),
  protocol: rows.map((row) => strings.indexOf(row.protocol)),
  requests: rows.map((row) => unsigned(row.requests)),
  errors: rows.map((row) => unsigned(row.errors)),
  durationSumNano: rows.map((row) => unsigned(row.durationSumNs)),
  durations: histogramColumns(rows.map((row) => row.durations)),
});
