/** A simulated world: nodes, their network, and the loop that lets threads run and time pass. */

import { CALLS } from './calls/table.ts';
import { Clock } from './clock.ts';
import type { NodeOptions, RunResult, World, WorldOptions } from './contract.ts';
import { Kernel, type Shared } from './kernel.ts';
import { layOut } from './layout/layout.ts';
import { Network } from './net/network.ts';
import { SimNode } from './node.ts';
import { Random } from './random.ts';
import { Scheduler } from './tasks/scheduler.ts';

/** Monotonic time at the start: 0 means "none" in records. */
const DEFAULT_START_NS = 1e9;
const DEFAULT_CALL_NS = 1000;
/** Steps of threads after which a consumer gets to drain its rings although the clock need not wait. */
const STEPS_BETWEEN_IDLE = 64;

export function createWorld(options: WorldOptions = {}): SimWorld {
  return new SimWorld(options);
}

export class SimWorld implements World {
  readonly #options: WorldOptions;
  readonly #shared: Shared;
  readonly #kernels: Kernel[] = [];

  constructor(options: WorldOptions) {
    this.#options = options;
    const seed = options.seed ?? 0;
    const clock = new Clock(options.startNs ?? DEFAULT_START_NS);
    const random = new Random(seed);
    this.#shared = {
      clock,
      random,
      scheduler: new Scheduler(new Random(seed + 1)),
      network: new Network(clock, random, options),
      callNs: options.callNs ?? DEFAULT_CALL_NS,
      overlap: options.overlap ?? 0,
    };
  }

  get nowNs(): number {
    return this.#shared.clock.nowNs;
  }

  addNode({ name, cpus = 2, pidMax }: NodeOptions): SimNode {
    // Nodes run the same kernel build: one layout for all.
    const layout = layOut(this.#options.btfSeed ?? 0);
    const kernel = new Kernel(name, cpus, pidMax, layout, this.#shared);
    this.#kernels.push(kernel);
    return new SimNode(kernel, (this.#options.seed ?? 0) + this.#kernels.length);
  }

  run(options: { readonly untilNs?: number; readonly onIdle?: () => void } = {}): RunResult {
    const { clock, scheduler } = this.#shared;
    const { untilNs = Infinity, onIdle } = options;
    for (let steps = 1; clock.nowNs < untilNs; steps++) {
      if (clock.due) clock.runDue();
      if (!scheduler.idle) {
        scheduler.step();
        if (steps % STEPS_BETWEEN_IDLE === 0) onIdle?.();
        continue;
      }
      onIdle?.();
      if (!scheduler.idle || clock.due) continue;
      const nextNs = clock.nextNs;
      if (nextNs === Infinity) return { blocked: this.#blocked() };
      clock.advanceTo(Math.min(nextNs, untilNs));
    }
    onIdle?.();
    return { blocked: [] };
  }

  #blocked(): RunResult['blocked'] {
    const threads = this.#kernels.flatMap(({ processes }) =>
      [...processes.values()].flatMap((p) => [...p.threads]),
    );
    return threads.map(({ process, tid, call }) => ({
      process: process.comm,
      tid,
      call: CALLS[call.nr]?.name ?? `syscall ${call.nr}`,
    }));
  }
}
