/** Retention of tables that exist: they were created with the retention of then. */
import { DATABASE } from '../database.ts';
import { quoteName } from '../sql-text.ts';
import type { Run } from './schema-version.ts';

/** Where a table's definition, as the engine writes it, says when rows expire. */
const TTL = / TTL (.+?)(?= SETTINGS |$)/;
const DAYS = /toIntervalDay\(\d+\)/g;

/** Gives every table that expires by days this many. */
export async function applyRetention(run: Run, retentionDays: number): Promise<void> {
  const tables = await run(`SELECT name, engine_full FROM system.tables WHERE database = '${DATABASE}'`);
  for (const [name, definition] of tables) {
    const ttl = TTL.exec(String(definition))?.[1];
    const wanted = ttl?.replaceAll(DAYS, `toIntervalDay(${retentionDays})`);
    if (ttl === wanted) continue;
    await run(`ALTER TABLE ${DATABASE}.${quoteName(String(name))} MODIFY TTL ${wanted}`);
  }
}
