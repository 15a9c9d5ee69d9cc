/** The statement that stores one file of rows, exactly once. */
import { DATABASE } from '../database.ts';
import { quoteName, quoteString } from '../sql-text.ts';

export interface FileInsert {
  readonly table: string;
  /** Between the parentheses of an INSERT, in the order of the file. */
  readonly columns: string;
  /** Holds exactly one block in the format Native. */
  readonly path: string;
  /** Rows that were stored with the same token before are not stored again. */
  readonly token: string;
}

/**
 * Settings of the statement, and of it alone: a setting of the session would stay, and the next insert without a token
 * would be dropped as a repetition of this one.
 */
const SETTINGS: Readonly<Record<string, string | number>> = {
  // Resolved means written, not queued.
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // The engine shall say so rather than quietly insert without the token.
  deduplicate_insert_select: 'force_enable',
  // The block of the file goes into the table as it is: one insert, one token. Several threads, or blocks that are
  // gathered until they are large enough, could cut it otherwise the next time.
  max_threads: 1,
  max_insert_threads: 1,
  min_insert_block_size_rows: 0,
  min_insert_block_size_bytes: 0,
  // A later file may have the same name.
  schema_inference_use_cache_for_file: 0,
};

export function insertStatement({ table, columns, path, token }: FileInsert): string {
  const settings = Object.entries({ ...SETTINGS, insert_deduplication_token: token }).map(
    ([name, value]) => `${name} = ${typeof value === 'string' ? quoteString(value) : value}`,
  );
  return (
    `INSERT INTO ${DATABASE}.${quoteName(table)} (${columns}) SETTINGS ${settings.join(', ')} ` +
    `SELECT * FROM file(${quoteString(path)}, 'Native')`
  );
}
