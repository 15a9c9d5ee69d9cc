/** Who holds a data directory and where it answers: owner.json, for people and for commands beside a running collector. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataDirectoryError } from './data-directory-error.ts';
import { isLocked } from './process-lock.ts';

export interface Owner {
  /** In the owner's own process namespace; null while the owner has only begun to start. */
  readonly pid: number | null;
  /** Name of its machine, or of its container. */
  readonly host: string | null;
  readonly startedUnixMs: number | null;
  /** Where it answers, by the name of the service: `{ api: 'http://127.0.0.1:8080' }`. */
  readonly addresses: Readonly<Record<string, string>>;
}

export const OWNER_FILE = 'owner.json';
/** What is locked. It holds nothing. */
export const LOCK_FILE = 'owner.lock';

const UNKNOWN: Owner = { pid: null, host: null, startedUnixMs: null, addresses: {} };

/**
 * @returns who holds a data directory; null if nobody alive does, or there is no such directory
 * @throws DataDirectoryError if that cannot be found out
 */
export function readOwner(path: string): Owner | null {
  try {
    if (!isLocked(join(path, LOCK_FILE))) return null;
  } catch (error) {
    throw new DataDirectoryError(path, `cannot be read: ${(error as Error).message}`, error);
  }
  return readOwnerFile(path);
}

/** What owner.json says, true only while the lock is held. Everything unknown if it says nothing. */
export function readOwnerFile(path: string): Owner {
  let text: string;
  try {
    text = readFileSync(join(path, OWNER_FILE), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return UNKNOWN;
    throw new DataDirectoryError(path, `cannot be read: ${(error as Error).message}`, error);
  }
  return parseOwner(text);
}

/** The file is written by rename, so a bad one is somebody's edit: it is worth nothing, and stops nobody. */
export function parseOwner(text: string): Owner {
  let owner: Partial<Record<keyof Owner, unknown>> | null;
  try {
    owner = JSON.parse(text);
  } catch {
    return UNKNOWN;
  }
  if (typeof owner !== 'object' || owner === null) return UNKNOWN;
  const addresses = Object.entries(owner.addresses ?? {}).filter(
    ([, address]) => typeof address === 'string',
  );
  return {
    pid: typeof owner.pid === 'number' ? owner.pid : null,
    host: typeof owner.host === 'string' ? owner.host : null,
    startedUnixMs: typeof owner.startedUnixMs === 'number' ? owner.startedUnixMs : null,
    addresses: Object.fromEntries(addresses) as Record<string, string>,
  };
}
