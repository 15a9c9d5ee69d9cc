/**
 * Which thread runs next. One thread of the whole world runs at a time; the choice among the runnable ones is random
 * but seeded, so a seed is one interleaving.
 */
import type { Random } from '../random.ts';

export interface Runnable {
  /** Runs until it yields. */
  resume(): void;
}

/** Chance that a thread gives way after a system call when others could run. */
const PREEMPTION = 0.25;

export class Scheduler {
  readonly #random: Random;
  readonly #ready: Runnable[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  get idle(): boolean {
    return this.#ready.length === 0;
  }

  enqueue(runnable: Runnable): void {
    this.#ready.push(runnable);
  }

  /** Takes a thread off that must not run any more. */
  remove(runnable: Runnable): void {
    const index = this.#ready.indexOf(runnable);
    if (index >= 0) this.#takeAt(index);
  }

  /** Runs one thread until it yields. */
  step(): void {
    const n = this.#ready.length;
    this.#takeAt(n === 1 ? 0 : this.#random.below(n)).resume();
  }

  /** Whether the running thread gives way now. */
  preempts(probability = PREEMPTION): boolean {
    return this.#ready.length > 0 && this.#random.chance(probability);
  }

  #takeAt(index: number): Runnable {
    const chosen = this.#ready[index]!;
    const last = this.#ready.pop()!;
    if (last !== chosen) this.#ready[index] = last;
    return chosen;
  }
}
