/** The engine as a store sees it: one process after another, so that the end of one is a pause and not the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../store.ts';
import { EngineChild } from './engine-child.ts';
import { EngineLocked, refusalOf } from './engine-faults.ts';
import type { ReadLimits } from './engine-protocol.ts';

export interface EngineOptions {
  /** The engine's folder; it exists. */
  readonly folder: string;
  readonly configFile: string;
  /** How long a folder may be held by another process, which may be ending, before that is an error. */
  readonly lockPatienceMs: number;
  readonly onNote: (note: string) => void;
}

/** A statement of our own that takes longer is stuck. */
const RUN_LIMIT_MS = 300_000;
/** What an engine that observes its time limit may need beyond it. */
const READ_GRACE_MS = 5_000;
const LOCK_PAUSE_MS = 500;
const RESTART_PAUSE_MS = 100;
const RESTART_PAUSE_MAX_MS = 10_000;
/** Reading statements that run at once; the others wait. */
const READS_AT_ONCE = 2;
const READS_WAITING = 32;

export class EngineClient {
  readonly #options: EngineOptions;
  #child: EngineChild | null;
  /** Ends waiting when the client is closed. */
  readonly #closing = new AbortController();
  /** Ends when there is a process again, or the client was closed. */
  #restarted: Promise<void> = Promise.resolve();
  #reads = 0;
  readonly #readers: (() => void)[] = [];

  /** @throws EngineMissing, StoreUnavailable */
  static async start(options: EngineOptions): Promise<EngineClient> {
    return new EngineClient(options, await firstChild(options));
  }

  private constructor(options: EngineOptions, child: EngineChild) {
    this.#options = options;
    this.#child = child;
    this.#watch(child, 0);
  }

  /** The process that runs the engine now, or null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * A statement of our own; they run one after another.
   * @returns its rows in the format JSONCompactEachRow
   * @throws StoreUnavailable, StoreFull, StoreRefusal
   */
  async run(sql: string): Promise<Uint8Array> {
    return this.#present().ask({ kind: 'run', sql }, RUN_LIMIT_MS);
  }

  /**
   * A statement that can read the tables of Sonde only.
   * @throws QueryRefused with what the engine has against it; StoreUnavailable
   */
  async read(sql: string, format: string, limits: ReadLimits): Promise<Uint8Array> {
    await this.#enterRead();
    try {
      const limitMs = limits.timeoutMs + READ_GRACE_MS;
      return await this.#present().ask({ kind: 'read', sql, format, limits }, limitMs, refusalOf);
    } finally {
      this.#leaveRead();
    }
  }

  /** Ends after what was asked before is done. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#restarted;
    const child = this.#child;
    this.#child = null;
    await child?.close();
  }

  #present(): EngineChild {
    if (this.#child !== null) return this.#child;
    const state = this.#closing.signal.aborted ? 'it is closed' : 'the engine is being started again';
    throw new StoreUnavailable(`Store ${this.#options.folder}: ${state}`);
  }

  /** @param failures processes before this one that ended without having answered anything after they opened */
  #watch(child: EngineChild, failures: number): void {
    const answersBefore = child.answers;
    void child.ended.then((how) => {
      if (this.#closing.signal.aborted) return;
      this.#child = null;
      this.#options.onNote(`Store ${this.#options.folder}: ${how}; starting it again`);
      this.#restarted = this.#restart(child.answers > answersBefore ? 0 : failures + 1);
    });
  }

  async #restart(failures: number): Promise<void> {
    for (let tries = failures; ; tries++) {
      await pause(Math.min(RESTART_PAUSE_MS * 2 ** tries, RESTART_PAUSE_MAX_MS), this.#closing.signal);
      if (this.#closing.signal.aborted) return;
      try {
        this.#child = await EngineChild.open(this.#options.folder, this.#options.configFile);
        this.#watch(this.#child, tries);
        this.#options.onNote(`Store ${this.#options.folder}: the engine is back`);
        return;
      } catch (error) {
        this.#options.onNote(`${(error as Error).message}; trying again`);
      }
    }
  }

  async #enterRead(): Promise<void> {
    if (this.#reads < READS_AT_ONCE) {
      this.#reads++;
      return;
    }
    if (this.#readers.length >= READS_WAITING)
      throw new StoreUnavailable(
        `Store ${this.#options.folder}: ${READS_WAITING} queries are waiting already`,
      );
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#readers.push(resolve);
    await promise;
  }

  /** Hands the place on to who waits longest, if anybody does. */
  #leaveRead(): void {
    const next = this.#readers.shift();
    if (next === undefined) this.#reads--;
    else next();
  }
}

async function firstChild(options: EngineOptions): Promise<EngineChild> {
  for (let waitedMs = 0; ; waitedMs += LOCK_PAUSE_MS) {
    try {
      return await EngineChild.open(options.folder, options.configFile);
    } catch (error) {
      if (!(error instanceof EngineLocked) || waitedMs >= options.lockPatienceMs) throw error;
    }
    await sleep(LOCK_PAUSE_MS);
  }
}

/** Ends early when the signal is given. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
