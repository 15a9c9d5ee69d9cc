/** Payloads of MySQL packets, written. */
import { ByteWriter, encodeText } from '../bytes.ts';
import { COLUMN_TYPES, type ColumnType } from './columns.ts';
import type { Column } from './keys.ts';
import { writeInt, writeString } from './packet.ts';

export const COMMANDS = { quit: 0x01, query: 0x03, ping: 0x0e, prepare: 0x16, execute: 0x17 } as const;

/** First byte of an answer. EOF has less than nine bytes; else 0xfe begins a long row. */
export const OK = 0x00;
export const EOF = 0xfe;
export const ERROR = 0xff;

/** SERVER_STATUS_AUTOCOMMIT. */
const STATUS = 0x0002;

/** SQL state and text of the errors that scenarios are likely to want; others are general ones. */
const ERRORS: Readonly<Record<number, readonly [state: string, text: string]>> = {
  1040: ['08004', 'Too many connections'],
  1045: ['28000', 'Access denied for user'],
  1062: ['23000', "Duplicate entry '1' for key 'PRIMARY'"],
  1064: ['42000', 'You have an error in your SQL syntax'],
  1105: ['HY000', 'Unknown error'],
  1146: ['42S02', "Table doesn't exist"],
  1205: ['HY000', 'Lock wait timeout exceeded; try restarting transaction'],
  1213: ['40001', 'Deadlock found when trying to get lock; try restarting transaction'],
  1243: ['HY000', 'Unknown prepared statement handler given to EXECUTE'],
  1317: ['70100', 'Query execution was interrupted'],
};

export function ok(affectedRows: number): Uint8Array {
  const out = new ByteWriter().u8(OK);
  writeInt(out, affectedRows).u8(0);
  return out.uint(STATUS, 2).uint(0, 2).finish();
}

export const eof = (): Uint8Array => new ByteWriter().u8(EOF).uint(0, 2).uint(STATUS, 2).finish();

export function error(code: number): Uint8Array {
  const [state, text] = ERRORS[code] ?? ['HY000', `Error ${code}`];
  return new ByteWriter().u8(ERROR).uint(code, 2).text(`#${state}${text}`).finish();
}

/** ColumnDefinition41. */
export function columnDefinition(name: string, type: ColumnType, database: string): Uint8Array {
  const { code, charset, bytes, flags } = COLUMN_TYPES[type];
  const out = new ByteWriter();
  // Catalog, schema, table (alias and real), name (alias and real).
  for (const part of ['def', database, '', '', name, name]) writeString(out, encodeText(part));
  // 0x0c: what follows is twelve bytes, the last two unused.
  writeInt(out, 0x0c).uint(charset, 2).uint(bytes, 4).u8(code).uint(flags, 2);
  return out
    .u8(type === 'decimal' ? 2 : 0)
    .uint(0, 2)
    .finish();
}

/** Definitions of columns and the EOF that ends them; nothing for none. */
export const definitions = (columns: readonly Column[], database: string): Uint8Array[] =>
  columns.length === 0
    ? []
    : [...columns.map(({ name, type }) => columnDefinition(name, type, database)), eof()];

/** Answer to a prepare: the statement's number, and what goes in and comes out. */
export function prepared(
  statement: number,
  nParameters: number,
  columns: readonly Column[],
  database: string,
): Uint8Array[] {
  const head = new ByteWriter().u8(OK).uint(statement, 4).uint(columns.length, 2).uint(nParameters, 2);
  const parameters: Column[] = Array.from({ length: nParameters }, () => ({ name: '?', type: 'varchar' }));
  return [head.u8(0).uint(0, 2).finish(), ...definitions(parameters, ''), ...definitions(columns, database)];
}

/** COM_STMT_EXECUTE with every value a string. */
export function execute(statement: number, values: readonly string[]): Uint8Array {
  const out = new ByteWriter().u8(COMMANDS.execute).uint(statement, 4).u8(0).uint(1, 4);
  if (values.length === 0) return out.finish();
  // A bit for each NULL: none. 1: the types follow.
  out.bytes(new Uint8Array((values.length + 7) >> 3)).u8(1);
  for (const _ of values) out.uint(COLUMN_TYPES.varchar.code, 2);
  for (const value of values) writeString(out, encodeText(value));
  return out.finish();
}
