/**
 * BPF_MAP_TYPE_LRU_HASH: a hash that, when full, drops the entry that was not used for longest. A program's lookup or
 * update uses an entry; user space's lookup does not, so that reading statistics keeps nothing alive. The order here is
 * exact; Linux's (kernel/bpf/bpf_lru_list.c) is approximate, and may drop entries a little before the map is full.
 */
import type { MapSpec } from '../object/spec.ts';
import { ENOMEM } from './errno.ts';
import { HashMap } from './hash.ts';
import { flagFault, type MapHost } from './map.ts';

const NONE = -1;

export class LruHashMap extends HashMap {
  readonly #order: UseOrder;
  #evicted = 0;

  constructor(host: MapHost, spec: MapSpec) {
    super(host, spec);
    this.#order = new UseOrder();
  }

  /** Entries dropped to make room so far. */
  get evicted(): number {
    return this.#evicted;
  }

  override find(key: number, use: boolean): number {
    const slot = this.entries.find(key);
    if (slot === -1) return 0;
    if (use) this.#order.use(slot);
    return this.entries.valueOffset(slot);
  }

  override insert(key: number, flags: number): number {
    const found = this.entries.find(key);
    const fault = flagFault(flags, found !== -1);
    if (fault !== 0) return fault;
    if (found === -1 && this.entries.size >= this.spec.maxEntries) this.#evict();
    const slot = found === -1 ? this.entries.add(key) : found;
    if (slot === -1) return -ENOMEM;
    this.#order.use(slot);
    return this.entries.valueOffset(slot);
  }

  override remove(key: number): number {
    const slot = this.entries.find(key);
    if (slot !== -1) this.#order.remove(slot);
    return super.remove(key);
  }

  #evict(): void {
    const oldest = this.#order.oldest;
    this.#order.remove(oldest);
    this.entries.remove(oldest);
    this.#evicted++;
  }
}

/** Slots in the order of their last use: a doubly linked list over arrays. */
class UseOrder {
  #older = new Int32Array(64).fill(NONE);
  #newer = new Int32Array(64).fill(NONE);
  #newest = NONE;
  oldest = NONE;

  /** Makes a slot, new or known, the newest. */
  use(slot: number): void {
    if (slot === this.#newest) return;
    if (slot >= this.#older.length) this.#grow(slot);
    if (slot === this.oldest || this.#newer[slot] !== NONE) this.remove(slot);
    this.#older[slot] = this.#newest;
    if (this.#newest === NONE) this.oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
  }

  remove(slot: number): void {
    const older = this.#older[slot]!;
    const newer = this.#newer[slot]!;
    if (older === NONE) this.oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
    this.#older[slot] = NONE;
    this.#newer[slot] = NONE;
  }

  #grow(slot: number): void {
    const length = Math.max(slot + 1, 2 * this.#older.length);
    const [older, newer] = [new Int32Array(length).fill(NONE), new Int32Array(length).fill(NONE)];
    older.set(this.#older);
    newer.set(this.#newer);
    this.#older = older;
    this.#newer = newer;
  }
}
