/**
 * A lock that the kernel takes back when its process ends, however it ends.
 *
 * Node has no call for file locks, but the SQLite inside it takes them (fcntl(2) on the file of a database). So the lock is
 * an exclusive transaction on a database that is always empty. A file that holds a process id would need guesses instead:
 * whether the process still lives, whether its number was given to another, and, as containers that share a volume do not
 * see each other's processes, even then it can be wrong. The kernel knows, and it decides between two that start at once.
 *
 * Two rules follow from how such locks work. The file is never deleted: a process could lock the deleted file while another
 * locks its successor. And nothing but SQLite may open it in a process that holds the lock: closing any descriptor of the
 * file would let go of it.
 * @see https://www.sqlite.org/lockingv3.html
 */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

export interface ProcessLock {
  release(): void;
}

/** How long a starting process waits: for one that is just ending or that only looks whether the lock is held. */
const PATIENCE_MS = 500;

const SQLITE_BUSY = 5;

/** A database that nobody refers to is closed, and then its lock is gone. */
const held = new Set<DatabaseSync>();

/** @returns null if another process, or another place in this one, holds it. @throws the error of SQLite or the system */
export function acquireLock(file: string): ProcessLock | null {
  const database = new DatabaseSync(file, { timeout: PATIENCE_MS });
  // No journal file: nothing is ever written.
  const isMine = tryExec(database, 'PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  if (!isMine) return null;
  held.add(database);
  return {
    release: () => {
      if (held.delete(database)) database.close();
    },
  };
}

/** Whether anybody alive holds the lock. Changes nothing and makes no file. @throws as acquireLock() */
export function isLocked(file: string): boolean {
  if (!existsSync(file)) return false;
  const database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  // Reading asks for a shared lock, which an exclusive one keeps out.
  const isFree = tryExec(database, 'SELECT 1 FROM sqlite_schema');
  if (isFree) database.close();
  return !isFree;
}

/** @returns whether it ran; if not, a lock was in the way. The database is closed unless it ran. */
function tryExec(database: DatabaseSync, sql: string): boolean {
  try {
    database.exec(sql);
    return true;
  } catch (error) {
    database.close();
    // The low byte is the kind; the rest says more about it.
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return false;
    throw error;
  }
}
