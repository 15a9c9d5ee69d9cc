/** Kills processes of the product at bad moments and starts them again, then lets everything come to rest. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExitCode } from '@sonde/cli';
import { exitCode, start, stop } from '../processes.ts';

export interface StormOptions {
  readonly dataDir: string;
  readonly ackLog: string;
  /** Of the demo shop: simulated seconds a second. */
  readonly pace: string;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly say: (line: string) => void;
}

/** What is killed; "both": the collector and its engine, in either order. */
const VICTIMS = ['collector', 'engine', 'both', 'agent'] as const;
type Victim = (typeof VICTIMS)[number];

/**
 * When it is killed: under load, once batches were acknowledged after the kill before; or while something starts or
 * recovers, right after the kill before.
 */
const MOMENTS = ['load', 'load', 'recovery', 'start'] as const;
type Moment = (typeof MOMENTS)[number];

export interface Course {
  readonly kills: Readonly<Record<Victim, number>>;
  readonly moments: Readonly<Record<Moment, number>>;
  /** Collectors that ended by themselves, since their engine was killed while they started. */
  readonly gave_up: number;
  /** What the kills cut off, by what was said afterwards. */
  readonly cut_off: {
    /** Starts of a collector that found blocks, and inserts that failed because the engine went away. */
    readonly kills: number;
    /** Blocks that were begun before a kill and completed after it. */
    readonly blocks: number;
    /** Acknowledged batches that were in no block yet. */
    readonly batches: number;
  };
}

/** Blocks are small and follow each other closely, so that one is on its way most of the time. */
const ENVIRONMENT = {
  SONDE_ASSEMBLY_WINDOW_MS: '100',
  SONDE_ASSEMBLY_BLOCK_MS: '20',
  SONDE_TRANSPORT_BATCH_MS: '50',
  SONDE_TRANSPORT_RETRY_MAX_MS: '200',
};
const LOAD_PAUSE_MS = 500;
/** A collector that starts has opened its store and is inserting again by then, or is about to. */
const RECOVERY_PAUSE_MS = 2_500;
const START_PAUSE_MS = 300;
/** When nothing is acknowledged for so long, something hangs. */
const PATIENCE_MS = 60_000;

export class Storm {
  readonly #options: StormOptions;
  readonly #kills: Record<Victim, number> = { collector: 0, engine: 0, both: 0, agent: 0 };
  readonly #moments: Record<Moment, number> = { load: 0, recovery: 0, start: 0 };
  readonly #cutOff = { kills: 0, blocks: 0, batches: 0 };
  #collectorArgs: readonly string[] = [];
  #agentArgs: readonly string[] = [];
  #collector: ChildProcess | null = null;
  #agent: ChildProcess | null = null;
  #gaveUp = 0;
  /** Something ended that nobody killed. */
  #fault: Error | null = null;
  #isOver = false;

  constructor(options: StormOptions) {
    this.#options = options;
  }

