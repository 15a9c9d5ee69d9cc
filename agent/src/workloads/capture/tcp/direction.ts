/**
 * One direction of a TCP conversation: which stream bytes were captured, in which packet, and where the stream begins
 * and ends. It is filled with all packets first and read afterwards, so that whoever reads it knows of every byte
 * whether a copy comes later in the capture, or never.
 *
 * Where copies differ (a retransmission with other content), the first captured copy counts.
 */
import { Coverage } from './coverage.ts';
import { SequenceSpace } from './sequence.ts';

/** Stream bytes that came in one packet and in none before. Pieces do not overlap. */
export interface Piece {
  readonly offset: number;
  readonly end: number;
  /** Null where only their number is known: the snap length cut them. */
  readonly bytes: Uint8Array | null;
  /** Which packet of the conversation, from 0. */
  readonly index: number;
}

/** Payload bytes that make no piece, and why. */
export type DropBytes = (
  reason: 'retransmitted' | 'before_start' | 'too_fragmented' | 'after_fin',
  bytes: number,
) => void;

export class Direction {
  #space: SequenceSpace | null = null;
  readonly #coverage = new Coverage();
  readonly #pieces: Piece[] = [];
  /** First stream byte that the capture can speak of. */
  start = 0;
  /** The SYN, or its acknowledgement, was seen: `start` is the stream's first byte. */
  #isExact = false;
  /** `start` comes from an empty segment alone, which may have been a keep-alive: then it is one too low. */
  #isTentative = false;
  #firstAcknowledged: number | null = null;
  /** Where the stream ends; null if its FIN was not seen. */
  fin: { readonly offset: number; readonly index: number } | null = null;
  #hasSegments = false;

  /** Sequence number of the byte at `start`; null if nothing is known of this direction. */
  get firstSequence(): number | null {
    return this.#space?.sequenceOf(this.start) ?? null;
  }

  /** Offset after the last captured byte; -Infinity if none was. */
  get capturedEnd(): number {
    return this.#coverage.end;
  }

  /** Pieces by offset. */
  sortedPieces(): readonly Piece[] {
    return this.#pieces.sort((x, y) => x.offset - y.offset);
  }

  /** The sender's SYN. @returns the offset of the first stream byte */
  noteSyn(sequence: number): number | null {
    return this.#noteBegin((sequence + 1) >>> 0);
  }

  /** The receiver's SYN with an acknowledgement: it tells the sender's first sequence number as well as a SYN does. */
  noteSynAcknowledged(acknowledged: number): number | null {
    const offset = this.#noteBegin(acknowledged);
    this.#firstAcknowledged ??= offset;
    return offset;
  }

  #noteBegin(sequence: number): number | null {
    this.#space ??= new SequenceSpace(sequence);
    const offset = this.#space.offsetOf(sequence);
    if (offset !== null && !this.#isExact) {
      this.start = offset;
      this.#isExact = true;
      this.#isTentative = false;
    }
    return offset;
  }

  /** A segment of the sender's. `segmentBytes` counts its payload. @returns its offset; null if out of any window */
  noteSegment(sequence: number, segmentBytes: number): number | null {
    this.#hasSegments = true;
    if (this.#space === null) {
      this.#space = new SequenceSpace(sequence);
      this.#isTentative = segmentBytes === 0;
      return 0;
    }
    const offset = this.#space.offsetOf(sequence);
    if (offset === null || this.#isExact || segmentBytes === 0) return offset;
    if (this.#isTentative && offset === this.start + 1) this.start = offset;
    this.#isTentative = false;
    // Out of order at the very beginning: new bytes all the same, unless the receiver was past them already.
    if (offset < this.start && offset >= (this.#firstAcknowledged ?? offset)) this.start = offset;
    return offset;
  }

  /** The receiver expects `acknowledged` next. @returns its offset; null if out of any window */
  noteAcknowledged(acknowledged: number): number | null {
    this.#space ??= new SequenceSpace(acknowledged);
    const offset = this.#space.offsetOf(acknowledged);
    if (offset === null || this.#firstAcknowledged !== null) return offset;
    this.#firstAcknowledged = offset;
    if (this.#isTentative && offset === this.start + 1) this.start = offset;
    this.#isTentative = false;
    return offset;
  }

  /** The sender's FIN in packet `index`; called between the calls of add(), in the order of the packets. */
  noteFin(offset: number, index: number): void {
    this.fin ??= { offset: Math.max(offset, this.capturedEnd), index };
  }

  /**
   * If the highest acknowledgement is one beyond everything that was captured, that one is a FIN that was not: a last
   * segment of a single byte is much rarer. Not so where nothing of this direction was captured, since there the bytes
   * before it are unknown too.
   */
  inferFin(acknowledgedOffset: number): void {
    const end = Math.max(this.capturedEnd, this.start);
    if (this.fin === null && this.#hasSegments && acknowledgedOffset === end + 1) {
      this.fin = { offset: end, index: Number.POSITIVE_INFINITY };
    }
  }

  /**
   * Takes the payload of packet `index`: `bytes` from `offset` on, and behind them `missingBytes` that the snap length
   * cut. Every segment of the conversation must have been noted before, since notes may move the start.
   * @returns how many new stream bytes it brought
   */
  add(offset: number, bytes: Uint8Array, missingBytes: number, index: number, drop: DropBytes): number {
    const capturedEnd = offset + bytes.length;
    const limit = Math.max(this.fin?.offset ?? Number.POSITIVE_INFINITY, this.start);
    const from = Math.max(offset, this.start);
    const to = Math.min(capturedEnd, limit);
    drop('before_start', Math.min(from, capturedEnd) - offset);
    drop('after_fin', capturedEnd - Math.max(Math.min(capturedEnd, limit), offset));
    const known = to > from ? this.#cover(from, to, index, bytes, offset, drop) : 0;
    const missingEnd = Math.min(capturedEnd + missingBytes, limit);
    return known + this.#cover(Math.max(capturedEnd, this.start), missingEnd, index, null, 0, drop);
  }

  #cover(
    start: number,
    end: number,
    index: number,
    bytes: Uint8Array | null,
    offset: number,
    drop: DropBytes,
  ): number {
    const fresh = this.#coverage.add({ start, end });
    if (fresh === null) {
      if (bytes !== null) drop('too_fragmented', end - start);
      return 0;
    }
    let freshBytes = 0;
    for (const range of fresh) {
      freshBytes += range.end - range.start;
      const part = bytes?.subarray(range.start - offset, range.end - offset) ?? null;
      this.#pieces.push({ offset: range.start, end: range.end, bytes: part, index });
    }
    if (bytes !== null) drop('retransmitted', end - start - freshBytes);
    return freshBytes;
  }
}
