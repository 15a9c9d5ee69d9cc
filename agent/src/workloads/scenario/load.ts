/** What a client process does: threads that make requests until their number or their time is over. */
import type { Process, ThreadProgram } from '../../hooks/sim/contract.ts';
import { sample } from './distribution.ts';
import type { Io } from './io/io.ts';
import { runBlocking } from './io/run.ts';
import type { Task } from './io/task-loop.ts';
import type { ConnectionPool } from './pool.ts';
import { Random } from './random.ts';
import type { Client } from './scenario.ts';

const NS_PER_SECOND = 1e9;

/**
 * @param startNs simulated time of the scenario's start
 * @param pool shared by the process's threads
 * @param self the process that the program will run in
 */
export function loadProgram(
  client: Client,
  seed: string,
  startNs: number,
  pool: ConnectionPool,
  self: () => Process,
): ThreadProgram {
  const load = new Load(client, startNs + client.startsAtNs, pool);
  const worker = (index: number) =>
    runBlocking(client.socketCalls, (io) => load.run(io, new Random(`${seed}/${client.name}/${index}`)));
  return function* (os) {
    for (let index = 1; index < client.concurrency; index++) self().thread(worker(index));
    yield* worker(0)(os);
  };
}

/** The requests of one client, dealt to its threads one by one. */
class Load {
  readonly #client: Client;
  readonly #firstNs: number;
  readonly #endNs: number;
  readonly #weights: readonly number[];
  readonly #pool: ConnectionPool;
  /** Requests dealt so far. */
  #dealt = 0;
  #running: number;

  constructor(client: Client, firstNs: number, pool: ConnectionPool) {
    this.#client = client;
    this.#firstNs = firstNs;
    this.#endNs = firstNs + client.durationNs;
    this.#weights = client.requests.map(({ weight }) => weight);
    this.#pool = pool;
    this.#running = client.concurrency;
  }

  /** One thread's requests. */
  *run(io: Io, random: Random): Task<void> {
    for (let dueNs = this.#deal(); dueNs !== null; dueNs = this.#deal()) {
      yield* io.sleep(dueNs - io.os.nowNs);
      if (io.os.nowNs >= this.#endNs) break;
      const request = this.#client.requests[random.weighted(this.#weights)]!;
      yield* this.#pool.call(io, request, { values: {}, parent: null });
      yield* io.sleep(sample(this.#client.thinkNs, random));
    }
    this.#running--;
    if (this.#running === 0) yield* this.#pool.close(io);
  }

  /** When the next request is due; null if there is none left. */
  #deal(): number | null {
    if (this.#dealt >= this.#client.count) return null;
    const index = this.#dealt++;
    const { ratePerSecond } = this.#client;
    const dueNs =
      ratePerSecond === null ? this.#firstNs : this.#firstNs + (index / ratePerSecond) * NS_PER_SECOND;
    return dueNs < this.#endNs ? dueNs : null;
  }
}
