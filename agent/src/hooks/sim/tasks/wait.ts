/** Wait queues: where threads that cannot go on are parked until something happens. */

export interface Waiter {
  /** Makes it runnable again and takes it off every queue it is on. */
  wake(): void;
}

export class WaitQueue {
  readonly #waiting = new Set<Waiter>();

  add(waiter: Waiter): void {
    this.#waiting.add(waiter);
  }

  delete(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  get empty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Wakes all: each looks again whether it can go on, and parks again if another was faster. */
  wake(): void {
    if (this.#waiting.size === 0) return;
    for (const waiter of [...this.#waiting]) waiter.wake();
  }
}
