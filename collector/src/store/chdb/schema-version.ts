/** Which shape the tables in a folder have, and how an older one becomes ours. */
import { DATABASE } from '../database.ts';
import { StoreRefusal } from '../store.ts';

export interface Schema {
  /** What this program writes; from 1. */
  readonly version: number;
  /** In their order, the last one to `version`. */
  readonly migrations: readonly Migration[];
}

export interface Migration {
  /** Leads here from the version before. */
  readonly to: number;
  /**
   * Each may run again: a process can end between any two. A table keeps its name and its parts their numbers, for a block
   * may be stored in part, and be completed only afterwards.
   */
  readonly statements: readonly string[];
}

export const SCHEMA: Schema = { version: 1, migrations: [] };

/** Runs a statement and returns its rows. */
export type Run = (sql: string) => Promise<readonly (readonly unknown[])[]>;

const TABLE = `${DATABASE}.schema_version`;

/**
 * Brings a folder to the schema. A new folder gets the version last, once its tables are there.
 * @param createTables statements that create what is not there yet
 * @throws StoreRefusal for a folder that a newer program wrote
 */
export async function prepareSchema(
  run: Run,
  schema: Schema,
  createTables: readonly string[],
  storePath: string,
): Promise<void> {
  await run(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`);
  await run(
    `CREATE TABLE IF NOT EXISTS ${TABLE} (Version UInt32) ENGINE = MergeTree ORDER BY Version ` +
      'SETTINGS fsync_after_insert = 1, fsync_part_directory = 1',
  );
  const found = Number((await run(`SELECT max(Version) FROM ${TABLE}`))[0]![0]);
  if (found > schema.version) {
    throw new StoreRefusal(
      `Store ${storePath} has schema ${found}; this program knows schemas up to ${schema.version}. ` +
        'Use the program that wrote it, a newer one, or another folder',
    );
  }
  if (found > 0) await migrate(run, schema, found, storePath);
  for (const statement of createTables) await run(statement);
  if (found === 0) await remember(run, schema.version);
}

async function migrate(run: Run, schema: Schema, found: number, storePath: string): Promise<void> {
  for (let version = found + 1; version <= schema.version; version++) {
    const migration = schema.migrations.find(({ to }) => to === version);
    if (migration === undefined)
      throw new StoreRefusal(`Store ${storePath} has schema ${found}, from which no way leads to ${version}`);
    for (const statement of migration.statements) await run(statement);
    await remember(run, version);
  }
}

const remember = (run: Run, version: number) =>
  run(`INSERT INTO ${TABLE} SETTINGS async_insert = 0 SELECT ${version}`);
