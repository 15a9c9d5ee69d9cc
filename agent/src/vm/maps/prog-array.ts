/**
 * BPF_MAP_TYPE_PROG_ARRAY: programs to tail-call, by index. User space writes the id of a loaded program (Linux: a
 * file descriptor); programs can only call. All of them must be of one type (bpf_prog_map_compatible).
 */
import type { Runnable } from '../interp/engine.ts';
import type { MapSpec } from '../object/spec.ts';
import { E2BIG, EINVAL, ENOENT, ENOTSUPP } from './errno.ts';
import { BpfMap, MapError, type MapHost } from './map.ts';

/** What a program array needs to know of a program. */
export interface TailTarget {
  readonly id: number;
  readonly type: number;
  readonly runnable: Runnable;
}

export class ProgArrayMap extends BpfMap {
  readonly #targets: (TailTarget | null)[];
  readonly #byId: (id: number) => TailTarget | undefined;
  /** Of the first program; it stays when that program goes. */
  #type: number | null = null;

  /** @param byId the loaded program with this id */
  constructor(host: MapHost, spec: MapSpec, byId: (id: number) => TailTarget | undefined) {
    if (spec.keyBytes !== 4 || spec.valueBytes !== 4) {
      throw new MapError(spec.name, 'key and value of a program array have 4 bytes');
    }
    if (spec.maxEntries < 1) throw new MapError(spec.name, 'there is at least 1 entry');
    super(host, spec);
    this.#targets = new Array<TailTarget | null>(spec.maxEntries).fill(null);
    this.#byId = byId;
  }

  /** What a tail call of this index goes to; null if nothing is there. */
  target(index: number): TailTarget | null {
    return this.#targets[index] ?? null;
  }

  /** Whether programs of this type may tail-call through the map. */
  serves(type: number): boolean {
    return this.#type === null || this.#type === type;
  }

  /** A program cannot look in: no value has an address. */
  find(): number {
    return 0;
  }

  insert(): number {
    return -ENOTSUPP;
  }

  override lookup(key: Uint8Array): Uint8Array | null {
    const target = this.target(indexOf(key));
    if (target === null) return null;
    const value = new Uint8Array(4);
    new DataView(value.buffer).setUint32(0, target.id, true);
    return value;
  }

  override update(key: Uint8Array, value: Uint8Array, flags = 0): number {
    if (flags !== 0) return -EINVAL;
    const index = indexOf(key);
    if (index >= this.#targets.length) return -E2BIG;
    const target = this.#byId(indexOf(value));
    if (target === undefined) return -ENOENT;
    if (!this.serves(target.type)) return -EINVAL;
    this.#type = target.type;
    this.#targets[index] = target;
    return 0;
  }

  override delete(key: Uint8Array): number {
    const index = indexOf(key);
    if (index >= this.#targets.length) return -E2BIG;
    if (this.#targets[index] === null) return -ENOENT;
    this.#targets[index] = null;
    return 0;
  }

  remove(): number {
    return -ENOTSUPP;
  }

  keys(): Uint8Array[] {
    return [...this.#targets.keys()]
      .filter((index) => this.#targets[index] !== null)
      .map((index) => {
        const key = new Uint8Array(4);
        new DataView(key.buffer).setUint32(0, index, true);
        return key;
      });
  }
}

/** A u32, little-endian. @throws RangeError for other lengths */
function indexOf(bytes: Uint8Array): number {
  if (bytes.length !== 4)
    throw new RangeError(`Keys and values of a program array have 4 bytes, not ${bytes.length}`);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}
