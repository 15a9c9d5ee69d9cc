/** The store in the collector's own folder: ClickHouse as a library, in a child process. */
import { createHash } from 'node:crypto';
import { mkdir, realpath, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Block } from '../../model/block.ts';
import type { BatchId } from '../../model/columns.ts';
import { DATABASE } from '../database.ts';
import { QueryGuard } from '../query-guard.ts';
import { type QueryOptions, QueryRefused, type Store, type StoreEngine, StoreRefusal } from '../store.ts';
import type { Summary } from '../summary.ts';
import { summaryOf } from '../summary-queries.ts';
import type { Table } from '../tables/table.ts';
import { TABLES } from '../tables/tables.ts';
import { BlockFiles } from './block-files.ts';
import { BlockInserter } from './block-inserter.ts';
import { EngineClient } from './engine-client.ts';
import { engineConfig } from './engine-config.ts';
import { TooManyRows } from './engine-faults.ts';
import type { ReadLimits } from './engine-protocol.ts';
import { InsertJournal } from './insert-journal.ts';
import { applyRetention } from './retention.ts';
import { prepareSchema, type Run, SCHEMA, type Schema } from './schema-version.ts';

export interface ChdbStoreOptions {
  /** The engine's folder is made in it, and what it needs beside. */
  readonly dataDir: string;
  /** Where blocks lie on their way into the engine, best in memory (tmpfs); "": inside dataDir. */
  readonly blockDir: string;
  /** For all that the engine does together. */
  readonly memoryBytes: number;
  /** Days from ingest after which rows are deleted. */
  readonly retentionDays: number;
  /** Tables that exist keep the retention that they have: who only reads does not decide on it. */
  readonly keepsRetention?: boolean;
  /** Told what a person who runs the store should know: the engine ended, it is back. */
  readonly onNote: (note: string) => void;
  /** How long to wait for another process that holds the folder; it may be ending. */
  readonly lockPatienceMs?: number;
  readonly tables?: readonly Table[];
  readonly schema?: Schema;
}

const LOCK_PATIENCE_MS = 15_000;
/** Statements of our own that only read. */
const OWN_READ_TIMEOUT_MS = 60_000;
/** For looking at a query, before it runs. */
const GUARD_TIMEOUT_MS = 5_000;
/** A user's query gets this share of the engine's memory; two may run beside inserts and merges. */
const QUERY_MEMORY_SHARE = 1 / 4;
/** An answer passes through the memory of two processes. */
const ANSWER_MAX_BYTES = 64 << 20;
const CONFIG_FILE = 'engine.xml';
const JOURNAL_FILE = 'last-insert.json';

/**
 * Opens the store in a folder and makes it if there is none.
 * @throws EngineMissing if the engine is not installed; StoreUnavailable if another process holds the folder; StoreFull;
 * StoreRefusal for a folder of a newer program
 */
