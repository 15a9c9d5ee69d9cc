/**
 * Stores blocks, each exactly once in each table, though the engine may be killed at any moment.
 *
 * The engine's deduplication tokens are not enough for that. A MergeTree notes the token first and publishes the part
 * afterwards (ClickHouse, MergeTreeSink: `addPart` of the deduplication log, then `renameTempPartAndAdd`): killed in
 * between, it takes the repeated insert for a duplicate of rows that it never got. So a journal keeps the number of the
 * last part of each table from before a block is begun. By it the repetition knows what did land, leaves that alone, and
 * has the engine forget the tokens of the other tables. Tokens remain for what comes through views, which cannot be
 * inserted by itself: where only one of table and view has the rows, the token keeps that one from getting them twice.
 * (Hence a block that failed has to come again before another one does: that one might have to make a table forget.)
 */
import type { Block } from '../../model/block.ts';
import { DATABASE } from '../database.ts';
import { quoteName, quoteString } from '../sql-text.ts';
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

  /** One call at a time. @throws StoreUnavailable, StoreFull, StoreRefusal; the block may be there in part then */
  async insert(block: Block): Promise<void> {
    const { run, tables, journal } = this.#options;
    if (await isStored(run, block)) return journal.finish(block.id);
    const isRepeated = journal.get(block.id) !== undefined;
    const before = await partNumbers(run);
    journal.settle(before);
    const { landed } = await journal.begin(block.id, before);
    const lacking = tables.filter(({ name }) => !landed.includes(name));
    if (isRepeated) for (const { name } of lacking) await forgetTokens(run, name);
    const viewsLack = lacking.some((table) => table.encode === undefined);
    for (const table of viewsLack ? tables : lacking) await this.#insertInto(table, block);
    await journal.finish(block.id);
  }

  async #insertInto(table: Table, block: Block): Promise<void> {
    const { run, files } = this.#options;
    const rows = table.encode?.(block) ?? null;
    if (rows === null || rows.rows === 0) return;
    const { name } = table;
    await files.lend(rows.bytes, (path) =>
      run(insertStatement({ table: name, columns: rows.columns, path, token: block.id })),
    );
  }
}

/** Looks at what became of the attempts that an earlier process began; to be done before anything else inserts. */
export async function settleJournal(run: Run, journal: InsertJournal): Promise<void> {
  if (journal.isOpen) journal.settle(await partNumbers(run));
}

/** Whether the last table has the block, which is true once all have. */
async function isStored(run: Run, block: Block): Promise<boolean> {
  const first = block.batches[0];
  if (first === undefined) return false;
  const { agentId, bootEpoch, sequence } = first.id;
  const rows = await run(
    `SELECT 1 FROM ${DATABASE}.batches WHERE AgentId = ${quoteString(agentId)} AND BootEpoch = ${bootEpoch} ` +
      `AND Sequence = ${sequence} AND BlockId = ${quoteString(block.id)} LIMIT 1`,
  );
  return rows.length > 0;
}

async function partNumbers(run: Run): Promise<PartNumbers> {
  const rows = await run(
    `SELECT table, max(max_block_number) FROM system.parts WHERE database = '${DATABASE}' GROUP BY table`,
  );
  return Object.fromEntries(rows.map(([table, number]) => [String(table), Number(number)]));
}

/** As many last inserts as the tables are created to remember. */
const TOKENS = 10_000;

/** A table without a window forgets its tokens; on disk they stay, but the insert that follows makes this one's true. */
async function forgetTokens(run: Run, table: string): Promise<void> {
  for (const window of [0, TOKENS])
    await run(
      `ALTER TABLE ${DATABASE}.${quoteName(table)} MODIFY SETTING non_replicated_deduplication_window = ${window}`,
    );
}
