import type { Random } from './random.ts';

/** How a quantity varies from one request to the next, in the unit of whoever holds it. */
export type Distribution =
  | { readonly kind: 'fixed'; readonly value: number }
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  /** ln(value / median) is normal with deviation `sigma`; values above `max` are cut to it. */
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number; readonly max: number };

export function sample(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case 'fixed':
      return distribution.value;
    case 'uniform':
      return distribution.min + random.next() * (distribution.max - distribution.min);
    case 'lognormal':
      return Math.min(distribution.median * Math.exp(distribution.sigma * random.normal()), distribution.max);
  }
}

/** The same distribution in another unit: every value times `factor`. */
export function scale(distribution: Distribution, factor: number): Distribution {
  switch (distribution.kind) {
    case 'fixed':
      return { kind: 'fixed', value: distribution.value * factor };
    case 'uniform':
      return { kind: 'uniform', min: distribution.min * factor, max: distribution.max * factor };
    case 'lognormal':
      return {
        kind: 'lognormal',
        median: distribution.median * factor,
        sigma: distribution.sigma,
        max: distribution.max * factor,
      };
  }
}
