/**
 * One socket as one observed end of a connection: recognises its protocol, pairs requests with answers and makes
 * exchanges. Several threads and processes may use it; it is one connection all the same.
 */
import type { DataEvent, Direction, SocketClose, SocketOpen, TcpStateChange } from '../../model/events.ts';
import { EventFlag } from '../../model/events.ts';
import type { CallEnd, Exchange, OpenRequest } from '../../model/exchange.ts';
import { type Endpoint, type SocketId, TcpState } from '../../model/socket.ts';
import {
  type Ending,
  type Half,
  LIKELY,
  type Protocol,
  type Role,
  type Side,
  SURE,
  type SwitchTo,
} from '../protocol.ts';
import type { Books } from './books.ts';
import { Ends } from './ends.ts';
import { Flow, type FlowOwner } from './flow.ts';
import type { EngineLimits } from './limits.ts';
import { type Message, openRequest } from './message.ts';
import type { Mark, Piece } from './reassembly.ts';

/** What a connection asks of the engine. */
export interface ConnectionContext {
  readonly books: Books;
  readonly limits: EngineLimits;
  readonly protocols: readonly Protocol[];
  /** See EngineOptions for these three. */
  onRequest(request: OpenRequest): void;
  onExchange(exchange: Exchange, request: OpenRequest): void;
  onWithdrawn(request: OpenRequest): void;
  onSkip(socket: SocketId, direction: Direction, untilPosition: number): void;
}

/** A request and its answer on their way to an Exchange. */
interface Pair {
  readonly request: Message | null;
  /** What was told of the request; null with it. */
  readonly open: OpenRequest | null;
  response: Message | null;
}

const UNKNOWN: Endpoint = { address: '', port: 0 };
// After this many records that no protocol knew, only the first one after a change of direction is looked at.
const PATIENT_RECORDS = 32;

export class Connection implements FlowOwner {
  readonly socket: SocketId;
  readonly books: Books;
  readonly limits: EngineLimits;
  readonly #context: ConnectionContext;
  readonly #flows: Readonly<Record<Direction, Flow>>;
  #opened: SocketOpen | null = null;
  protocol: Protocol | null = null;
  state: unknown;
  #requestFlow: Flow | null = null;
  #counted = false;

  /** Requests without an answer yet, oldest first. */
  #pending: Pair[] = [];
  /** Answered ones, of which something is still to come. */
  readonly #answered = new Set<Pair>();
  /** Whole answers may have been lost since the last one. */
  #answersLost = false;

  readonly #users = new Set<number>();
  readonly #ends = new Ends();
  #nEvents = 0;
  #lastDirection: Direction | null = null;
  #nUnknown: Record<Direction, number> = { send: 0, receive: 0 };
  /** When it was last used. */
  lastNs: number;

  constructor(socket: SocketId, context: ConnectionContext, nowNs: number) {
    this.socket = socket;
    this.books = context.books;
    this.limits = context.limits;
    this.#context = context;
    this.#flows = { send: new Flow('send', this), receive: new Flow('receive', this) };
    this.lastNs = nowNs;
  }

  get heldBytes(): number {
    return this.#flows.send.heldBytes + this.#flows.receive.heldBytes;
  }

  /** Since when records have waited for what is missing before them; null if none wait. */
  get waitingSinceNs(): number | null {
    const { send, receive } = this.#flows;
    const since = Math.min(send.waitingSinceNs ?? Infinity, receive.waitingSinceNs ?? Infinity);
    return since === Infinity ? null : since;
  }

  /** Whether `opened` is about another connection than this one: the socket was connected anew. */
  isOther(opened: SocketOpen): boolean {
    const known = this.#opened;
    if (known === null || opened.cause === 'first-use') return false;
    return !sameEndpoint(known.local, opened.local) || !sameEndpoint(known.remote, opened.remote);
  }

