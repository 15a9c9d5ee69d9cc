/**
 * Trace ids that turned out to be part of another trace after rows had been stored under them. Stored rows are never
 * rewritten; whoever asks for a trace resolves aliases, step by step where one leads to the next.
 */
import type { Block } from '../../model/block.ts';
import { fixed, Texts } from '../native/columns.ts';
import { nativeBlock } from '../native/native-block.ts';
import { ingestSeconds } from './block-rows.ts';
import { INGEST_TIME, partsByIngestDay } from './ddl.ts';
import type { DdlOptions, NativeRows, Table } from './table.ts';

export const TRACE_ALIASES: Table = {
  name: 'trace_alias',
  ddl: (options) => [aliasDdl(options)],
  encode: encodeAliases,
};

function encodeAliases(block: Block): NativeRows | null {
  const { aliases } = block;
  if (aliases.rows === 0) return null;
  return nativeBlock(aliases.rows, {
    Alias: hexIds(aliases.alias),
    TraceId: hexIds(aliases.trace),
    IngestTime: fixed(`DateTime('UTC')`, new Uint32Array(aliases.rows).fill(ingestSeconds(block))),
  });
}

function hexIds(ids: Uint8Array): Texts {
  const texts = new Texts();
  texts.hexIds(ids, 16);
  return texts;
}

function aliasDdl(options: DdlOptions): string {
  const { partition, rest } = partsByIngestDay(options);
  return `CREATE TABLE IF NOT EXISTS ${options.database}.trace_alias (
  Alias String CODEC(ZSTD(1)),
  TraceId String CODEC(ZSTD(1)),
  ${INGEST_TIME},
  INDEX idx_trace_id TraceId TYPE bloom_filter(0.001) GRANULARITY 1
) ENGINE = MergeTree
${partition}
ORDER BY Alias
${rest}`;
}
