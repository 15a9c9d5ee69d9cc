/** What the engine says when something fails, as the errors of the store's contract. */
import { QueryRefused, StoreFull, StoreRefusal, StoreUnavailable } from '../store.ts';

/** Another process has the folder open. */
export class EngineLocked extends StoreUnavailable {
  override readonly name = 'EngineLocked';
}

/** The package of the engine is not there, so trying again is of no use. */
export class EngineMissing extends Error {
  override readonly name = 'EngineMissing';

  constructor(reason: string) {
    super(
      `The embedded store needs the optional package "chdb", which has no build here or is not installed ` +
        `(${process.platform} ${process.arch}). Run "npm install" on Linux with glibc or on macOS. ${reason}`,
    );
  }
}

/** The answer has more rows than were allowed. */
export class TooManyRows extends QueryRefused {}

/** Numbers of ClickHouse's errors (src/Common/ErrorCodes.cpp). */
const NOT_ENOUGH_SPACE = 243;
const TOO_MANY_ROWS = 396;
const PASSES: ReadonlySet<number> = new Set([
  159, // TIMEOUT_EXCEEDED
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  236, // ABORTED: the engine is ending
  241, // MEMORY_LIMIT_EXCEEDED
  252, // TOO_MANY_PARTS: merges are behind
  394, // QUERY_WAS_CANCELLED
  439, // CANNOT_SCHEDULE_TASK: no thread
]);
const DISK_FULL = /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/;
const LOCKED = /Cannot lock file|Another server instance in same directory is already running/;

/** Why a statement of our own did not run. */
export function faultOf(message: string, storePath: string): Error {
  const line = firstLine(message);
  if (LOCKED.test(message)) return new EngineLocked(`Store ${storePath} is held by another process`);
  const code = codeOf(message);
  if (code === NOT_ENOUGH_SPACE || DISK_FULL.test(message))
    return new StoreFull(`Store ${storePath}: the disk is full: ${line}`);
  if (code !== null && PASSES.has(code)) return new StoreUnavailable(`Store ${storePath}: ${line}`);
  return new StoreRefusal(`Store ${storePath}: ${line}`);
}

/** Why a query of a user did not run. */
export function refusalOf(message: string): QueryRefused {
  const line = firstLine(message);
  return codeOf(message) === TOO_MANY_ROWS ? new TooManyRows(line) : new QueryRefused(line);
}

/** The innermost number: the engine wraps errors that pass through another thread in a text of the same form. */
function codeOf(message: string): number | null {
  const last = [...message.matchAll(/Code: (\d+)\. DB::\w*Exception/g)].at(-1);
  return last === undefined ? null : Number(last[1]);
}

/** One line without the wrapping, which tells a reader nothing. */
function firstLine(message: string): string {
  const line = message.split('\n', 1)[0]!;
  return line
    .replace(/^(Query failed: |Code: \d+\. DB::\w*Exception: )+/, '')
    .replace(/( \(version [^)]*\)\.?| \([A-Z_]+\)\.?)+$/, '')
    .trim();
}
