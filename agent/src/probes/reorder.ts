import type { KernelEvent } from '../model/events.ts';

/**
 * The time that orders an event: a send counts from its enter, because a reply may reach the ring before the writer's
 * exit; a receive from its exit, because only then are the bytes there. Where no enter program ran, exit must do.
 */
export function orderNs(event: KernelEvent): number {
  const fromEnter =
    ((event.kind === 'data' || event.kind === 'file') && event.direction === 'send') ||
    // Told by the first call that used the socket: it must not fall behind that call's own data.
    (event.kind === 'socket-open' && event.cause === 'first-use');
  return fromEnter && event.enterNs > 0 ? event.enterNs : event.exitNs;
}

/**
 * Brings events of several CPUs into time order within a small window. Equal times keep their order of arrival.
 * Bounded twice: by the window's time and by the number of events held.
 */
export class ReorderWindow {
  readonly #windowNs: number;
  readonly #capacity: number;
  readonly #release: (event: KernelEvent) => void;
  /** Ascending by time; a ring of sorted entries would save the shifts, but the input is nearly sorted already. */
  #held: { readonly atNs: number; readonly event: KernelEvent }[] = [];
  #newestNs = 0;
  #releasedNs = 0;
  /** Events that came after a later one had been released: the window is too small for this machine. */
  late = 0;

  constructor(options: {
    readonly windowNs: number;
    readonly capacity?: number;
    readonly release: (event: KernelEvent) => void;
  }) {
    this.#windowNs = options.windowNs;
    this.#capacity = options.capacity ?? 4096;
    this.#release = options.release;
  }

  get held(): number {
    return this.#held.length;
  }

  push(event: KernelEvent): void {
    const atNs = orderNs(event);
    if (atNs < this.#releasedNs) this.late++;
    let index = this.#held.length;
    while (index > 0 && this.#held[index - 1]!.atNs > atNs) index--;
    this.#held.splice(index, 0, { atNs, event });
    if (atNs > this.#newestNs) this.#newestNs = atNs;
  }

  /** Releases what nothing can overtake any more: older than the window, or more than may be held. */
  release(): void {
    const limitNs = this.#newestNs - this.#windowNs;
    let n = Math.max(0, this.#held.length - this.#capacity);
    while (n < this.#held.length && this.#held[n]!.atNs <= limitNs) n++;
    this.#hand(n);
  }

  /** Releases everything. */
  flush(): void {
    this.#hand(this.#held.length);
  }

  #hand(n: number): void {
    if (n === 0) return;
    const ready = this.#held.slice(0, n);
    this.#held = this.#held.slice(n);
    this.#releasedNs = ready.at(-1)!.atNs;
    for (const { event } of ready) this.#release(event);
  }
}
