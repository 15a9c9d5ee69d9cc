/**
 * The programs on a test rig: loaded into our machine, with one process whose kernel structures a test sets by hand.
 * It is no kernel: a "call" is only what a system call leaves behind (registers, a result, buffers), which lets a test
 * say exactly what the programs are to see. Structures are laid out as the simulated kernel does it, by a seed.
 */
import { readFileSync } from 'node:fs';
import { layOut } from '../../src/hooks/sim/layout/layout.ts';
import { publishBtf } from '../../src/hooks/sim/layout/publish.ts';
import { Btf } from '../../src/vm/btf/btf.ts';
import { type LoadedProgram, Machine } from '../../src/vm/machine.ts';
import type { BpfMap } from '../../src/vm/maps/map.ts';
import type { RingBuffer } from '../../src/vm/maps/ringbuf.ts';
import { LinearMemory } from '../../src/vm/memory.ts';
import { withConstants } from '../../src/vm/object/constants.ts';
import { relocate } from '../../src/vm/object/core.ts';
import { readObject } from '../../src/vm/object/read.ts';
import type { ObjectSpec } from '../../src/vm/object/spec.ts';
import { decodeStruct, enumNames, fieldOf, type Value } from './layout.ts';

export const TGID = 700;
export const TID = 701;
export const CGROUP = 42n;

/** Of x86-64. */
export const NR = {
  read: 0,
  write: 1,
  close: 3,
  pread64: 17,
  pwrite64: 18,
  readv: 19,
  writev: 20,
  dup: 32,
  dup2: 33,
  sendfile: 40,
  connect: 42,
  accept: 43,
  sendto: 44,
  recvfrom: 45,
  sendmsg: 46,
  recvmsg: 47,
  shutdown: 48,
  fcntl: 72,
  splice: 275,
  accept4: 288,
  dup3: 292,
  recvmmsg: 299,
  sendmmsg: 307,
  close_range: 436,
} as const;
export type CallName = keyof typeof NR;

/** `enum event_rung` by name. */
export const RUNGS = { btf: 1, raw: 2, tracepoint: 3 } as const;
export type Rung = keyof typeof RUNGS;

export type Arguments = readonly (number | bigint)[];

/** What `struct event_head` and the kind say, and the fields of the record's own structure beside them. */
export interface Record_ {
  readonly kind: string;
  readonly head: Readonly<Record<string, Value>>;
  readonly [field: string]: Value | string;
}

export interface RigOptions {
  readonly rung?: Rung;
  readonly object?: string;
  readonly constants?: Readonly<Record<string, number>>;
  /** false: a kernel without BTF. */
  readonly btf?: boolean;
  /** Layout of the kernel's structures. */
  readonly btfSeed?: number;
  readonly ringBytes?: number;
}

const EVENT_STRUCTS: Readonly<Record<string, string>> = {
  EVENT_DATA: 'data_event',
  EVENT_SOCKET_OPEN: 'socket_event',
  EVENT_SOCKET_CLOSE: 'socket_event',
  EVENT_TCP_STATE: 'tcp_state_event',
  EVENT_DESCRIPTOR: 'descriptor_event',
  EVENT_PROCESS_FORK: 'process_event',
  EVENT_PROCESS_EXEC: 'process_event',
  EVENT_PROCESS_EXIT: 'process_event',
  EVENT_FILE: 'file_event',
};

const S_IFSOCK = 0o140000;
const MAX_FDS = 256;
/** Names of x86-64's pt_regs in the order of the argument registers. */
const ARGUMENT_REGISTERS = ['di', 'si', 'dx', 'r10', 'r8', 'r9'];

