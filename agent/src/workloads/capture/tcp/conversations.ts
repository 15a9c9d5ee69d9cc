/**
 * Sorts TCP segments into conversations: the two endpoints, and within them each opening anew. Ports are reused, and a
 * capture can hold any part of a connection's life.
 */
import type { IpEndpoint } from '../../../hooks/sim/contract.ts';
import { TcpFlag, type TcpSegment } from '../packets/transport.ts';
import type { CaptureStages } from '../stages.ts';
import { buildScript } from './build-script.ts';
import type { Conversation, Side } from './script.ts';

/** What is known of a conversation while its packets come in. */
export interface Recording {
  /** Sender of the first packet. */
  readonly a: IpEndpoint;
  readonly b: IpEndpoint;
  readonly segments: TcpSegment[];
  /** Latest time of the connection before it between the same endpoints: a capture's times may go back. */
  readonly notBeforeNs: number;
  /** Time of the packet that began the next connection between the same endpoints. */
  replacedNs: number | null;
}

/** A jump this long between a closed connection and a segment without SYN is another connection. */
const UNRELATED_BYTES = 2 ** 20;

/** A SYN captured behind the data it opened the way for cannot be far behind. */
const MAX_SYN_DELAY_SEGMENTS = 8;

export class ConversationTracker {
  readonly #stages: CaptureStages;
  readonly #current = new Map<IpEndpoint, Map<IpEndpoint, Track>>();
  readonly #tracks: Track[] = [];

  constructor(stages: CaptureStages) {
    this.#stages = stages;
  }

  /** Endpoints must be the same objects where they are equal, as PacketDecoder gives them. */
  add(segment: TcpSegment): void {
    this.#stages.bytes.take(segment.bytes.length);
    if (segment.from === segment.to) {
      // A socket connected to itself: the two directions cannot be told apart.
      this.#stages.bytes.drop('not_connected', segment.bytes.length);
      return;
    }
    const current = this.#current.get(segment.from)?.get(segment.to) ?? null;
    if (current?.owns(segment)) {
      current.add(segment);
      return;
    }
    if (current !== null) current.recording.replacedNs = segment.atNs;
    const track = new Track(segment, current?.lastNs ?? 0);
    track.add(segment);
    this.#tracks.push(track);
    this.#remember(segment.from, segment.to, track);
    this.#remember(segment.to, segment.from, track);
  }

  /** The conversations in the order of their first packets. */
  finish(): Conversation[] {
    const conversations: Conversation[] = [];
    for (const track of this.#tracks) {
      this.#stages.connections.take();
      const conversation = buildScript(track.recording, this.#stages);
      if (conversation === null) this.#stages.connections.drop('empty');
      else {
        this.#stages.connections.hold(1);
        conversations.push(conversation);
      }
    }
    return conversations;
  }

  #remember(from: IpEndpoint, to: IpEndpoint, track: Track): void {
    let peers = this.#current.get(from);
    if (peers === undefined) {
      peers = new Map();
      this.#current.set(from, peers);
    }
    peers.set(to, track);
  }
}

/** A recording with what tells whether the next segment still belongs to it. */
class Track {
  readonly recording: Recording;
  lastNs: number;
  readonly #syn: Record<Side, number | null> = { a: null, b: null };
  readonly #first: Record<Side, number | null> = { a: null, b: null };
  readonly #next: Record<Side, number | null> = { a: null, b: null };
  readonly #isFinished: Record<Side, boolean> = { a: false, b: false };
  #isReset = false;

  constructor(first: TcpSegment, notBeforeNs: number) {
    this.lastNs = notBeforeNs;
    this.recording = { a: first.from, b: first.to, segments: [], notBeforeNs, replacedNs: null };
  }

  add(segment: TcpSegment): void {
    const side = this.#sideOf(segment);
    const peer: Side = side === 'a' ? 'b' : 'a';
    this.recording.segments.push(segment);
    this.lastNs = Math.max(this.lastNs, segment.atNs);
    const isSyn = (segment.flags & TcpFlag.SYN) !== 0;
    if (isSyn) this.#syn[side] ??= segment.sequence;
    else this.#first[side] ??= segment.sequence;
    const segmentBytes = segment.bytes.length + segment.missingBytes;
    this.#next[side] = (segment.sequence + segmentBytes + (isSyn ? 1 : 0)) >>> 0;
    this.#next[peer] ??= segment.acknowledged;
    if ((segment.flags & TcpFlag.FIN) !== 0) this.#isFinished[side] = true;
    if ((segment.flags & TcpFlag.RST) !== 0) this.#isReset = true;
  }

  owns(segment: TcpSegment): boolean {
    const side = this.#sideOf(segment);
    if ((segment.flags & TcpFlag.SYN) !== 0) {
      const isAnswer = (segment.flags & TcpFlag.ACK) !== 0;
      return isAnswer ? this.#ownsAnswer(segment, side) : this.#ownsSyn(segment, side);
    }
    const hasPayload = segment.bytes.length + segment.missingBytes > 0;
    const isReset = (segment.flags & TcpFlag.RST) !== 0;
    return !(this.#isClosed() && hasPayload && !isReset && this.#isUnrelated(segment, side));
  }

  #ownsSyn(segment: TcpSegment, side: Side): boolean {
    const known = this.#syn[side];
    if (known !== null) return known === segment.sequence;
    const expected = (segment.sequence + 1) >>> 0;
    if (this.#syn[side === 'a' ? 'b' : 'a'] !== null) return this.#next[side] === expected;
    return this.#isLateSyn(expected, side);
  }

  #ownsAnswer(segment: TcpSegment, side: Side): boolean {
    const peerSyn = this.#syn[side === 'a' ? 'b' : 'a'];
    if (peerSyn !== null) return segment.acknowledged === (peerSyn + 1) >>> 0 || !this.#isClosed();
    if (this.#syn[side] !== null) return this.#syn[side] === segment.sequence;
    return this.#isLateSyn((segment.sequence + 1) >>> 0, side);
  }

  /** The capture has the SYN behind segments that it came before. */
  #isLateSyn(firstSequence: number, side: Side): boolean {
    const known = this.#first[side] ?? this.#next[side];
    return known === firstSequence && this.recording.segments.length <= MAX_SYN_DELAY_SEGMENTS;
  }

  #isClosed(): boolean {
    return this.#isReset || (this.#isFinished.a && this.#isFinished.b);
  }

  #isUnrelated(segment: TcpSegment, side: Side): boolean {
    const next = this.#next[side];
    return next !== null && Math.abs((segment.sequence - next) | 0) > UNRELATED_BYTES;
  }

  #sideOf(segment: TcpSegment): Side {
    return segment.from === this.recording.a ? 'a' : 'b';
  }
}
