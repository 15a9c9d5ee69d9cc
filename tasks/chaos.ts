/**
 * `npm run -s chaos -- --kills 20 --json`: does a kill -9 lose or double anything that was acknowledged? Runs the demo shop
 * against a collector, kills the collector, its engine, both or the agent at bad moments, starts again what was killed, and
 * in the end compares what agents were told with what the store holds.
 *
 * The truth is the agents' own record of acknowledgements (`--ack-log`), of which nothing comes from the collector's books.
 *
 * Exit code 0: nothing was lost or doubled, and kills did hit blocks on their way; 1 otherwise.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readAcknowledged } from './chaos/acknowledged.ts';
import { judge } from './chaos/judge.ts';
import { Storm } from './chaos/storm.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    pace: { type: 'string', default: '2' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const say = (line: string) => process.stderr.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'sonde-chaos-'));
try {
  const files = { dataDir: join(folder, 'data'), ackLog: join(folder, 'acknowledged.jsonl') };
  const seed = Number(values.seed);
  const storm = new Storm({ ...files, pace: values.pace, random: randomOf(seed), say });
  const course = await storm.rage(Number(values.kills));
  const verdict = await judge({ dataDir: files.dataDir, acknowledged: readAcknowledged(files.ackLog) });
  if (values.json) process.stdout.write(`${JSON.stringify({ ...verdict, ...course, seed })}\n`);
  else say(JSON.stringify({ ...verdict, ...course, seed }, null, 2));
  const isSound = verdict.lost + verdict.duplicated + verdict.rollup_mismatch === 0;
  const isTelling = verdict.acknowledged > 0 && course.cut_off.kills > 0;
  if (!isTelling) say('No kill hit a block on its way to the store: this run shows nothing');
  process.exitCode = isSound && isTelling ? 0 : 1;
} finally {
  if (values.keep) say(`The data is in ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
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
