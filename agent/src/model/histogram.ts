/**
 * Durations in buckets that can be added up: OpenTelemetry's exponential histogram with scale 2 (four buckets a doubling).
 * Bucket i counts durations of (2^(i/4), 2^((i+1)/4)] ns; what is not above 1 ns is in bucket 0, what is beyond the last
 * in bucket 255. Source: OpenTelemetry metrics data model, "ExponentialHistogram".
 */

/** How many durations each bucket holds, by its index. */
export type DurationHistogram = Map<number, number>;

const BUCKETS_A_DOUBLING = 4;
const LAST_BUCKET = 255;

export function bucketOf(durationNs: number): number {
  if (durationNs <= 1) return 0;
  return Math.min(LAST_BUCKET, Math.max(0, Math.ceil(Math.log2(durationNs) * BUCKETS_A_DOUBLING) - 1));
}

export function addDuration(histogram: DurationHistogram, durationNs: number): void {
  const bucket = bucketOf(durationNs);
  histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
}