  opened(event: SocketOpen): void {
    if (this.#opened === null || event.cause !== 'first-use') this.#opened = event;
    if (event.cause === 'first-use') return;
    // Before the peer has answered, the position of its first byte is not known.
    this.#flows.send.startAt(event.sendPosition);
    if (event.tcpState !== TcpState.SYN_SENT) this.#flows.receive.startAt(event.receivePosition);
  }

  data(event: DataEvent): void {
    const { direction } = event;
    const timeNs = timeOf(event);
    this.lastNs = Math.max(this.lastNs, event.exitNs, timeNs);
    this.#users.add(event.tgid);
    this.#ends.use();
    if ((event.flags & EventFlag.COUNTED) !== 0) this.#counted = true;
    const flow = this.#flows[direction];
    if (event.length > 0) {
      const mark = this.#markOf(event, direction, event.position);
      this.#lastDirection = direction;
      const { payload } = event;
      const piece: Piece = {
        position: mark.position,
        length: event.length,
        payload: payload.length > event.length ? payload.subarray(0, event.length) : payload,
        mark,
        missing: false,
      };
      flow.push(piece);
    }
    if ((event.flags & EventFlag.END_OF_FILE) !== 0) {
      flow.reach(event.position, this.#markOf(event, direction, event.position));
      this.#ends.peerEnd(timeNs);
      this.#endFlow('receive');
    }
  }

  #markOf(event: DataEvent | SocketClose, direction: Direction, position: number): Mark {
    return {
      position: position >>> 0,
      timeNs: event.kind === 'data' ? timeOf(event) : event.exitNs,
      tid: event.tid,
      tgid: event.tgid,
      cgroupId: event.cgroupId,
      index: this.#nEvents++,
      turn: this.#lastDirection !== direction,
    };
  }

  /** The observed end sends no more, or reads no more. */
  shutDown(direction: Direction, nowNs: number): void {
    this.#ends.ownEnd(direction, nowNs);
    this.#endFlow(direction);
  }

  /** The last descriptor goes. */
  close(event: SocketClose): void {
    for (const direction of ['send', 'receive'] as const) {
      this.#ends.ownEnd(direction, event.exitNs);
      const position = event.positions?.[direction];
      if (position !== undefined)
        this.#flows[direction].reach(position, this.#markOf(event, direction, position));
    }
  }

  /**
   * CLOSE_WAIT says that the peer has said all, but not that the process has read all of it: that is told by a read that
   * returns 0. After CLOSE, too, what had arrived may still be read, and a reset that comes back within a send ends the
   * connection before that send's own record is written: what is left is told when the connection is finished.
   */
  tcpState(event: TcpStateChange): void {
    this.#ends.tcpState(event);
    const { newState } = event;
    if (newState === TcpState.FIN_WAIT1 || newState === TcpState.LAST_ACK) this.#endFlow('send');
  }

  #endFlow(direction: Direction): void {
    this.#flows[direction].end(this.#ends.isBrokenOff(direction) ? 'cut' : 'complete');
  }

  /** See Ends. */
  get hasEndedSending(): boolean {
    return this.#ends.hasEndedSending;
  }

  /** It is not over, and a process is there that uses it, as far as is known. */
  get isInUse(): boolean {
    return this.#ends.isInUse;
  }

  /** Processes that moved bytes through it. */
  get users(): ReadonlySet<number> {
    return this.#users;
  }

  /** @returns whether no process that used it is left */
  userLeft(tgid: number, nowNs: number): boolean {
    const isLast = this.#users.delete(tgid) && this.#users.size === 0;
    if (isLast) this.#ends.exit(nowNs);
    return isLast;
  }

  skipGaps(): void {
    this.#flows.send.skipGaps();
    this.#flows.receive.skipGaps();
  }

  shed(): void {
    this.#flows.send.shed();
    this.#flows.receive.shed();
  }

  /** Reports what is unanswered, for `reason` if no better one is known, and goes on. */
  giveUpWaiting(reason: string): void {
    this.skipGaps();
    // An answer that is not among all that came, never came.
    const hasAllAnswers = this.#requestFlow !== null && this.#other(this.#requestFlow).wasReadToEnd;
    const ending = hasAllAnswers ? this.#ends.ending(this.#side) : null;
    const missing = ending === null ? reason : 'no response';
    for (const pair of this.#pending.splice(0)) this.#emit(pair, missing, ending);
  }

  /** Nothing more comes. `hasEnded`: because both flows ended, not because we stop to look. */
  finish(hasEnded: boolean): void {
    const requestFlow = this.#requestFlow ?? this.#flows.send;
    const flows = [requestFlow, this.#other(requestFlow)];
    for (const flow of flows) {
      if (hasEnded) this.#endFlow(flow.direction);
      else flow.skipGaps();
    }
    for (const flow of flows) flow.finish();
    this.giveUpWaiting('no response');
  }

  /** The observed end, by what its flows carry. */
  get #side(): Side {
    return this.#requestFlow === this.#flows.send ? 'client' : 'server';
  }

  // What its flows ask.

  classify(flow: Flow, piece: Piece): void {
    if (this.#nUnknown[flow.direction] >= PATIENT_RECORDS && !piece.mark.turn) {
      flow.dismiss(flow.unread().length);
      return;
    }
    if (this.#infer(flow)) return;
    flow.dismiss(flow.unread().length);
    this.#nUnknown[flow.direction]++;
  }

  /** @returns true if the unread bytes were recognised, or may yet be with more of them */
  #infer(flow: Flow): boolean {
    const bytes = flow.unread();
    const threshold = this.#sawOpening && flow.isAtStart ? LIKELY : SURE;
    let best: { protocol: Protocol; role: Role; confidence: number } | null = null;
    let mayCome = false;
    for (const protocol of this.#context.protocols) {
      const inferred = protocol.infer(bytes);
      if (inferred.kind === 'need') mayCome = true;
      if (inferred.kind === 'mine' && inferred.confidence > (best?.confidence ?? 0))
        best = { protocol, ...inferred };
    }
    if (best !== null && best.confidence >= threshold) {
      this.#adopt(best.protocol, flow, best.role);
      return true;
    }
    return mayCome && bytes.length <= this.limits.maxInferBytes;
  }

  get #sawOpening(): boolean {
    return this.#opened !== null && this.#opened.cause !== 'first-use';
  }

