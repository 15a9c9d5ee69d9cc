/**
 * Spans a second of CPU time that ingest decodes, and how the time splits into the generated codec and the checked filling
 * of columns. Batches are as large as agents send them. The best of several rounds counts: a busy machine only adds.
 *
 *     node collector/bench/decode.bench.ts
 */
import { sonde } from '@sonde/proto';
import { checkedBatch, decodeBatch } from '../src/ingest/decode/batch.ts';
import { encoded, sampleBatch } from '../src/ingest/testing/sample-batch.ts';

const SPANS = 5_000;
const BATCHES_PER_ROUND = 20;
const ROUNDS = 12;

const batch = sampleBatch({
  spans: SPANS,
  attributesPerSpan: 6,
  edges: 50,
  red: 100,
  logs: 500,
  entities: 40,
  strings: 1_500,
});
const payload = encoded(batch);
const message = sonde.v1.Batch.decode(payload);

const STEPS: Readonly<Record<string, () => unknown>> = {
  'codec and columns': () => decodeBatch(payload),
  'codec alone': () => sonde.v1.Batch.decode(payload),
  'columns alone': () => checkedBatch(message),
};

console.log(
  `${SPANS} spans, ${payload.length} bytes a batch (${(payload.length / SPANS).toFixed(0)} a span)`,
);
for (const [name, step] of Object.entries(STEPS)) {
  const microseconds = Math.min(...Array.from({ length: ROUNDS }, () => cpuMicroseconds(step)));
  const spansPerSecond = (SPANS * BATCHES_PER_ROUND) / (microseconds / 1e6);
  const perBatch = microseconds / BATCHES_PER_ROUND / 1_000;
  console.log(
    `${name.padEnd(18)} ${(spansPerSecond / 1_000).toFixed(0).padStart(6)} k spans/CPU s ${perBatch.toFixed(2).padStart(7)} ms a batch`,
  );
}

/** CPU time of one round, all threads of the process: the garbage collector's too. */
function cpuMicroseconds(step: () => unknown): number {
  const before = process.cpuUsage();
  for (let i = 0; i < BATCHES_PER_ROUND; i++) step();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
