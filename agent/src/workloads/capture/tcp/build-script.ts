/**
 * From the packets of one TCP conversation to its script. The order is that in which the ends could have seen things:
 *
 * - Bytes are delivered when they are the next of their stream, at the time of the packet that made them so: one that
 *   fills a hole delivers what waited behind it.
 * - An acknowledgement proves that its sender has everything below it. What was not captured by then is delivered
 *   there: from a copy that comes later in the capture, else as a gap.
 * - A hole that nobody acknowledges stays open until no more packets of its receiver come; then it is a gap.
 *
 * A reset counts only if its sender falls silent: forged or stray ones are passed over.
 */

import { TcpFlag, type TcpSegment } from '../packets/transport.ts';
import type { CaptureStages } from '../stages.ts';
import type { Recording } from './conversations.ts';
import { Direction, type Piece } from './direction.ts';
import { type Action, type Conversation, otherSide, type Side } from './script.ts';

const SIDES: readonly Side[] = ['a', 'b'];

/** A segment with its place in the two streams; null where the place is outside any window or does not matter. */
interface Placed {
  readonly segment: TcpSegment;
  readonly side: Side;
  readonly offset: number | null;
  readonly acknowledgedOffset: number | null;
  /** A probe for a dead peer repeats a byte of before the capture, or sends an arbitrary one. */
  readonly isProbe: boolean;
}

/** @returns null if there is nothing to play: neither an opening nor a byte */
export function buildScript(recording: Recording, stages: CaptureStages): Conversation | null {
  const opener = openerOf(recording);
  const a = opener === null || opener === 'a' ? recording.a : recording.b;
  const b = a === recording.a ? recording.b : recording.a;
  const opening = openingOf(recording.segments, opener === null ? null : a);
  const base = { a, b, opening, openedNs: Math.max(recording.segments[0]!.atNs, recording.notBeforeNs) };

  if (opening === 'refused' || opening === 'unanswered') {
    for (const { bytes } of recording.segments) stages.bytes.drop('not_connected', bytes.length);
    return { ...base, firstSequence: { a: firstSynOf(recording.segments, a), b: 0 }, actions: [] };
  }
  const builder = new ScriptBuilder(recording, base, stages);
  const actions = builder.build();
  if (opening === 'mid-stream' && actions.every((action) => action.kind === 'replaced')) return null;
  return { ...base, firstSequence: builder.firstSequence(), actions };
}

/** Who connected, by the first SYN that tells; null in mid-stream. */
function openerOf(recording: Recording): Side | null {
  const syn = recording.segments.find((segment) => (segment.flags & TcpFlag.SYN) !== 0);
  if (syn === undefined) return null;
  const sender: Side = syn.from === recording.a ? 'a' : 'b';
  return (syn.flags & TcpFlag.ACK) !== 0 ? otherSide(sender) : sender;
}

function openingOf(segments: readonly TcpSegment[], opener: object | null): Conversation['opening'] {
  if (opener === null) return 'mid-stream';
  const isEstablished = segments.some(({ from, flags, bytes }) => {
    const isSyn = (flags & TcpFlag.SYN) !== 0;
    const isReset = (flags & TcpFlag.RST) !== 0;
    if (from !== opener) return isSyn ? (flags & TcpFlag.ACK) !== 0 : !isReset && bytes.length > 0;
    return !isSyn && !isReset && (flags & TcpFlag.ACK) !== 0;
  });
  if (isEstablished) return 'handshake';
  const isRefused = segments.some(({ from, flags }) => from !== opener && (flags & TcpFlag.RST) !== 0);
  return isRefused ? 'refused' : 'unanswered';
}

/** Of the first byte after the SYN. */
function firstSynOf(segments: readonly TcpSegment[], opener: object): number {
  const syn = segments.find(({ from, flags }) => from === opener && (flags & TcpFlag.SYN) !== 0);
  return ((syn?.sequence ?? 0) + 1) >>> 0;
}

class ScriptBuilder {
  readonly #stages: CaptureStages;
  readonly #directions: Readonly<Record<Side, Direction>> = { a: new Direction(), b: new Direction() };
  readonly #placed: readonly Placed[];
  readonly #openedNs: number;
  readonly #replacedNs: number | null;

  constructor(
    recording: Recording,
    { a, openedNs }: Pick<Conversation, 'a' | 'openedNs'>,
    stages: CaptureStages,
  ) {
    this.#stages = stages;
    this.#openedNs = openedNs;
    this.#replacedNs = recording.replacedNs;
    this.#placed = recording.segments.map((segment) => this.#place(segment, segment.from === a ? 'a' : 'b'));
  }

