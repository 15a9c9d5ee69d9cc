/**
 * One direction of one connection: reads messages from bytes in order.
 *
 *     infer --classified--> head --message--> body (a number of bytes passes) --> head
 *                            |  \--message--> parts (framing and bodies in turn) --> head
 *                            \--bad, gap--> lost --a message start is found--> head
 *     any --switched--> opaque
 *
 * While `paused`, pieces queue up unread: what they are depends on an answer that is not there yet. Messages behind a
 * place where framing was lost, or is ambiguous, are in doubt (see Doubt).
 */
import type { Direction } from '../../model/events.ts';
import { type Parsed, type Protocol, type Role, SURE, type SwitchTo } from '../protocol.ts';
import type { Books, StreamDrop } from './books.ts';
import { ByteBuffer } from './byte-buffer.ts';
import type { EngineLimits } from './limits.ts';
import { type Doubt, Message } from './message.ts';
import { type Mark, type Piece, type PieceSink, Reassembler } from './reassembly.ts';

/** What a flow asks of its connection. */
export interface FlowOwner {
  readonly books: Books;
  readonly limits: EngineLimits;
  readonly protocol: Protocol | null;
  /** What the protocol keeps of the connection. */
  readonly state: unknown;
  /** Tries to recognise the flow's unread bytes, of which `piece` brought the last. */
  classify(flow: Flow, piece: Piece): void;
  /** The request that the response answers that begins at this mark; null if it was not seen. */
  awaitedRequest(answer: Mark): unknown;
  /** A message began; its value is known. */
  onMessage(flow: Flow, message: Message): void;
  /** Its head has been read, and the flow is ready to go on after it, or to become something else. */
  onHeadRead(message: Message, switchTo: SwitchTo | null): void;
  onMessageDone(message: Message): void;
  /** Whole messages may be missing from the flow. */
  onLoss(flow: Flow): void;
  /** The bytes were bad too often: they are not this protocol. */
  giveUp(): void;
  /** Whether a message of the flow that begins at this piece would make sense while another is still open. */
  mayInterrupt(flow: Flow, message: Message): boolean;
  /** The process will not need the flow's payload before this position, widened. */
  onSkip(flow: Flow, untilPosition: number): void;
}

type Mode = 'infer' | 'head' | 'body' | 'parts' | 'lost' | 'opaque';

/**
 * How a flow ended. complete: it said so. cut: the connection was broken off before. unseen: it may go on, but no more
 * is looked at.
 */
export type FlowEnd = 'complete' | 'cut' | 'unseen';

// The kernel compares positions modulo 2^32: further ahead would be behind.
const MAX_SKIP_BYTES = 1 << 30;
const MAX_AHEAD_RECORDS = 256;
const MAX_QUEUED_RECORDS = 4096;

const LF = 0x0a;

/**
 * Why a message may begin at a place: the flow or a message before it is known to have come to it (known), or only a
 * line ended there (line), or what was before is lost (gap). Where a record begins says nothing, a reader takes what is
 * there; but see `Mark.turn`.
 */
type Boundary = 'known' | 'line' | 'gap' | 'none';

export class Flow implements PieceSink {
  readonly direction: Direction;
  readonly #owner: FlowOwner;
  readonly #order = new Reassembler(this);
  #mode: Mode = 'infer';
  #role: Role = 'request';
  #end: FlowEnd | null = null;
  #wasReadToEnd = false;
  #paused = false;
  /** What follows the open message depends on its answer. */
  #pauseAfter = false;
  /** Pieces that came while paused. */
  #queue: Piece[] = [];
  #queuedBytes = 0;

  readonly #buffer = new ByteBuffer();
  /** Position of the next unread byte: the first of the buffer. */
  #position = 0;
  #firstPosition: number | null = null;
  /** Who brought the bytes from `#position` on, oldest first. */
  #marks: Mark[] = [];
  /** How much of the buffer need not be searched again. */
  #scanned = 0;

  /** Of the place before the next unread byte. */
  #boundary: Boundary = 'known';

