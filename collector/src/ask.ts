/**
 * Questions to the store from the command line: through the collector that holds the data directory, where one runs; else
 * by opening the directory for as long as the question takes.
 */
import { existsSync } from 'node:fs';
import { ExitCode, UserError } from '@sonde/cli';
import type { Settings } from '@sonde/settings';
import { summaryJson } from './api/summary-json.ts';
import { openDataDirectory } from './data-dir/data-dir.ts';
import { DataDirectoryError } from './data-dir/data-directory-error.ts';
import { readOwner } from './data-dir/owner.ts';
import { openChdbStore } from './store/chdb/chdb-store.ts';
import { QueryRefused, type Store, StoreRefusal, StoreUnavailable } from './store/store.ts';
import { VERSION } from './version.ts';

export interface SqlQuestion {
  readonly query: string;
  readonly format: string;
  readonly maxRows: number;
}

const TIMEOUT_MS = 60_000;

/** @returns the answer as it is to be printed. @throws UserError */
export async function askStore(settings: Settings, question: SqlQuestion | 'summary'): Promise<Uint8Array> {
  const { dataDir } = settings.store;
  if (!existsSync(dataDir)) throw new UserError(`There is no data directory ${dataDir}`, ExitCode.UNREADABLE);
  const api = readOwner(dataDir)?.addresses.api;
  return api === undefined ? askDirectory(settings, question) : askCollector(api, question);
}

async function askCollector(api: string, question: SqlQuestion | 'summary'): Promise<Uint8Array> {
  const request =
    question === 'summary'
      ? fetch(`${api}/api/v1/summary`)
      : fetch(`${api}/api/v1/sql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...question, timeoutMs: TIMEOUT_MS }),
        });
  const answer = await request.catch((cause: Error) => {
    throw new UserError(`The collector at ${api} does not answer: ${cause.message}`, ExitCode.FAILED, cause);
  });
  if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
  const { error } = (await answer.json().catch(() => ({ error: answer.statusText }))) as { error: string };
  throw new UserError(error, ExitCode.FAILED);
}

async function askDirectory(settings: Settings, question: SqlQuestion | 'summary'): Promise<Uint8Array> {
  try {
    const directory = openDataDirectory({ path: settings.store.dataDir, version: VERSION, now: Date.now });
    try {
      const store = await openChdbStore({
        dataDir: directory.path,
        blockDir: settings.store.blockDir,
        memoryBytes: settings.store.memoryBytes,
        retentionDays: settings.store.retentionDays,
        onNote: () => undefined,
      });
      try {
        return await answerOf(store, question);
      } finally {
        await store.close();
      }
    } finally {
      directory.release();
    }
  } catch (cause) {
    if (
      cause instanceof DataDirectoryError ||
      cause instanceof StoreUnavailable ||
      cause instanceof StoreRefusal ||
      cause instanceof QueryRefused
    )
      throw new UserError(cause.message, ExitCode.FAILED, cause);
    throw cause;
  }
}

async function answerOf(store: Store, question: SqlQuestion | 'summary'): Promise<Uint8Array> {
  if (question !== 'summary') {
    const { query, ...options } = question;
    return store.query(query, { ...options, timeoutMs: TIMEOUT_MS });
  }
  return new TextEncoder().encode(JSON.stringify(summaryJson(await store.summary(), store.engine)));
}
