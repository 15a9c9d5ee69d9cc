/** Unsigned 64-bit integers of the wire from and to JavaScript numbers. */
import { Long } from '@sonde/proto';

/** The whole number nearest to `value`; what is negative or no number becomes 0. */
export const unsigned = (value: number): Long => Long.fromNumber(Math.round(value), true);

/** Exact below 2^53; 0 for a field that is absent. */
export const fromUnsigned = (value: Long | undefined): number => value?.toNumber() ?? 0;
