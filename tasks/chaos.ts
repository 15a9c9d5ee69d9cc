/**
 * `npm run -s chaos -- --kills 20 --json`: does a kill -9 lose or double anything that was acknowledged? Runs the demo shop
 * against a collector, kills the collector, the store's process or the agent at random moments, starts again what was
 * killed, and in the end compares what agents were told with what the store holds.
 *
 * The truth is the agents' own record of acknowledgements (`--ack-log`): one line a batch, written when the collector said
 * that the batch is safe. Nothing of it comes from the collector's books.
 */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { exitCode, outputOf, start, startCollector, stop } from './processes.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    pace: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** What is killed, and how long at most until the next kill: also while the last one is still being recovered from. */
const VICTIMS = ['collector', 'store', 'agent'] as const;
type Victim = (typeof VICTIMS)[number];
const MAX_PAUSE_MS = 3_000;

/** A batch that an agent was told is safe. */
interface Acknowledged {
  readonly agent: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly spans: number;
  readonly logs: number;
  readonly requests: number;
}

interface Verdict {
  /** Batches, spans and log lines that agents were told are safe. */
  readonly acknowledged: number;
  readonly acknowledged_spans: number;
  readonly acknowledged_logs: number;
  /** Acknowledged rows that the store lacks. */
  readonly lost: number;
  /** Rows of batches, acknowledged or not, that the store has more often than it should. */
  readonly duplicated: number;
  /** Operations whose rollup differs from the spans it is made of; trace times that differ from their spans. */
  readonly rollup_mismatch: number;
  readonly kills: Readonly<Record<Victim, number>>;
  readonly seed: number;
}

const folder = mkdtempSync(join(tmpdir(), 'sonde-chaos-'));
const dataDir = join(folder, 'data');
const ackLog = join(folder, 'acknowledged.jsonl');
const random = randomOf(Number(values.seed));
const say = (line: string) => process.stderr.write(`${line}\n`);

