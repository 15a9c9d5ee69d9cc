/**
 * When the spans of each trace began: a look-up by trace id reads only the time range that it names. The table is the
 * exporter's, and so is what its rows say (opentelemetry-collector-contrib, exporter/clickhouseexporter/internal/
 * sqltemplates, traces_id_ts_lookup_table.sql at 1b085030); the count of spans is ours.
 *
 * The exporter fills it by a materialized view. Here a block brings its rows as for any other table: with a view, one
 * insert would write two parts, and a kill between them leaves one that cannot be completed alone.
 */
import type { Block } from '../../model/block.ts';
import type { SpanColumns } from '../../model/columns.ts';
import { fixed, Texts } from '../native/columns.ts';
import { nativeBlock } from '../native/native-block.ts';
import { ingestSeconds, toDateTime, unixSeconds } from './block-rows.ts';
import { partsByIngestDay } from './ddl.ts';
import type { DdlOptions, NativeRows, Table } from './table.ts';

export const TRACE_TIMES: Table = {
  name: 'otel_traces_trace_id_ts',
  ddl: (options) => [tableDdl(options)],
  encode: encodeTraceTimes,
};

function encodeTraceTimes(block: Block): NativeRows | null {
  const traces = new TraceTimes();
  for (const { spans } of block.batches) traces.add(spans);
  const { count } = traces;
  if (count === 0) return null;
  const seconds = (times: readonly bigint[]) =>
    fixed(
      'DateTime',
      Uint32Array.from(times, (unixNs) => toDateTime(unixSeconds(unixNs))),
    );
  return nativeBlock(count, {
    TraceId: traces.ids,
    Start: seconds(traces.firstUnixNs),
    End: seconds(traces.lastUnixNs),
    Spans: fixed('UInt64', BigUint64Array.from(traces.spans, BigInt)),
    IngestTime: fixed(`DateTime('UTC')`, new Uint32Array(count).fill(ingestSeconds(block))),
  });
}

const ID_BYTES = 16;
const NO_TRACE = '\0'.repeat(ID_BYTES);

/** Starts of spans, gathered by their traces: element i of each array is of trace i, in the order in which traces occur. */
class TraceTimes {
  readonly ids = new Texts();
  readonly firstUnixNs: bigint[] = [];
  readonly lastUnixNs: bigint[] = [];
  readonly spans: number[] = [];
  /** By the id, a character a byte. */
  readonly #indexOf = new Map<string, number>();

  get count(): number {
    return this.spans.length;
  }

  add({ rows, traceId: ids, startUnixNs }: SpanColumns): void {
    const text = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength).toString('latin1');
    for (let row = 0; row < rows; row++) {
      const id = text.slice(row * ID_BYTES, (row + 1) * ID_BYTES);
      if (id === NO_TRACE) continue;
      const start = startUnixNs[row]!;
      const index = this.#indexOf.get(id);
      if (index === undefined) {
        this.#indexOf.set(id, this.count);
        this.ids.hexIds(ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES), ID_BYTES);
        this.firstUnixNs.push(start);
        this.lastUnixNs.push(start);
        this.spans.push(1);
      } else {
        if (start < this.firstUnixNs[index]!) this.firstUnixNs[index] = start;
        if (start > this.lastUnixNs[index]!) this.lastUnixNs[index] = start;
        this.spans[index]!++;
      }
    }
  }
}

function tableDdl(options: DdlOptions): string {
  const { partition, rest } = partsByIngestDay(options);
  return `CREATE TABLE IF NOT EXISTS ${options.database}.otel_traces_trace_id_ts (
  TraceId String CODEC(ZSTD(1)),
  Start SimpleAggregateFunction(min, DateTime) CODEC(ZSTD(1)),
  End SimpleAggregateFunction(max, DateTime) CODEC(ZSTD(1)),
  Spans SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  IngestTime SimpleAggregateFunction(max, DateTime('UTC')) CODEC(ZSTD(1))
) ENGINE = AggregatingMergeTree
${partition}
ORDER BY TraceId
${rest}`;
}
