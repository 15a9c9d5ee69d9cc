/**
 * Spans per second of CPU through assembly: rows added, joined, composed and written to a log and a store that cost
 * nothing. Batches are made before the clock starts; the figure is that of the whole process, collections included.
 *
 *     node collector/bench/assemble.bench.ts
 */
import { randomFillSync } from 'node:crypto';
import { Ledger } from '@sonde/ledger';
import { Assembler } from '../src/assemble/assembler.ts';
import { columnsOf } from '../src/assemble/testing/made-batches.ts';
import type { BatchColumns } from '../src/model/columns.ts';
import type { Store } from '../src/store/store.ts';
import type { Wal, WalAddress } from '../src/wal/wal.ts';

const BATCH_SPANS = 5_000;
const BATCHES = 200;
/** Calls of one trace, each made by the server of the one before. */
const DEPTH = 8;
const SERVER = 2;
const CLIENT = 3;

/** Each call is between two agents, so that all its servers but the first begin a trace; an agent's rows are in one batch. */
function makeBatches(): BatchColumns[] {
  const rows = BATCH_SPANS;
  const empty = columnsOf({ id: { agentId: 'bench', bootEpoch: 1, sequence: 1 }, spans: [], lines: [] });
  const batches = Array.from({ length: BATCHES }, (_, i): BatchColumns => {
    const spans = {
      ...empty.spans,
      rows,
      traceId: new Uint8Array(rows * 16),
      spanId: new Uint8Array(rows * 8),
      parentSpanId: new Uint8Array(rows * 8),
      startUnixNs: new BigUint64Array(rows).fill(1_700_000_000_000_000_000n),
      kind: new Uint8Array(rows),
    };
    return { ...empty, id: { agentId: `agent-${i % 10}`, bootEpoch: 1, sequence: i + 1 }, spans };
  });
  const filled = new Array<number>(BATCHES).fill(0);
  const put = (
    agent: number,
    kind: number,
    trace: Uint8Array,
    span: Uint8Array,
    parent: Uint8Array | null,
  ) => {
    const { spans } = batches[agent]!;
    const row = filled[agent]!;
    if (row === rows) return;
    filled[agent] = row + 1;
    spans.traceId.set(trace, row * 16);
    spans.spanId.set(span, row * 8);
    if (parent !== null) spans.parentSpanId.set(parent, row * 8);
    spans.kind[row] = kind;
  };
  const random = (length: number) => randomFillSync(new Uint8Array(length));
  for (let tree = 0; filled.some((count) => count < rows); tree++) {
    let trace = random(16);
    let parent: Uint8Array | null = null;
    for (let call = 0; call < DEPTH; call++) {
      const client = random(8);
      const server = random(8);
      put((tree + call) % BATCHES, CLIENT, trace, client, parent);
      if (call > 0) trace = random(16);
      put((tree + call + 1) % BATCHES, SERVER, trace, server, client);
      parent = server;
    }
  }
  return batches;
}

async function run(): Promise<void> {
  const batches = makeBatches();
  let offset = 0;
  const wal: Wal = {
    append: async (): Promise<WalAddress> => ({ segment: 1, offset: offset++ }),
    read: async () => new Uint8Array(0),
    release: async () => undefined,
    bytes: 0,
    close: async () => undefined,
  };
  const store = { insert: async () => undefined } as unknown as Store;
  let nowMs = 0;
  const assembler = new Assembler({
    wal,
    store,
    ledger: new Ledger(),
    windowMs: 2_000,
    windowBytes: 1 << 30,
    blockRows: 50_000,
    blockMs: 1_000,
    indexSpans: 1 << 20,
    collectorId: 'bench',
    now: () => nowMs,
    unixNs: () => 0n,
    onNote: console.error,
  });
  const before = process.cpuUsage();
  for (const [i, batch] of batches.entries()) {
    assembler.add(batch, { segment: 1, offset: i }, 300_000);
    // 100,000 spans a second.
    nowMs += 50;
    assembler.tick();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await assembler.drain();
  const { user, system } = process.cpuUsage(before);
  const spans = BATCHES * BATCH_SPANS;
  const seconds = (user + system) / 1e6;
  const { blocks, joined, late } = assembler.counters;
  console.log(
    `assembly: ${Math.round(spans / seconds / 1000)},000 spans per CPU second; ${spans} spans in ${blocks} blocks, ` +
      `${joined} traces joined, ${late} late; ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB resident`,
  );
}

await run();
