/**
 * Stores blocks, each exactly once in each table, though engine and collector may be killed at any moment.
 *
 * The rows that a block has for a table are one insert, and that is one part: the engine publishes it whole or not at all,
 * under a number higher than those of all parts of the table before. Nothing else inserts. So the numbers of the last
 * parts, put into a journal before a block is begun, tell afterwards which tables have its rows; a repeated insert leaves
 * these alone.
 *
 * The engine's own deduplication tokens are not used, for they can lose rows: a MergeTree notes the token first and
 * publishes the part afterwards (ClickHouse, MergeTreeSink: `addPart` of the deduplication log, then
 * `renameTempPartAndAdd`). Killed in between, it takes the repeated insert for a duplicate of rows that it never got.
 */
import type { Block } from '../../model/block.ts';
import { DATABASE } from '../database.ts';
import { quoteString } from '../sql-text.ts';
import { ingestSeconds } from '../tables/block-rows.ts';
import type { Table } from '../tables/table.ts';
import type { BlockFiles } from './block-files.ts';
import type { InsertJournal, PartNumbers } from './insert-journal.ts';
import { insertStatement } from './insert-statement.ts';
import type { Run } from './schema-version.ts';

export interface BlockInserterOptions {
  readonly run: Run;
  readonly tables: readonly Table[];
  readonly files: BlockFiles;
  readonly journal: InsertJournal;
}

export class BlockInserter {
  readonly #options: BlockInserterOptions;

  constructor(options: BlockInserterOptions) {
    this.#options = options;
  }

  /**
   * One call at a time. A block that failed has to come again before another one does.
   * @throws StoreUnavailable, StoreFull, StoreRefusal; the block may be there in part then
   */
  async insert(block: Block): Promise<void> {
    const { run, tables, journal } = this.#options;
    if (await isStored(run, block)) return;
    const parts = await partNumbers(run);
    const landed = this.#landed(block, parts);
    await journal.begin({ block: block.id, landed, parts });
    for (const table of tables) if (!landed.includes(table.name)) await this.#insertInto(table, block);
  }

  /** The tables that have the rows of the block. */
  #landed(block: Block, now: PartNumbers): string[] {
    const { tables, journal } = this.#options;
    const { last } = journal;
    if (last?.block !== block.id) return [];
    return tables
      .map(({ name }) => name)
      .filter((name) => last.landed.includes(name) || (now[name] ?? 0) > (last.parts[name] ?? 0));
  }

  async #insertInto(table: Table, block: Block): Promise<void> {
    const { run, files } = this.#options;
    const rows = table.encode(block);
    if (rows === null) return;
    const { name } = table;
    await files.lend(rows.bytes, (path) =>
      run(insertStatement({ table: name, columns: rows.columns, path })),
    );
  }
}

/** Whether the last table that the block has rows for holds them, which is true once all do. */
async function isStored(run: Run, block: Block): Promise<boolean> {
  const row = lastTableRow(block);
  return row !== null && (await run(`SELECT 1 FROM ${DATABASE}.${row} LIMIT 1`)).length > 0;
}

/** A row of the block in the last table that it has rows for; null if it has none at all. */
function lastTableRow({ id, composedUnixNs, batches, aliases }: Block): string | null {
  const first = batches[0];
  if (first !== undefined) {
    const { agentId, bootEpoch, sequence } = first.id;
    return (
      `batches WHERE AgentId = ${quoteString(agentId)} AND BootEpoch = ${bootEpoch} ` +
      `AND Sequence = ${sequence} AND BlockId = ${quoteString(id)}`
    );
  }
  if (aliases.rows === 0) return null;
  const [alias, trace] = [aliases.alias, aliases.trace].map((ids) =>
    quoteString(Buffer.from(ids.subarray(0, 16)).toString('hex')),
  );
  const ingest = ingestSeconds({ composedUnixNs });
  return `trace_alias WHERE Alias = ${alias} AND TraceId = ${trace} AND IngestTime = toDateTime(${ingest})`;
}

async function partNumbers(run: Run): Promise<PartNumbers> {
  const rows = await run(
    `SELECT table, max(max_block_number) FROM system.parts WHERE database = '${DATABASE}' GROUP BY table`,
  );
  return Object.fromEntries(rows.map(([table, number]) => [String(table), Number(number)]));
}
