/** Duration histograms of the rows of one table. */
import type { sonde } from '@sonde/proto';
import type { DurationHistogram } from '../../model/histogram.ts';
import { unsigned } from './integers.ts';

export function histogramColumns(histograms: readonly DurationHistogram[]): sonde.v1.Histogram.$Properties {
  const rows = histograms.map((histogram) =>
    [...histogram].filter(([, n]) => n > 0).sort(([left], [right]) => left - right),
  );
  const buckets = rows.flat();
  return {
    count: rows.map((row) => row.length),
    bucket: buckets.map(([bucket]) => bucket),
    n: buckets.map(([, n]) => unsigned(n)),
  };
}
