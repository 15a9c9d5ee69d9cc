/**
 * bpf(2) through libc's syscall(2): the only door of this program into the kernel's eBPF. koffi, which makes the
 * foreign call, is an optional dependency, so it is imported when a kernel is wanted and not before.
 * @see include/uapi/linux/bpf.h, union bpf_attr: the offsets below are that union's
 */
import { constants } from 'node:os';

/** Of `enum bpf_cmd`. */
const Command = {
  MAP_CREATE: 0,
  MAP_LOOKUP_ELEM: 1,
  MAP_UPDATE_ELEM: 2,
  PROG_LOAD: 5,
  BTF_LOAD: 18,
  MAP_FREEZE: 22,
} as const;

/** System call number of bpf(2) by Node's name of the architecture. */
const BPF_NUMBER: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };

/** Longest name of an object, with its terminating zero (BPF_OBJ_NAME_LEN). */
const NAME_BYTES = 16;

/** Room of `union bpf_attr` that this file fills; the kernel takes shorter and longer ones than its own. */
const ATTRIBUTE_BYTES = 128;

/** A call of bpf(2) that failed. */
export class BpfError extends Error {
  override readonly name = 'BpfError';
  readonly errno: number;

  constructor(call: string, errno: number) {
    super(`Cannot ${call}: ${errnoName(errno)}`);
    this.errno = errno;
  }
}

/** "EPERM", or "errno 524" for those that only the kernel knows. */
export function errnoName(errno: number): string {
  const found = Object.entries(constants.errno).find(([, number]) => number === errno);
  return found === undefined ? `errno ${errno}` : found[0];
}

export interface MapAttributes {
  readonly type: number;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** Cut to 15 characters; what the kernel does not take in a name becomes "_". */
  readonly name: string;
}

export interface ProgramAttributes {
  readonly type: number;
  readonly name: string;
  readonly license: string;
  /** 8 bytes each, little-endian, map references resolved to file descriptors. */
  readonly instructions: Uint8Array;
  /** `enum bpf_attach_type`; 0 where the type needs none. */
  readonly expectedAttachType: number;
  /** Type in the kernel's BTF that the program attaches to; 0 where the type needs none. */
  readonly attachBtfId: number;
  /** The object's own BTF with `struct bpf_func_info` (8 bytes each), or null. */
  readonly functions: { readonly btfFd: number; readonly info: Uint8Array } | null;
  /** 0: no log. 1: why it was refused. 4: statistics only. */
  readonly logLevel: 0 | 1 | 4;
}

/** What bpf(2) answered to a program: a descriptor, or an errno. Both with the verifier's log. */
export interface ProgramAnswer {
  /** -1 if it was refused. */
  readonly fd: number;
  readonly errno: number;
  readonly log: string;
}

/** Bytes of the verifier's log that are kept: as much as libbpf's first try, and more than these programs ever give. */
const LOG_BYTES = 1 << 20;

type Koffi = typeof import('koffi')['default'];

export class BpfSyscall {
  readonly #koffi: Koffi;
  readonly #bpf: (command: number, attributes: Uint8Array) => number;
  readonly #close: (fd: number) => number;

  private constructor(koffi: Koffi, number: number) {
    this.#koffi = koffi;
    const libc = koffi.load(null);
    const syscall = libc.func(
      'long syscall(long number, long command, void *attributes, unsigned long bytes)',
    );
    this.#bpf = (command, attributes) => Number(syscall(number, command, attributes, attributes.length));
    this.#close = libc.func('int close(int fd)');
  }

  /** @returns the reason as text where bpf(2) cannot be called at all: another system, or koffi is not installed */
  static async open(): Promise<BpfSyscall | string> {
    const number = BPF_NUMBER[process.arch];
    if (process.platform !== 'linux') return `bpf(2) is a call of Linux, this is ${process.platform}`;
    if (number === undefined) return `the number of bpf(2) on ${process.arch} is not known`;
    try {
      const { default: koffi } = await import('koffi');
      return new BpfSyscall(koffi, number);
    } catch (error) {
      return `koffi, which makes system calls, cannot be loaded (${(error as Error).message})`;
    }
  }

  /** @returns the map's descriptor. @throws BpfError */
  createMap(map: MapAttributes): number {
    const attributes = new Attributes();
    attributes.u32(0, map.type);
    attributes.u32(4, map.keyBytes);
    attributes.u32(8, map.valueBytes);
    attributes.u32(12, map.maxEntries);
    attributes.u32(16, map.flags);
    attributes.name(28, map.name);
    return this.#must(`create map "${map.name}"`, Command.MAP_CREATE, attributes);
  }