  #message: Message | null = null;
  /** Bytes of the open message's body, or of one part of it, that are still to pass. */
  #passBytes = 0;
  #passedBytes = 0;
  #skippedUntil = 0;
  #nBad = 0;
  #nParts = 0;
  /** Of the messages that begin from here on. */
  #doubt: Doubt | null = null;

  constructor(direction: Direction, owner: FlowOwner) {
    this.direction = direction;
    this.#owner = owner;
  }

  get mode(): Mode {
    return this.#mode;
  }

  get role(): Role {
    return this.#role;
  }

  /** It has ended, and nothing in it was lost or not understood after the last message. */
  get wasReadToEnd(): boolean {
    return this.#wasReadToEnd && this.#end !== 'unseen';
  }

  /** Payload bytes kept. */
  get heldBytes(): number {
    return this.#order.aheadBytes + this.#queuedBytes + this.#buffer.length;
  }

  get waitingSinceNs(): number | null {
    return this.#order.waitingSinceNs;
  }

  startAt(position: number): void {
    this.#order.startAt(position);
  }

  /** Bytes in any order; `piece.position` is 32-bit. They are already taken into the books. */
  push(piece: Piece): void {
    if (this.#end !== null) {
      this.#owner.books.bytesDropped('after_end', piece.length);
      return;
    }
    this.#order.push(piece);
    while (
      this.#order.aheadBytes > this.#owner.limits.maxFlowBytes ||
      this.#order.nAhead > MAX_AHEAD_RECORDS
    ) {
      this.#order.skipGap();
    }
  }

  /** Takes what is missing for lost. */
  skipGaps(): void {
    this.#order.skipGaps();
  }

  onDuplicate(bytes: number): void {
    this.#owner.books.bytesDropped('duplicate', bytes);
  }