export async function openChdbStore(options: ChdbStoreOptions): Promise<ChdbStore> {
  const folder = join(resolve(options.dataDir), 'chdb');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const engine = await EngineClient.start({
    folder,
    configFile: await writeConfig(options),
    lockPatienceMs: options.lockPatienceMs ?? LOCK_PATIENCE_MS,
    onNote: options.onNote,
  });
  try {
    return await prepare(engine, folder, options);
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Only now, when the folder is ours: before, an older process may still have read its blocks. */
async function prepare(engine: EngineClient, folder: string, options: ChdbStoreOptions): Promise<ChdbStore> {
  const tables = options.tables ?? TABLES;
  const { retentionDays } = options;
  const run: Run = async (sql) => rowsOf(await engine.run(sql)) as unknown[][];
  const ddl = tables.flatMap((table) => table.ddl({ database: DATABASE, retentionDays }));
  await prepareSchema(run, options.schema ?? SCHEMA, ddl, folder);
  if (options.keepsRetention !== true) await applyRetention(run, retentionDays);
  const [[version]] = (await run('SELECT version()')) as [[string]];
  const limits = { maxRows: 0, maxMemoryBytes: options.memoryBytes, timeoutMs: OWN_READ_TIMEOUT_MS };
  const queryMemoryBytes = Math.floor(options.memoryBytes * QUERY_MEMORY_SHARE);
  const guardLimits = { maxRows: 0, maxMemoryBytes: queryMemoryBytes, timeoutMs: GUARD_TIMEOUT_MS };
  const ask = async (sql: string, format: string) => textOf(await engine.read(sql, format, guardLimits));
  const journal = await InsertJournal.open(join(resolve(options.dataDir), JOURNAL_FILE));
  const files = await BlockFiles.open(await blockFolder(options));
  return new ChdbStore({
    engine,
    description: { name: 'chdb', version, path: folder },
    files,
    inserter: new BlockInserter({ run, tables, files, journal }),
    guard: await QueryGuard.load(ask),
    ownLimits: limits,
    queryMemoryBytes,
  });
}

interface Parts {
  readonly engine: EngineClient;
  readonly description: StoreEngine;
  readonly files: BlockFiles;
  readonly inserter: BlockInserter;
  readonly guard: QueryGuard;
  readonly ownLimits: ReadLimits;
  readonly queryMemoryBytes: number;
}

export class ChdbStore implements Store {
  readonly engine: StoreEngine;
  readonly #parts: Parts;
  #lastInsert: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.engine = parts.description;
    this.#parts = parts;
  }

  /** The process that runs the engine now, or null while there is none. */
  get enginePid(): number | null {
    return this.#parts.engine.pid;
  }

  insert(block: Block): Promise<void> {
    const insert = this.#lastInsert.then(() => this.#parts.inserter.insert(block));
    this.#lastInsert = insert.catch(() => undefined);
    return insert;
  }

  async storedBatches(): Promise<readonly BatchId[]> {
    const rows = await this.#ownRows(
      'SELECT AgentId AS agentId, BootEpoch AS bootEpoch, max(Sequence) AS sequence ' +
        `FROM ${DATABASE}.batches GROUP BY AgentId, BootEpoch`,
    );
    return rows.map(({ agentId, bootEpoch, sequence }) => ({
      agentId: String(agentId),
      bootEpoch: Number(bootEpoch),
      sequence: Number(sequence),
    }));
  }

  async query(sql: string, options: QueryOptions): Promise<Uint8Array> {
    const { engine, guard, queryMemoryBytes } = this.#parts;
    checkOptions(options);
    const statement = await guard.admit(sql);
    const { format, maxRows, timeoutMs, onCut } = options;
    const limits = { maxRows, timeoutMs, maxMemoryBytes: queryMemoryBytes };
    const answer = await engine
      .read(statement, format, { ...limits, refusesMore: true })
      .catch((error: unknown) => {
        if (!(error instanceof TooManyRows)) throw error;
        onCut?.();
        return engine.read(statement, format, limits);
      });
    if (answer.byteLength > ANSWER_MAX_BYTES)
      throw new QueryRefused(
        `The answer has ${answer.byteLength} bytes; ${ANSWER_MAX_BYTES} are allowed. Select less`,
      );
    return answer;
  }

  summary(): Promise<Summary> {
    return summaryOf((sql) => this.#ownRows(sql));
  }

  async close(): Promise<void> {
    await this.#lastInsert;
    await this.#parts.engine.close();
    await this.#parts.files.close();
  }

  /** A reader's rights are enough for these too. */
  async #ownRows(sql: string): Promise<readonly Record<string, unknown>[]> {
    const { engine, ownLimits } = this.#parts;
    try {
      return rowsOf(await engine.read(sql, 'JSONEachRow', ownLimits)) as Record<string, unknown>[];
    } catch (error) {
      throw error instanceof QueryRefused ? new StoreRefusal(error.message, { cause: error }) : error;
    }
  }
}

function checkOptions({ format, maxRows, timeoutMs }: QueryOptions): void {
  if (!/^[A-Za-z0-9]+$/.test(format)) throw new QueryRefused(`"${format}" is not the name of a format`);
  if (!Number.isSafeInteger(maxRows) || maxRows < 1) throw new QueryRefused('maxRows must be at least 1');
  if (!(timeoutMs > 0)) throw new QueryRefused('timeoutMs must be more than 0');
}

/** Written whole or not at all, since an engine that is just starting may read it. */
async function writeConfig({ dataDir, memoryBytes }: ChdbStoreOptions): Promise<string> {
  const path = join(resolve(dataDir), CONFIG_FILE);
  await writeFile(`${path}.new`, engineConfig({ memoryBytes }, DATABASE, path), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return path;
}

/** Stores that share a folder for blocks have each their own in it. */
async function blockFolder({ dataDir, blockDir }: ChdbStoreOptions): Promise<string> {
  const home = await realpath(dataDir);
  if (blockDir === '') return join(home, 'blocks');
  const name = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return join(resolve(blockDir), `sonde-${name}`);
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Of a format with a JSON value a line. */
const rowsOf = (bytes: Uint8Array): unknown[] =>
  textOf(bytes)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
