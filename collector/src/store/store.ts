/**
 * The contract of a store: what the collector asks of ClickHouse, be it embedded or a server. Implementations share the
 * suite `store.suite.ts`.
 */
import type { Block } from '../model/block.ts';
import type { BatchId } from '../model/columns.ts';
import type { Summary } from './summary.ts';

export interface Store {
  readonly engine: StoreEngine;
  /**
   * Stores every row of a block in every table it feeds, rollups included, exactly once however often it is called with
   * the same block: a block that was stored wholly or in part before is completed, not doubled. Resolved: written and
   * fsynced. A block that failed has to come again before another one does.
   * @throws StoreUnavailable (try again), StoreFull (try again when there is room), StoreRefusal (a defect: the engine
   * does not take these rows)
   */
  insert(block: Block): Promise<void>;
  /** The highest sequence that is stored of each agent and boot epoch. @throws StoreUnavailable */
  storedBatches(): Promise<readonly BatchId[]>;
  /**
   * Answers a query of a user. It can read the tables of Sonde and nothing else: no file, no network, no setting, and it
   * changes nothing.
   * @returns the answer in the format that was asked for
   * @throws QueryRefused for a query that may not run or does not; StoreUnavailable
   */
  query(sql: string, options: QueryOptions): Promise<Uint8Array>;
  /** What the product shows of itself at a glance. @throws StoreUnavailable */
  summary(): Promise<Summary>;
  /** Ends after what was begun is done. */
  close(): Promise<void>;
}

export interface StoreEngine {
  /** "chdb" or "clickhouse". */
  readonly name: string;
  readonly version: string;
  /** Folder or address. */
  readonly path: string;
}

export interface QueryOptions {
  /** A ClickHouse output format; letters and digits. */
  readonly format: string;
  /** Rows after which the answer ends, at least 1. */
  readonly maxRows: number;
  /** More than 0. */
  readonly timeoutMs: number;
  /** Called before the answer comes, if there were more rows than that. */
  readonly onCut?: () => void;
}

/** The engine is away, restarting or held by another process. */
export class StoreUnavailable extends Error {
  override readonly name: string = 'StoreUnavailable';
}

/** The disk below the store is full. */
export class StoreFull extends StoreUnavailable {
  override readonly name = 'StoreFull';
}

/** The engine does not take what it was given. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal';
}

/** A user's query that may not run, or that the engine does not understand. */
export class QueryRefused extends Error {
  override readonly name = 'QueryRefused';
}
