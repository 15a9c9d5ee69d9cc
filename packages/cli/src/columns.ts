export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Widest the column may get; longer text is cut with an ellipsis. */
  readonly maxWidth?: number;
}

/**
 * Lays out a table in columns as wide as their widest cell, two spaces between. `paint` colours a cell after its width
 * is known, so that escape sequences do not count.
 */
export function toColumns(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  paint: (cell: string, row: number, column: number) => string = (cell) => cell,
): string[] {
  const cut = rows.map((row) =>
    row.map((cell, i) => shorten(printable(cell), columns[i]!.maxWidth ?? Infinity)),
  );
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...cut.map((row) => row[i]!.length)),
  );
  const pad = (text: string, i: number) =>
    columns[i]!.align === 'right' ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
  const header = columns
    .map((column, i) => pad(column.title, i))
    .join('  ')
    .trimEnd();
  const body = cut.map((row, r) =>
    row
      .map((cell, i) => paint(pad(cell, i), r, i))
      .join('  ')
      .trimEnd(),
  );
  return [header, ...body];
}

const shorten = (text: string, width: number) =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;

/** Traffic is not to be trusted with a terminal: control characters are shown, not sent. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;
const printable = (text: string) =>
  text.replace(CONTROL, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** Nanoseconds as a person reads them: three figures and a unit. */
export function formatDuration(ns: number): string {
  if (ns < 1e3) return `${Math.round(ns)} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toPrecision(3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toPrecision(3)} ms`;
  return `${(ns / 1e9).toFixed(2)} s`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  if (bytes < 1024 ** 3) return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
