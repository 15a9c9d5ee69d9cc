/**
 * Which trace is part of which. An agent begins a provisional trace where it does not see the caller; "trace A is part of
 * trace B" is learnt when both ends of the call are there. A trace is part of one other at most, the first it was joined
 * to, and never of itself by any detour: whatever ids agents send, the traces form trees, and each has a root.
 *
 * Bounded: two generations of `capacity` traces each. What is looked at moves to the young one; when that is full, it
 * becomes the old one and what was left there is forgotten. Links are ids, not places, so none can point to a stranger.
 */
import { copyTrace, isNoTrace, isSameTrace, TRACE_WORDS } from './id-words.ts';
import { TraceTable } from './trace-table.ts';

export interface TraceUnionOptions {
  /** Traces that are surely remembered. At least 1. */
  readonly capacity: number;
  readonly seed: number;
}

/**
 * - joined: from now on the child has the parent's root.
 * - late: so too, but rows are stored under the child's id: they need an alias.
 * - refused: the child is part of another trace, or of itself.
 */
export type JoinOutcome = 'joined' | 'late' | 'refused';

export class TraceUnion {
  readonly #capacity: number;
  /** Trace -> the trace it is part of; zeros for a root under whose id rows are stored. Other roots need no entry. */
  #young: TraceTable;
  #old: TraceTable;
  readonly #at = new Uint32Array(TRACE_WORDS);
  readonly #moved = new Uint32Array(TRACE_WORDS);
  readonly #parentRoot = new Uint32Array(TRACE_WORDS);

  constructor(options: TraceUnionOptions) {
    this.#capacity = options.capacity;
    this.#young = new TraceTable(options.seed);
    this.#old = new TraceTable(options.seed);
  }

  /** Puts the root of the trace at word `at` into `root`; a trace that is part of none is its own. */
  rootOf(words: Uint32Array, at: number, root: Uint32Array): void {
    copyTrace(words, at, root, 0);
    let steps = 0;
    for (let entry = this.#find(root, 0); entry >= 0; entry = this.#find(root, 0)) {
      if (isNoTrace(this.#young.values, entry * TRACE_WORDS)) break;
      copyTrace(this.#young.values, entry * TRACE_WORDS, root, 0);
      steps += 1;
    }
    if (steps > 1) this.#shorten(words, at, root);
  }

  /** @param at word of the trace id */
  join(child: Uint32Array, childAt: number, parent: Uint32Array, parentAt: number): JoinOutcome {
    this.rootOf(parent, parentAt, this.#parentRoot);
    if (isSameTrace(this.#parentRoot, 0, child, childAt)) return 'refused';
    const known = this.#find(child, childAt);
    if (known >= 0 && !isNoTrace(this.#young.values, known * TRACE_WORDS)) return 'refused';
    const entry = known >= 0 ? known : this.#add(child, childAt);
    copyTrace(this.#parentRoot, 0, this.#young.values, entry * TRACE_WORDS);
    return known >= 0 ? 'late' : 'joined';
  }

  /** Rows are stored, or will be, under the id of this root. */
  markStored(root: Uint32Array, at: number): void {
    if (this.#find(root, at) < 0) this.#add(root, at);
  }

  /** Makes the root the direct parent of all on the way to it. */
  #shorten(words: Uint32Array, at: number, root: Uint32Array): void {
    copyTrace(words, at, this.#at, 0);
    while (!isSameTrace(this.#at, 0, root, 0)) {
      const entry = this.#find(this.#at, 0);
      // Forgotten just now, to make room for another on this way.
      if (entry < 0) return;
      copyTrace(this.#young.values, entry * TRACE_WORDS, this.#at, 0);
      copyTrace(root, 0, this.#young.values, entry * TRACE_WORDS);
    }
  }

  /** The entry in the young generation, to which it comes from the old one if need be; -1 if there is none. */
  #find(words: Uint32Array, at: number): number {
    const young = this.#young.find(words, at);
    if (young >= 0) return young;
    const old = this.#old.find(words, at);
    if (old < 0) return -1;
    // Taken out first: making room may empty the old generation.
    copyTrace(this.#old.values, old * TRACE_WORDS, this.#moved, 0);
    const entry = this.#add(words, at);
    copyTrace(this.#moved, 0, this.#young.values, entry * TRACE_WORDS);
    return entry;
  }

  #add(words: Uint32Array, at: number): number {
    if (this.#young.size === this.#capacity) {
      const forgotten = this.#old;
      this.#old = this.#young;
      this.#young = forgotten;
      this.#young.clear();
    }
    return this.#young.add(words, at);
  }
}
