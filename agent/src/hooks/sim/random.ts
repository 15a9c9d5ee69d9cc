/** Seeded random numbers: the only source of chance in a simulated world, so that every run repeats. */
export class Random {
  #a: number;
  #b: number;

  constructor(seed: number) {
    // Two words of state, both mixed from the seed; neither may be 0, which xorshift never leaves.
    this.#a = mix(seed) || 1;
    this.#b = mix(seed + 0x9e3779b9) || 1;
  }

  /** [0, 2^32) */
  u32(): number {
    // xorshift64 on two 32-bit halves (G. Marsaglia, "Xorshift RNGs", 2003), the sum hiding its linear low bits.
    const t = this.#a ^ (this.#a << 10);
    this.#a = this.#b;
    this.#b = this.#b ^ (this.#b >>> 10) ^ t ^ (t >>> 13);
    return (this.#a + this.#b) >>> 0;
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor((this.u32() / 0x1_0000_0000) * n);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return probability > 0 && this.u32() < probability * 0x1_0000_0000;
  }

  /** The items in a random order; the argument stays as it is. */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }
}

/** Spreads a seed over 32 bits: neighbouring seeds must not give neighbouring states. */
function mix(seed: number): number {
  let x = Math.trunc(seed) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}
