/** Threads (`struct task_struct`): a program's generator, parked and resumed by the scheduler. */
import { SystemCall } from '../calls/call.ts';
import type { Timer } from '../clock.ts';
import type { ThreadProgram, Wait } from '../contract.ts';
import { writePointer, writeText, writeWord } from '../memory/words.ts';
import { UserOs } from '../os.ts';
import type { Process } from './process.ts';
import type { Runnable } from './scheduler.ts';
import type { Waiter, WaitQueue } from './wait.ts';

/** THREAD_SIZE: pt_regs lie at the upper end of a thread's kernel stack. */
const STACK_BYTES = 16384;
export const COMM_BYTES = 16;

type State = 'ready' | 'running' | 'parked' | 'ended';

export class Thread implements Runnable, Waiter {
  readonly process: Process;
  readonly os: UserOs;
  readonly call: SystemCall;
  readonly cpu: number;
  /** `struct task_struct`. */
  readonly task: number;
  readonly taskAddress: bigint;
  /** `struct pt_regs` of its last system call. */
  readonly registers: number;
  readonly registersAddress: bigint;
  /** What the next fork() or clone() of this thread starts in the child. */
  childProgram: ThreadProgram | null = null;
  #tid: number;
  #program: Generator<Wait, void, void>;
  #state: State = 'ready';
  #queues: WaitQueue[] = [];
  #timer: Timer | null = null;
  /** It has left user mode and not come back: a tracer has seen sys_enter only. */
  inCall = false;
  /** Whether `registers` hold the call in progress. */
  registersKept = false;

  /** @param prologue runs before the program, in the thread: what it returns to user mode from */
  constructor(
    process: Process,
    tid: number,
    program: ThreadProgram,
    prologue: ((thread: Thread) => void) | null,
  ) {
    const { kernel } = process;
    this.process = process;
    this.#tid = tid;
    this.cpu = tid % kernel.cpus;
    const { memory, fields } = kernel;
    this.task = memory.alloc(fields.task.bytes);
    this.taskAddress = memory.addressOf(this.task);
    this.registers = memory.alloc(fields.registers.bytes);
    this.registersAddress = memory.addressOf(this.registers);
    this.call = new SystemCall(this);
    this.os = new UserOs(this);
    this.#publish();
    this.#program = run(this, program, prologue);
  }

  get tid(): number {
    return this.#tid;
  }

  get tgid(): number {
    return this.process.tgid;
  }

  get comm(): string {
    return this.process.comm;
  }

  /** exec() in a thread that is not the leader makes it the leader, with the leader's number. */
  set tid(tid: number) {
    this.#tid = tid;
    this.process.kernel.memory.view.setInt32(this.task + this.process.kernel.fields.task.pid, tid, true);
  }

  get state(): State {
    return this.#state;
  }

  start(): void {
    this.process.kernel.scheduler.enqueue(this);
  }

  resume(): void {
    const { kernel } = this.process;
    this.#state = 'running';
    kernel.current = this;
    try {
      const { done } = this.#program.next();
      if (done) this.process.leave(this);
      else if (this.state === 'running') this.#yielded();
    } catch (fault) {
      // The workload's own bug; the world goes on without the thread if the caller catches it.
      if (this.state !== 'ended') this.process.leave(this);
      throw fault;
    } finally {
      kernel.current = null;
    }
    if (this.state === 'ended') this.#program.return();
  }

  /** Waits on a queue (and others it was parked on in the same call) until woken or the deadline, NaN for none. */
  park(queue: WaitQueue, deadlineNs: number): void {
    this.#state = 'parked';
    this.#queues.push(queue);
    queue.add(this);
    this.parkUntil(deadlineNs);
  }

  /** Waits for the clock, or with NaN for a queue only. */
  parkUntil(deadlineNs: number): void {
    this.#state = 'parked';
    if (this.#timer !== null || Number.isNaN(deadlineNs)) return;
    this.#timer = this.process.kernel.clock.at(deadlineNs, () => this.wake());
  }

  wake(): void {
    if (this.#state !== 'parked') return;
    this.#unpark();
    // A thread that is woken while it is still about to park (a queue woken by its own call) goes on running.
    if (this.process.kernel.current === this) {
      this.#state = 'running';
      return;
    }
    this.#state = 'ready';
    this.process.kernel.scheduler.enqueue(this);
  }

  /** Ends it for good. Its generator is closed when it is not the one that runs. */
  end(): void {
    const before = this.#state;
    this.#unpark();
    this.#state = 'ended';
    if (before === 'ready') this.process.kernel.scheduler.remove(this);
    if (before !== 'running') this.#program.return();
    this.call.end();
  }

  /** Frees the kernel's structures of an ended thread. */
  free(): void {
    const { memory } = this.process.kernel;
    memory.free(this.task);
    memory.free(this.registers);
  }

  publishComm(comm: string): void {
    const { memory, fields } = this.process.kernel;
    writeText(memory, this.task + fields.task.comm, COMM_BYTES, comm);
  }

  publishParent(task: number): void {
    const { memory, fields } = this.process.kernel;
    writePointer(memory.view, this.task + fields.task.realParent, task);
    writePointer(memory.view, this.task + fields.task.parent, task);
  }

  publishLeader(task: number): void {
    const { memory, fields } = this.process.kernel;
    writePointer(memory.view, this.task + fields.task.groupLeader, task);
  }

  #yielded(): void {
    this.#state = 'ready';
    this.process.kernel.scheduler.enqueue(this);
  }

  #unpark(): void {
    for (const queue of this.#queues) queue.delete(this);
    this.#queues.length = 0;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #publish(): void {
    const { process } = this;
    const { memory, fields } = process.kernel;
    const { view } = memory;
    const at = fields.task;
    view.setInt32(this.task + at.pid, this.#tid, true);
    view.setInt32(this.task + at.tgid, process.tgid, true);
    view.setUint32(this.task + at.cpu, this.cpu, true);
    writePointer(view, this.task + at.stack, this.registers + fields.registers.bytes - STACK_BYTES);
    writePointer(view, this.task + at.files, process.files.offset);
    writePointer(view, this.task + at.nsproxy, process.netns.nsproxy);
    writePointer(view, this.task + at.signal, process.signal);
    writeWord(view, this.task + at.startTime, process.kernel.clock.nowNs);
    writeWord(view, this.task + at.startBootTime, process.kernel.clock.nowNs);
    this.publishComm(process.comm);
  }
}

function* run(
  thread: Thread,
  program: ThreadProgram,
  prologue: ((thread: Thread) => void) | null,
): Generator<Wait, void, void> {
  prologue?.(thread);
  yield* program(thread.os);
}