try {
  const kills = await storm(Number(values.kills));
  const verdict = await judge(kills);
  if (values.json) process.stdout.write(`${JSON.stringify(verdict)}\n`);
  else say(JSON.stringify(verdict, null, 2));
  process.exitCode = verdict.lost + verdict.duplicated + verdict.rollup_mismatch === 0 ? 0 : 1;
} finally {
  if (values.keep) say(`The data is in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}

/** Kills and starts again, then lets everything come to rest. */
async function storm(nKills: number): Promise<Record<Victim, number>> {
  const [ingest, api] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const kills: Record<Victim, number> = { collector: 0, store: 0, agent: 0 };
  const collectorArgs = ['--data-dir', dataDir, '--listen-ingest', ingest, '--listen-api', api];
  const agentArgs = [
    ...['run', '--scenario', 'agent/scenarios/shop.yaml', '--pace', values.pace],
    ...['--collector', ingest, '--ack-log', ackLog],
  ];
  let collector = start('collector', ['run', ...collectorArgs]);
  let agent = start('agent', agentArgs);
  for (let n = 1; n <= nKills; n++) {
    await sleep(random() * MAX_PAUSE_MS);
    const victim = VICTIMS[Math.floor(random() * VICTIMS.length)]!;
    if (victim === 'agent') {
      await kill(agent);
      agent = start('agent', agentArgs);
    } else if (victim === 'collector') {
      await kill(collector);
      collector = start('collector', ['run', ...collectorArgs]);
    } else if (!killStoreOf(collector)) {
      n--; // It was not there yet.
      continue;
    }
    kills[victim]++;
    say(`kill ${n} of ${nKills}: ${victim}`);
  }
  // The last collector may have been killed while it started: one that surely listens takes what is left.
  await kill(collector);
  const last = await startCollector(collectorArgs);
  if (last === null) throw new Error('The collector does not start any more');
  await sleep(2_000);
  if ((await stop(agent)) !== 0) throw new Error('The agent did not end in order');
  if ((await stop(last.process)) !== 0) throw new Error('The collector did not end in order');
  return kills;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await exitCode(child);
}

/** Kills the process that runs the collector's engine. @returns false if there is none now */
function killStoreOf(collector: ChildProcess): boolean {
  const children = `/proc/${collector.pid}/task/${collector.pid}/children`;
  if (!existsSync(children)) return false;
  const [store] = readFileSync(children, 'utf8').trim().split(' ').filter(Boolean);
  if (store === undefined) return false;
  process.kill(Number(store), 'SIGKILL');
  return true;
}

/** Compares what was acknowledged with what is stored. */
async function judge(kills: Record<Victim, number>): Promise<Verdict> {
  const acknowledged = readAcknowledged();
  const manifest = countsOf(
    await ask<Stored>(
      'SELECT AgentId agent, BootEpoch epoch, Sequence sequence, sum(Spans) spans, sum(Logs) logs, count() times FROM batches GROUP BY ALL',
    ),
  );
  const spans = countsOf(
    await ask<Stored>(
      'SELECT AgentId agent, BootEpoch epoch, BatchSequence sequence, count() spans FROM otel_traces GROUP BY ALL',
    ),
  );
  const logs = countsOf(
    await ask<Stored>(
      'SELECT AgentId agent, BootEpoch epoch, BatchSequence sequence, count() logs FROM otel_logs GROUP BY ALL',
    ),
  );
  let lost = 0;
  let duplicated = 0;
  for (const [key, want] of acknowledged) {
    lost += Math.max(0, want.spans - (spans.get(key)?.spans ?? 0));
    lost += Math.max(0, want.logs - (logs.get(key)?.logs ?? 0));
    duplicated += Math.max(0, (spans.get(key)?.spans ?? 0) - want.spans);
    duplicated += Math.max(0, (logs.get(key)?.logs ?? 0) - want.logs);
  }
  // A batch that was not acknowledged may be there or not, but wholly and once.
  for (const [key, batch] of manifest) {
    duplicated += batch.times - 1;
    if (acknowledged.has(key)) continue;
    const [nSpans, nLogs] = [spans.get(key)?.spans ?? 0, logs.get(key)?.logs ?? 0];
    duplicated += Math.max(0, nSpans - batch.spans) + Math.max(0, nLogs - batch.logs);
    lost += Math.max(0, batch.spans - nSpans) + Math.max(0, batch.logs - nLogs);
  }
  const [rollups] = await ask<{ readonly n: number }>(`
    SELECT count() n FROM (
      SELECT ServiceName, SpanName, SpanKind, count() spans, countIf(StatusCode = 'Error') errors FROM otel_traces GROUP BY ALL
    ) base FULL JOIN (
      SELECT ServiceName, SpanName, SpanKind, sum(Requests) spans, sum(Errors) errors FROM red_1m GROUP BY ALL
    ) rollup USING (ServiceName, SpanName, SpanKind)
    WHERE base.spans != rollup.spans OR base.errors != rollup.errors`);
  const [times] = await ask<{ readonly n: number }>(`
    SELECT count() n FROM (
      SELECT TraceId, min(Timestamp) start, max(Timestamp) end FROM otel_traces GROUP BY TraceId
    ) base FULL JOIN (
      SELECT TraceId, min(Start) start, max(End) end FROM otel_traces_trace_id_ts GROUP BY TraceId
    ) rollup USING (TraceId)
    WHERE toDateTime(base.start) != toDateTime(rollup.start)`);
  const sum = (of: (batch: Acknowledged) => number) =>
    [...acknowledged.values()].reduce((n, batch) => n + of(batch), 0);
  return {
    acknowledged: acknowledged.size,
    acknowledged_spans: sum(({ spans: n }) => n),
    acknowledged_logs: sum(({ logs: n }) => n),
    lost,
    duplicated,
    rollup_mismatch: Number(rollups!.n) + Number(times!.n),
    kills,
    seed: Number(values.seed),
  };
}

interface Stored {
  readonly agent: string;
  readonly epoch: string;
  readonly sequence: string;
  readonly spans?: string;
  readonly logs?: string;
  readonly times?: string;
}

interface Counts {
  readonly spans: number;
  readonly logs: number;
  readonly times: number;
}

function keyOf(batch: { agent: string; epoch: number | string; sequence: number | string }): string {
  return `${batch.agent}/${batch.epoch}/${batch.sequence}`;
}

function countsOf(rows: readonly Stored[]): Map<string, Counts> {
  return new Map(
    rows.map((row) => [
      keyOf(row),
      { spans: Number(row.spans ?? 0), logs: Number(row.logs ?? 0), times: Number(row.times ?? 1) },
    ]),
  );
}

/** A killed agent may have written half of its last line: that acknowledgement reached nobody. */
function readAcknowledged(): Map<string, Acknowledged> {
  const lines = existsSync(ackLog) ? readFileSync(ackLog, 'utf8').split('\n') : [];
  const batches = lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Acknowledged);
  return new Map(batches.map((batch) => [keyOf(batch), batch]));
}

async function ask<Row>(query: string): Promise<Row[]> {
  const flags = ['--data-dir', dataDir, '--format', 'JSONEachRow', '--max-rows', '1000000'];
  const text = await outputOf('collector', ['sql', query, ...flags]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** mulberry32: the same kills again for the same seed, as far as the machine is the same. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
