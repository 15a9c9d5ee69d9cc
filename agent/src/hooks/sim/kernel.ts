/** One node's kernel: what all its parts share, and the way in and out of every system call. */
import { LinearMemory } from '../../vm/memory.ts';
import type { Clock } from './clock.ts';
import { FileSystem } from './files/file-system.ts';
import type { FileSystemKind } from './files/inode.ts';
import { DEVICES } from './files/inode.ts';
import { Hooks } from './hooks.ts';
import { fieldsOf, type KernelFields } from './layout/fields.ts';
import type { KernelLayout } from './layout/layout.ts';
import { writeWord } from './memory/words.ts';
import type { Network } from './net/network.ts';
import type { Socket } from './net/socket.ts';
import type { Random } from './random.ts';
import { Cgroups } from './tasks/cgroups.ts';
import { KernelTask } from './tasks/kernel-task.ts';
import { Pids } from './tasks/pids.ts';
import type { Process } from './tasks/process.ts';
import type { Scheduler } from './tasks/scheduler.ts';
import type { Thread } from './tasks/thread.ts';

/** What the kernels of one world share. */
export interface Shared {
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly network: Network;
  /** What a system call takes from enter to exit, ns. */
  readonly callNs: number;
  /** Chance that another thread runs between a call's work and its exit. */
  readonly overlap: number;
}

/** How much of a call's time passes before it does its work: two calls in a row never have the same time. */
const ENTER_SHARE = 0.25;

export class Kernel {
  readonly name: string;
  readonly cpus: number;
  readonly memory = new LinearMemory();
  readonly layout: KernelLayout;
  readonly fields: KernelFields;
  readonly clock: Clock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly hooks: Hooks;
  readonly pids: Pids;
  readonly cgroups = new Cgroups();
  readonly fileSystem: FileSystem;
  readonly processes = new Map<number, Process>();
  /** AF_UNIX sockets by the name they are bound to. */
  readonly unixPaths = new Map<string, Socket>();
  readonly init: KernelTask;
  readonly idle: readonly KernelTask[];
  /** The thread that runs on this node; null while it runs none (interrupts see the idle task). */
  current: Thread | null = null;
  /** System calls that were made here. */
  calls = 0;
  #standIn: KernelTask | null = null;
  readonly #shared: Shared;
  readonly #superBlocks: Readonly<Record<FileSystemKind, number>>;
  #lastInode: number;

  constructor(name: string, cpus: number, pidMax: number | undefined, layout: KernelLayout, shared: Shared) {
    this.name = name;
    this.cpus = cpus;
    this.layout = layout;
    this.fields = fieldsOf(layout);
    this.#shared = shared;
    this.clock = shared.clock;
    this.random = shared.random;
    this.scheduler = shared.scheduler;
    this.network = shared.network;
    this.#lastInode = 10_000 + this.random.below(50_000);
    this.#superBlocks = this.#makeSuperBlocks();
    this.pids = new Pids(pidMax);
    this.hooks = new Hooks(this);
    this.init = new KernelTask(this, 1, 'init');
    this.idle = Array.from({ length: cpus }, (_, cpu) => new KernelTask(this, 0, `swapper/${cpu}`));
    this.fileSystem = new FileSystem(this);
  }

  /** The current task, whatever it is. */
  get task(): Thread | KernelTask {
    return this.current ?? this.#standIn ?? this.idle[0]!;
  }

  /** Does something in the name of a task that is not running: one that is made or killed from outside. */
  as(task: Thread | KernelTask, action: () => void): void {
    const [thread, standIn] = [this.current, this.#standIn];
    this.current = task instanceof KernelTask ? null : task;
    this.#standIn = task instanceof KernelTask ? task : null;
    action();
    this.current = thread;
    this.#standIn = standIn;
  }

  /** The CPU that runs now: interrupts that no thread is near come to the first. */
  get cpu(): number {
    return this.current?.cpu ?? 0;
  }

  /** Chance that another thread runs between a call's work and its exit. */
  get overlap(): number {
    return this.#shared.overlap;
  }

  nextInode(): number {
    return ++this.#lastInode;
  }

  /** Offset of a `struct super_block`. */
  superBlock(kind: FileSystemKind): number {
    return this.#superBlocks[kind];
  }

  /** A thread comes in from user mode. */
  enterCall(thread: Thread, nr: number, args: readonly (bigint | number)[]): void {
    this.calls++;
    thread.call.begin(nr, args);
    thread.inCall = true;
    this.clock.tick(this.#shared.callNs * ENTER_SHARE);
    thread.registersKept = this.hooks.active;
    if (!thread.registersKept) return;
    this.#keepRegisters(thread);
    this.hooks.sysEnter(thread, nr);
  }

  /** A thread goes back to user mode. The registers still hold the arguments. */
  exitCall(thread: Thread, result: number): void {
    thread.call.end();
    this.clock.tick(this.#shared.callNs * (1 - ENTER_SHARE));
    if (this.hooks.active) {
      // Programs may have been attached while the call waited.
      if (!thread.registersKept) this.#keepRegisters(thread);
      writeWord(this.memory.view, thread.registers + this.fields.registers.result, result);
      if (this.current === thread) this.hooks.sysExit(thread, thread.call.nr, result);
      else this.as(thread, () => this.hooks.sysExit(thread, thread.call.nr, result));
    }
    thread.inCall = false;
  }

  #keepRegisters(thread: Thread): void {
    const { registers } = this.fields;
    const { view } = this.memory;
    const { raw, nr } = thread.call;
    writeWord(view, thread.registers + registers.number, nr);
    writeWord(view, thread.registers + registers.result, -ENOSYS);
    for (let i = 0; i < 6; i++) writeWord(view, thread.registers + registers.arguments[i]!, raw[i] ?? 0);
  }

  #makeSuperBlocks(): Readonly<Record<FileSystemKind, number>> {
    const offsets = Object.entries(DEVICES).map(([kind, device]) => {
      const offset = this.memory.alloc(this.fields.superBlock.bytes);
      this.memory.view.setUint32(offset + this.fields.superBlock.device, device, true);
      return [kind, offset];
    });
    return Object.fromEntries(offsets);
  }
}

/** What rax holds until a call has a result (entry_64.S). */
const ENOSYS = 38;
