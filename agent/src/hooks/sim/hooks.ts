/**
 * The places where eBPF programs run, and the context each gets: exactly Linux's bytes. Contexts are built only where a
 * program is attached.
 *
 * A hook is named as in libbpf section names. Raw and BTF-typed programs of one tracepoint (`raw_tp/X`, `tp_btf/X`) get
 * its arguments as an array of 64-bit words; `tracepoint/CATEGORY/X` gets the record whose layout tracefs shows in
 * `events/CATEGORY/X/format`. Its first 8 bytes are the kernel's own and not readable by a program.
 */

import { CALL_NAMES } from './calls/numbers.ts';
import type { Kernel } from './kernel.ts';
import { writePointer, writeText, writeWord } from './memory/words.ts';
import type { InetSocket } from './net/inet-socket.ts';
import { toV6 } from './net/ip.ts';
import type { KernelTask } from './tasks/kernel-task.ts';
import { COMM_BYTES, type Thread } from './tasks/thread.ts';

/** Runs one program with the address of its context. It must not throw. */
export type Attached = (context: bigint) => void;

/** Tracepoints with raw arguments. */
const RAW = [
  'sys_enter',
  'sys_exit',
  'inet_sock_set_state',
  'task_newtask',
  'sched_process_fork',
  'sched_process_exec',
  'sched_process_exit',
] as const;
type RawName = (typeof RAW)[number];

/** Tracepoints with records, but for the system calls'. */
const RECORDS = [
  'sock/inet_sock_set_state',
  'task/task_newtask',
  'sched/sched_process_fork',
  'sched/sched_process_exec',
  'sched/sched_process_exit',
] as const;
type RecordName = (typeof RECORDS)[number];

/** Bytes of the largest record: an exec with a long path. */
const RECORD_BYTES = 4096 + 64;
const RAW_ARGUMENTS = 6;

