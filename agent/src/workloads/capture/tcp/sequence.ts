/**
 * Sequence numbers of one direction as offsets that do not wrap. Offset 0 is wherever the first number was seen, so
 * offsets before it are negative.
 */

/** No TCP window is larger (RFC 7323 section 2.3), so no live segment is farther away. */
const MAX_WINDOW_BYTES = 2 ** 30;

export class SequenceSpace {
  readonly base: number;
  #highest = 0;

  /** `base`: the u32 that offset 0 stands for. */
  constructor(base: number) {
    this.base = base;
  }

  /** The offset nearest to the highest one so far that `sequence` can mean; null outside any window. */
  offsetOf(sequence: number): number | null {
    const difference = (sequence - this.sequenceOf(this.#highest)) | 0;
    if (Math.abs(difference) > MAX_WINDOW_BYTES) return null;
    const offset = this.#highest + difference;
    if (offset > this.#highest) this.#highest = offset;
    return offset;
  }

  sequenceOf(offset: number): number {
    return (this.base + offset) >>> 0;
  }
}
