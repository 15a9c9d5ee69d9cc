/**
 * Questions to the store from the command line: through the collector that holds the data directory, where one runs; else
 * by opening the directory for as long as the question takes.
 */
import { existsSync, statSync } from 'node:fs';
import { ExitCode, UserError } from '@sonde/cli';
import type { Settings } from '@sonde/settings';
import { CUT_HEADER, MAX_QUERY_CHARS, MAX_TIMEOUT_MS } from './api/query-limits.ts';
import { summaryJson } from './api/summary-json.ts';
import { isDataDirectory, openDataDirectory } from './data-dir/data-dir.ts';
import { readOwner } from './data-dir/owner.ts';
import { asUserError } from './faults.ts';
import { openChdbStore } from './store/chdb/chdb-store.ts';
import type { Store } from './store/store.ts';
import { VERSION } from './version.ts';

export interface SqlQuestion {
  readonly query: string;
  readonly format: string;
  readonly maxRows: number;
}

export interface Answer {
  /** As it is to be printed. */
  readonly bytes: Uint8Array;
  /** True if there are more rows than were asked for. */
  readonly isCut: boolean;
}

/** What the collector may need to find an answer beyond its own limit. */
const GRACE_MS = 30_000;

/** @throws UserError */
export async function askStore(settings: Settings, question: SqlQuestion | 'summary'): Promise<Answer> {
  const { dataDir } = settings.store;
  if (question !== 'summary') checkQuestion(question);
  try {
    checkDirectory(dataDir);
    const api = readOwner(dataDir)?.addresses.api;
    return await (api === undefined ? askDirectory(settings, question) : askCollector(api, question));
  } catch (fault) {
    throw asUserError(fault, dataDir);
  }
}

function checkQuestion({ query, format }: SqlQuestion): void {
  if (query.trim() === '') throw new UserError('The query is empty', ExitCode.USAGE);
  if (query.length > MAX_QUERY_CHARS)
    throw new UserError(
      `The query has ${query.length} characters; ${MAX_QUERY_CHARS} are allowed`,
      ExitCode.USAGE,
    );
  if (!/^[A-Za-z0-9]{1,40}$/.test(format))
    throw new UserError(`${JSON.stringify(format)} is not the name of a format`, ExitCode.USAGE);
}

/** A folder that is none of ours is not made into one by a question. */
function checkDirectory(dataDir: string): void {
  if (!existsSync(dataDir)) throw new UserError(`There is no data directory ${dataDir}`, ExitCode.UNREADABLE);
  if (!statSync(dataDir).isDirectory())
    throw new UserError(`Data directory ${dataDir} is not a directory`, ExitCode.UNREADABLE);
  if (!isDataDirectory(dataDir))
    throw new UserError(`${dataDir} is no data directory of a collector`, ExitCode.UNREADABLE);
}

async function askCollector(api: string, question: SqlQuestion | 'summary'): Promise<Answer> {
  const signal = AbortSignal.timeout(MAX_TIMEOUT_MS + GRACE_MS);
  const request =
    question === 'summary'
      ? fetch(`${api}/api/v1/summary`, { signal })
      : fetch(`${api}/api/v1/sql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...question, timeoutMs: MAX_TIMEOUT_MS }),
          signal,
        });
  const answer = await request.catch((cause: Error) => {
    const reason = ((cause.cause ?? cause) as Error).message;
    throw new UserError(`The collector at ${api} does not answer: ${reason}`, ExitCode.FAILED, cause);
  });
  if (answer.ok)
    return { bytes: new Uint8Array(await answer.arrayBuffer()), isCut: answer.headers.has(CUT_HEADER) };
  const { error } = (await answer.json().catch(() => ({ error: answer.statusText }))) as { error: string };
  throw new UserError(error, ExitCode.FAILED);
}

async function askDirectory(settings: Settings, question: SqlQuestion | 'summary'): Promise<Answer> {
  const directory = openDataDirectory({ path: settings.store.dataDir, version: VERSION, now: Date.now });
  try {
    const store = await openChdbStore({
      dataDir: directory.path,
      blockDir: settings.store.blockDir,
      memoryBytes: settings.store.memoryBytes,
      retentionDays: settings.store.retentionDays,
      keepsRetention: true,
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
}

async function answerOf(store: Store, question: SqlQuestion | 'summary'): Promise<Answer> {
  if (question === 'summary') {
    const summary = summaryJson(await store.summary(), store.engine);
    return { bytes: new TextEncoder().encode(JSON.stringify(summary)), isCut: false };
  }
  const { query, ...options } = question;
  let isCut = false;
  const bytes = await store.query(query, {
    ...options,
    timeoutMs: MAX_TIMEOUT_MS,
    onCut: () => {
      isCut = true;
    },
  });
  return { bytes, isCut };
}