export class Hooks {
  readonly #kernel: Kernel;
  readonly #raw: Readonly<Record<RawName, Attached[]>>;
  readonly #records: Readonly<Record<RecordName, Attached[]>>;
  /** By system call number. */
  readonly #callEnter: (Attached[] | undefined)[] = [];
  readonly #callExit: (Attached[] | undefined)[] = [];
  /** Argument words, then a record. A program runs to its end before another context is built. */
  readonly #words: number;
  readonly #wordsAddress: bigint;
  readonly #record: number;
  readonly #recordAddress: bigint;
  #attached = 0;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#raw = Object.fromEntries(RAW.map((name) => [name, []])) as unknown as Record<RawName, Attached[]>;
    this.#records = Object.fromEntries(RECORDS.map((name) => [name, []])) as unknown as Record<
      RecordName,
      Attached[]
    >;
    const { memory } = kernel;
    this.#words = memory.alloc(RAW_ARGUMENTS * 8);
    this.#wordsAddress = memory.addressOf(this.#words);
    this.#record = memory.alloc(RECORD_BYTES);
    this.#recordAddress = memory.addressOf(this.#record);
  }

  /** Whether anything is attached at all: if not, registers need not be kept. */
  get active(): boolean {
    return this.#attached > 0;
  }

  /**
   * @param hook libbpf section name
   * @returns what detaches it again; null if the kernel has no such hook
   */
  attach(hook: string, program: Attached): (() => void) | null {
    const programs = this.#find(hook);
    if (programs === null) return null;
    programs.push(program);
    this.#attached++;
    return () => {
      const index = programs.indexOf(program);
      if (index < 0) return;
      programs.splice(index, 1);
      this.#attached--;
    };
  }

  sysEnter(thread: Thread, nr: number): void {
    const raw = this.#raw.sys_enter;
    if (raw.length > 0) {
      this.#putPointer(0, thread.registers);
      this.#putWord(1, nr);
      this.#run(raw, this.#wordsAddress);
    }
    const record = this.#callEnter[nr];
    if (record !== undefined && record.length > 0) {
      const { view, u8 } = this.#kernel.memory;
      this.#beginCallRecord(thread, nr);
      const { arguments: registers } = this.#kernel.fields.registers;
      for (let i = 0; i < 6; i++) {
        const from = thread.registers + registers[i]!;
        u8.copyWithin(this.#record + 16 + 8 * i, from, from + 8);
      }
      view.setUint32(this.#record + 12, 0, true);
      this.#run(record, this.#recordAddress);
    }
  }

  sysExit(thread: Thread, nr: number, result: number): void {
    const raw = this.#raw.sys_exit;
    if (raw.length > 0) {
      this.#putPointer(0, thread.registers);
      this.#putWord(1, result);
      this.#run(raw, this.#wordsAddress);
    }
    const record = this.#callExit[nr];
    if (record !== undefined && record.length > 0) {
      this.#beginCallRecord(thread, nr);
      writeWord(this.#kernel.memory.view, this.#record + 16, result);
      this.#run(record, this.#recordAddress);
    }
  }

  /** Fires before the structure has the new state. */
  inetSockSetState(socket: InetSocket, oldState: number, newState: number): void {
    const raw = this.#raw.inet_sock_set_state;
    if (raw.length > 0) {
      this.#putPointer(0, socket.sock);
      this.#putWord(1, oldState);
      this.#putWord(2, newState);
      this.#run(raw, this.#wordsAddress);
    }
    const record = this.#records['sock/inet_sock_set_state'];
    if (record.length === 0) return;
    const { view, u8 } = this.#kernel.memory;
    const at = this.#record;
    const local = socket.local;
    const remote = socket.remote ?? { bytes: new Uint8Array(local.bytes.length), port: 0 };
    u8.fill(0, at, at + 72);
    writePointer(view, at + 8, socket.sock);
    view.setInt32(at + 16, oldState, true);
    view.setInt32(at + 20, newState, true);
    view.setUint16(at + 24, local.port, true);
    view.setUint16(at + 26, remote.port, true);
    view.setUint16(at + 28, socket.kind.family, true);
    view.setUint16(at + 30, socket.kind.protocol, true);
    if (local.bytes.length === 4) u8.set(local.bytes, at + 32);
    if (remote.bytes.length === 4) u8.set(remote.bytes, at + 36);
    u8.set(toV6(local.bytes), at + 40);
    u8.set(toV6(remote.bytes), at + 56);
    this.#run(record, this.#recordAddress);
  }

  /** A task was made by clone() or fork(): task_newtask, then sched_process_fork; `parent` is the current task. */
  taskNew(parent: Thread | KernelTask, child: Thread, cloneFlags: number): void {
    this.#kernel.as(parent, () => {
      this.#newTask(child, cloneFlags);
      this.#processFork(parent, child);
    });
  }

  #newTask(child: Thread, cloneFlags: number): void {
    const raw = this.#raw.task_newtask;
    if (raw.length > 0) {
      this.#putPointer(0, child.task);
      this.#putWord(1, cloneFlags);
      this.#run(raw, this.#wordsAddress);
    }
    const record = this.#records['task/task_newtask'];
    if (record.length === 0) return;
    const { memory } = this.#kernel;
    memory.u8.fill(0, this.#record, this.#record + 48);
    memory.view.setInt32(this.#record + 8, child.tid, true);
    writeText(memory, this.#record + 12, COMM_BYTES, child.comm);
    writeWord(memory.view, this.#record + 32, cloneFlags);
    this.#run(record, this.#recordAddress);
  }

  #processFork(parent: Thread | KernelTask, child: Thread): void {
    const raw = this.#raw.sched_process_fork;
    if (raw.length > 0) {
      this.#putPointer(0, parent.task);
      this.#putPointer(1, child.task);
      this.#run(raw, this.#wordsAddress);
    }
    const record = this.#records['sched/sched_process_fork'];
    if (record.length === 0) return;
    const { view, u8 } = this.#kernel.memory;
    u8.fill(0, this.#record, this.#record + 64);
    const end = this.#text(8, 24, parent.comm);
    view.setInt32(this.#record + 12, parent.tid, true);
    this.#text(16, end, child.comm);
    view.setInt32(this.#record + 20, child.tid, true);
    this.#run(record, this.#recordAddress);
  }

  schedProcessExec(thread: Thread, oldTid: number, path: string): void {
    const raw = this.#raw.sched_process_exec;
    if (raw.length > 0)
      this.#withBinprm(path, (binprm) => {
        this.#putPointer(0, thread.task);
        this.#putWord(1, oldTid);
        this.#putPointer(2, binprm);
        this.#run(raw, this.#wordsAddress);
      });
    const record = this.#records['sched/sched_process_exec'];
    if (record.length === 0) return;
    const { view, u8 } = this.#kernel.memory;
    u8.fill(0, this.#record, this.#record + 24);
    view.setInt32(this.#record + 12, thread.tid, true);
    view.setInt32(this.#record + 16, oldTid, true);
    this.#text(8, 20, path);
    this.#run(record, this.#recordAddress);
  }

  schedProcessExit(thread: Thread, groupDead: boolean): void {
    this.#kernel.as(thread, () => this.#processExit(thread, groupDead));
  }

  #processExit(thread: Thread, groupDead: boolean): void {
    const raw = this.#raw.sched_process_exit;
    if (raw.length > 0) {
      this.#putPointer(0, thread.task);
      this.#putWord(1, groupDead ? 1 : 0);
      this.#run(raw, this.#wordsAddress);
    }
    const record = this.#records['sched/sched_process_exit'];
    if (record.length === 0) return;
    const { memory } = this.#kernel;
    memory.u8.fill(0, this.#record, this.#record + 40);
    writeText(memory, this.#record + 8, COMM_BYTES, thread.comm);
    memory.view.setInt32(this.#record + 24, thread.tid, true);
    memory.view.setInt32(this.#record + 28, DEFAULT_PRIORITY, true);
    memory.view.setUint8(this.#record + 32, groupDead ? 1 : 0);
    this.#run(record, this.#recordAddress);
  }

  #find(hook: string): Attached[] | null {
    const raw = /^(?:tp_btf|raw_tp|raw_tracepoint)\/(\w+)$/.exec(hook)?.[1];
    if (raw !== undefined) return raw in this.#raw ? this.#raw[raw as RawName] : null;
    const record = /^(?:tp|tracepoint)\/(\w+\/\w+)$/.exec(hook)?.[1];
    if (record === undefined) return null;
    if (record in this.#records) return this.#records[record as RecordName];
    const call = /^syscalls\/sys_(enter|exit)_(\w+)$/.exec(record);
    const nr = call === null ? undefined : CALL_NAMES.get(call[2]!);
    if (nr === undefined) return null;
    const programs = call![1] === 'enter' ? this.#callEnter : this.#callExit;
    programs[nr] ??= [];
    return programs[nr];
  }

  #run(programs: readonly Attached[], context: bigint): void {
    for (const program of programs) program(context);
  }

  #putWord(index: number, value: number): void {
    writeWord(this.#kernel.memory.view, this.#words + 8 * index, value);
  }

  #putPointer(index: number, target: number): void {
    writePointer(this.#kernel.memory.view, this.#words + 8 * index, target);
  }

  /** What records of system calls begin with: the kernel's own word, and the number. */
  #beginCallRecord(thread: Thread, nr: number): void {
    const { view } = this.#kernel.memory;
    writePointer(view, this.#record, thread.registers);
    writeWord(view, this.#record + 8, nr);
  }

  /** Puts a text at `at` of the record and says so at `location` (__data_loc: length << 16 | offset). @returns its end */
  #text(location: number, at: number, text: string): number {
    const { memory } = this.#kernel;
    const bytes = Math.min(new TextEncoder().encode(text).length + 1, RECORD_BYTES - at);
    writeText(memory, this.#record + at, bytes, text);
    memory.view.setUint32(this.#record + location, (bytes << 16) | at, true);
    return at + bytes;
  }

  /** `struct linux_binprm` lives as long as exec() runs. */
  #withBinprm(path: string, run: (binprm: number) => void): void {
    const { memory, fields } = this.#kernel;
    const binprm = memory.alloc(fields.binprm.bytes);
    const bytes = new TextEncoder().encode(path).length + 1;
    const name = memory.alloc(bytes);
    writeText(memory, name, bytes, path);
    writePointer(memory.view, binprm + fields.binprm.fileName, name);
    run(binprm);
    memory.free(name);
    memory.free(binprm);
  }
}

/** task->prio of a task that is not favoured: nice 0. */
const DEFAULT_PRIORITY = 120;
