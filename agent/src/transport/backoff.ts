/** Pauses between tries: they double from the shortest to the longest, and half of each is chance. */
export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** From 0 to below 1, as Math.random. Agents that lost one collector together must not come back together. */
  readonly random: () => number;
}

export class Backoff {
  readonly #minMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #tries = 0;

  constructor({ minMs, maxMs, random }: BackoffOptions) {
    this.#minMs = Math.min(minMs, maxMs);
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /** The pause before the next try, ms. */
  next(): number {
    const ceilingMs = Math.min(this.#maxMs, this.#minMs * 2 ** this.#tries);
    this.#tries++;
    return this.#spread(ceilingMs);
  }

  /** The longest pause: for what only a person can change. */
  longest(): number {
    return this.#spread(this.#maxMs);
  }

  /** The last try was good. */
  reset(): void {
    this.#tries = 0;
  }

  #spread(ceilingMs: number): number {
    return ceilingMs / 2 + (this.#random() * ceilingMs) / 2;
  }
}
