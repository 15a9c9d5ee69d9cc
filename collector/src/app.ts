/**
 * The collector: batches of agents through every room into the store. With main.ts and the commands beside it the only
 * code that knows every room.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode, UserError } from '@sonde/cli';
import { Ledger } from '@sonde/ledger';
import { hostAndPort, type Settings } from '@sonde/settings';
import { createApi } from './api/api.ts';
import { ApiListenError, listen } from './api/api-server.ts';
import { isLocalHost } from './api/local-host.ts';
import { Assembler } from './assemble/assembler.ts';
import { LogContents, restore } from './assemble/recovery.ts';
import { openDataDirectory } from './data-dir/data-dir.ts';
import { DataDirectoryError } from './data-dir/data-directory-error.ts';
import { DurableSequences } from './ingest/durable-sequences.ts';
import { decodeRecord } from './ingest/recovery.ts';
import { IngestServer, ListenError } from './ingest/server.ts';
import { OwnReports } from './own-reports.ts';
import { openChdbStore } from './store/chdb/chdb-store.ts';
import { StoreRefusal, StoreUnavailable } from './store/store.ts';
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
/** How long the end waits for the store. What is not stored by then lies in the log, and is stored after the next start. */
const LAST_BLOCKS_MS = 60_000;

/** @throws UserError: a port in use, a data directory that is held, newer, full or not writable */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  // What is open already is closed, last first, when the rest of the start fails.
  const opened: (() => Promise<void>)[] = [];
  try {
    return await start(options, opened);
  } catch (cause) {
    for (const close of opened.reverse()) await close();
    if (isForUser(cause)) throw new UserError(cause.message, ExitCode.FAILED, cause);
    throw cause;
  }
}

const isForUser = (error: unknown): error is Error =>
  error instanceof DataDirectoryError ||
  error instanceof ListenError ||
  error instanceof ApiListenError ||
  error instanceof StoreUnavailable ||
  error instanceof StoreRefusal;

async function start(
  { settings, note }: CollectorOptions,
  opened: (() => Promise<void>)[],
): Promise<Collector> {
  const ledger = new Ledger();
  const fatal = new AbortController();
  let notReady: string | null = 'starting';

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
  const ticking = setInterval(() => assembler.tick(), TICK_MS);
  opened.push(async () => clearInterval(ticking));

  const restored = await restore({
    contents,
    wal,
    assembler,
    ledger,
    decode: decodeRecord,
    recallMs: RECALL_MS,
    onNote: note,
  });
  for (const id of restored.durable) durable.advance(id);
  if (restored.blocks + restored.batches > 0)
    note(`Recovered ${restored.blocks} blocks and ${restored.batches} batches from the write-ahead log`);

  const ingestPort = await ingest.listen(settings.listen.ingest);
  opened.push(() => ingest.close({ graceMs: 0 }));
  const api = createApi({
    store,
    notReady: () => notReady,
    isLocal: isLocalHost(settings.listen.api),
  });
  const apiServer = await listen(api, hostAndPort(settings.listen.api));
  opened.push(() => apiServer.close());
  const ingestAddress = withPort(settings.listen.ingest, ingestPort);
  const apiUrl = `http://${withPort(settings.listen.api, apiServer.port)}`;
  directory.publish({ api: apiUrl });
  notReady = null;
  const reporting = setInterval(
    () => own.report().catch((error: Error) => note(error.message)),
    LEDGER_INTERVAL_MS,
  );

  async function stop(): Promise<number> {
    notReady = 'stopping';
    clearInterval(reporting);
    await ingest.close({ graceMs: FAREWELL_MS });
    let code: number = ExitCode.OK;
    if (fatal.signal.aborted) {
      note(`Ends because it cannot go on: ${(fatal.signal.reason as Error).message}`);
      code = ExitCode.FAILED;
    } else if (!(await storeTheRest())) {
      note('The store is away: what it lacks lies in the write-ahead log and is stored after the next start');
    }
    await apiServer.close();
    clearInterval(ticking);
    await wal.close();
    await store.close();
    directory.release();
    return code;
  }

  /** Two rounds: the last word of the ledger is written when nothing is held any more. @returns false if time ran out */
  async function storeTheRest(): Promise<boolean> {
    const rest = async () => {
      await assembler.drain();
      await own.report();
      await assembler.drain();
      return true;
    };
    return Promise.race([rest(), sleep(LAST_BLOCKS_MS, false, { ref: false })]);
  }

  return {
    ingestAddress,
    apiUrl,
    runUntil: async (signal) => {
      await either(signal, fatal.signal);
      return stop();
    },
  };
}

const unixNs = (): bigint => BigInt(Date.now()) * 1_000_000n;

/** The address with the port that was given in place of 0. */
const withPort = (address: string, port: number): string =>
  `${address.slice(0, address.lastIndexOf(':'))}:${port}`;

function either(...signals: AbortSignal[]): Promise<void> {
  const any = AbortSignal.any(signals);
  return new Promise((resolve) => {
    if (any.aborted) resolve();
    else any.addEventListener('abort', () => resolve());
  });
}
