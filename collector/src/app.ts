/**
 * The collector: batches of agents through every room into the store. With main.ts and the commands beside it the only
 * code that knows every room.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { aborted, ExitCode } from '@sonde/cli';
import { Ledger } from '@sonde/ledger';
import { hostAndPort, type Settings } from '@sonde/settings';
import { createApi } from './api/api.ts';
import { listen } from './api/api-server.ts';
import { isLocalHost } from './api/local-host.ts';
import { Assembler } from './assemble/assembler.ts';
import { LogContents, restore } from './assemble/recovery.ts';
import { openDataDirectory } from './data-dir/data-dir.ts';
import { asUserError } from './faults.ts';
import { DurableSequences } from './ingest/durable-sequences.ts';
import { decodeRecord } from './ingest/recovery.ts';
import { IngestServer } from './ingest/server.ts';
import { OwnReports } from './own-reports.ts';
import { openChdbStore } from './store/chdb/chdb-store.ts';
import { VERSION } from './version.ts';
import { openWal } from './wal/segmented-wal.ts';

export interface CollectorOptions {
  readonly settings: Settings;
  /** A line for people. */
  readonly note: (line: string) => void;
}

export interface Collector {
  /** Where agents send to: host and port. */
  readonly ingestAddress: string;
  readonly apiUrl: string;
  /** Works until the signal, or until it cannot go on, then ends in order. @returns the exit code */
  runUntil(signal: AbortSignal): Promise<number>;
}

/** Between two looks at what is due. */
const TICK_MS = 100;
const LEDGER_INTERVAL_MS = 10_000;
/** Blocks of the last time before the end are learnt from again at the next start. */
const RECALL_MS = 15_000;
/** How long agents have to take notice of the end. */
const FAREWELL_MS = 1_000;
/**
 * How long the end waits for a store that takes nothing. What is not stored then lies in the log, and is stored after the
 * next start. With the other pauses less than what Kubernetes gives a container by default (30 s).
 */
const STALL_MS = 15_000;
/** How long files, connections and the engine may take to be closed. */
const CLOSE_MS = 4_000;

/** @throws UserError: a port in use, no engine, a data directory that is held, newer, full or not writable */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  // What is open already is closed, last first, when the rest of the start fails.
  const opened: (() => Promise<void>)[] = [];
  try {
    return await start(options, opened);
  } catch (cause) {
    await within(CLOSE_MS, closeAll(opened, options.note));
    throw asUserError(cause, options.settings.store.dataDir);
  }
}

/** Last first. What cannot be closed ends with the process. */
async function closeAll(opened: (() => Promise<void>)[], note: (line: string) => void): Promise<void> {
  for (const close of opened.splice(0).reverse()) await close().catch((error: Error) => note(error.message));
}

