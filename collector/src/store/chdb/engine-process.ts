/**
 * The child process that runs the engine, so that neither its memory, nor its threads, nor its crash are the collector's.
 * It has no state but the engine's and ends with its parent.
 *
 * Statements run on threads; the process stays able to notice that its parent is gone, and then ends on the spot, with
 * whatever was begun or queued. The engine bears that at any moment, and the next process may open the folder at once.
 */
import type { ChdbResult, Session } from 'chdb';
import { DATABASE } from '../database.ts';
import { READER_ROLE } from './engine-config.ts';
import type { EngineOrder, EngineReply, EngineRequest, ReadLimits } from './engine-protocol.ts';

type SessionClass = typeof Session;
interface Engine {
  readonly Session: SessionClass;
  readonly folder: string;
  readonly owner: Session;
}

/** Threads on which a reading statement may compute. */
const READ_THREADS = 2;
/** Parsing does not observe the time limit; a tenth of the engine's own limit is half a second of it. */
const PARSER_BACKTRACKS = 100_000;

let engine: Engine | null = null;
/** Ends when the last statement of our own did that was asked for. */
let lastRun: Promise<unknown> = Promise.resolve();
const underWay = new Set<Promise<unknown>>();

process.on('disconnect', endAtOnce);
// A signal from the terminal reaches the whole group of processes. The parent decides: it may still have to store
// something before it closes the engine.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('message', (request: EngineRequest) => void answer(request));
if (!process.connected) endAtOnce();

function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL');
}

async function answer(request: EngineRequest): Promise<void> {
  const reply = await replyTo(request);
  process.send?.(reply, undefined, undefined, () => {
    if (request.kind === 'close') process.exit(0);
  });
}

async function replyTo(request: EngineRequest): Promise<EngineReply> {
  const { id } = request;
  try {
    return { id, kind: 'answer', bytes: await resultOf(request) };
  } catch (error) {
    const kind = error instanceof PackageMissing ? 'missing' : 'fault';
    return { id, kind, message: String((error as { message?: unknown }).message ?? error) };
  }
}

function resultOf(order: EngineOrder): Promise<Uint8Array> {
  switch (order.kind) {
    case 'open':
      return open(order.folder, order.configFile);
    case 'run':
      return run(order.sql);
    case 'read':
      return read(order.sql, order.format, order.limits);
    case 'close':
      return close();
  }
}

class PackageMissing extends Error {
  override readonly name = 'PackageMissing';
}

const NOTHING = new Uint8Array(0);

async function open(folder: string, configFile: string): Promise<Uint8Array> {
  const { Session } = await import('chdb').catch((cause: unknown) => {
    throw new PackageMissing(String((cause as { message?: unknown }).message ?? cause), { cause });
  });
  engine = {
    Session,
    folder,
    owner: new Session(folder, { connectionArgs: [`--config-file=${configFile}`] }),
  };
  return NOTHING;
}

function run(sql: string): Promise<Uint8Array> {
  const { owner } = opened();
  const result = lastRun.then(() => owner.queryAsync(sql, { format: 'JSONCompactEachRow' }));
  lastRun = result.catch(() => undefined);
  return bytesOf(result);
}

/**
 * Reads on a connection that lost every other right before it sees the statement. Limits are given when the connection is
 * made: later ones would need a right to set them, and the statement would have it too.
 */
async function read(sql: string, format: string, limits: ReadLimits): Promise<Uint8Array> {
  const { Session, folder } = opened();
  const connection = new Session(folder, {
    connectionArgs: [
      '--readonly=1',
      ...rowLimits(limits),
      `--max_execution_time=${limits.timeoutMs / 1000}`,
      `--max_memory_usage=${limits.maxMemoryBytes}`,
      `--max_threads=${READ_THREADS}`,
      `--max_parser_backtracks=${PARSER_BACKTRACKS}`,
    ],
  });
  try {
    connection.query(`USE ${DATABASE}`);
    connection.query(`SET ROLE ${READER_ROLE}`);
    return await bytesOf(connection.queryAsync(sql, { format }));
  } finally {
    connection.close();
  }
}

/** The engine cuts an answer without a word; that it refuses one needs a row more. */
const rowLimits = ({ maxRows, refusesMore }: ReadLimits): readonly string[] =>
  refusesMore === true
    ? [`--limit=${maxRows + 1}`, `--max_result_rows=${maxRows}`, '--result_overflow_mode=throw']
    : [`--limit=${maxRows}`];

async function bytesOf(result: Promise<ChdbResult>): Promise<Uint8Array> {
  underWay.add(result);
  try {
    return (await result).bytes();
  } finally {
    underWay.delete(result);
  }
}

async function close(): Promise<Uint8Array> {
  await Promise.allSettled([...underWay, lastRun]);
  engine?.owner.close();
  return NOTHING;
}

function opened(): Engine {
  if (engine === null) throw new Error('The engine is not open');
  return engine;
}
