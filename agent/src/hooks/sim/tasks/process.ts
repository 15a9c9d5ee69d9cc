/** Processes: what threads share, and how they come and go (kernel/fork.c, fs/exec.c, kernel/exit.c). */
import type { Process as ProcessHandle, ThreadProgram } from '../contract.ts';
import { Descriptors } from '../files/descriptors.ts';
import type { Kernel } from '../kernel.ts';
import { AddressSpace } from '../memory/address-space.ts';
import { writeWord } from '../memory/words.ts';
import type { Netns } from '../net/netns.ts';
import { CLONE_THREAD_FLAGS, Errno } from '../uapi.ts';
import { COMM_BYTES, Thread } from './thread.ts';

/** SIGCHLD: what fork() passes as clone flags. */
export const FORK_FLAGS = 17;

/** What a new process does not get from its parent. */
export interface Origin {
  readonly comm: string;
  readonly path: string;
  readonly cgroupId: bigint;
  readonly netns: Netns;
}

export class Process implements ProcessHandle {
  readonly kernel: Kernel;
  readonly tgid: number;
  readonly cgroupId: bigint;
  readonly netns: Netns;
  readonly files: Descriptors;
  /** `struct signal_struct`. */
  readonly signal: number;
  readonly threads = new Set<Thread>();
  space: AddressSpace;
  #comm: string;
  #path: string;
  #leader: Thread | null = null;
  readonly #children = new Set<Process>();
  #parent: Process | null;

  /** With a parent to copy from it is what fork() makes; its first thread is added by thread-making below. */
  constructor(kernel: Kernel, tgid: number, origin: Origin, parent: Process | null, copy: boolean) {
    this.kernel = kernel;
    this.tgid = tgid;
    this.cgroupId = origin.cgroupId;
    this.netns = origin.netns;
    this.#comm = origin.comm.slice(0, COMM_BYTES - 1);
    this.#path = origin.path;
    this.#parent = parent;
    this.signal = kernel.memory.alloc(kernel.fields.signal.bytes);
    this.files = copy && parent !== null ? parent.files.fork() : new Descriptors(kernel);
    this.space =
      copy && parent !== null
        ? parent.space.fork()
        : new AddressSpace(kernel.memory, kernel.random.below(256));
    if (parent !== null) parent.#children.add(this);
  }

  get comm(): string {
    return this.#comm;
  }

  /** prctl(PR_SET_NAME) of the leader. @returns the name as cut */
  rename(comm: string): string {
    this.#comm = comm.slice(0, COMM_BYTES - 1);
    return this.#comm;
  }

  get path(): string {
    return this.#path;
  }

