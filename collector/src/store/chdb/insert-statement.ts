/** The statement that stores one file of rows as one part. */
import { DATABASE } from '../database.ts';
import { quoteName, quoteString } from '../sql-text.ts';

export interface FileInsert {
  readonly table: string;
  /** Between the parentheses of an INSERT, in the order of the file. */
  readonly columns: string;
  /** Holds exactly one block in the format Native. */
  readonly path: string;
}

/** Settings of the statement, and of it alone. */
const SETTINGS: Readonly<Record<string, number>> = {
  // Resolved means written, not queued.
  async_insert: 0,
  // A table remembers no rows, and is not to look for them.
  insert_deduplicate: 0,
  // The block of the file goes into the table as it is, as one part. Several threads could make several of it.
  max_threads: 1,
  max_insert_threads: 1,
  min_insert_block_size_rows: 0,
  min_insert_block_size_bytes: 0,
  // A later file may have the same name.
  schema_inference_use_cache_for_file: 0,
};

export function insertStatement({ table, columns, path }: FileInsert): string {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `${name} = ${value}`);
  return (
    `INSERT INTO ${DATABASE}.${quoteName(table)} (${columns}) SETTINGS ${settings.join(', ')} ` +
    `SELECT * FROM file(${quoteString(path)}, 'Native')`
  );
}
