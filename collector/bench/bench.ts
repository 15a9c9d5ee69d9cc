/**
 * `npm run -s bench -w collector -- --json`: what a span costs the collector, from the gRPC stream to the disk. Starts a
 * collector, sends it made-up batches of three agents, and counts the CPU time of all its processes until the store has
 * merged what it got and is idle. The sender's own work is not counted. The anchor is the generated codec alone: how many
 * spans of the same batches one CPU second decodes in this process.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sonde } from '@sonde/proto';
import { Session } from 'chdb';
import { startCollector, stop } from '../../tasks/processes.ts';
import { DATABASE } from '../src/store/database.ts';
import { type MadeBatch, makeBatch } from './batches.ts';
import { sendBatches } from './sender.ts';

const { values } = parseArgs({
  options: {
    spans: { type: 'string', default: '600000' },
    batch: { type: 'string', default: '5000' },
    'block-dir': { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});
const AGENTS = ['bench-a', 'bench-b', 'bench-c'];
const BOOT_EPOCH = 1;
const WARM_UP_BATCHES = 4;
/** CPU time below which the processes count as idle, and for how long. */
const IDLE_SHARE = 0.05;
const IDLE_MS = 2_000;
/** Of `utime` and `stime` in /proc/PID/stat (proc(5)): USER_HZ, 100 on every architecture that Linux has today. */
const TICKS_PER_SECOND = 100;

const folder = mkdtempSync(join(tmpdir(), 'sonde-bench-'));
try {
  const result = await measure(join(folder, 'data'));
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(34)} ${value}`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// After a failure a collector may still run: it ends when this process does.
process.exit();

async function measure(dataDir: string): Promise<Record<string, number>> {
  const spansPerBatch = Number(values.batch);
  const nBatches = Math.ceil(Number(values.spans) / spansPerBatch / AGENTS.length);
  const made = AGENTS.map((agentId, node) =>
    Array.from({ length: WARM_UP_BATCHES + nBatches }, (_, i) =>
      makeBatch(agentId, node, BOOT_EPOCH, i + 1, spansPerBatch),
    ),
  );
  const collector = await startCollector([
    ...['--data-dir', dataDir, '--listen-ingest', '127.0.0.1:0', '--listen-api', '127.0.0.1:0'],
    ...(values['block-dir'] === '' ? [] : ['--block-dir', values['block-dir']]),
  ]);
  if (collector === null) throw new Error('The collector did not start');
  const { listening } = collector;
  const pids = [collector.process.pid!, ...childrenOf(collector.process.pid!)];
  const send = (from: number, to: number) =>
    Promise.all(
      made.map((batches, i) =>
        sendBatches({
          address: listening.ingest,
          agentId: AGENTS[i]!,
          bootEpoch: BOOT_EPOCH,
          batches: batches.slice(from, to),
        }),
      ),
    );
  await send(0, WARM_UP_BATCHES);
  await untilIdle(pids);

  const cpuBefore = pids.map(cpuSeconds);
  const startMs = performance.now();
  await send(WARM_UP_BATCHES, WARM_UP_BATCHES + nBatches);
  const acknowledgedMs = performance.now();
  await untilIdle(pids);
  const cpu = pids.map((pid, i) => cpuSeconds(pid) - cpuBefore[i]!);
  const rssMb = pids.reduce((sum, pid) => sum + peakRssMb(pid), 0);
  const totalCpu = cpu.reduce((sum, s) => sum + s, 0);
  const spans = nBatches * AGENTS.length * spansPerBatch;
  if ((await stop(collector.process)) !== 0) throw new Error('The collector did not end in order');

  const engine = new Session(join(dataDir, 'chdb'));
  const ask = (sql: string) => Number(engine.query(sql, 'TSV'));
  const stored = ask(`SELECT count() FROM ${DATABASE}.otel_traces`);
  const sent = (nBatches + WARM_UP_BATCHES) * AGENTS.length * spansPerBatch;
  if (stored !== sent) throw new Error(`${sent} spans were sent, ${stored} are stored`);
  const diskBytes = ask(
    `SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = '${DATABASE}'`,
  );
  engine.close();
  const anchor = decodeSpansPerCpuSecond(made.flat());
  return {
    'ingest.spans_per_cpu_s': Math.round(spans / totalCpu),
    'ingest.ratio_to_decode_alone': Number((spans / totalCpu / anchor).toFixed(3)),
    'ingest.cpu_us_per_span.collector': Number(((1e6 * cpu[0]!) / spans).toFixed(2)),
    'ingest.cpu_us_per_span.store': Number(((1e6 * (totalCpu - cpu[0]!)) / spans).toFixed(2)),
    'ingest.spans_per_s_wall': Math.round(spans / ((acknowledgedMs - startMs) / 1000)),
    'ingest.rss_mb': Math.round(rssMb),
    'wire.bytes_per_span': Number(
      (made[0]!.reduce((n, batch) => n + batch.payload.length, 0) / made[0]!.length / spansPerBatch).toFixed(
        1,
      ),
    ),
    'store.bytes_per_span': Number((diskBytes / sent).toFixed(1)),
    'anchor.decode_spans_per_cpu_s': Math.round(anchor),
    spans,
  };
}

function decodeSpansPerCpuSecond(batches: readonly MadeBatch[]): number {
  const before = process.cpuUsage();
  let spans = 0;
  for (const batch of batches) {
    sonde.v1.Batch.decode(batch.payload);
    spans += batch.spans;
  }
  const { user, system } = process.cpuUsage(before);
  return spans / ((user + system) / 1e6);
}

/** Waits until the processes have done nothing to speak of for a while. */
async function untilIdle(pids: readonly number[]): Promise<void> {
  const total = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  for (let before = total(); ; before = total()) {
    await sleep(IDLE_MS);
    if (total() - before < (IDLE_SHARE * IDLE_MS) / 1000) return;
  }
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

/** User and system time of a process and its threads (proc(5): fields 14 and 15 of stat). */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function peakRssMb(pid: number): number {
  const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib ?? 0) / 1024;
}
