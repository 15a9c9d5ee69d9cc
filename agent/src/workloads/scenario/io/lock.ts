import type { Io } from './io.ts';
import { Notice, type Task } from './task-loop.ts';

/** What only one task of a thread may have at a time; the others wait in line. */
export class Lock {
  readonly #waiting: Notice[] = [];
  #isHeld = false;

  *take(): Task<void> {
    if (!this.#isHeld) {
      this.#isHeld = true;
      return;
    }
    const notice = new Notice();
    this.#waiting.push(notice);
    yield notice;
  }

  /** To the next in line, who has it from now on. */
  give(io: Io): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isHeld = false;
    else io.loop.give(next);
  }
}
