/** Tasks without a program: the idle task of each CPU, and init, which adopts orphans. */
import type { Kernel } from '../kernel.ts';
import { writePointer, writeText } from '../memory/words.ts';

const COMM_BYTES = 16;

export class KernelTask {
  readonly tgid: number;
  readonly tid: number;
  readonly comm: string;
  /** `struct task_struct`. */
  readonly task: number;
  readonly taskAddress: bigint;
  readonly registersAddress: bigint;

  constructor(kernel: Kernel, pid: number, comm: string) {
    this.tgid = pid;
    this.tid = pid;
    this.comm = comm;
    const { memory, fields } = kernel;
    this.task = memory.alloc(fields.task.bytes);
    this.taskAddress = memory.addressOf(this.task);
    this.registersAddress = memory.addressOf(memory.alloc(fields.registers.bytes));
    const signal = memory.alloc(fields.signal.bytes);
    const { view } = memory;
    view.setInt32(signal + fields.signal.live, 1, true);
    view.setInt32(this.task + fields.task.pid, pid, true);
    view.setInt32(this.task + fields.task.tgid, pid, true);
    writePointer(view, this.task + fields.task.signal, signal);
    for (const field of ['groupLeader', 'realParent', 'parent'] as const) {
      writePointer(view, this.task + fields.task[field], this.task);
    }
    writeText(memory, this.task + fields.task.comm, COMM_BYTES, comm);
  }
}
