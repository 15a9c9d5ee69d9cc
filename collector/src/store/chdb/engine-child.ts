/** One life of the child process that runs the engine. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { StoreUnavailable } from '../store.ts';
import { EngineMissing, faultOf } from './engine-faults.ts';
import type { EngineOrder, EngineReply, EngineRequest } from './engine-protocol.ts';

const PROGRAM = fileURLToPath(new URL('./engine-process.ts', import.meta.url));
/** More than ever run at once, so that an insert does not wait for a thread behind slow queries. */
const THREADS = 16;
const OPEN_LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 30_000;
/** Of what the process prints, what is kept to explain its end. */
const COMPLAINT_CHARS = 2_000;

interface Waiting {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly faultOf: (message: string) => Error;
  readonly timer: NodeJS.Timeout;
}

class NotOpened extends Error {
  override readonly name = 'NotOpened';
}

export class EngineChild {
  /** Resolves with a sentence once the process is gone, and with it its hold on the folder. */
  readonly ended: Promise<string>;
  /** Requests that were answered, whatever the answer. */
  answers = 0;
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #complaint = '';

  /** @throws EngineLocked, EngineMissing, StoreUnavailable; the process is gone then */
  static async open(folder: string, configFile: string): Promise<EngineChild> {
    const child = new EngineChild(folder);
    try {
      await child.ask(
        { kind: 'open', folder, configFile },
        OPEN_LIMIT_MS,
        (message) => new NotOpened(message),
      );
    } catch (error) {
      child.kill();
      await child.ended;
      // The engine prints why, and says only that.
      throw error instanceof NotOpened ? faultOf(child.#complaint.trim() || error.message, folder) : error;
    }
    return child;
  }

  private constructor(folder: string) {
    this.#folder = folder;
    const { NODE_OPTIONS: _, ...environment } = process.env;
    this.#process = fork(PROGRAM, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...environment, UV_THREADPOOL_SIZE: String(THREADS) },
    });
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-COMPLAINT_CHARS);
    });
    this.#process.on('message', (reply: EngineReply) => this.#settle(reply));
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#process.on('error', (error) => resolve(this.#giveUp(error.message)));
    // Not "exit": only now has everything arrived that it printed.
    this.#process.on('close', (code, signal) => resolve(this.#giveUp(signal ?? `exit code ${code}`)));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * @param limitMs a process that has not answered by then is taken for stuck and killed
   * @param asError what a fault that the engine reports becomes
   */
  ask(
    order: EngineOrder,
    limitMs: number,
    asError: (message: string) => Error = (message) => faultOf(message, this.#folder),
  ): Promise<Uint8Array> {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
    const id = ++this.#lastId;
    const timer = setTimeout(() => this.kill(), limitMs);
    this.#waiting.set(id, { resolve, reject, faultOf: asError, timer });
    this.#process.send({ ...order, id } satisfies EngineRequest, (error) => {
      if (error) this.#fail(id, this.#unavailable(error.message));
    });
    return promise;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Ends after what was asked before is done. */
  async close(): Promise<void> {
    try {
      await this.ask({ kind: 'close' }, CLOSE_LIMIT_MS);
    } catch (error) {
      // A process that ends before it can say so has ended all the same.
      if (!(error instanceof StoreUnavailable)) throw error;
    }
    const timer = setTimeout(() => this.kill(), CLOSE_LIMIT_MS);
    await this.ended;
    clearTimeout(timer);
  }

  #settle(reply: EngineReply): void {
    this.answers++;
    const waiting = this.#take(reply.id);
    if (waiting === undefined) return;
    if (reply.kind === 'answer') waiting.resolve(reply.bytes);
    else if (reply.kind === 'missing') waiting.reject(new EngineMissing(reply.message));
    else waiting.reject(waiting.faultOf(reply.message));
  }

  #fail(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(waiting?.timer);
    return waiting;
  }

  #giveUp(how: string): string {
    const said = this.#complaint.trim();
    const sentence = `the engine ended (${how})${said === '' ? '' : `: ${said}`}`;
    for (const id of [...this.#waiting.keys()]) this.#fail(id, this.#unavailable(sentence));
    return sentence;
  }

  #unavailable(why: string): StoreUnavailable {
    return new StoreUnavailable(`Store ${this.#folder}: ${why}`);
  }
}
