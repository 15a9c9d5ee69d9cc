/** Pauses between tries, in the time of an owner who ticks: no timer runs. */

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export class Pauses {
  readonly #now: () => number;
  #waiting: { readonly untilMs: number; readonly go: () => void } | null = null;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Resolves at the first tick after the pause that follows the `failures`th failure, counted from 1. */
  after(failures: number): Promise<void> {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    return new Promise((go) => {
      this.#waiting = { untilMs: this.#now() + pauseMs, go };
    });
  }

  tick(): void {
    const waiting = this.#waiting;
    if (waiting === null || this.#now() < waiting.untilMs) return;
    this.#waiting = null;
    waiting.go();
  }
}
