/**
 * Many tasks on one thread. A task is a generator that makes system calls and, where it must wait for a descriptor, a
 * time or other tasks, yields a pause instead of blocking the thread. With a single task this is a plain blocking
 * program; with many it is the event loop of a server.
 */
import type { Call, Os, Wait } from '../../../hooks/sim/contract.ts';
import { type Interest, Poller } from './poll.ts';

/** `yield*` it from another task. */
export type Task<T> = Generator<Wait | Pause, T, void>;

export type Pause = Ready | Until | Notice | Join;

/**
 * Resumes when the descriptor can be read or written (or has failed), or at `untilNs` (simulated time; Infinity:
 * never); `isReady` tells which.
 */
export class Ready implements Interest {
  readonly fd: number;
  readonly event: Interest['event'];
  readonly untilNs: number;
  isReady = false;

  constructor(fd: number, event: Interest['event'], untilNs = Number.POSITIVE_INFINITY) {
    this.fd = fd;
    this.event = event;
    this.untilNs = untilNs;
  }
}

export class Until {
  readonly untilNs: number;

  constructor(untilNs: number) {
    this.untilNs = untilNs;
  }
}

/** Resumes when another task of the thread gives notice, or at `untilNs`; `isGiven` tells which. Serves once. */
export class Notice {
  readonly untilNs: number;
  isGiven = false;

  constructor(untilNs = Number.POSITIVE_INFINITY) {
    this.untilNs = untilNs;
  }
}

/** Resumes when all tasks started for it have ended. */
class Join {
  left: number;
  waiter: Strand | null = null;

  constructor(left: number) {
    this.left = left;
  }
}

/** A task and what is told when it ends. */
interface Strand {
  readonly task: Task<void>;
  readonly join: Join | null;
}

export class TaskLoop {
  readonly os: Os;
  readonly #ready: Strand[] = [];
  readonly #parked = new Map<Strand, Ready | Until | Notice>();
  readonly #poller: Poller;

  constructor(os: Os) {
    this.os = os;
    this.#poller = new Poller(os);
  }

  /** Starts a task beside the running one. */
  spawn(task: Task<void>): void {
    this.#ready.push({ task, join: null });
  }

  /** Runs tasks side by side and ends when the last has ended. */
  *all(tasks: readonly Task<void>[]): Task<void> {
    if (tasks.length === 0) return;
    const join = new Join(tasks.length);
    for (const task of tasks) this.#ready.push({ task, join });
    yield join;
  }

  /** Wakes the task that waits for the notice, now or when it comes to wait. */
  give(notice: Notice): void {
    notice.isGiven = true;
    for (const [strand, pause] of this.#parked) {
      if (pause !== notice) continue;
      this.#parked.delete(strand);
      this.#ready.push(strand);
    }
  }

  /** Runs until every task has ended. What a task throws ends the thread. */
  *run(): Call<void> {
    for (;;) {
      for (let strand = this.#ready.shift(); strand !== undefined; strand = this.#ready.shift()) {
        yield* this.#step(strand);
      }
      if (this.#parked.size === 0) return;
      yield* this.#wait();
    }
  }

  *#step(strand: Strand): Call<void> {
    for (;;) {
      const step = strand.task.next();
      if (step.done) {
        const join = strand.join;
        if (join !== null) {
          join.left--;
          if (join.left === 0 && join.waiter !== null) this.#ready.push(join.waiter);
        }
        return;
      }
      const pause = step.value;
      if (pause instanceof Notice && pause.isGiven) continue;
      if (pause instanceof Ready || pause instanceof Until || pause instanceof Notice) {
        this.#parked.set(strand, pause);
        return;
      }
      if (pause instanceof Join) {
        pause.waiter = strand;
        return;
      }
      yield pause;
    }
  }

  *#wait(): Call<void> {
    const pauses = [...this.#parked.values()];
    const untilNs = pauses.reduce((least, pause) => Math.min(least, pause.untilNs), Number.POSITIVE_INFINITY);
    const interests = pauses.filter((pause) => pause instanceof Ready);
    if (interests.length === 0) yield* this.os.sleepUntil(untilNs);
    else {
      const ready = yield* this.#poller.wait(interests, Math.max(0, untilNs - this.os.nowNs));
      // Should poll itself fail, every task goes on and meets the error in its own call.
      for (const [index, pause] of interests.entries())
        pause.isReady = typeof ready === 'number' || ready[index]!;
    }
    for (const [strand, pause] of this.#parked) {
      if (pause.untilNs > this.os.nowNs && !(pause instanceof Ready && pause.isReady)) continue;
      this.#parked.delete(strand);
      this.#ready.push(strand);
    }
  }
}
