/** A report as encoded batches that lack only their header, which comes when they are sent (transport/header.ts). */
import { sonde } from '@sonde/proto';
import type { Report } from '../../model/report.ts';
import type { ClockOffset } from '../../model/time.ts';
import { edgeColumns } from './edges.ts';
import { ledgerColumns } from './ledger.ts';
import { logColumns } from './logs.ts';
import { redColumns } from './red.ts';
import { spanColumns } from './spans.ts';
import { SharedTables } from './tables.ts';

export interface EncodedBatch {
  /** A serialized sonde.v1.Batch without its field `header`. */
  readonly body: Uint8Array;
  readonly content: BatchContent;
}

/** How much a batch tells. */
export interface BatchContent {
  readonly spans: number;
  readonly logs: number;
  /** Sum of the column `requests` of its RED rows. */
  readonly requests: number;
  /** Rows of all its tables, entities and ledger too. */
  readonly rows: number;
}

export interface EncodedReport {
  readonly batches: readonly EncodedBatch[];
  /** Rows that alone make a batch too large, and are in none. */
  readonly tooLargeRows: number;
}

export interface EncodeContext {
  readonly offset: ClockOffset;
  /** When the report is sent, monotonic ns: the time of its ledger rows. */
  readonly nowNs: number;
  /** Largest body. A report that needs more is cut by rows. */
  readonly maxBodyBytes: number;
}

export function encodeReport(report: Report, context: EncodeContext): EncodedReport {
  const rows = rowsOf(report);
  if (rows === 0) return { batches: [], tooLargeRows: 0 };
  const batch = encodeBatch(report, context);
  if (batch.body.length <= context.maxBodyBytes) return { batches: [batch], tooLargeRows: 0 };
  if (rows === 1) return { batches: [], tooLargeRows: 1 };
  const middle = rows >> 1;
  const first = encodeReport(rowsBetween(report, 0, middle), context);
  const second = encodeReport(rowsBetween(report, middle, rows), context);
  return {
    batches: [...first.batches, ...second.batches],
    tooLargeRows: first.tooLargeRows + second.tooLargeRows,
  };
}

const rowsOf = ({ spans, logs, red, edges, ledger }: Report): number =>
  spans.length + logs.length + red.length + edges.length + ledger.length;

/** The small tables come first, so that a cut leaves them together in the first batch. */
function rowsBetween(report: Report, from: number, to: number): Report {
  let before = 0;
  const part = <Row>(rows: readonly Row[]): readonly Row[] => {
    const taken = rows.slice(Math.max(0, from - before), Math.max(0, to - before));
    before += rows.length;
    return taken;
  };
  return {
    ledger: part(report.ledger),
    red: part(report.red),
    edges: part(report.edges),
    spans: part(report.spans),
    logs: part(report.logs),
  };
}

function encodeBatch(report: Report, { offset, nowNs }: EncodeContext): EncodedBatch {
  const { spans, logs, red, edges, ledger } = report;
  const tables = new SharedTables(offset);
  const batch: sonde.v1.Batch.$Properties = {};
  if (spans.length > 0) batch.spans = spanColumns(spans, tables);
  if (edges.length > 0) batch.edges = edgeColumns(edges, tables);
  if (red.length > 0) batch.red = redColumns(red, tables);
  if (logs.length > 0) batch.logs = logColumns(logs, tables);
  if (ledger.length > 0) batch.ledger = ledgerColumns(ledger, nowNs, tables);
  // Rows of the tables above brought the entities in, and entities bring in strings.
  if (tables.entities.rows > 0) batch.entities = tables.entities.columns(tables.strings, tables.times);
  batch.strings = tables.strings.texts;
  return {
    body: sonde.v1.Batch.encode(batch).finish(),
    content: {
      spans: spans.length,
      logs: logs.length,
      requests: red.reduce((sum, row) => sum + row.requests, 0),
      rows: rowsOf(report) + tables.entities.rows,
    },
  };
}
