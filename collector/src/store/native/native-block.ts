/**
 * One block in ClickHouse's format "Native": the number of columns and of rows, then each column with its name, its type
 * and its data. Source: ClickHouse, src/Formats/NativeWriter.cpp, at revision 0, which is what files have.
 */
import type { NativeRows } from '../tables/table.ts';
import { ByteWriter } from './byte-writer.ts';
import type { ColumnData } from './columns.ts';

/** @throws RangeError if columns differ in their rows: a defect of an encoder, which would shift every row behind it */
export function nativeBlock(rows: number, columns: Readonly<Record<string, ColumnData>>): NativeRows {
  const named = Object.entries(columns);
  const out = new ByteWriter(1024 + rows * LIKELY_ROW_BYTES);
  out.varint(named.length);
  out.varint(rows);
  for (const [name, column] of named) {
    if (column.rows !== rows)
      throw new RangeError(`Cannot encode column "${name}": has ${column.rows} rows, its block has ${rows}`);
    out.text(name);
    out.text(column.type);
    column.prefix(out);
    column.data(out);
  }
  return { rows, columns: named.map(([name]) => `\`${name}\``).join(', '), bytes: out.bytes() };
}

/** Of a span, the longest of our rows. Too few cost a copy of the block, too many cost nothing: memory is taken when written. */
const LIKELY_ROW_BYTES = 500;
