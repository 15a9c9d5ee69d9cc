/** What the store knows of one of its tables: how it is created and how the rows that a block has for it are encoded. */
import type { Block } from '../../model/block.ts';

export interface Table {
  readonly name: string;
  /** Statements that create it and what hangs on it, in their order; each may run again. */
  readonly ddl: (options: DdlOptions) => readonly string[];
  /**
   * The rows of a block, or null if it has none. The same block gives the same bytes: an insert may be
   * repeated after its first attempt wrote nothing.
   */
  encode(block: Block): NativeRows | null;
}

export interface DdlOptions {
  readonly database: string;
  /** Days from ingest after which rows are deleted, at least 1. */
  readonly retentionDays: number;
}

export interface NativeRows {
  readonly rows: number;
  /** The names of the columns as SQL takes them between the parentheses of an INSERT, in the order of the block. */
  readonly columns: string;
  /** Exactly one block in ClickHouse's format "Native". */
  readonly bytes: Uint8Array;
}
