/**
 * Puts the records of one flow into the order of their positions: drops what was seen before, holds what came too
 * early, and tells of gaps. Positions arrive as 32 bits (TCP sequence numbers wrap after 4 GiB) and are widened here
 * to numbers that only rise.
 */

/** Who moved bytes, and when. One per data event. */
export interface Mark {
  /** Of the event's first byte, widened. */
  position: number;
  readonly timeNs: number;
  readonly tid: number;
  readonly tgid: number;
  readonly cgroupId: bigint;
  /** Number of the event on its connection. */
  readonly index: number;
  /** The data event before it on the connection went the other way. */
  readonly turn: boolean;
}

/** A stretch of a flow. The first `payload.length` of its `length` bytes are known. */
export interface Piece {
  /** Widened. */
  position: number;
  length: number;
  payload: Uint8Array;
  readonly mark: Mark;
  /** No record of these bytes ever came: they are not in the ledger. */
  readonly missing: boolean;
}

export interface PieceSink {
  /** Pieces come in order and without holes between them. */
  onPiece(piece: Piece): void;
  onDuplicate(bytes: number): void;
}

// A step back further than this is no repetition but, in 32 bits, a step forward over a large gap.
const MAX_STEP_BACK_BYTES = 1 << 30;

export class Reassembler {
  readonly #sink: PieceSink;
  /** Position of the next byte in order, widened; null until the first is known. */
  #next: number | null = null;
  #begun = false;
  #ahead: Piece[] = [];
  #aheadBytes = 0;

  constructor(sink: PieceSink) {
    this.#sink = sink;
  }

  /** Payload bytes held because something before them is missing. */
  get aheadBytes(): number {
    return this.#aheadBytes;
  }

  get nAhead(): number {
    return this.#ahead.length;
  }

  /** When the piece next to the gap came; null if none is held. */
  get waitingSinceNs(): number | null {
    return this.#ahead[0]?.mark.timeNs ?? null;
  }

  /** Says where the flow starts, if no byte of it was seen yet. */
  startAt(position: number): void {
    if (!this.#begun) this.#next = position >>> 0;
  }

  /** `piece.position` and `piece.mark.position` are 32-bit; they are widened in place. */
  push(piece: Piece): void {
    let next = this.#next ?? piece.position;
    const bytesBack = (next - piece.position) >>> 0;
    const isBack = bytesBack > 0 && bytesBack <= MAX_STEP_BACK_BYTES;
    // Nothing was delivered yet, so nothing can have been seen before: the start was announced wrongly.
    if (isBack && !this.#begun) next = piece.position;
    const step = isBack ? (this.#begun ? -bytesBack : 0) : (piece.position - next) >>> 0;
    this.#begun = true;
    this.#next = next;
    piece.position = next + step;
    piece.mark.position = piece.position;
    if (step > 0) {
      this.#holdAhead(piece);
      return;
    }
    this.#deliver(piece);
    this.#deliverReady();
  }

  /** Takes what is missing for lost. @returns false if nothing was */
  skipGap(): boolean {
    const first = this.#ahead[0];
    if (first === undefined || this.#next === null) return false;
    const position = this.#next;
    this.#next = first.position;
    const length = first.position - position;
    this.#sink.onPiece({ position, length, payload: NOTHING, mark: first.mark, missing: true });
    this.#deliverReady();
    return true;
  }

  skipGaps(): void {
    while (this.skipGap());
  }

  /** The flow is known to have reached a position, 32-bit: what is missing before it is lost. `mark`: of who says so. */
  reach(position: number, mark: Mark): void {
    this.skipGaps();
    const next = this.#next;
    if (next === null) return;
    const length = (position - next) >>> 0;
    if (length === 0 || length > MAX_STEP_BACK_BYTES) return;
    mark.position = next;
    this.#next = next + length;
    this.#sink.onPiece({ position: next, length, payload: NOTHING, mark, missing: true });
  }

  #holdAhead(piece: Piece): void {
    let at = this.#ahead.length;
    while (at > 0 && this.#ahead[at - 1]!.position > piece.position) at--;
    this.#ahead.splice(at, 0, piece);
    this.#aheadBytes += piece.payload.length;
  }

  #deliverReady(): void {
    for (
      let first = this.#ahead[0];
      first !== undefined && first.position <= this.#next!;
      first = this.#ahead[0]
    ) {
      this.#ahead.shift();
      this.#aheadBytes -= first.payload.length;
      this.#deliver(first);
    }
  }

  /** Hands on what of `piece` is new. */
  #deliver(piece: Piece): void {
    const seen = Math.min(this.#next! - piece.position, piece.length);
    if (seen > 0) {
      this.#sink.onDuplicate(seen);
      piece.position += seen;
      piece.length -= seen;
      piece.payload = piece.payload.subarray(Math.min(seen, piece.payload.length));
    }
    if (piece.length === 0) return;
    this.#next = piece.position + piece.length;
    this.#sink.onPiece(piece);
  }
}

const NOTHING = new Uint8Array(0);
