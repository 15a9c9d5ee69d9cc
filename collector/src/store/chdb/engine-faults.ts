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
/**
 * What blames the statement or its rows, so that another try cannot help. Everything else may pass (memory, descriptors,
 * threads, a disk that stumbles), also what nobody has met yet: rows that are acknowledged are not given up for it.
 */
const BLAMES_STATEMENT: ReadonlySet<number> = new Set([
  6, // CANNOT_PARSE_TEXT
  16, // NO_SUCH_COLUMN_IN_TABLE
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  32, // ATTEMPT_TO_READ_AFTER_EOF
  33, // CANNOT_READ_ALL_DATA
  36, // BAD_ARGUMENTS
  43, // ILLEGAL_TYPE_OF_ARGUMENT
  44, // ILLEGAL_COLUMN
  47, // UNKNOWN_IDENTIFIER
  50, // UNKNOWN_TYPE
  53, // TYPE_MISMATCH
  60, // UNKNOWN_TABLE
  62, // SYNTAX_ERROR
  70, // CANNOT_CONVERT_TYPE
  72, // CANNOT_PARSE_NUMBER
  73, // UNKNOWN_FORMAT
  81, // UNKNOWN_DATABASE
  115, // UNKNOWN_SETTING
  117, // INCORRECT_DATA
  190, // SIZES_OF_ARRAYS_DONT_MATCH
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  497, // ACCESS_DENIED
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
  if (code !== null && BLAMES_STATEMENT.has(code)) return new StoreRefusal(`Store ${storePath}: ${line}`);
  return new StoreUnavailable(`Store ${storePath}: ${line}`);
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