  /** Sets the value of a key, whether it is there or not. @throws BpfError */
  updateMap(fd: number, key: Uint8Array, value: Uint8Array): void {
    this.#must('update a map', Command.MAP_UPDATE_ELEM, this.#element(fd, key, value));
  }

  /** @param valueBytes of one value; for a per-CPU map of all of them. @returns null for an unknown key. @throws BpfError */
  lookupMap(fd: number, key: Uint8Array, valueBytes: number): Uint8Array | null {
    const value = new Uint8Array(valueBytes);
    const { result, errno } = this.#call(Command.MAP_LOOKUP_ELEM, this.#element(fd, key, value));
    if (result < 0 && errno === constants.errno.ENOENT) return null;
    if (result < 0) throw new BpfError('look up a map', errno);
    return value;
  }

  /** From now on user space cannot change the map. @throws BpfError */
  freezeMap(fd: number): void {
    const attributes = new Attributes();
    attributes.u32(0, fd);
    this.#must('freeze a map', Command.MAP_FREEZE, attributes);
  }

  /** @returns the descriptor of the loaded types. @throws BpfError */
  loadBtf(btf: Uint8Array): number {
    const attributes = new Attributes();
    attributes.pointer(0, this.#koffi.address(btf), btf);
    attributes.u32(16, btf.length);
    return this.#must('load BTF', Command.BTF_LOAD, attributes);
  }

  /** Has a program verified. It is attached to nothing, and goes when its descriptor is closed. */
  loadProgram(program: ProgramAttributes): ProgramAnswer {
    const attributes = new Attributes();
    const license = new TextEncoder().encode(`${program.license}\0`);
    const log = new Uint8Array(program.logLevel === 0 ? 0 : LOG_BYTES);
    attributes.u32(0, program.type);
    attributes.u32(4, program.instructions.length / 8);
    attributes.pointer(8, this.#koffi.address(program.instructions), program.instructions);
    attributes.pointer(16, this.#koffi.address(license), license);
    if (log.length > 0) {
      attributes.u32(24, program.logLevel);
      attributes.u32(28, log.length);
      attributes.pointer(32, this.#koffi.address(log), log);
    }
    attributes.name(48, program.name);
    attributes.u32(68, program.expectedAttachType);
    if (program.functions !== null) {
      const { btfFd, info } = program.functions;
      attributes.u32(72, btfFd);
      attributes.u32(76, 8);
      attributes.pointer(80, this.#koffi.address(info), info);
      attributes.u32(88, info.length / 8);
    }
    attributes.u32(108, program.attachBtfId);
    const { result, errno } = this.#call(Command.PROG_LOAD, attributes);
    const end = log.indexOf(0);
    return { fd: result, errno, log: new TextDecoder().decode(end < 0 ? log : log.subarray(0, end)) };
  }

  close(fd: number): void {
    this.#close(fd);
  }

  #element(fd: number, key: Uint8Array, value: Uint8Array): Attributes {
    const attributes = new Attributes();
    attributes.u32(0, fd);
    attributes.pointer(8, this.#koffi.address(key), key);
    attributes.pointer(16, this.#koffi.address(value), value);
    return attributes;
  }

  #must(what: string, command: number, attributes: Attributes): number {
    const { result, errno } = this.#call(command, attributes);
    if (result < 0) throw new BpfError(what, errno);
    return result;
  }

  /** @returns errno 0 where the call succeeded */
  #call(command: number, attributes: Attributes): { readonly result: number; readonly errno: number } {
    const result = this.#bpf(command, attributes.bytes);
    return { result, errno: result < 0 ? this.#koffi.errno() : 0 };
  }
}

/** The bytes of one `union bpf_attr`; keeps alive what it points to. */
class Attributes {
  readonly bytes = new Uint8Array(ATTRIBUTE_BYTES);
  readonly #view = new DataView(this.bytes.buffer);
  readonly #kept: Uint8Array[] = [];

  u32(offset: number, value: number): void {
    this.#view.setUint32(offset, value, true);
  }

  pointer(offset: number, address: bigint, to: Uint8Array): void {
    this.#view.setBigUint64(offset, address, true);
    this.#kept.push(to);
  }

  name(offset: number, name: string): void {
    const taken = name.replaceAll(/[^\w.]/g, '_').slice(0, NAME_BYTES - 1);
    this.bytes.set(new TextEncoder().encode(taken), offset);
  }
}