  /** @throws Error if something hangs or does not end in order */
  async rage(nKills: number): Promise<Course> {
    const { dataDir, ackLog, pace, say } = this.#options;
    const [ingest, api] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
    this.#collectorArgs = ['--data-dir', dataDir, '--listen-ingest', ingest, '--listen-api', api];
    this.#agentArgs = [
      ...['--scenario', 'agent/scenarios/shop.yaml', '--pace', pace],
      ...['--collector', ingest, '--ack-log', ackLog],
    ];
    // Children inherit it; who runs the task may choose otherwise.
    for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] ??= value;
    this.#startCollector();
    this.#startAgent();
    for (let n = 1; n <= nKills; n++) {
      const moment = this.#oneOf(MOMENTS);
      await this.#wait(moment);
      const victim = this.#oneOf(VICTIMS);
      await this.#kill(victim);
      this.#kills[victim]++;
      this.#moments[moment]++;
      say(`kill ${n} of ${nKills}: ${victim} (${moment})`);
    }
    await this.#untilAcknowledged();
    this.#isOver = true;
    if ((await stop(this.#agent!)) !== 0) throw new Error('The agent did not end in order');
    if ((await stop(this.#collector!)) !== 0) throw new Error('The collector did not end in order');
    return { kills: this.#kills, moments: this.#moments, gave_up: this.#gaveUp, cut_off: this.#cutOff };
  }

  #oneOf<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.#options.random() * choices.length)]!;
  }

  async #wait(moment: Moment): Promise<void> {
    const { random } = this.#options;
    if (moment === 'load') await this.#untilAcknowledged();
    const limitMs = { load: LOAD_PAUSE_MS, recovery: RECOVERY_PAUSE_MS, start: START_PAUSE_MS }[moment];
    await sleep(random() * limitMs);
  }

  /** Until an agent wrote down an acknowledgement that it has not now: data flows. */
  async #untilAcknowledged(): Promise<void> {
    const { ackLog } = this.#options;
    const bytes = () => (existsSync(ackLog) ? statSync(ackLog).size : 0);
    const before = bytes();
    for (let waitedMs = 0; bytes() === before; waitedMs += 20) {
      if (this.#fault !== null) throw this.#fault;
      if (waitedMs > PATIENCE_MS) throw new Error(`No batch was acknowledged in ${PATIENCE_MS / 1000} s`);
      await sleep(20);
    }
  }

  async #kill(victim: Victim): Promise<void> {
    if (victim === 'agent') await ended(this.#agent!);
    else if (victim === 'collector') await ended(this.#collector!);
    else {
      const { collector, engine } = await this.#pair();
      if (victim === 'both' && this.#options.random() < 0.5) collector.kill('SIGKILL');
      killNow(engine);
      if (victim === 'both') await ended(collector);
    }
  }

  /** The collector and the process that runs its engine; waits while there is none. */
  async #pair(): Promise<{ readonly collector: ChildProcess; readonly engine: number }> {
    for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += 5) {
      const collector = this.#collector!;
      const [engine] = childrenOf(collector.pid!);
      if (engine !== undefined) return { collector, engine };
      await sleep(5);
    }
    throw new Error('The collector has no engine');
  }

  #startAgent(): void {
    const agent = start('agent', ['run', ...this.#agentArgs]);
    this.#agent = agent;
    agent.once('exit', (code) => {
      if (!this.#isOver) this.#replace('agent', code, () => this.#startAgent());
    });
  }

  #startCollector(): void {
    const collector = start('collector', ['run', ...this.#collectorArgs], 'pipe');
    this.#collector = collector;
    createInterface(collector.stderr!).on('line', (line) => this.#hear(line));
    collector.once('exit', (code) => {
      if (this.#isOver) return;
      // It gives up when its engine is killed before it has begun to work. What supervises it starts it again.
      if (code === ExitCode.FAILED) this.#gaveUp++;
      this.#replace('collector', code === ExitCode.FAILED ? null : code, () => this.#startCollector());
    });
  }

  /** @param code null: it was killed */
  #replace(which: string, code: number | null, startAgain: () => void): void {
    if (code === null) startAgain();
    else this.#fault ??= new Error(`The ${which} ended by itself, with exit code ${code}`);
  }

  /** What a collector says is not evidence of what it stored, only of what the kills hit. */
  #hear(line: string): void {
    this.#options.say(line);
    const [, blocks, batches] = /Recovered (\d+) blocks and (\d+) batches/.exec(line) ?? [];
    const isInsertLost = /Store: .*; trying again$/.test(line);
    this.#cutOff.blocks += Number(blocks ?? 0) + Number(isInsertLost);
    this.#cutOff.batches += Number(batches ?? 0);
    if (isInsertLost || Number(blocks ?? 0) > 0) this.#cutOff.kills++;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await exitCode(child);
}

/** Process ids; none of a process that has ended. */
function childrenOf(pid: number): number[] {
  try {
    const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return ids.trim().split(' ').filter(Boolean).map(Number);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    return [];
  }
}

/** It may have ended in this moment, with its parent. */
function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The collector is started again at the same address, which it could not be if it chose the port. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
