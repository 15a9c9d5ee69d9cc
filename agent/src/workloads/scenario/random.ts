/** A stream of pseudo-random numbers: the same seed gives the same stream on every machine. Not for secrets. */
export class Random {
  #state: number;

  /** @param seed any text; streams of different texts are independent for our purposes */
  constructor(seed: string) {
    this.#state = hash(seed);
  }

  /** In [0, 1), 32 bits of it. The mixing is mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number in [min, max]. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True in `rate` of all calls. */
  chance(rate: number): boolean {
    // Drawn even for 0 and 1, so that changing a rate does not shift what is drawn after it.
    return this.next() < rate;
  }

  /** From the normal distribution with mean 0 and deviation 1 (Box and Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  /** An index of `weights`, each in proportion to its weight. Weights are > 0. */
  weighted(weights: readonly number[]): number {
    let left = this.next() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [index, weight] of weights.entries()) {
      left -= weight;
      if (left < 0) return index;
    }
    return weights.length - 1;
  }
}

/** FNV-1a over UTF-16 units, then a final mix: neighbouring seeds must not give neighbouring states. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
