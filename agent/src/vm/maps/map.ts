/**
 * The contract of a map. A map has two sides on one storage: programs name keys and values by offsets in linear memory
 * and get the address of a value that they may write through; user space passes bytes and gets copies, as bpf(2) does.
 *
 * You supply find(), insert(), remove() and keys(). You get for free: both sides, flags, freezing, per-CPU values, and
 * maps.suite.ts. Errors are negative errnos (maps/errno.ts), as in Linux.
 */
import type { LinearMemory } from '../memory.ts';
import type { MapSpec } from '../object/spec.ts';
import { E2BIG, EEXIST, EINVAL, ENOENT, EPERM } from './errno.ts';

/** Flags of an update (include/uapi/linux/bpf.h). */
export const BPF_ANY = 0;
/** Only if the key is new. */
export const BPF_NOEXIST = 1;
/** Only if the key is there. */
export const BPF_EXIST = 2;

/** Flags of map creation that mean something, or nothing harmful, here. */
export const MapFlag = {
  /** Elements are made on demand here anyway. */
  NO_PREALLOC: 1 << 0,
  RDONLY: 1 << 3,
  WRONLY: 1 << 4,
  RDONLY_PROG: 1 << 7,
  WRONLY_PROG: 1 << 8,
  MMAPABLE: 1 << 10,
} as const;

const KNOWN_FLAGS = Object.values(MapFlag).reduce((all, flag) => all | flag, 0);

/** What maps need of the machine. */
export interface MapHost {
  readonly memory: LinearMemory;
  /** Possible CPUs: how many values an entry of a per-CPU map has. */
  readonly cpus: number;
}

/** A map that cannot be made as it is asked for. */
export class MapError extends Error {
  override readonly name = 'MapError';
  readonly map: string;

  constructor(map: string, why: string) {
    super(`Cannot create map "${map}": ${why}`);
    this.map = map;
  }
}

/** Bytes that stand for `struct bpf_map` in memory: only their address is used. */
const HANDLE_BYTES = 64;

export abstract class BpfMap {
  readonly spec: MapSpec;
  /** Offset of what programs hold as the map's address. */
  readonly handle: number;
  /** From one value of an entry to its next CPU's. */
  readonly valueStride: number;
  /** Values of an entry: 1, or one for each CPU. */
  readonly valuesPerEntry: number;
  protected readonly memory: LinearMemory;
  #frozen = false;
  /** Where keys of user space are put for find() and its like. */
  readonly #key: number;

  constructor(host: MapHost, spec: MapSpec, perCpu = false) {
    if ((spec.flags & ~KNOWN_FLAGS) !== 0)
      throw new MapError(spec.name, `unknown flags 0x${spec.flags.toString(16)}`);
    this.spec = spec;
    this.memory = host.memory;
    this.valueStride = roundUp8(spec.valueBytes);
    this.valuesPerEntry = perCpu ? host.cpus : 1;
    this.handle = host.memory.alloc(HANDLE_BYTES);
    this.#key = host.memory.alloc(spec.keyBytes);
  }

  /** Offset of the entry's first value; 0 if there is none. `use` marks it as used, where that counts (LRU). */
  abstract find(key: number, use: boolean): number;
  /**
   * Offset of the first value of the key's entry, which is made (zeroed) if it is not there; or a negative errno.
   * @param flags BPF_ANY, BPF_NOEXIST or BPF_EXIST
   */
  abstract insert(key: number, flags: number): number;
  /** @returns 0 or a negative errno */
  abstract remove(key: number): number;
  /** A snapshot of the keys, each a copy, in an order that is the same in every run. */
  abstract keys(): Uint8Array[];

  get frozen(): boolean {
    return this.#frozen;
  }

  /** No update or delete from either side from now on (BPF_MAP_FREEZE). */
  freeze(): void {
    this.#frozen = true;
  }

  /** Program side. @returns offset of the value of this CPU, 0 if there is none */
  lookupAt(key: number, cpu: number): number {
    const value = this.find(key, true);
    return value === 0 || this.valuesPerEntry === 1 ? value : value + cpu * this.valueStride;
  }

  /** Program side: copies the value at an offset. @returns 0 or a negative errno */
  updateAt(key: number, value: number, flags: number, cpu: number): number {
    if (this.#frozen || (this.spec.flags & MapFlag.RDONLY_PROG) !== 0) return -EPERM;
    if (flags > BPF_EXIST) return -EINVAL;
    const entry = this.insert(key, flags);
    if (entry < 0) return entry;
    const at = this.valuesPerEntry === 1 ? entry : entry + cpu * this.valueStride;
    this.memory.copy(at, value, this.spec.valueBytes);
    return 0;
  }

  /** Program side. */
  deleteAt(key: number): number {
    return this.#frozen || (this.spec.flags & MapFlag.RDONLY_PROG) !== 0 ? -EPERM : this.remove(key);
  }

  /**
   * User side: a copy of the value; null if there is none. A per-CPU map gives every CPU's value one after another,
   * each padded to 8 bytes, as bpf(2) does.
   */
  lookup(key: Uint8Array): Uint8Array | null {
    const value = this.find(this.#place(key), false);
    return value === 0 ? null : this.memory.u8.slice(value, value + this.userValueBytes);
  }

  /** User side: one value for each CPU, in order; a map that is not per-CPU has one. */
  lookupPerCpu(key: Uint8Array): Uint8Array[] | null {
    const all = this.lookup(key);
    if (all === null) return null;
    const { valueBytes } = this.spec;
    return Array.from({ length: this.valuesPerEntry }, (_, cpu) =>
      all.subarray(cpu * this.valueStride, cpu * this.valueStride + valueBytes),
    );
  }

  /**
   * User side.
   * @param value userValueBytes long
   * @returns 0 or a negative errno
   */
  update(key: Uint8Array, value: Uint8Array, flags: number = BPF_ANY): number {
    if (value.length !== this.userValueBytes) {
      throw new RangeError(
        `Map "${this.spec.name}" has values of ${this.userValueBytes} bytes, not ${value.length}`,
      );
    }
    if (this.#frozen) return -EPERM;
    if (flags < 0 || flags > BPF_EXIST) return -EINVAL;
    const entry = this.insert(this.#place(key), flags);
    if (entry < 0) return entry;
    this.memory.u8.set(value, entry);
    return 0;
  }

  /** User side. @returns 0 or a negative errno */
  delete(key: Uint8Array): number {
    return this.#frozen ? -EPERM : this.remove(this.#place(key));
  }

  /** Length of what lookup() gives and update() takes. */
  get userValueBytes(): number {
    return this.valuesPerEntry === 1 ? this.spec.valueBytes : this.valuesPerEntry * this.valueStride;
  }

  /** Gives the memory back. The map and every address in it are gone: no program that knows it may run any more. */
  close(): void {
    this.memory.free(this.handle);
    this.memory.free(this.#key);
  }

  #place(key: Uint8Array): number {
    if (key.length !== this.spec.keyBytes) {
      throw new RangeError(
        `Map "${this.spec.name}" has keys of ${this.spec.keyBytes} bytes, not ${key.length}`,
      );
    }
    this.memory.u8.set(key, this.#key);
    return this.#key;
  }
}

/** The errno that flags make of an entry being there or not; 0 if the update may go on. */
export function flagFault(flags: number, exists: boolean): number {
  if (exists && flags === BPF_NOEXIST) return -EEXIST;
  if (!exists && flags === BPF_EXIST) return -ENOENT;
  return 0;
}

export const FULL = -E2BIG;

export function roundUp8(bytes: number): number {
  return (bytes + 7) & ~7;
}