  firstSequence(): Record<Side, number> {
    return { a: this.#directions.a.firstSequence ?? 1, b: this.#directions.b.firstSequence ?? 1 };
  }

  build(): Action[] {
    const cutoff = this.#fill();
    const delivery = new Delivery(this.#directions, this.#placed, cutoff, this.#openedNs);
    const actions = delivery.run();
    for (const action of actions) {
      if (action.kind === 'data') this.#stages.bytes.hold(action.bytes.length);
      if (action.kind !== 'gap') continue;
      this.#stages.missing.take(action.gapBytes);
      this.#stages.missing.hold(action.gapBytes);
    }
    this.#stages.bytes.drop('after_reset', delivery.undeliveredBytes());
    if (this.#replacedNs !== null && !delivery.isOver) {
      actions.push({
        kind: 'replaced',
        atNs: Math.max(this.#replacedNs, actions.at(-1)?.atNs ?? this.#openedNs),
      });
    }
    return actions;
  }

  #place(segment: TcpSegment, side: Side): Placed {
    const sender = this.#directions[side];
    const receiver = this.#directions[otherSide(side)];
    const { sequence, acknowledged, flags, bytes, missingBytes } = segment;
    if ((flags & TcpFlag.RST) !== 0) {
      return { segment, side, offset: null, acknowledgedOffset: null, isProbe: false };
    }
    if ((flags & TcpFlag.SYN) !== 0) {
      if (acknowledged !== null) receiver.noteSynAcknowledged(acknowledged);
      return { segment, side, offset: sender.noteSyn(sequence), acknowledgedOffset: null, isProbe: false };
    }
    const isProbe =
      sender.firstSequence === null && missingBytes === 0 && bytes.length === 1 && bytes[0] === 0;
    return {
      segment,
      side,
      offset: sender.noteSegment(sequence, isProbe ? 0 : bytes.length + missingBytes),
      acknowledgedOffset: acknowledged === null ? null : receiver.noteAcknowledged(acknowledged),
      isProbe,
    };
  }

  /** Puts every payload into its direction. @returns the index of the reset that counts, Infinity if none does */
  #fill(): number {
    const { bytes: stage } = this.#stages;
    const resets: Record<Side, number[]> = { a: [], b: [] };
    /** The last packet by which a side showed that the connection lives: new bytes, or a higher acknowledgement. */
    const lastSign: Record<Side, number> = { a: -1, b: -1 };
    const acknowledgedUpTo: Record<Side, number> = {
      a: Number.NEGATIVE_INFINITY,
      b: Number.NEGATIVE_INFINITY,
    };
    this.#placed.forEach(({ segment, side, offset, acknowledgedOffset, isProbe }, index) => {
      const { bytes, missingBytes, flags } = segment;
      const direction = this.#directions[side];
      if ((flags & TcpFlag.RST) !== 0) {
        resets[side].push(index);
        stage.drop('after_reset', bytes.length); // a text for people, no part of the stream (RFC 1122, 4.2.2.12)
      } else if (offset === null) stage.drop('out_of_window', bytes.length);
      else if (isProbe) stage.drop('retransmitted', bytes.length);
      else {
        const drop = (reason: string, dropped: number): void => stage.drop(reason, dropped);
        if (direction.add(offset, bytes, missingBytes, index, drop) > 0) lastSign[side] = index;
        if ((flags & TcpFlag.FIN) !== 0) direction.noteFin(offset + bytes.length + missingBytes, index);
      }
      if (acknowledgedOffset !== null && acknowledgedOffset > acknowledgedUpTo[side]) {
        acknowledgedUpTo[side] = acknowledgedOffset;
        lastSign[side] = index;
      }
    });
    for (const side of SIDES) this.#directions[side].inferFin(acknowledgedUpTo[otherSide(side)]);
    const counting = SIDES.map((side) => resets[side].find((index) => index > lastSign[side]));
    return Math.min(...counting.map((index) => index ?? Number.POSITIVE_INFINITY));
  }
}

/** One pass over the packets that gives the actions in their order. */
class Delivery {
  readonly #placed: readonly Placed[];
  readonly #cutoff: number;
  readonly #actions: Action[] = [];
  readonly #flows: Readonly<Record<Side, Flow>>;
  #nowNs: number;
  #isReset = false;

  constructor(
    directions: Readonly<Record<Side, Direction>>,
    placed: readonly Placed[],
    cutoff: number,
    openedNs: number,
  ) {
    this.#placed = placed;
    this.#cutoff = cutoff;
    this.#nowNs = openedNs;
    this.#flows = { a: new Flow(directions.a), b: new Flow(directions.b) };
  }

  /** Both ends have closed, or one has reset the connection. */
  get isOver(): boolean {
    return this.#isReset || (this.#flows.a.isFinished && this.#flows.b.isFinished);
  }

