/** Types of columns, and values of them in both encodings of a row. */
import { filler } from '../../filler.ts';
import type { ByteWriter } from '../bytes.ts';
import { encodeText } from '../bytes.ts';
import { writeString } from './packet.ts';

/**
 * `code`: enum_field_types. `charset`: 63 is binary, 255 utf8mb4_0900_ai_ci. `bytes`: greatest length of a value.
 * `flags`: 0x80 BINARY, 0x10 BLOB.
 */
export const COLUMN_TYPES = {
  int: { code: 0x08, charset: 63, bytes: 20, flags: 0x0080 },
  double: { code: 0x05, charset: 63, bytes: 22, flags: 0x0080 },
  decimal: { code: 0xf6, charset: 63, bytes: 12, flags: 0x0080 },
  varchar: { code: 0xfd, charset: 255, bytes: 1020, flags: 0 },
  text: { code: 0xfc, charset: 255, bytes: 262_140, flags: 0x0010 },
} as const;

export type ColumnType = keyof typeof COLUMN_TYPES;

/** A column's value in a row, as text. @param textBytes size of a text */
function textOf(type: ColumnType, row: number, textBytes: number): Uint8Array {
  switch (type) {
    case 'int':
      return encodeText(String(row + 1));
    case 'double':
      return encodeText(String(row + 0.5));
    case 'decimal':
      return encodeText(`${row + 1}.99`);
    case 'varchar':
    case 'text':
      return filler(textBytes);
  }
}

export const hasTextOf = (type: ColumnType): boolean => type === 'varchar' || type === 'text';

/** A row of a text result: each value a string. */
export function writeTextRow(
  out: ByteWriter,
  types: readonly ColumnType[],
  row: number,
  textBytes: number,
): void {
  for (const type of types) writeString(out, textOf(type, row, textBytes));
}

/** A row of a prepared statement's result: 0, a bit for each NULL (none here; the first two are unused), the values. */
export function writeBinaryRow(
  out: ByteWriter,
  types: readonly ColumnType[],
  row: number,
  textBytes: number,
): void {
  out.u8(0).bytes(new Uint8Array((types.length + 9) >> 3));
  for (const type of types) {
    if (type === 'int') out.int64(BigInt(row + 1));
    else if (type === 'double') out.float64(row + 0.5);
    else writeString(out, textOf(type, row, textBytes));
  }
}
