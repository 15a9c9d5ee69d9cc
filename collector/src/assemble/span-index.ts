/**
 * Span id -> trace id and start, for the last `capacity` spans that were put in: two rows of one call find each other by
 * the span id that both know. Open addressing over typed arrays; a span costs 32 bytes and its slots, and no object.
 *
 * A span id is made of a call key, which has no time in it (docs/adr/0003), so it comes again after hours. Then the span
 * that began later counts, and only rows that began near it find it.
 */
import { compareTraces, copyTrace, hashSpan, powerOfTwoFrom, readWord, TRACE_WORDS } from './id-words.ts';

export interface SpanIndexOptions {
  /** Spans remembered; the one put in first is forgotten for the next. At least 1. */
  readonly capacity: number;
  /** How far the starts of the two ends of one call may lie apart. */
  readonly nearMs: number;
  /** Makes places in the table unforeseeable; answers do not depend on it. */
  readonly seed: number;
}

export class SpanIndex {
  readonly #capacity: number;
  readonly #nearMs: number;
  readonly #seed: number;
  /** The ring of entries, column by column. */
  readonly #ids: Uint32Array;
  readonly #startMs: Float64Array;
  readonly #traces: Uint32Array;
  /** Entry + 1 of each slot, 0 where it is free. Linear probing. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  /** Where the next entry goes; the oldest one while the ring is full. */
  #next = 0;
  #used = 0;

  constructor(options: SpanIndexOptions) {
    this.#capacity = options.capacity;
    this.#nearMs = options.nearMs;
    this.#seed = options.seed;
    this.#ids = new Uint32Array(options.capacity * 2);
    this.#startMs = new Float64Array(options.capacity);
    this.#traces = new Uint32Array(options.capacity * TRACE_WORDS);
    this.#slots = new Uint32Array(powerOfTwoFrom(options.capacity * 2));
    this.#mask = this.#slots.length - 1;
  }

  /** Trace ids of all entries: that of entry i begins at word 4 i. */
  get traces(): Uint32Array {
    return this.#traces;
  }

  /**
   * Puts in row `row` of a column of span ids, with the trace id at the start of `trace`. Of two spans with one id the
   * later one stays; of two that began together, the one with the greater trace id: the order of calls does not matter.
   */
  insert(ids: Uint8Array, row: number, startMs: number, trace: Uint32Array): void {
    if (this.#used === this.#capacity) this.#forgetOldest();
    const high = readWord(ids, row * 8);
    const low = readWord(ids, row * 8 + 4);
    const slot = this.#slotOf(high, low);
    const known = this.#slots[slot]! - 1;
    if (known >= 0) {
      const later =
        startMs - this.#startMs[known]! || compareTraces(trace, 0, this.#traces, known * TRACE_WORDS);
      if (later <= 0) return;
    }
    const entry = this.#next;
    this.#next = (entry + 1) % this.#capacity;
    this.#used += 1;
    this.#ids[entry * 2] = high;
    this.#ids[entry * 2 + 1] = low;
    this.#startMs[entry] = startMs;
    copyTrace(trace, 0, this.#traces, entry * TRACE_WORDS);
    // An entry that is replaced keeps its place in the ring, unreachable, until its turn comes.
    this.#slots[slot] = entry + 1;
  }

  /** The entry with the id of row `row` of the column, if it began near `startMs`; else -1. Valid until the next insert. */
  find(ids: Uint8Array, row: number, startMs: number): number {
    const slot = this.#slotOf(readWord(ids, row * 8), readWord(ids, row * 8 + 4));
    const entry = this.#slots[slot]! - 1;
    return entry >= 0 && Math.abs(this.#startMs[entry]! - startMs) <= this.#nearMs ? entry : -1;
  }

  /** Where the id is, or the free slot where it would go. There is always a free one: slots are twice the entries. */
  #slotOf(high: number, low: number): number {
    let slot = hashSpan(high, low, this.#seed) & this.#mask;
    for (;;) {
      const entry = this.#slots[slot]! - 1;
      if (entry < 0 || (this.#ids[entry * 2] === high && this.#ids[entry * 2 + 1] === low)) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }

  #forgetOldest(): void {
    const oldest = this.#next;
    this.#used -= 1;
    const slot = this.#slotOf(this.#ids[oldest * 2]!, this.#ids[oldest * 2 + 1]!);
    if (this.#slots[slot] === oldest + 1) this.#free(slot);
  }

  /** Frees a slot and moves those behind it forward that could no longer be reached past the gap. */
  #free(slot: number): void {
    let gap = slot;
    for (let at = (gap + 1) & this.#mask; this.#slots[at] !== 0; at = (at + 1) & this.#mask) {
      const entry = this.#slots[at]! - 1;
      const home = hashSpan(this.#ids[entry * 2]!, this.#ids[entry * 2 + 1]!, this.#seed) & this.#mask;
      if (((at - home) & this.#mask) < ((at - gap) & this.#mask)) continue;
      this.#slots[gap] = entry + 1;
      gap = at;
    }
    this.#slots[gap] = 0;
  }
}
