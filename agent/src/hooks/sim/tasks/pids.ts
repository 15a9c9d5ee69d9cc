/** Numbers of processes and threads, in the initial pid namespace. */

/** Numbers below are not handed out again after the count has wrapped (RESERVED_PIDS, kernel/pid.c). */
const RESERVED = 300;
/** PID_MAX_LIMIT of 64-bit kernels. */
export const DEFAULT_PID_MAX = 4_194_304;
const FIRST = 1000;

export class Pids {
  readonly #max: number;
  readonly #used = new Set<number>();
  #last = FIRST - 1;

  /** @param max numbers are below it */
  constructor(max = DEFAULT_PID_MAX) {
    this.#max = max;
  }

  /** The next number that no task has; freed ones come again only after the count has wrapped. @returns null if all are taken */
  allocate(): number | null {
    for (let tried = 0; tried < this.#max; tried++) {
      this.#last = this.#last + 1 < this.#max ? this.#last + 1 : RESERVED;
      if (this.#used.has(this.#last)) continue;
      this.#used.add(this.#last);
      return this.#last;
    }
    return null;
  }

  free(pid: number): void {
    this.#used.delete(pid);
  }
}
