/** The world's virtual clock and what is due later. */

export interface Timer {
  readonly atNs: number;
  cancel(): void;
}

/** Monotonic time of every node of one world, ns. It never goes back. */
export class Clock {
  #nowNs: number;
  #sequence = 0;
  readonly #heap: Entry[] = [];

  constructor(startNs: number) {
    this.#nowNs = startNs;
  }

  get nowNs(): number {
    return this.#nowNs;
  }

  /** Work took time. */
  tick(ns: number): void {
    this.#nowNs += ns;
  }

  /** Runs `action` once the clock has reached `atNs`; things due at one time run in the order they were asked for. */
  at(atNs: number, action: () => void): Timer {
    const entry = new Entry(atNs, this.#sequence++, action);
    push(this.#heap, entry);
    return entry;
  }

  /** When the next thing is due; Infinity if nothing is. */
  get nextNs(): number {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.action !== null) return first.atNs;
      pop(this.#heap);
    }
    return Infinity;
  }

  /** Whether something is due now. Cheap: asked after every system call. */
  get due(): boolean {
    const first = this.#heap[0];
    return first !== undefined && first.atNs <= this.#nowNs;
  }

  /** Runs what is due now. */
  runDue(): void {
    while (this.due) {
      pop(this.#heap)!.action?.();
    }
  }

  /** Moves on to a later time; an earlier one is passed already and changes nothing. */
  advanceTo(ns: number): void {
    if (ns > this.#nowNs) this.#nowNs = ns;
  }
}

class Entry implements Timer {
  readonly atNs: number;
  readonly sequence: number;
  /** null: cancelled; it leaves the heap when it comes to the top. */
  action: (() => void) | null;

  constructor(atNs: number, sequence: number, action: () => void) {
    this.atNs = atNs;
    this.sequence = sequence;
    this.action = action;
  }

  cancel(): void {
    this.action = null;
  }
}

const before = (a: Entry, b: Entry) => a.atNs < b.atNs || (a.atNs === b.atNs && a.sequence < b.sequence);

function push(heap: Entry[], entry: Entry): void {
  let i = heap.length;
  heap.push(entry);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(entry, heap[parent]!)) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
  return first;
}