  /** The thread whose number is the process's. */
  get leader(): Thread {
    if (this.#leader === null) throw new Error(`Process ${this.tgid} has no thread`);
    return this.#leader;
  }

  /** A thread made from outside, as if another of the process had made it. @throws RangeError if no number is free */
  thread(main: ThreadProgram): { readonly tid: number } {
    const made = this.addThread(main, this.leader, null);
    if (typeof made === 'number') throw new RangeError(`Cannot add a thread to ${this.#comm}: error ${made}`);
    return made;
  }

  /** clone(CLONE_THREAD) by `by`. @returns the thread, runnable, or -errno */
  addThread(
    program: ThreadProgram,
    by: Thread,
    prologue: ((thread: Thread) => void) | null,
  ): Thread | number {
    const tid = this.kernel.pids.allocate();
    if (tid === null) return -Errno.EAGAIN;
    const thread = new Thread(this, tid, program, prologue);
    this.#adopt(thread);
    this.kernel.hooks.taskNew(by, thread, CLONE_THREAD_FLAGS);
    thread.start();
    return thread;
  }

  /** fork() by `by`. @returns the child's first thread, runnable, or -errno */
  fork(program: ThreadProgram, by: Thread, prologue: ((thread: Thread) => void) | null): Thread | number {
    const tgid = this.kernel.pids.allocate();
    if (tgid === null) return -Errno.EAGAIN;
    const { cgroupId, netns } = this;
    const origin = { comm: this.#comm, path: this.#path, cgroupId, netns };
    const child = new Process(this.kernel, tgid, origin, this, true);
    const thread = child.begin(program, prologue);
    this.kernel.hooks.taskNew(by, thread, FORK_FLAGS);
    thread.start();
    return thread;
  }

  /** The first thread, not runnable yet. */
  begin(program: ThreadProgram, prologue: ((thread: Thread) => void) | null): Thread {
    const thread = new Thread(this, this.tgid, program, prologue);
    this.#leader = thread;
    this.#adopt(thread);
    thread.publishParent(this.#parent?.leader.task ?? this.kernel.init.task);
    this.kernel.processes.set(this.tgid, this);
    return thread;
  }

  /** execve(): the other threads end, the memory is new, close-on-exec descriptors close. */
  exec(thread: Thread, path: string): number {
    const oldTid = thread.tid;
    this.#killOthers(thread, 0);
    if (thread !== this.#leader) this.#lead(thread);
    this.space.release();
    this.space = new AddressSpace(this.kernel.memory, this.kernel.random.below(256));
    thread.os.forget();
    this.files.closeForExec();
    this.#path = path;
    this.#comm = path.slice(path.lastIndexOf('/') + 1).slice(0, COMM_BYTES - 1);
    thread.publishComm(this.#comm);
    this.kernel.hooks.schedProcessExec(thread, oldTid, path);
    return 0;
  }

  /** A thread's program has ended: exit(2). */
  leave(thread: Thread): void {
    this.kernel.enterCall(thread, EXIT, [0]);
    this.exit(thread, 0);
  }

  /** exit() of one thread; with the last one the process ends. @param code as wait() reports it */
  exit(thread: Thread, code: number): void {
    const { kernel } = this;
    thread.inCall = false;
    this.threads.delete(thread);
    this.#publishLive();
    kernel.memory.view.setInt32(thread.task + kernel.fields.task.exitCode, code, true);
    const groupDead = this.threads.size === 0;
    kernel.hooks.schedProcessExit(thread, groupDead);
    if (groupDead) this.#end();
    thread.end();
    if (thread.tid !== this.tgid) {
      kernel.pids.free(thread.tid);
      thread.free();
    }
    if (groupDead) this.#reap();
  }

  /** exit_group(). */
  exitGroup(thread: Thread, code: number): void {
    const { fields, memory } = this.kernel;
    memory.view.setInt32(this.signal + fields.signal.groupExitCode, code, true);
    this.#killOthers(thread, code);
    this.exit(thread, code);
  }

  #killOthers(survivor: Thread, code: number): void {
    for (const other of [...this.threads]) {
      if (other === survivor) continue;
      // A killed thread leaves its call first; tracers see -ERESTARTSYS, the program never does.
      if (other.inCall) this.kernel.exitCall(other, -Errno.ERESTARTSYS);
      this.exit(other, code);
    }
  }

  /** A thread takes the leader's number and place. The old leader has ended. */
  #lead(thread: Thread): void {
    this.kernel.pids.free(thread.tid);
    const before = this.#leader;
    thread.tid = this.tgid;
    this.#leader = thread;
    thread.publishLeader(thread.task);
    if (before !== null) before.free();
    for (const child of this.#children) child.#publishParent(thread.task);
    thread.publishParent(this.#parent?.leader.task ?? this.kernel.init.task);
  }

  #adopt(thread: Thread): void {
    this.threads.add(thread);
    thread.publishLeader(this.leader.task);
    thread.publishParent(this.#parent?.leader.task ?? this.kernel.init.task);
    this.#publishLive();
  }

  #publishLive(): void {
    const { memory, fields } = this.kernel;
    memory.view.setInt32(this.signal + fields.signal.live, this.threads.size, true);
    memory.view.setInt32(this.signal + fields.signal.threads, this.threads.size, true);
  }

  #publishParent(task: number): void {
    for (const thread of this.threads) thread.publishParent(task);
  }

  #end(): void {
    this.files.release();
    this.space.release();
    for (const child of this.#children) {
      child.#parent = null;
      child.#publishParent(this.kernel.init.task);
    }
    this.#children.clear();
    if (this.#parent !== null) this.#parent.#children.delete(this);
  }

  /** Nobody waits for children here: the last of it goes at once. */
  #reap(): void {
    const { kernel } = this;
    this.#leader?.free();
    kernel.memory.free(this.signal);
    kernel.pids.free(this.tgid);
    kernel.processes.delete(this.tgid);
  }
}

/** Start time of a process as given, where it is not the present. */
export function publishStart(thread: Thread, startNs: number): void {
  const { memory, fields } = thread.process.kernel;
  writeWord(memory.view, thread.task + fields.task.startTime, startNs);
  writeWord(memory.view, thread.task + fields.task.startBootTime, startNs);
}

/** Number of exit(2) on x86-64. */
const EXIT = 60;
