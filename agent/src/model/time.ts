/** From a node's monotonic clock to wall time. */

/** What the agent knows of one node's clock; a step of wall time makes a new one. */
export interface ClockOffset {
  /** Identifies the boot whose monotonic clock this is. */
  readonly bootId: string;
  /** Wall time minus monotonic time, ns since the Unix epoch. */
  readonly wallMinusMonotonicNs: bigint;
}

/** Unix time in ns of a monotonic time in ns. */
export const toUnixNano = (offset: ClockOffset, monotonicNs: number): bigint =>
  offset.wallMinusMonotonicNs + BigInt(Math.round(monotonicNs));

const MINUTE_NS = 60e9;

/** Minutes since the Unix epoch of times of one clock. Made once and asked for every event: no bigint in it. */
export function unixMinutesOf(offset: ClockOffset): (monotonicNs: number) => number {
  const wholeMinutes = Number(offset.wallMinusMonotonicNs / BigInt(MINUTE_NS));
  const restNs = Number(offset.wallMinusMonotonicNs % BigInt(MINUTE_NS));
  return (monotonicNs) => wholeMinutes + Math.floor((restNs + monotonicNs) / MINUTE_NS);
}
