/** Which bytes of a stream have been captured: half-open ranges of offsets, disjoint, ascending, merged. */

export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * A range may be put in at most this many ranges before the last one. Reordering stays far below; without the limit, a
 * file made for it would cost time in the square of its length.
 */
const MAX_RANGES_AHEAD = 4096;

export class Coverage {
  readonly #ranges: Range[] = [];

  /** Offset after the last covered byte; -Infinity if there is none. */
  get end(): number {
    return this.#ranges.at(-1)?.end ?? Number.NEGATIVE_INFINITY;
  }

  /** Covers `added`. @returns the parts of it that were not covered before, or null beyond the limit */
  add(added: Range): Range[] | null {
    if (added.start >= added.end) return [];
    const ranges = this.#ranges;
    // The first range that ends at or after the start: it, and those behind it, may touch.
    let first = ranges.length;
    while (first > 0 && ranges[first - 1]!.end >= added.start) {
      first--;
      if (ranges.length - first > MAX_RANGES_AHEAD) return null;
    }
    const fresh: Range[] = [];
    let { start, end } = added;
    let at = added.start;
    let after = first;
    for (; after < ranges.length && ranges[after]!.start <= added.end; after++) {
      const range = ranges[after]!;
      if (range.start > at) fresh.push({ start: at, end: range.start });
      at = Math.max(at, range.end);
      start = Math.min(start, range.start);
      end = Math.max(end, range.end);
    }
    if (at < added.end) fresh.push({ start: at, end: added.end });
    if (first === ranges.length) ranges.push(added);
    else ranges.splice(first, after - first, { start, end });
    return fresh;
  }
}