export class Rig {
  readonly machine: Machine;
  readonly #memory = new LinearMemory();
  /** The object's types: records. */
  readonly #btf: Btf;
  /** The kernel's types: structures. */
  readonly #kernel: Btf;
  readonly #rung: Rung;
  readonly #spec: ObjectSpec;
  readonly #hasBtf: boolean;
  /** Those that have run. */
  readonly #programs = new Map<string, LoadedProgram>();
  readonly #maps = new Map<string, BpfMap>();
  /** User memory: start address -> bytes. */
  readonly #user = new Map<bigint, Uint8Array>();
  #nextUser = 0x7f00_0000_1000n;
  #nowNs = 1000n;
  #pidTgid = (BigInt(TGID) << 32n) | BigInt(TID);
  readonly task: Structure;
  readonly signal: Structure;
  readonly #slots: number;

  constructor(options: RigOptions = {}) {
    const {
      rung = 'raw',
      object = 'socket.bpf.o',
      constants = {},
      btf = true,
      ringBytes = 1 << 17,
    } = options;
    this.#rung = rung;
    const spec = withConstants(objectOf(object), { has_btf: btf ? 1 : 0, ...constants });
    this.#spec = spec;
    this.#btf = spec.btf!;
    this.#hasBtf = btf;
    this.#kernel = kernelOf(options.btfSeed ?? 0);
    this.machine = new Machine({
      memory: this.#memory,
      cpus: 2,
      environment: {
        cpu: 1,
        ktimeNs: () => (this.#nowNs += 10n),
        bootTimeNs: () => this.#nowNs,
        currentPidTgid: () => this.#pidTgid,
        currentUidGid: () => 0n,
        currentComm: () => new TextEncoder().encode('rig\0'),
        currentTask: () => this.task.address,
        currentTaskRegisters: () => 0n,
        currentCgroupId: () => CGROUP,
        readUser: (address, into) => this.#readUser(address, into),
        random: () => 4,
      },
    });
    for (const map of spec.maps) {
      const made = map.name === 'events' ? { ...map, maxEntries: ringBytes } : map;
      this.#maps.set(map.name, this.machine.createMap(made));
    }

    this.#slots = this.#memory.alloc(MAX_FDS * 8);
    const table = this.structure('fdtable', { max_fds: MAX_FDS, fd: this.#memory.addressOf(this.#slots) });
    const files = this.structure('files_struct', { fdt: table.address });
    this.signal = this.structure('signal_struct', { 'live.counter': 1 });
    this.task = this.structure('task_struct', {
      tgid: TGID,
      pid: TID,
      files: files.address,
      signal: this.signal.address,
      start_boottime: 77n,
    });
    this.task.set({ group_leader: this.task.address });
    this.allow(TGID);
  }

  /** A kernel structure with the given fields; the others are 0. */
  structure(name: string, fields: Readonly<Record<string, number | bigint>> = {}): Structure {
    const structure = new Structure(this.#memory, this.#kernel, name);
    structure.set(fields);
    return structure;
  }

  /** Loads all programs that this kernel could attach. @returns how many. @throws ProgramRejected */
  loadAll(): number {
    const programs = this.#spec.programs.filter(
      ({ section }) => this.#hasBtf || !section.startsWith('tp_btf/'),
    );
    for (const { name } of programs) this.#load(name);
    return programs.length;
  }

  /** Puts a file under a descriptor. @param mode `st_mode` */
  file(fd: number, mode: number, inodeNumber: number, privateData = 0n): Structure {
    const super_ = this.structure('super_block', { s_dev: 0x800001 });
    const inode = this.structure('inode', { i_mode: mode, i_ino: inodeNumber, i_sb: super_.address });
    const file = this.structure('file', { f_inode: inode.address, private_data: privateData });
    this.descriptor(fd, file.address);
    return file;
  }

  /** Lets a descriptor refer to a file; 0n frees it. */
  descriptor(fd: number, file: bigint): void {
    this.#memory.view.setBigUint64(this.#slots + fd * 8, file, true);
  }

  /** Puts a socket under a descriptor. `structure` is its largest: `tcp_sock`, `inet_sock`, `unix_sock`. */
  socket(
    fd: number,
    inodeNumber: number,
    fields: Readonly<Record<string, number | bigint>>,
  ): { readonly sock: Structure; readonly file: Structure; readonly socket: Structure } {
    const sock = this.structure('sock', fields);
    const socket = this.structure('socket', { sk: sock.address });
    const file = this.file(fd, S_IFSOCK | 0o777, inodeNumber, socket.address);
    socket.set({ file: file.address });
    sock.set({ sk_socket: socket.address });
    return { sock, file, socket };
  }

  /** Maps user memory. @returns its address */
  user(bytes: Uint8Array | string): bigint {
    const content = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    const address = this.#nextUser;
    this.#user.set(address, content);
    this.#nextUser += BigInt(content.length + 64);
    return address;
  }

  /** Maps an array of `struct iovec`. */
  iovec(parts: readonly (readonly [address: bigint, bytes: number])[]): bigint {
    return this.user(words(parts.flatMap(([address, bytes]) => [address, BigInt(bytes)])));
  }

  allow(tgid: number, flags = 1): void {
    this.map('allowed_tgids').update(words32([tgid]), words32([flags]));
  }

  map(name: string): BpfMap {
    return this.#maps.get(name)!;
  }

  become(tgid: number, tid: number): void {
    this.#pidTgid = (BigInt(tgid) << 32n) | BigInt(tid);
  }

  /** One system call: enter and exit hooks of the rung. */
  call(name: CallName, args: Arguments, result: number | bigint): void {
    this.enter(name, args);
    this.exit(name, args, result);
  }

  /** `between`: what the kernel does between the hooks, such as freeing the descriptor. */
  enter(name: CallName, args: Arguments): void {
    if (this.#rung === 'tracepoint') this.#run(`tp_enter_${name}`, [0n, NR[name], ...six(args)]);
    else this.#run(`${this.#rung}_sys_enter`, [this.#registers(name, args), NR[name]]);
  }

  exit(name: CallName, args: Arguments, result: number | bigint): void {
    if (this.#rung === 'tracepoint') this.#run(`tp_exit_${name}`, [0n, NR[name], result]);
    else this.#run(`${this.#rung}_sys_exit`, [this.#registers(name, args), result]);
  }

  /** A hook with its own context, by the program's name without the rung's. */
  fire(program: string, context: Arguments): void {
    const prefix = this.#rung === 'tracepoint' ? 'tp' : this.#rung;
    this.#run(`${prefix}_${program}`, context);
  }

  /** Takes all records from the ring. */
  records(): Record_[] {
    const kinds = enumNames(this.#btf, 'event_kind');
    const records: Record_[] = [];
    (this.map('events') as RingBuffer).drain((bytes) => {
      const kind = kinds.get(bytes[0]!)!;
      records.push({ ...decodeStruct(this.#btf, EVENT_STRUCTS[kind]!, bytes), kind } as unknown as Record_);
    });
    return records;
  }

  /** Counters that are not 0, by name. */
  counters(): Record<string, number> {
    const names = enumNames(this.#btf, 'counter');
    const found: Record<string, number> = {};
    for (const [index, name] of names) {
      if (name === 'COUNTERS') continue;
      const perCpu = this.map('counters').lookupPerCpu(words32([index]))!;
      const sum = perCpu.reduce(
        (all, bytes) => all + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)),
        0,
      );
      if (sum > 0) found[name] = sum;
    }
    return found;
  }

  /** Zero-terminated text in kernel memory. @returns its address */
  kernelText(text: string): bigint {
    const offset = this.#memory.alloc(text.length + 1);
    this.#memory.u8.set(new TextEncoder().encode(text), offset);
    return this.#memory.addressOf(offset);
  }

  /** The object's types. */
  get types(): Btf {
    return this.#btf;
  }

  get faults(): number {
    return [...this.#programs.values()].reduce((sum, { statistics }) => sum + statistics.faults, 0);
  }

  get instructions(): number {
    return this.machine.instructions;
  }

  #registers(name: CallName, args: Arguments): bigint {
    const values = six(args).map((value, index) => [ARGUMENT_REGISTERS[index]!, value]);
    return this.structure('pt_regs', { ...Object.fromEntries(values), orig_ax: NR[name] }).address;
  }

  #run(program: string, context: Arguments): void {
    const loaded = this.#programs.get(program) ?? this.#load(program);
    // close and close_range have no exit program on the last rung.
    if (loaded === null) return;
    const offset = this.#memory.alloc(Math.max(context.length, 8) * 8);
    context.forEach((word, index) => {
      this.#memory.view.setBigUint64(offset + index * 8, BigInt.asUintN(64, BigInt(word)), true);
    });
    this.machine.run(loaded, this.#memory.addressOf(offset));
    this.#memory.free(offset);
  }

  #load(name: string): LoadedProgram | null {
    const program = this.#spec.programs.find((each) => each.name === name);
    if (program === undefined) return null;
    const { instructions } = relocate(program, this.#btf, this.#hasBtf ? this.#kernel : null);
    const { license } = this.#spec;
    const loaded = this.machine.load({ ...program, instructions, license }, [...this.#maps.values()]);
    this.#programs.set(name, loaded);
    return loaded;
  }

  #readUser(address: bigint, into: Uint8Array): boolean {
    for (const [start, bytes] of this.#user) {
      const offset = Number(address - start);
      if (offset < 0 || offset + into.length > bytes.length) continue;
      into.set(bytes.subarray(offset, offset + into.length));
      return true;
    }
    return false;
  }
}

const STRUCTURE_BYTES = 4096;

const objects = new Map<string, ObjectSpec>();

/** Reading an object or laying out a kernel takes longer than most tests. */
function objectOf(file: string): ObjectSpec {
  const known = objects.get(file) ?? readObject(readFileSync(new URL(`../${file}`, import.meta.url)));
  objects.set(file, known);
  return known;
}

const kernels = new Map<number, Btf>();

function kernelOf(seed: number): Btf {
  const known = kernels.get(seed) ?? Btf.parse(publishBtf(layOut(seed)));
  kernels.set(seed, known);
  return known;
}

/** One kernel structure in the machine's memory. */
export class Structure {
  readonly address: bigint;
  readonly #memory: LinearMemory;
  readonly #kernel: Btf;
  readonly #name: string;
  readonly #offset: number;

  constructor(memory: LinearMemory, kernel: Btf, name: string) {
    this.#memory = memory;
    this.#kernel = kernel;
    this.#name = name;
    // Room for the larger structures that begin with this one: a sock is the start of a tcp_sock.
    this.#offset = memory.alloc(STRUCTURE_BYTES);
    this.address = memory.addressOf(this.#offset);
  }

  /** @param fields by path; `struct:path` for a field of another structure at the same address */
  set(fields: Readonly<Record<string, number | bigint>>): void {
    for (const [path, value] of Object.entries(fields)) {
      const [structure, inner] = path.includes(':') ? path.split(':') : [this.#name, path];
      const { offsetBytes, sizeBytes } = fieldOf(this.#kernel, structure!, inner!);
      for (let at = 0; at < sizeBytes; at++) {
        this.#memory.u8[this.#offset + offsetBytes + at] = Number((BigInt(value) >> BigInt(8 * at)) & 0xffn);
      }
    }
  }
}

/** 64-bit little-endian words. */
export function words(values: readonly bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values, (value) => BigInt.asUintN(64, value)).buffer);
}

/** 32-bit little-endian words. */
export function words32(values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function six(args: Arguments): (number | bigint)[] {
  return Array.from({ length: 6 }, (_, index) => args[index] ?? 0);
}
