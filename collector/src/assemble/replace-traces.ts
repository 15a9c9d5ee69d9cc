/** Puts final trace ids into a batch as a composition says they were put in when its block was first composed. */
import type { TraceAliases } from '../model/block.ts';
import type { BatchColumns } from '../model/columns.ts';
import { copyTrace, randomSeed, readTrace, TRACE_WORDS, writeTrace } from './id-words.ts';
import { TraceTable } from './trace-table.ts';

/** @param replacements `alias` becomes `trace`, in one step */
export function replaceTraces(batches: readonly BatchColumns[], replacements: TraceAliases): void {
  if (replacements.rows === 0) return;
  const table = new TraceTable(randomSeed());
  const words = new Uint32Array(TRACE_WORDS);
  for (let row = 0; row < replacements.rows; row++) {
    readTrace(replacements.alias, row, words);
    const entry = table.add(words, 0);
    readTrace(replacements.trace, row, words);
    copyTrace(words, 0, table.values, entry * TRACE_WORDS);
  }
  for (const { spans, logs } of batches) {
    replaceIn(spans.traceId, spans.rows, table);
    replaceIn(logs.traceId, logs.rows, table);
  }
}

function replaceIn(traceIds: Uint8Array, rows: number, table: TraceTable): void {
  const words = new Uint32Array(TRACE_WORDS);
  for (let row = 0; row < rows; row++) {
    readTrace(traceIds, row, words);
    const entry = table.find(words, 0);
    if (entry >= 0) writeTrace(table.values, entry * TRACE_WORDS, traceIds, row);
  }
}
