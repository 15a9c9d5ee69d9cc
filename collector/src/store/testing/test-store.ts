/** A real store for tests, in a folder of its own that goes when they are done. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from '@jest/globals';
import { type ChdbStore, type ChdbStoreOptions, openChdbStore } from '../chdb/chdb-store.ts';
import { StoreUnavailable } from '../store.ts';
import { testOptions } from './test-options.ts';

export interface TestStore {
  /** Open from the first hook on until the last one. */
  readonly store: ChdbStore;
  readonly dataDir: string;
  readonly notes: readonly string[];
  /** Ends the engine as the kernel would that is out of memory. */
  readonly killEngine: () => void;
  /** Closes the store and opens it again, with these options changed from now on. */
  readonly reopen: (changed?: Partial<ChdbStoreOptions>) => Promise<void>;
}

/** To be called where tests are described; the store is opened before them and closed after them. */
export function openTestStore(options: Partial<ChdbStoreOptions> = {}): TestStore {
  const notes: string[] = [];
  let dataDir = '';
  let store: ChdbStore | null = null;
  let chosen = options;
  const open = async () => {
    store = await openChdbStore({ ...testOptions(dataDir), onNote: (note) => notes.push(note), ...chosen });
  };
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sonde-store-'));
    await open();
  });
  afterAll(async () => {
    await store?.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return {
    get store() {
      return store!;
    },
    get dataDir() {
      return dataDir;
    },
    notes,
    killEngine: () => {
      const pid = store!.enginePid;
      if (pid !== null) process.kill(pid, 'SIGKILL');
    },
    reopen: async (changed = {}) => {
      chosen = { ...chosen, ...changed };
      await store?.close();
      store = null;
      await open();
    },
  };
}

/** Does it as often as the store is away, as the owner of a block would. @returns how often it was away */
export async function untilAvailable(act: () => Promise<unknown>): Promise<number> {
  for (let away = 0; ; away++) {
    try {
      await act();
      return away;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
    await sleep(20);
  }
}
