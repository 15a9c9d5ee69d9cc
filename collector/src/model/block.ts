/** What is stored at once: whole batches of several agents, with the trace ids that assembly found for them. */
import type { BatchColumns } from './columns.ts';

export interface Block {
  /** Unique for ever; by it the store knows a block that comes again. Lower-case letters, digits and "-". */
  readonly id: string;
  /** When it was composed: rows count their retention from here. Unix ns. */
  readonly composedUnixNs: bigint;
  /** Their trace ids are the final ones already. */
  readonly batches: readonly BatchColumns[];
  /** For rows of earlier blocks, which are never rewritten. */
  readonly aliases: TraceAliases;
}

/** Row i: what is stored under the trace id `alias` belongs to the trace `trace`. */
export interface TraceAliases {
  readonly rows: number;
  /** 16 bytes a row. */
  readonly alias: Uint8Array;
  /** 16 bytes a row. */
  readonly trace: Uint8Array;
}

export const NO_ALIASES: TraceAliases = { rows: 0, alias: new Uint8Array(0), trace: new Uint8Array(0) };