  onPiece(piece: Piece): void {
    this.#firstPosition ??= piece.position;
    // Whoever sends another request does not wait for the answer to say what comes.
    if (this.#paused && this.#startsMessage(piece)) this.resume();
    if (this.#paused) this.#enqueue(piece);
    else this.#read(piece);
  }

  /** The protocol is known: from here on the flow carries messages of `role`. */
  classified(role: Role): void {
    this.#role = role;
    this.#mode = 'head';
    this.#scanned = 0;
    if (!this.#mayStartHere) this.#loseFraming();
    this.#run();
  }

  /** The protocol was not what it seemed: what is unread is not looked at again. */
  unclassified(): void {
    this.#dropBuffer('unclassified');
    this.#infer();
  }

  /** From here on the flow may carry anything. Its last message was ended before: see endMessage. */
  restart(): void {
    this.#boundary = 'known';
    this.#infer();
  }

  #infer(): void {
    this.#mode = 'infer';
    this.#scanned = 0;
    this.resume();
  }

  /** The open message, if there is one, ends here for `fault`. */
  endMessage(fault: string): void {
    this.#closeMessage(fault);
  }

  /** Nothing of the flow was read, or passed over unread, before its unread bytes. */
  get isAtStart(): boolean {
    return this.#firstPosition === null || this.#position === this.#firstPosition;
  }

  /** Goes on with what was kept while paused. */
  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#run();
    while (!this.#paused && this.#queue.length > 0) {
      const piece = this.#queue.shift()!;
      this.#queuedBytes -= piece.payload.length;
      this.#read(piece);
    }
    if (this.#end !== null && !this.#paused) this.#finishReading(this.#end);
  }

  /** What follows is not looked at any more. */
  makeOpaque(): void {
    this.#closeMessage('connection switched protocol');
    this.#mode = 'opaque';
    this.#dropBuffer('switched');
    this.resume();
  }

  /** Frees what is held, to keep within the limits. */
  shed(): void {
    this.#order.skipGaps();
    this.#dropQueue('over_budget');
    this.#cutHead('over_budget', 'head over budget');
  }

  /** The flow had come to this position, 32-bit, when it was seen last: what is missing before it was lost. */
  reach(position: number, mark: Mark): void {
    if (this.#end === null) this.#order.reach(position, mark);
  }

  /** No more bytes come. Only its first end counts. */
  end(end: FlowEnd): void {
    if (this.#end !== null) return;
    this.#order.skipGaps();
    this.#end = end;
    if (!this.#paused) this.#finishReading(end);
  }

  /** Nothing can be waited for any more. */
  finish(): void {
    this.end('unseen');
    while (this.#paused) this.resume();
  }

  #finishReading(end: FlowEnd): void {
    this.#wasReadToEnd = this.#mode === 'head' || this.#mode === 'body' || this.#mode === 'parts';
    const isCutOff = end !== 'unseen';
    if (this.#message !== null) {
      const lastsUntilEnd = this.#passBytes === Number.POSITIVE_INFINITY;
      if (lastsUntilEnd && end === 'complete') this.#closeMessage(null);
      else if (lastsUntilEnd && end === 'unseen') this.#closeMessage(`${this.#role} end not seen`);
      else this.#closeMessage(`${this.#role} body cut`, isCutOff);
    }
    if (this.#mode === 'head') this.#cutHead('cut_head', `${this.#role} head cut`, isCutOff);
    else this.#dropBuffer(this.#mode === 'lost' ? 'resynchronised' : 'unclassified');
  }

  #enqueue(piece: Piece): void {
    this.#queue.push(piece);
    this.#queuedBytes += piece.payload.length;
    // Too much to wait any longer: it is read as if no answer were due.
    const { maxFlowBytes } = this.#owner.limits;
    if (this.#queuedBytes > maxFlowBytes || this.#queue.length > MAX_QUEUED_RECORDS) this.resume();
  }

  #dropQueue(reason: StreamDrop): void {
    if (this.#queue.length > 0 && this.#mode === 'head') this.#loseFraming();
    for (const piece of this.#queue) if (!piece.missing) this.#owner.books.bytesDropped(reason, piece.length);
    this.#queue = [];
    this.#queuedBytes = 0;
  }

  #read(piece: Piece): void {
    if (
      this.#message !== null &&
      piece.mark.turn &&
      this.#startsMessage(piece) &&
      this.#owner.mayInterrupt(this, this.#message)
    ) {
      const endsHere = this.#passBytes === Number.POSITIVE_INFINITY;
      this.#closeMessage(endsHere ? null : `${this.#role} body shorter than declared`);
      this.#dropBuffer('resynchronised');
      this.#mode = 'head';
    }
    // Nobody is answered in the midst of a message's first bytes.
    const newest = this.#marks.at(-1);
    if (this.#mode === 'infer' && piece.mark.turn && newest !== undefined && newest.index < piece.mark.index)
      this.#dropBuffer('unclassified');
    const isFirstUnread = this.#buffer.length === 0;
    let { payload } = piece;
    if (isFirstUnread) {
      this.#position = piece.position;
      this.#marks.length = 0;
    }
    this.#marks.push(piece.mark);
    if (isFirstUnread && this.#passBytes > 0) {
      const n = Math.min(this.#passBytes, payload.length);
      this.#pass(n, piece.mark.timeNs, true);
      payload = payload.subarray(n);
    }
    if (payload.length > 0) {
      this.#buffer.append(payload);
      if (this.#mode === 'infer') this.#classify();
      this.#run();
    }
    const unknownBytes = piece.length - piece.payload.length;
    if (unknownBytes > 0) this.#readUnknown(unknownBytes, piece);
    this.#offerSkip();
  }

  /** Has every place looked at where a message may begin, until one is recognised or may yet be with more bytes. */
  #classify(): void {
    while (this.#mode === 'infer' && this.#buffer.length > 0) {
      const position = this.#position;
      if (!this.#mayStartHere) {
        this.#drop('unclassified', this.#nextStart());
        continue;
      }
      const turn = this.#isTurn;
      // A line may stand in a body.
      const doubtBefore = this.#doubt;
      if (this.#boundary === 'line' && !turn) this.#beginDoubt();
      const { length } = this.#buffer;
      const mark = { ...this.#markAt(position), turn };
      this.#owner.classify(this, { position, length, payload: this.#buffer.view(), mark, missing: false });
      if (this.#mode === 'infer') this.#doubt = doubtBefore;
      if (this.#position === position) return;
    }
  }

  /** A message may begin at the next unread byte, by what was before it. */
  get #mayStartHere(): boolean {
    return this.#boundary === 'known' || this.#boundary === 'line' || this.#isTurn;
  }

  /** The next unread byte is the first one after the other end spoke. */
  get #isTurn(): boolean {
    if (this.#buffer.length === 0) return false;
    const { turn, position } = this.#markAt(this.#position);
    return turn && position === this.#position;
  }

  /** How many unread bytes, at least one, there are up to the next place where a message may begin. */
  #nextStart(): number {
    const lf = this.#buffer.view().indexOf(LF);
    const turn = this.#nextTurn();
    return Math.min(lf < 0 ? this.#buffer.length : lf + 1, turn ?? Number.POSITIVE_INFINITY);
  }

  /** How many unread bytes, at least one, there are up to the next turn; null if none is among them. */
  #nextTurn(): number | null {
    const mark = this.#marks.find(({ turn, position }) => turn && position > this.#position);
    return mark === undefined ? null : mark.position - this.#position;
  }

  /** Reads the buffer as far as it goes. */
  #run(): void {
    while (this.#buffer.length > 0 && !this.#paused) {
      if (this.#passBytes > 0) {
        const n = Math.min(this.#passBytes, this.#buffer.length);
        const { timeNs } = this.#markAt(this.#position + n - 1);
        this.#buffer.consume(n);
        this.#pass(n, timeNs, true);
      } else if (this.#mode === 'head' || this.#mode === 'parts') {
        if (!this.#step()) return;
      } else if (this.#mode === 'lost') {
        if (!this.#resync()) return;
      } else {
        if (this.#mode === 'opaque') this.#dropBuffer('switched');
        return;
      }
    }
  }

  /** One step of the parser. @returns false if it needs more bytes */
  #step(): boolean {
    const protocol = this.#owner.protocol!;
    const request =
      this.#role === 'response' && this.#message === null
        ? this.#owner.awaitedRequest(this.#markAt(this.#position))
        : null;
    const parsed = protocol.parse({
      role: this.#role,
      bytes: this.#buffer.view(),
      scanned: this.#scanned,
      open: this.#message?.value ?? null,
      nParts: this.#nParts,
      state: this.#owner.state,
      request,
      first: this.isAtStart,
    });
    this.#scanned = 0;
    switch (parsed.kind) {
      case 'message':
        this.#nBad = 0;
        this.#begin(parsed);
        return true;
      case 'part':
        this.#take(parsed.end);
        this.#passBytes = parsed.bodyBytes;
        this.#passedBytes = 0;
        this.#nParts++;
        if (parsed.isAmbiguous) this.#beginDoubt();
        return true;
      case 'done':
        this.#take(parsed.end);
        if (parsed.isAmbiguous) this.#beginDoubt();
        this.#closeMessage(null);
        return true;
      case 'skip':
        this.#drop('passed_over', parsed.end);
        return true;
      case 'need':
        this.#scanned = parsed.scanned;
        if (this.#buffer.length <= protocol.maxHeadBytes) return false;
        this.#cutHead('over_budget', `${this.#role} head too long`);
        return true;
      case 'bad':
        this.#onBad();
        return true;
    }
  }

  #onBad(): void {
    this.#nBad++;
    this.#boundary = 'known';
    if (this.#message !== null) this.#closeMessage(`${this.#role} body malformed`);
    if (this.#nBad > this.#owner.limits.maxBad) {
      this.#nBad = 0;
      this.#beginDoubt();
      this.#owner.giveUp();
      return;
    }
    this.#loseFraming();
  }

  #loseFraming(): void {
    this.#mode = 'lost';
    this.#beginDoubt();
  }

  #beginDoubt(): void {
    this.#doubt = { isLifted: false };
  }

  #begin(parsed: Parsed<unknown> & { kind: 'message' }): void {
    const message = this.#beginMessage(parsed.value);
    this.#take(parsed.end);
    this.#boundary = 'known';
    this.#pauseAfter = parsed.wait === true;
    this.#nParts = 0;
    if (parsed.isAmbiguous) this.#beginDoubt();
    if (parsed.body === 'parts') this.#mode = 'parts';
    else if (parsed.body === 'unclear') {
      this.#closeMessage(`${this.#role} body length unclear`);
      this.#loseFraming();
    } else if (parsed.body > 0) {
      this.#mode = 'body';
      this.#passBytes = parsed.body;
      this.#passedBytes = 0;
    } else this.#closeMessage(null);
    this.#owner.onHeadRead(message, parsed.switchTo ?? null);
  }

  #beginMessage(value: unknown): Message {
    const mark = this.#markAt(this.#position);
    const message = new Message(this.#role, value, this.#position, mark, this.#doubt);
    this.#message = message;
    this.#owner.onMessage(this, message);
    return message;
  }

  #resync(): boolean {
    const length = this.#buffer.length;
    const { protocol, state } = this.#owner;
    const bytes = this.#buffer.view();
    const turn = this.#nextTurn();
    if (turn !== null) {
      // What is kept may go on after the turn, if no message begins there.
      const after = protocol!.resync(bytes.subarray(turn), this.#role, state, true);
      if (after.kind === 'found' && after.at === 0) {
        this.#drop('resynchronised', turn);
        return true;
      }
      if (after.kind === 'none' && after.keep === 0 && length <= this.#owner.limits.maxInferBytes)
        return false;
    }
    let mayStart = this.#mayStartHere;
    if (this.#boundary === 'gap' && !mayStart) {
      // The gap may have taken the first letters of what stands here: only what nothing else looks like counts.
      const inferred = protocol!.infer(bytes);
      if (inferred.kind === 'need' && length <= this.#owner.limits.maxInferBytes) return false;
      mayStart = inferred.kind === 'mine' && inferred.role === this.#role && inferred.confidence === 1;
    }
    const found = protocol!.resync(bytes, this.#role, state, mayStart);
    if (found.kind === 'found') {
      this.#drop('resynchronised', found.at);
      this.#mode = 'head';
      return true;
    }
    const tooLong = length - found.keep > this.#owner.limits.maxInferBytes;
    this.#drop('resynchronised', tooLong ? length : found.keep);
    return false;
  }

  /** Bytes known only by their number: opaque ones, or a gap. */
  #readUnknown(n: number, piece: Piece): void {
    const passed = Math.min(n, this.#passBytes);
    if (passed > 0) this.#pass(passed, piece.mark.timeNs, !piece.missing);
    const rest = n - passed;
    if (rest === 0) return;
    const { books } = this.#owner;
    if (this.#paused) {
      this.#enqueue({
        ...piece,
        position: piece.position + piece.length - rest,
        length: rest,
        payload: NOTHING,
      });
      return;
    }
    const reason = { infer: 'unclassified', lost: 'resynchronised', opaque: 'switched' } as const;
    if (!piece.missing)
      books.bytesDropped(this.#mode in reason ? reason[this.#mode as 'infer'] : 'gap', rest);
    if (this.#mode === 'head') {
      this.#cutHead('gap', `gap in ${this.#role} head`);
      this.#lose();
    } else if (this.#mode === 'body' || this.#mode === 'parts') {
      this.#closeMessage(`gap in ${this.#role} body`);
      this.#dropBuffer('gap');
      this.#lose();
    } else if (this.#mode === 'lost') {
      this.#dropBuffer('resynchronised');
      this.#owner.onLoss(this);
    } else if (this.#mode === 'infer') this.#dropBuffer('unclassified');
    this.#scanned = 0;
    this.#boundary = 'gap';
  }

  #lose(): void {
    this.#loseFraming();
    this.#owner.onLoss(this);
  }

  /** What is buffered of a head is all there is of it. */
  #cutHead(reason: StreamDrop, fault: string, isCutOff = false): void {
    const length = this.#buffer.length;
    if (length === 0) return;
    const isHead = this.#mode === 'head';
    const { protocol, state } = this.#owner;
    const value = isHead ? protocol!.cut(this.#buffer.view(), this.#role, state) : null;
    if (value === null) {
      this.#dropBuffer(reason);
    } else {
      const message = this.#beginMessage(value);
      this.#take(length);
      this.#closeMessage(fault, isCutOff);
      this.#owner.onHeadRead(message, null);
    }
    if (isHead) this.#loseFraming();
    this.#scanned = 0;
  }

  #closeMessage(fault: string | null, isCutOff = false): void {
    const message = this.#message;
    if (message === null) return;
    this.#message = null;
    this.#passBytes = 0;
    this.#mode = 'head';
    this.#scanned = 0;
    message.isDone = true;
    message.fault = fault;
    message.isCutOff = isCutOff;
    if (this.#pauseAfter) {
      this.#pauseAfter = false;
      this.#paused = true;
    }
    this.#owner.onMessageDone(message);
  }

  /** `n` bytes of the open message's body went by. */
  #pass(n: number, timeNs: number, isInBooks: boolean): void {
    const message = this.#message!;
    message.bytes += n;
    message.bodyBytes += n;
    message.endNs = timeNs;
    this.#passBytes -= n;
    this.#passedBytes += n;
    this.#position += n;
    if (isInBooks) this.#owner.books.bytesUsed(n);
    this.#boundary = this.#passBytes === 0 ? 'known' : 'none';
    if (this.#passBytes === 0 && this.#mode === 'body') this.#closeMessage(null);
  }

  /** The next `n` buffered bytes are framing of the open message. */
  #take(n: number): void {
    if (n === 0) return;
    const message = this.#message!;
    message.bytes += n;
    message.endNs = this.#markAt(this.#position + n - 1).timeNs;
    this.#owner.books.bytesUsed(n);
    this.#advance(n);
  }

  #drop(reason: StreamDrop, n: number): void {
    if (n === 0) return;
    this.#owner.books.bytesDropped(reason, n);
    this.#advance(n);
  }

  #dropBuffer(reason: StreamDrop): void {
    this.#drop(reason, this.#buffer.length);
    this.#scanned = 0;
  }

  #advance(n: number): void {
    this.#boundary = this.#buffer.view()[n - 1] === LF ? 'line' : 'none';
    this.#buffer.consume(n);
    this.#position += n;
    let nPast = 0;
    while (nPast + 1 < this.#marks.length && this.#marks[nPast + 1]!.position <= this.#position) nPast++;
    if (nPast > 0) this.#marks.splice(0, nPast);
  }

  #markAt(position: number): Mark {
    let found = this.#marks[0]!;
    for (const mark of this.#marks) {
      if (mark.position > position) break;
      found = mark;
    }
    return found;
  }

  /** The record plainly begins a message. */
  #startsMessage(piece: Piece): boolean {
    const { protocol } = this.#owner;
    if (piece.payload.length === 0 || protocol === null || this.#mode === 'opaque') return false;
    const inferred = protocol.infer(piece.payload);
    return inferred.kind === 'mine' && inferred.role === this.#role && inferred.confidence >= SURE;
  }

  /** Unread bytes, for inference. Valid during the call only. */
  unread(): Uint8Array {
    return this.#buffer.view();
  }

  /** The unread bytes, or the first `n` of them, are no message from their start on: goes on where one may begin. */
  dismiss(n: number): void {
    this.#drop('unclassified', Math.min(n, this.#nextStart()));
  }

  #offerSkip(): void {
    const { skipBytes } = this.#owner.limits;
    if (
      this.#passBytes === Number.POSITIVE_INFINITY ||
      this.#passBytes < skipBytes ||
      this.#passedBytes < skipBytes
    )
      return;
    if (this.#position + skipBytes <= this.#skippedUntil) return;
    this.#skippedUntil = this.#position + Math.min(this.#passBytes, MAX_SKIP_BYTES);
    this.#owner.onSkip(this, this.#skippedUntil);
  }
}

const NOTHING = new Uint8Array(0);