  #adopt(protocol: Protocol, flow: Flow, role: Role): void {
    const { send, receive } = this.#flows;
    this.protocol = protocol;
    this.state = protocol.newState?.(this.#sawOpening && send.isAtStart && receive.isAtStart);
    const other = this.#other(flow);
    this.#requestFlow = role === 'request' ? flow : other;
    const [first, second] = role === 'request' ? [flow, other] : [other, flow];
    first.classified('request');
    second.classified('response');
  }

  awaitedRequest(answer: Mark): unknown {
    // An answer without its request: that is among what was held for a gap before it.
    if (this.#pending.length === 0) this.#requestFlow?.skipGaps();
    return this.#nextPair(null, answer)?.request?.value ?? null;
  }

  onMessage(flow: Flow, message: Message): void {
    this.books.messageTaken();
    if (flow === this.#requestFlow) {
      if (message.isDoubtful && this.#hasWaited(message)) this.#liftDoubt(message);
      if (this.#pending.length >= this.limits.maxPending)
        this.#emit(this.#pending.shift()!, 'too many unanswered');
      const open = openRequest(this.#endOf(message), message);
      this.#pending.push({ request: message, open, response: null });
      this.#context.onRequest(open);
      return;
    }
    const pair = this.#nextPair(message.value, message.mark) ?? { request: null, open: null, response: null };
    const at = this.#pending.indexOf(pair);
    if (at >= 0) this.#pending.splice(at, 1);
    if (this.#answersLost)
      for (const lost of this.#pending.splice(0, Math.max(0, at))) this.#emit(lost, 'response lost');
    this.#answersLost = false;
    pair.response = message;
    this.#answered.add(pair);
    const doubt = pair.request?.doubt;
    if (doubt != null) doubt.isLifted = true;
  }

  /**
   * The client sent this message when all that was asked for beyond doubt had been answered: where it begins its record,
   * it begins a message. Requests with keys wait for nothing.
   */
  #hasWaited({ mark, position }: Message): boolean {
    const isRecord = mark.turn && mark.position === position;
    const isInDoubt = ({ request }: Pair) =>
      request!.isDoubtful && this.protocol!.key(request!.value) === null;
    return isRecord && this.#answered.size === 0 && this.#pending.every(isInDoubt);
  }

  /**
   * What is pending would have been answered by now, had it been a request: clients seldom pipeline. Kept, it would take
   * the answer to this message.
   */
  #liftDoubt(message: Message): void {
    for (const pair of this.#pending.splice(0)) this.#emit(pair, 'no response');
    message.doubt!.isLifted = true;
  }

  onHeadRead(message: Message, switchTo: SwitchTo | null): void {
    if (switchTo !== null) this.#switch(switchTo);
    else if (message.role === 'response') this.#requestFlow?.resume();
  }

  onMessageDone(message: Message): void {
    for (const pair of this.#answered) {
      if (pair.request !== message && pair.response !== message) continue;
      if ((pair.request?.isDone ?? true) && (pair.response?.isDone ?? true)) this.#emit(pair, 'no response');
      return;
    }
  }

  onLoss(flow: Flow): void {
    if (flow !== this.#requestFlow) this.#answersLost = true;
  }

  giveUp(): void {
    this.giveUpWaiting('no response');
    this.#leaveProtocol();
    this.#flows.send.unclassified();
    this.#flows.receive.unclassified();
  }

  #leaveProtocol(): void {
    this.#flows.send.endMessage('protocol unclear');
    this.#flows.receive.endMessage('protocol unclear');
    this.protocol = null;
    this.state = undefined;
    this.#requestFlow = null;
  }

  mayInterrupt(flow: Flow, message: Message): boolean {
    if (flow === this.#requestFlow) return [...this.#answered].some((pair) => pair.request === message);
    const newest = this.#pending.at(-1)?.request;
    return newest != null && newest.mark.index > message.mark.index;
  }

  onSkip(flow: Flow, untilPosition: number): void {
    this.#context.onSkip(this.socket, flow.direction, untilPosition >>> 0);
  }

  /** The request that an answer belongs to: the one with its key, else the oldest. `response` is null if not read yet. */
  #nextPair(response: unknown, { index }: Mark): Pair | null {
    const key = response === null ? null : this.protocol!.key(response);
    if (key !== null)
      return this.#pending.find((pair) => this.protocol!.key(pair.request!.value) === key) ?? null;
    if (!this.#answersLost) return this.#pending[0] ?? null;
    // Where answers were lost, the newest request before this one is the likeliest: clients seldom pipeline.
    return this.#pending.findLast((pair) => pair.request!.mark.index < index) ?? null;
  }

  #switch(to: SwitchTo): void {
    const { send, receive } = this.#flows;
    // What was sent after the request that brought the switch about belongs to what the flows speak now.
    for (const pair of this.#pending.splice(0)) this.#drop(pair, 'unconfirmed');
    if (to === 'opaque' || (to === 'tunnel' && !this.limits.inspectTunnels)) {
      send.makeOpaque();
      receive.makeOpaque();
      return;
    }
    const requestFlow = this.#requestFlow!;
    this.#leaveProtocol();
    const named = this.#context.protocols.find((protocol) => protocol.name === to);
    if (named !== undefined) this.#adopt(named, requestFlow, 'request');
    else for (const flow of [send, receive]) flow.restart();
  }

  #other(flow: Flow): Flow {
    return flow === this.#flows.send ? this.#flows.receive : this.#flows.send;
  }

  #endOf({ mark }: Message): CallEnd {
    const side = this.#side;
    const isClient = side === 'client';
    const local = this.#opened?.local ?? UNKNOWN;
    const remote = this.#opened?.remote ?? UNKNOWN;
    return {
      protocol: this.protocol!.name,
      socket: this.socket,
      side,
      tgid: mark.tgid,
      cgroupId: mark.cgroupId,
      client: isClient ? local : remote,
      server: isClient ? remote : local,
      netnsInode: this.#opened?.netnsInode ?? 0,
      sequenced: !this.#counted,
    };
  }

  #drop(pair: Pair, reason: 'no_request' | 'unconfirmed'): void {
    if (pair.request !== null) this.books.messageDropped(reason);
    if (pair.response !== null) this.books.messageDropped(reason);
    if (pair.open !== null) this.#context.onWithdrawn(pair.open);
  }

  /** `missing`: why there is no answer, if there is none; `ending`: what kept it from coming. */
  #emit(pair: Pair, missing: string, ending: Ending | null = null): void {
    this.#answered.delete(pair);
    const { request, open, response } = pair;
    if (request === null || open === null) {
      this.#drop(pair, 'no_request');
      return;
    }
    if (response === null && request.isDoubtful) {
      this.#drop(pair, 'unconfirmed');
      return;
    }
    const { side } = open.end;
    const stitched = this.protocol!.stitch(
      half(request),
      response === null ? null : half(response),
      side,
      response?.isCutOff ? this.#ends.ending(side) : ending,
    );
    const fault = response === null ? missing : (request.fault ?? response.fault);
    const incomplete = fault ?? stitched.incomplete;
    this.books.exchangeGiven(response === null ? 1 : 2);
    const exchange: Exchange = {
      ...open.end,
      request: request.part(),
      response: response?.part() ?? null,
      name: stitched.name,
      status: stitched.status,
      attributes:
        incomplete === null
          ? stitched.attributes
          : { ...stitched.attributes, 'sonde.incomplete': incomplete },
      incomplete,
    };
    this.#context.onExchange(exchange, open);
  }
}

const half = (message: Message): Half<unknown> => ({ value: message.value, bodyBytes: message.bodyBytes });

const sameEndpoint = (a: Endpoint, b: Endpoint): boolean => a.address === b.address && a.port === b.port;

/** When the bytes of an event passed: a receive at its exit, a send at its enter where that is known. */
function timeOf(event: DataEvent): number {
  return event.direction === 'send' && event.enterNs > 0 ? event.enterNs : event.exitNs;
}
