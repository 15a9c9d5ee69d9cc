/** Compares what was acknowledged with what is stored. */
import { outputOf } from '../processes.ts';
import { type Acknowledged, nameOf } from './acknowledged.ts';

export interface Verdict {
  /** Batches that agents were told are safe, and rows of them. */
  readonly acknowledged: number;
  readonly acknowledged_spans: number;
  readonly acknowledged_logs: number;
  /** Stored, and their agents did not live to be told so. */
  readonly unacknowledged: number;
  /** Rows that the store lacks: of acknowledged batches, and of others that it says it has. */
  readonly lost: number;
  /** Rows of batches, acknowledged or not, that the store has more often than it should. */
  readonly duplicated: number;
  /** Keys of rollups that differ from the spans they are made of, and rollups that differ from what agents counted. */
  readonly rollup_mismatch: number;
}

interface StoredBatch {
  /** Lines of the manifest. */
  readonly times: number;
  readonly rows: number;
  readonly spans: number;
  readonly logs: number;
}

export async function judge({
  dataDir,
  acknowledged,
}: {
  readonly dataDir: string;
  readonly acknowledged: ReadonlyMap<string, Acknowledged>;
}): Promise<Verdict> {
  const ask = askerOf(dataDir);
  const manifest = await batchesOf(
    ask,
    'SELECT AgentId agent, BootEpoch epoch, Sequence sequence, count() times, any(Rows) rows, any(Spans) spans, any(Logs) logs FROM batches GROUP BY ALL',
  );
  const spans = await batchesOf(
    ask,
    'SELECT AgentId agent, BootEpoch epoch, BatchSequence sequence, count() spans FROM otel_traces GROUP BY ALL',
  );
  const logs = await batchesOf(
    ask,
    'SELECT AgentId agent, BootEpoch epoch, BatchSequence sequence, count() logs FROM otel_logs GROUP BY ALL',
  );
  let lost = 0;
  let duplicated = 0;
  const compare = (stored: number, wanted: number) => {
    lost += Math.max(0, wanted - stored);
    duplicated += Math.max(0, stored - wanted);
  };
  // Of a batch that nobody was told of the manifest alone says what it holds: it may be there or not, but wholly and once.
  for (const name of new Set([...acknowledged.keys(), ...manifest.keys(), ...spans.keys(), ...logs.keys()])) {
    const stored = manifest.get(name);
    const wanted = acknowledged.get(name) ?? stored;
    compare(stored?.times ?? 0, 1);
    compare(stored?.rows ?? 0, wanted?.rows ?? 0);
    compare(spans.get(name)?.spans ?? 0, wanted?.spans ?? 0);
    compare(logs.get(name)?.logs ?? 0, wanted?.logs ?? 0);
  }
  const sum = (of: (batch: Acknowledged) => number) =>
    [...acknowledged.values()].reduce((n, batch) => n + of(batch), 0);
  return {
    acknowledged: acknowledged.size,
    acknowledged_spans: sum((batch) => batch.spans),
    acknowledged_logs: sum((batch) => batch.logs),
    unacknowledged: [...manifest.keys()].filter((name) => !acknowledged.has(name)).length,
    lost,
    duplicated,
    rollup_mismatch: await rollupMismatches(ask),
  };
}

/**
 * A batch tells of the spans that end in it, in each of its tables. So whole batches have equal sums in all of them.
 * Connections and bytes of edges have no counterpart among spans; they come in the same parts as the requests.
 */
async function rollupMismatches(ask: Ask): Promise<number> {
  let mismatches = 0;
  for (const query of ROLLUPS) {
    const [row] = await ask(query);
    mismatches += Number(row!.n);
  }
  return mismatches;
}

const ROLLUPS = [
  `SELECT count() n FROM (
    SELECT ServiceName, SpanName, SpanKind, count() requests, countIf(StatusCode = 'Error') errors, sum(Duration) duration
    FROM otel_traces GROUP BY ALL
  ) base FULL JOIN (
    SELECT ServiceName, SpanName, SpanKind, sum(Requests) requests, sum(Errors) errors, sum(DurationSum) duration
    FROM red_1m GROUP BY ALL
  ) rollup USING (ServiceName, SpanName, SpanKind)
  WHERE (base.requests, base.errors, base.duration) != (rollup.requests, rollup.errors, rollup.duration)`,
  `SELECT count() n FROM (
    SELECT SpanKind Side, Protocol, count() requests, countIf(StatusCode = 'Error') errors FROM otel_traces GROUP BY ALL
  ) base FULL JOIN (
    SELECT Side, Protocol, sum(Requests) requests, sum(Errors) errors FROM edges_1m WHERE Protocol != '' GROUP BY ALL
  ) rollup USING (Side, Protocol)
  WHERE (base.requests, base.errors) != (rollup.requests, rollup.errors)`,
  `SELECT count() n FROM (
    SELECT TraceId, toDateTime(min(Timestamp)) start, toDateTime(max(Timestamp)) end, count() spans
    FROM otel_traces GROUP BY TraceId
  ) base FULL JOIN (
    SELECT TraceId, min(Start) start, max(End) end, sum(Spans) spans FROM otel_traces_trace_id_ts GROUP BY TraceId
  ) rollup USING (TraceId)
  WHERE (base.start, base.end, base.spans) != (rollup.start, rollup.end, rollup.spans)`,
];

type Ask = (query: string) => Promise<Readonly<Record<string, string | number>>[]>;

/** Through the command line, as anybody would ask. */
const askerOf =
  (dataDir: string): Ask =>
  async (query) => {
    const flags = ['--data-dir', dataDir, '--format', 'JSONEachRow', '--max-rows', '100000'];
    const text = await outputOf('collector', ['sql', query, ...flags]);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  };

async function batchesOf(ask: Ask, query: string): Promise<ReadonlyMap<string, StoredBatch>> {
  const rows = await ask(query);
  return new Map(
    rows.map((row) => [
      nameOf({ agent: String(row.agent), epoch: row.epoch!, sequence: row.sequence! }),
      {
        times: Number(row.times),
        rows: Number(row.rows),
        spans: Number(row.spans),
        logs: Number(row.logs),
      },
    ]),
  );
}
