/**
 * One system call in progress. A handler that cannot go on parks its thread and returns PARKED; when the thread is
 * woken the same handler is called again, with what it noted here, and looks again. That is how Linux waits too (a
 * loop around a wait queue), and a call that need not wait costs nothing for it.
 */
import type { OpenFile } from '../files/open-file.ts';
import { UserBuffer } from '../memory/user-buffer.ts';
import type { Thread } from '../tasks/thread.ts';
import type { WaitQueue } from '../tasks/wait.ts';
import { Errno, MSG_DONTWAIT } from '../uapi.ts';

/** Not a result: the thread waits, call the handler again. Outside of what a system call can return. */
export const PARKED = -0x10000;

/** What goes along with the bytes of a message. */
export interface Message {
  /** `struct sockaddr`: where it goes, or where it came from. */
  address: Uint8Array | null;
  /** msg_flags of a received one. */
  flags: number;
  /** Passed by SCM_RIGHTS, with a reference each. */
  files: readonly OpenFile[];
}

export const NO_FILES: readonly OpenFile[] = [];

export class SystemCall {
  readonly thread: Thread;
  readonly buffer: UserBuffer;
  nr = -1;
  /** As the program gave them; what the registers show. */
  raw: readonly (bigint | number)[] = [];
  /** As numbers: exact for everything but garbage above 2^53. */
  readonly args: [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0];
  /** What the call works on, once looked up; held while the thread waits. */
  file: OpenFile | null = null;
  /** MSG_* flags. */
  flags = 0;
  /** Bytes that a call which waits in between has moved already. */
  progress = 0;
  /** Messages that sendmmsg() or recvmmsg() has done already. */
  messages = 0;
  /** Ancillary results of receiving, and what sending passes along. */
  readonly message: Message = { address: null, flags: 0, files: [] };
  /** When it gives up waiting; NaN until the handler has set it. */
  deadlineNs = Number.NaN;

  #held: OpenFile | null = null;

  constructor(thread: Thread) {
    this.thread = thread;
    this.buffer = new UserBuffer(thread.process.kernel.memory, thread.process.space);
  }

  begin(nr: number, args: readonly (bigint | number)[]): void {
    this.nr = nr;
    this.raw = args;
    for (let i = 0; i < 6; i++) {
      const value = args[i];
      this.args[i] = value === undefined ? 0 : Number(value);
    }
    this.file = null;
    this.flags = 0;
    this.progress = 0;
    this.messages = 0;
    this.deadlineNs = Number.NaN;
    this.message.address = null;
    this.message.flags = 0;
    this.message.files = NO_FILES;
    this.buffer.clear(this.thread.process.space);
  }

  /** An argument that is an int: a descriptor, flags. */
  int(index: 0 | 1 | 2 | 3 | 4 | 5): number {
    return this.args[index] | 0;
  }

  /** What a descriptor argument refers to, noted in `file`; null (EBADF) for nothing. */
  lookUp(index: 0 | 1 | 2 | 3 | 4): OpenFile | null {
    this.file ??= this.thread.process.files.get(this.int(index)) ?? null;
    return this.file;
  }

  /** While the thread waits its file stays open, whoever closes the descriptor meanwhile. */
  holdFile(): void {
    if (this.#held !== null || this.file === null) return;
    this.#held = this.file.hold();
  }

  /** The call is over, or its thread. */
  end(): void {
    const held = this.#held;
    this.#held = null;
    held?.drop();
    for (const file of this.message.files) file.drop();
    this.message.files = NO_FILES;
  }

  /** Whether the call must not wait. */
  get nonBlocking(): boolean {
    return (this.flags & MSG_DONTWAIT) !== 0 || this.file?.nonBlocking === true;
  }

  get timedOut(): boolean {
    return this.thread.process.kernel.clock.nowNs >= this.deadlineNs;
  }

  /** Parks the thread until the queue is woken or the call's deadline has come. */
  wait(queue: WaitQueue): number {
    this.thread.park(queue, this.deadlineNs);
    return PARKED;
  }

  /** What a call returns that would have to wait: PARKED, or what it has done, or -EAGAIN. */
  waitOrAgain(queue: WaitQueue): number {
    if (!this.nonBlocking) return this.wait(queue);
    return this.progress > 0 ? this.progress : -Errno.EAGAIN;
  }

  /** A fault in the middle of a call: what was done counts, the fault comes next time. */
  failed(error: number): number {
    return this.progress > 0 ? this.progress : error;
  }
}
