/**
 * The folder that a collector keeps its data in. One process at a time owns it.
 *
 *     sonde.json    format of the folder, and the version of Sonde that made it
 *     owner.lock    locked while a process owns the folder; holds nothing
 *     owner.json    who that is and where it answers
 *     wal/          the write-ahead log
 *     chdb/         the embedded ClickHouse
 *     blocks/       blocks on their way into it
 */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DataDirectoryError, DataDirectoryHeld, reasonOf } from './data-directory-error.ts';
import { LOCK_FILE, OWNER_FILE, type Owner, readOwnerFile } from './owner.ts';
import { acquireLock, type ProcessLock } from './process-lock.ts';
import { replaceFile, syncDirectory } from './write-file.ts';

/** Grows when an older Sonde could not, or must not, use what a newer one wrote. */
export const DATA_FORMAT = 1;

const VERSION_FILE = 'sonde.json';

export interface DataDirectoryOptions {
  /** Made, with its parents, if it is not there. */
  readonly path: string;
  /** Version of Sonde that runs. */
  readonly version: string;
  /** Unix time, ms. */
  now(): number;
}

export interface DataDirectory {
  /** Absolute, as all of these. */
  readonly path: string;
  readonly walPath: string;
  readonly chdbPath: string;
  readonly blocksPath: string;
  /** Version of Sonde that made the folder. */
  readonly createdBy: string;
  /** Lets others know where this process answers; adds to what was published before. @throws DataDirectoryError */
  publish(addresses: Readonly<Record<string, string>>): void;
  /** Lets the next process in. Nothing below the folder may be used any more. Can be called again. */
  release(): void;
}

/**
 * Takes a folder for this process, until it is released or the process ends.
 * @throws DataDirectoryError if another process has it, a newer version of Sonde made it, or it cannot be written
 */
export function openDataDirectory(options: DataDirectoryOptions): DataDirectory {
  const { path } = options;
  makeFolder(path);
  const lock = lockFolder(path);
  try {
    return new OwnedDirectory(options, lock);
  } catch (error) {
    lock.release();
    if (error instanceof DataDirectoryError) throw error;
    throw new DataDirectoryError(path, `cannot be written: ${reasonOf(error)}`, error);
  }
}

/** Whether a folder was ever one. */
export const isDataDirectory = (path: string): boolean => existsSync(join(path, VERSION_FILE));

class OwnedDirectory implements DataDirectory {
  readonly path: string;
  readonly walPath: string;
  readonly chdbPath: string;
  readonly blocksPath: string;
  readonly createdBy: string;
  readonly #givenPath: string;
  readonly #lock: ProcessLock;
  #owner: Owner;
  #isReleased = false;

  constructor({ path, version, now }: DataDirectoryOptions, lock: ProcessLock) {
    this.path = resolve(path);
    this.walPath = join(this.path, 'wal');
    this.chdbPath = join(this.path, 'chdb');
    this.blocksPath = join(this.path, 'blocks');
    this.#givenPath = path;
    this.#lock = lock;
    this.createdBy = readVersion(path) ?? writeVersion(this.path, version, now());
    for (const folder of [this.walPath, this.chdbPath, this.blocksPath])
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    syncDirectory(this.path);
    this.#owner = { pid: process.pid, host: hostname(), startedUnixMs: now(), addresses: {} };
    this.#writeOwner();
  }

  publish(addresses: Readonly<Record<string, string>>): void {
    if (this.#isReleased)
      throw new DataDirectoryError(this.#givenPath, 'was released; it is not ours any more');
    this.#owner = { ...this.#owner, addresses: { ...this.#owner.addresses, ...addresses } };
    try {
      this.#writeOwner();
    } catch (error) {
      throw new DataDirectoryError(this.#givenPath, `cannot be written: ${reasonOf(error)}`, error);
    }
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    try {
      // While the lock is held: afterwards the file may be the next owner's.
      rmSync(join(this.path, OWNER_FILE), { force: true });
    } finally {
      this.#lock.release();
    }
  }

  #writeOwner(): void {
    replaceFile(join(this.path, OWNER_FILE), `${JSON.stringify(this.#owner)}\n`);
  }
}

function makeFolder(path: string): void {
  try {
    makeFolders(resolve(path));
  } catch (error) {
    throw new DataDirectoryError(path, `cannot be made: ${reasonOf(error)}`, error);
  }
  if (!statSync(path).isDirectory()) throw new DataDirectoryError(path, 'is not a directory');
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirectoryError(path, `cannot be written: ${reasonOf(error)}`, error);
  }
}

/**
 * Not mkdir's own "recursive": that one never ends where a folder is there and says that it is not when something is to be
 * made in it, as /proc does.
 */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  makeFolders(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process that starts just now has made it.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function lockFolder(path: string): ProcessLock {
  let lock: ProcessLock | null;
  try {
    lock = acquireLock(join(path, LOCK_FILE));
  } catch (error) {
    throw new DataDirectoryError(path, `cannot be locked: ${(error as Error).message}`, error);
  }
  if (lock !== null) return lock;
  const { pid, host } = readOwnerFile(path);
  const where = host === null || host === hostname() ? '' : ` on ${host}`;
  throw new DataDirectoryHeld(
    path,
    `is held by another process${pid === null ? '' : ` (pid ${pid}${where})`}`,
  );
}

/** @returns which version made the folder; null if none did yet */
function readVersion(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(join(path, VERSION_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new DataDirectoryError(path, `cannot be read: ${reasonOf(error)}`, error);
  }
  const { format, createdBy } = parseVersion(path, text);
  if (format > DATA_FORMAT)
    throw new DataDirectoryError(
      path,
      `was written by a newer version of Sonde (format ${format}; this one knows up to ${DATA_FORMAT})`,
    );
  return createdBy;
}

function parseVersion(path: string, text: string): { readonly format: number; readonly createdBy: string } {
  let cause: unknown;
  try {
    const { format, createdBy } = JSON.parse(text);
    if (Number.isInteger(format) && format > 0 && typeof createdBy === 'string') return { format, createdBy };
  } catch (error) {
    cause = error;
  }
  throw new DataDirectoryError(path, `has a ${VERSION_FILE} that cannot be understood`, cause);
}

function writeVersion(path: string, version: string, nowUnixMs: number): string {
  const content = { format: DATA_FORMAT, createdBy: version, createdAt: new Date(nowUnixMs).toISOString() };
  replaceFile(join(path, VERSION_FILE), `${JSON.stringify(content)}\n`);
  return version;
}