  /** Captured bytes that came after the reset. */
  undeliveredBytes(): number {
    return this.#flows.a.undeliveredBytes() + this.#flows.b.undeliveredBytes();
  }

  run(): Action[] {
    for (let index = 0; index < this.#placed.length; index++) {
      const placed = this.#placed[index]!;
      this.#nowNs = Math.max(this.#nowNs, placed.segment.atNs);
      if (index === this.#cutoff) {
        this.#flush(index);
        // After both FINs there is nothing left to reset; stacks send one all the same.
        if (!this.isOver) this.#actions.push({ kind: 'reset', atNs: this.#nowNs, from: placed.side });
        this.#isReset = true;
        return this.#actions;
      }
      const peer = otherSide(placed.side);
      if (placed.acknowledgedOffset !== null) this.#acknowledge(peer, placed.acknowledgedOffset);
      this.#arrive(placed.side, index);
    }
    this.#flush(this.#placed.length);
    return this.#actions;
  }

  /** The receiver has everything below `offset`, captured or not. */
  #acknowledge(from: Side, offset: number): void {
    const flow = this.#flows[from];
    this.#emit(from, flow.upTo(Math.min(offset, flow.fin?.offset ?? offset)));
    // The FIN takes a number of its own, the one after the last byte.
    if (flow.fin !== null && offset > flow.fin.offset) this.#finish(from);
  }

  /** Packet `index` of `from` has arrived. */
  #arrive(from: Side, index: number): void {
    const flow = this.#flows[from];
    this.#emit(from, flow.arrived(index));
    if (flow.fin !== null && flow.fin.index <= index && flow.at >= flow.fin.offset) this.#finish(from);
  }

  /** The ends that were declared before packet `index`, though not all bytes before them were captured. */
  #flush(index: number): void {
    for (const side of SIDES) {
      const { fin, at } = this.#flows[side];
      if (fin === null || fin.index >= index) continue;
      if (at < fin.offset) this.#emit(side, this.#flows[side].upTo(fin.offset));
      this.#finish(side);
    }
  }

  #emit(from: Side, parts: readonly Part[]): void {
    for (const part of parts) {
      if (part.bytes !== null)
        this.#actions.push({ kind: 'data', atNs: this.#nowNs, from, bytes: part.bytes });
      else this.#actions.push({ kind: 'gap', atNs: this.#nowNs, from, gapBytes: part.end - part.offset });
    }
  }

  #finish(from: Side): void {
    if (this.#flows[from].isFinished) return;
    this.#flows[from].isFinished = true;
    this.#actions.push({ kind: 'fin', atNs: this.#nowNs, from });
  }
}

type Part = Pick<Piece, 'offset' | 'end' | 'bytes'>;

/** How far one direction has been delivered. */
class Flow {
  readonly fin: Direction['fin'];
  /** Everything below has been delivered. */
  at: number;
  isFinished = false;
  readonly #pieces: readonly Piece[];
  #next = 0;

  constructor(direction: Direction) {
    this.fin = direction.fin;
    this.at = direction.start;
    this.#pieces = direction.sortedPieces();
  }

  undeliveredBytes(): number {
    let sum = 0;
    for (const piece of this.#pieces.slice(this.#next)) {
      if (piece.bytes !== null) sum += piece.end - Math.max(piece.offset, this.at);
    }
    return sum;
  }

  /** Delivers up to `offset`, also what is captured later; holes become gaps. */
  upTo(offset: number): Part[] {
    const parts: Part[] = [];
    while (this.at < offset) {
      const piece = this.#pieces[this.#next];
      if (piece === undefined || piece.offset > this.at) {
        parts.push(this.#gap(Math.min(offset, piece?.offset ?? offset)));
      } else parts.push(this.#take(piece, Math.min(offset, piece.end)));
    }
    return parts;
  }

  /**
   * Delivers what packets up to `index` brought. A hole that a later packet fills is waited for: the network lost it. A
   * hole that none fills was lost by the capture alone, so its bytes were there before those behind it.
   */
  arrived(index: number): Part[] {
    const parts: Part[] = [];
    for (;;) {
      const piece = this.#pieces[this.#next];
      if (piece === undefined || piece.index > index) return parts;
      if (piece.offset > this.at) parts.push(this.#gap(piece.offset));
      parts.push(this.#take(piece, piece.end));
    }
  }

  #gap(end: number): Part {
    const part = { offset: this.at, end, bytes: null };
    this.at = end;
    return part;
  }

  /** `end` within the piece, where an acknowledgement cuts it. */
  #take(piece: Piece, end: number): Part {
    const start = this.at;
    this.at = end;
    if (end === piece.end) this.#next++;
    const bytes = piece.bytes?.subarray(start - piece.offset, end - piece.offset) ?? null;
    return { offset: start, end, bytes };
  }
}
