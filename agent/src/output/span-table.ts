import type { Style } from '@sonde/cli';
import { type Column, formatDuration, toColumns } from '@sonde/cli';
import { formatEndpoint } from '../model/address.ts';
import type { Span } from '../model/span.ts';
import { type ClockOffset, toUnixNano } from '../model/time.ts';

const COLUMNS: readonly Column[] = [
  { title: 'START (UTC)' },
  { title: 'CLIENT', maxWidth: 47 },
  { title: 'SERVER', maxWidth: 47 },
  { title: 'SIDE' },
  { title: 'PROTO' },
  { title: 'REQUEST', maxWidth: 60 },
  { title: 'STATUS', align: 'right' },
  { title: 'TIME', align: 'right' },
  { title: 'NOTE', maxWidth: 40 },
];
const STATUS_COLUMN = 6;

/** Spans as a table for people, a line each, in the order given. */
export function toSpanTable(spans: readonly Span[], clock: ClockOffset, style: Style): string[] {
  const rows = spans.map((span) => [
    clockTime(toUnixNano(clock, span.startNs)),
    formatEndpoint(span.client),
    formatEndpoint(span.server),
    span.kind,
    span.protocol,
    requestText(span),
    String(span.attributes['http.response.status_code'] ?? span.status),
    formatDuration(span.durationNs),
    String(span.attributes['sonde.incomplete'] ?? ''),
  ]);
  const [header, ...lines] = toColumns(COLUMNS, rows, (cell, row, column) => {
    if (column !== STATUS_COLUMN) return cell;
    return spans[row]!.status === 'error' ? style.red(cell) : style.green(cell);
  });
  return [style.bold(header!), ...lines];
}

function requestText(span: Span): string {
  const path = span.attributes['url.path'];
  const query = span.attributes['url.query'];
  return `${span.name}${path === undefined ? '' : ` ${path}`}${query === undefined ? '' : `?${query}`}`;
}

/** HH:MM:SS.mmm of a Unix time. */
function clockTime(unixNano: bigint): string {
  return new Date(Number(unixNano / 1_000_000n)).toISOString().slice(11, 23);
}