async function start(
  { settings, note }: CollectorOptions,
  opened: (() => Promise<void>)[],
): Promise<Collector> {
  const ledger = new Ledger();
  const fatal = new AbortController();
  let phase: string | null = 'starting: what the log holds is stored first';

  const directory = openDataDirectory({ path: settings.store.dataDir, version: VERSION, now: Date.now });
  opened.push(async () => directory.release());
  const store = await openChdbStore({
    dataDir: directory.path,
    blockDir: settings.store.blockDir,
    memoryBytes: settings.store.memoryBytes,
    retentionDays: settings.store.retentionDays,
    onNote: note,
  });
  opened.push(() => store.close());
  // Before the log is opened, which can take long: a port in use is found at once, and questions are answered meanwhile.
  const api = createApi({
    store,
    notReady: () => phase ?? lackOfRoom(),
    isLocal: isLocalHost(hostAndPort(settings.listen.api).host),
  });
  const apiServer = await listen(api, hostAndPort(settings.listen.api));
  opened.push(() => apiServer.close());
  const apiUrl = `http://${withPort(settings.listen.api, apiServer.port)}`;
  directory.publish({ api: apiUrl });
  const contents = new LogContents();
  const wal = await openWal({
    directory: directory.walPath,
    segmentBytes: settings.wal.segmentBytes,
    onRecord: (record) => contents.add(record),
    onNote: note,
    onBroken: (error) => fatal.abort(error),
  });
  opened.push(() => wal.close());

  const assembler = new Assembler({
    wal,
    store,
    ledger,
    ...settings.assembly,
    windowBytes: settings.ingest.heldBytes / 2,
    collectorId: 'collector',
    now: () => performance.now(),
    unixNs,
    onNote: note,
    onReleased: () => ingest.resume(),
  });
  const durable = new DurableSequences();
  const ingest: IngestServer = new IngestServer({
    wal,
    ledger,
    durable,
    maxBatchBytes: settings.ingest.maxBatchBytes,
    creditBytes: settings.ingest.creditBytes,
    maxHeldBytes: settings.ingest.heldBytes,
    heldBytes: () => assembler.heldBytes,
    onBatch: (batch, address, payloadBytes) => assembler.add(batch, address, payloadBytes),
    onNote: note,
  });
  const own = new OwnReports({ ledger, wal, assembler, unixNs });
  const ticking = setInterval(() => {
    assembler.tick();
    if (assembler.failure !== null) fatal.abort(assembler.failure);
  }, TICK_MS);
  opened.push(async () => clearInterval(ticking));

  const restored = await restore({
    contents,
    wal,
    assembler,
    ledger,
    decode: decodeRecord,
    recallMs: RECALL_MS,
    room: async () => {
      while (lackOfRoom() !== null && !fatal.signal.aborted) await sleep(TICK_MS);
    },
    onNote: note,
  });
  for (const id of restored.durable) durable.advance(id);
  if (restored.blocks + restored.batches > 0)
    note(`Recovered ${restored.blocks} blocks and ${restored.batches} batches from the write-ahead log`);

  const ingestPort = await ingest.listen(settings.listen.ingest);
  opened.push(() => ingest.close({ graceMs: 0 }));
  const ingestAddress = withPort(settings.listen.ingest, ingestPort);
  phase = null;
  const reporting = setInterval(report, LEDGER_INTERVAL_MS);
  opened.push(async () => clearInterval(reporting));

  function lackOfRoom(): string | null {
    const { heldBytes } = settings.ingest;
    return assembler.heldBytes < heldBytes
      ? null
      : `no room: ${assembler.heldBytes} bytes wait for the store`;
  }

  /** A log that is full or broken says so itself. */
  async function report(): Promise<void> {
    await own
      .report()
      .catch((error: Error) => note(`The collector's own ledger is not stored: ${error.message}`));
  }

  /** Ends in bounded time, whatever does not answer: what is acknowledged lies in the log. */
  async function stop(): Promise<number> {
    phase = 'stopping';
    clearInterval(reporting);
    await within(FAREWELL_MS + CLOSE_MS, ingest.close({ graceMs: FAREWELL_MS }));
    if (!fatal.signal.aborted && !(await storesTheRest()))
      note('The store is away: what it lacks lies in the write-ahead log and is stored after the next start');
    // What is cut off while closing looks like a fault of the log.
    const isBroken = fatal.signal.aborted;
    if (!(await within(CLOSE_MS, closeAll(opened, note))))
      note('Store or log do not end in time and are left as they are: the next start bears that');
    if (!isBroken) return ExitCode.OK;
    note(`Ended because it cannot go on: ${(fatal.signal.reason as Error).message}`);
    return ExitCode.FAILED;
  }

  /** @returns false if the store did not take anything for too long */
  async function storesTheRest(): Promise<boolean> {
    const rest = storeTheRest();
    for (let heldBytes = Number.POSITIVE_INFINITY; assembler.heldBytes < heldBytes; ) {
      heldBytes = assembler.heldBytes;
      if (await within(STALL_MS, rest)) return true;
    }
    return false;
  }

  /** Two rounds: the last word of the ledger is written when nothing is held any more. */
  async function storeTheRest(): Promise<void> {
    try {
      await assembler.drain();
      await report();
      await assembler.drain();
    } catch (error) {
      // The log broke just now.
      fatal.abort(error);
    }
  }

  return {
    ingestAddress,
    apiUrl,
    runUntil: async (signal) => {
      await aborted(AbortSignal.any([signal, fatal.signal]));
      return stop();
    },
  };
}

const unixNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

/** The address with the port that was given in place of 0. */
const withPort = (address: string, port: number): string =>
  `${address.slice(0, address.lastIndexOf(':'))}:${port}`;

/** @returns whether it was done in time. @throws what the work throws in that time */
async function within(limitMs: number, work: Promise<void>): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(limitMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
