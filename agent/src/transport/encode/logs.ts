/** Log lines as columns. */
import type { sonde } from '@sonde/proto';
import type { Attributes } from '../../model/attributes.ts';
import type { LogLine } from '../../model/log-line.ts';
import type { ReportedLog } from '../../model/report.ts';
import { AttributeColumns } from './attributes.ts';
import { IdColumn, SPAN_ID_BYTES, TRACE_ID_BYTES } from './ids.ts';
import { wireText } from './strings.ts';
import type { SharedTables } from './tables.ts';

export function logColumns(
  rows: readonly ReportedLog[],
  { strings, entities, times }: SharedTables,
): sonde.v1.Logs.$Properties {
  const traceIds = new IdColumn(TRACE_ID_BYTES, rows.length);
  const spanIds = new IdColumn(SPAN_ID_BYTES, rows.length);
  const attributes = new AttributeColumns(strings);
  for (const { line } of rows) {
    traceIds.push(line.span?.traceId ?? '');
    spanIds.push(line.span?.spanId ?? '');
    attributes.addRow(attributesOf(line));
  }
  return {
    timeUnixNano: rows.map(({ line }) => times.at(line.timeNs)),
    traceId: traceIds.bytes,
    spanId: spanIds.bytes,
    severity: rows.map(({ line }) => line.severity),
    // Lines seldom repeat, so they stand here and not among the strings.
    body: rows.map(({ line }) => wireText(line.body)),
    entity: rows.map(({ entity }) => entities.rowOf(entity)),
    attributes: attributes.columns,
  };
}

const attributesOf = (line: LogLine): Attributes => ({
  'log.iostream': line.stream,
  ...(line.isTruncated ? { 'sonde.truncated': true } : {}),
});
