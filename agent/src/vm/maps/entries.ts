/**
 * The storage of hash maps: entries in linear memory that never move, found by their key's bytes.
 *
 *     entry:  | key, padded to 8 | value (one for each CPU) |
 *
 * An entry is named by its slot, 0 to maxEntries - 1. Memory is taken in chunks as entries are made, so a large
 * maxEntries costs nothing until it is used; it is given back only by close().
 */
import type { LinearMemory } from '../memory.ts';
import { roundUp8 } from './map.ts';

const CHUNK_SHIFT = 6;
const CHUNK_ENTRIES = 1 << CHUNK_SHIFT;
const NONE = -1;
const FIRST_BUCKETS = 64;

export class Entries {
  readonly #memory: LinearMemory;
  readonly #keyBytes: number;
  readonly #keyStride: number;
  readonly #entryBytes: number;
  readonly #chunks: number[] = [];
  /** By slot: its key's hash, and the next slot of its bucket (or of the free list). */
  #hashes = new Int32Array(CHUNK_ENTRIES);
  #next = new Int32Array(CHUNK_ENTRIES);
  #used = new Uint8Array(CHUNK_ENTRIES);
  #buckets = new Int32Array(FIRST_BUCKETS).fill(NONE);
  #free = NONE;
  /** Slots that were ever used; the free ones among them are in the free list. */
  #slots = 0;
  size = 0;

  constructor(memory: LinearMemory, keyBytes: number, valueBytes: number) {
    this.#memory = memory;
    this.#keyBytes = keyBytes;
    this.#keyStride = roundUp8(keyBytes);
    this.#entryBytes = this.#keyStride + valueBytes;
  }

  /** @param key offset of the key's bytes. @returns the slot, or -1 */
  find(key: number): number {
    const hash = this.#hash(key);
    let slot = this.#buckets[hash & (this.#buckets.length - 1)]!;
    while (slot !== NONE && (this.#hashes[slot] !== hash || !this.#equals(this.keyOffset(slot), key))) {
      slot = this.#next[slot]!;
    }
    return slot;
  }

  /** Makes an entry for a key that has none; its values are zero. @returns the slot, -1 if memory is full */
  add(key: number): number {
    const slot = this.#free === NONE ? this.#newSlot() : this.#free;
    if (slot === NONE) return NONE;
    if (slot === this.#free) this.#free = this.#next[slot]!;
    const at = this.keyOffset(slot);
    this.#memory.copy(at, key, this.#keyBytes);
    this.#memory.u8.fill(0, at + this.#keyStride, at + this.#entryBytes);
    this.#hashes[slot] = this.#hash(key);
    this.#used[slot] = 1;
    this.size++;
    if (this.size > this.#buckets.length) this.#rehash();
    else this.#link(slot);
    return slot;
  }

  /** Frees a slot. Its memory keeps its content until the slot is used again, so an address held on to stays readable. */
  remove(slot: number): void {
    const bucket = this.#hashes[slot]! & (this.#buckets.length - 1);
    if (this.#buckets[bucket] === slot) this.#buckets[bucket] = this.#next[slot]!;
    else {
      let before = this.#buckets[bucket]!;
      while (this.#next[before] !== slot) before = this.#next[before]!;
      this.#next[before] = this.#next[slot]!;
    }
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.#used[slot] = 0;
    this.size--;
  }

  keyOffset(slot: number): number {
    return this.#chunks[slot >> CHUNK_SHIFT]! + (slot & (CHUNK_ENTRIES - 1)) * this.#entryBytes;
  }

  valueOffset(slot: number): number {
    return this.keyOffset(slot) + this.#keyStride;
  }

  /** Copies of all keys, by slot. */
  keys(): Uint8Array[] {
    const keys: Uint8Array[] = [];
    for (let slot = 0; slot < this.#slots; slot++) {
      const at = this.keyOffset(slot);
      if (this.#used[slot] === 1) keys.push(this.#memory.u8.slice(at, at + this.#keyBytes));
    }
    return keys;
  }

  close(): void {
    for (const chunk of this.#chunks) this.#memory.free(chunk);
    this.#chunks.length = 0;
  }

  #newSlot(): number {
    const slot = this.#slots;
    if (slot === this.#chunks.length * CHUNK_ENTRIES) {
      const chunk = this.#memory.tryAlloc(CHUNK_ENTRIES * this.#entryBytes);
      if (chunk === 0) return NONE;
      this.#chunks.push(chunk);
    }
    if (slot === this.#hashes.length) {
      this.#hashes = grown(this.#hashes, new Int32Array(2 * slot));
      this.#next = grown(this.#next, new Int32Array(2 * slot));
      this.#used = grown(this.#used, new Uint8Array(2 * slot));
    }
    this.#slots++;
    return slot;
  }

  #link(slot: number): void {
    const bucket = this.#hashes[slot]! & (this.#buckets.length - 1);
    this.#next[slot] = this.#buckets[bucket]!;
    this.#buckets[bucket] = slot;
  }

  #rehash(): void {
    this.#buckets = new Int32Array(2 * this.#buckets.length).fill(NONE);
    for (let slot = 0; slot < this.#slots; slot++) if (this.#used[slot] === 1) this.#link(slot);
  }

  #equals(a: number, b: number): boolean {
    const { u8, view } = this.#memory;
    const words = this.#keyBytes & ~3;
    for (let i = 0; i < words; i += 4)
      if (view.getInt32(a + i, true) !== view.getInt32(b + i, true)) return false;
    for (let i = words; i < this.#keyBytes; i++) if (u8[a + i] !== u8[b + i]) return false;
    return true;
  }

  /** FNV-1a over words instead of bytes, with the finalizer of MurmurHash3 to spread the bits. */
  #hash(key: number): number {
    const { u8, view } = this.#memory;
    const words = this.#keyBytes & ~3;
    let hash = 0x811c9dc5;
    for (let i = 0; i < words; i += 4) hash = Math.imul(hash ^ view.getInt32(key + i, true), 0x01000193);
    for (let i = words; i < this.#keyBytes; i++) hash = Math.imul(hash ^ u8[key + i]!, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }
}

function grown<A extends Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
