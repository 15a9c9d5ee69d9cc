/** Edges of the service map as columns. */
import { sonde } from '@sonde/proto';
import type { EdgeDelta } from '../../model/report.ts';
import { histogramColumns } from './histograms.ts';
import { unsigned } from './integers.ts';
import type { SharedTables } from './tables.ts';

const SIDES = {
  client: sonde.v1.EdgeSide.EDGE_SIDE_CLIENT,
  server: sonde.v1.EdgeSide.EDGE_SIDE_SERVER,
} as const satisfies Record<EdgeDelta['side'], sonde.v1.EdgeSide>;

export const edgeColumns = (
  rows: readonly EdgeDelta[],
  { strings, entities }: SharedTables,
): sonde.v1.Edges.$Properties => ({
  minute: rows.map((row) => row.minute),
  client: rows.map((row) => strings.indexOf(row.client)),
  server: rows.map((row) => strings.indexOf(row.server)),
  serverPort: rows.map((row) => row.serverPort),
  entity: rows.map((row) => entities.rowOf(row.entity)),
  side: rows.map((row) => SIDES[row.side]),
  protocol: rows.map((row) => strings.indexOf(row.protocol)),
  connections: rows.map((row) => unsigned(row.connections)),
  failedConnections: rows.map((row) => unsigned(row.failedConnections)),
  requestBytes: rows.map((row) => unsigned(row.requestBytes)),
  responseBytes: rows.map((row) => unsigned(row.responseBytes)),
  requests: rows.map((row) => unsigned(row.requests)),
  errors: rows.map((row) => unsigned(row.errors)),
  durationSumNano: rows.map((row) => unsigned(row.durationSumNs)),
  durations: histogramColumns(rows.map((row) => row.durations)),
});
