/**
 * How a connection ended, put together from what one of its ends sees of it. Times are monotonic ns, Infinity for what
 * was not seen. A close is recorded as its call begins, before what it does to the connection, so whatever breaks a
 * connection before its close came from outside.
 */
import type { Direction, TcpStateChange } from '../../model/events.ts';
import { TcpState } from '../../model/socket.ts';
import type { Ending, Side } from '../protocol.ts';

// From these a connection goes to CLOSE only by a reset, or when the kernel gives up sending
// (tcp_reset() and tcp_write_err(), net/ipv4).
const BROKEN_OFF_FROM = new Set<number>([
  TcpState.ESTABLISHED,
  TcpState.SYN_RECV,
  TcpState.CLOSE_WAIT,
  TcpState.FIN_WAIT1,
]);
const PEER_HAS_ENDED = new Set<number>([
  TcpState.CLOSE_WAIT,
  TcpState.LAST_ACK,
  TcpState.CLOSING,
  TcpState.TIME_WAIT,
]);
const WE_HAVE_ENDED = new Set<number>([TcpState.FIN_WAIT1, TcpState.LAST_ACK, TcpState.CLOSING]);

export class Ends {
  /** The observed end sends no more, or reads no more. */
  readonly #ownNs: Record<Direction, number> = { send: Infinity, receive: Infinity };
  /** No process that used the socket is left. */
  #exitNs = Infinity;
  /** The other end sends no more. */
  #peerNs = Infinity;
  #resetNs = Infinity;
  /** Our FIN went out: what was sent before it was meant to be all. A close that resets sends none. */
  #finNs = Infinity;
  #isClosed = false;

  ownEnd(direction: Direction, nowNs: number): void {
    this.#ownNs[direction] = Math.min(this.#ownNs[direction], nowNs);
  }

  peerEnd(nowNs: number): void {
    this.#peerNs = Math.min(this.#peerNs, nowNs);
  }

  exit(nowNs: number): void {
    this.#exitNs = nowNs;
  }

  /** A process uses the socket: one that has exited was not the last. */
  use(): void {
    this.#exitNs = Infinity;
  }

  /** The connection is not over, and a process is there that uses it, as far as is known. */
  get isInUse(): boolean {
    return this.#exitNs === Infinity && !this.#isClosed;
  }

  tcpState({ oldState, newState, exitNs }: TcpStateChange): void {
    const isClosed = newState === TcpState.CLOSE;
    this.#isClosed ||= isClosed;
    // After our FIN was acknowledged, that of the peer is what remains.
    if (PEER_HAS_ENDED.has(newState) || (isClosed && oldState === TcpState.FIN_WAIT2)) this.peerEnd(exitNs);
    if (WE_HAVE_ENDED.has(newState)) {
      this.ownEnd('send', exitNs);
      this.#finNs = Math.min(this.#finNs, exitNs);
    }
    if (isClosed && BROKEN_OFF_FROM.has(oldState)) this.#resetNs = Math.min(this.#resetNs, exitNs);
  }

  /** What was sent was meant to be all, or nothing more can be sent: no state that is still to come would change it. */
  get hasEndedSending(): boolean {
    return this.#finNs < Infinity || this.#isClosed;
  }

  /** The flow did not come to its own end before the connection was broken off, or before the reader left. */
  isBrokenOff(direction: Direction): boolean {
    if (direction === 'send') return this.#resetNs < this.#finNs;
    return Math.min(this.#resetNs, this.#ownNs.receive) < this.#peerNs;
  }

  /**
   * What ended it for an answer; null if nothing is known to have. `side`: the observed end.
   *
   * A client that only sends no more still waits for its answer. Its server cannot tell that from one that has left,
   * and takes it for the latter.
   */
  ending(side: Side): Ending | null {
    const ownNs = Math.min(this.#exitNs, this.#ownNs[side === 'server' ? 'send' : 'receive']);
    const firstNs = Math.min(ownNs, this.#peerNs, this.#resetNs);
    if (firstNs === Infinity) return null;
    if (this.#peerNs === firstNs) return side === 'server' ? 'client' : 'server';
    return ownNs === firstNs ? side : 'reset';
  }
}
