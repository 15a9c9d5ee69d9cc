/** Trace id -> trace id: open addressing over typed arrays that grow with what is put in. Entries keep their order. */
import { copyTrace, hashTrace, isSameTrace, TRACE_WORDS } from './id-words.ts';

const FIRST_ENTRIES = 64;

export class TraceTable {
  readonly #seed: number;
  #size = 0;
  #ids = new Uint32Array(FIRST_ENTRIES * TRACE_WORDS);
  #values = new Uint32Array(FIRST_ENTRIES * TRACE_WORDS);
  /** Entry + 1 of each slot, 0 where it is free; twice as many as entries. Linear probing. */
  #slots = new Uint32Array(FIRST_ENTRIES * 2);

  /** @param seed makes places in the table unforeseeable; answers do not depend on it */
  constructor(seed: number) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  /** That of entry i begins at word 4 i. A new array after an `add`. */
  get ids(): Uint32Array {
    return this.#ids;
  }

  /** As `ids`; may be written to. */
  get values(): Uint32Array {
    return this.#values;
  }

  /** The entry of the id at word `at`, or -1. */
  find(words: Uint32Array, at: number): number {
    return this.#slots[this.#slotOf(words, at)]! - 1;
  }

  /** Makes an entry for an id that has none; its value is zeros. */
  add(words: Uint32Array, at: number): number {
    if (this.#size * 2 === this.#slots.length) this.#grow();
    const entry = this.#size++;
    copyTrace(words, at, this.#ids, entry * TRACE_WORDS);
    this.#slots[this.#slotOf(words, at)] = entry + 1;
    return entry;
  }

  /** Keeps its memory for the next use. */
  clear(): void {
    this.#slots.fill(0);
    this.#values.fill(0, 0, this.#size * TRACE_WORDS);
    this.#size = 0;
  }

  #slotOf(words: Uint32Array, at: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashTrace(words, at, this.#seed) & mask;
    for (;;) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0 || isSameTrace(this.#ids, entry * TRACE_WORDS, words, at)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  /** Doubles at an occupancy of one half, so that a free slot is always near. */
  #grow(): void {
    const ids = new Uint32Array(this.#ids.length * 2);
    const values = new Uint32Array(this.#values.length * 2);
    ids.set(this.#ids);
    values.set(this.#values);
    this.#ids = ids;
    this.#values = values;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let entry = 0; entry < this.#size; entry++)
      this.#slots[this.#slotOf(ids, entry * TRACE_WORDS)] = entry + 1;
  }
}
