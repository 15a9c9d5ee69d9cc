/**
 * One end of a conversation as a thread: it goes through the script in order, sends what its side sent when the
 * capture has it, and reads what the other side sent. Going in order keeps cause before effect: an end answers only
 * what it has read, however coarse the capture's clock is.
 */
import type { Call, Os } from '../../../hooks/sim/contract.ts';
import { Errno } from '../../../hooks/sim/uapi.ts';
import { formatEndpoint } from '../../../model/address.ts';
import type { Action, Conversation, Side } from '../tcp/script.ts';
import { mix, ReceiveBuffer, send } from './call-mix.ts';
import { receiveOpaque, sendOpaque } from './opaque.ts';
import type { ReplayProgress } from './progress.ts';

/** Largest single read: what programs use for large ones. */
const MAX_READ_BYTES = 65536;

const SHUT_WR = 1;

/** How long to wait before a full socket is tried again. */
const RETRY_NS = 10_000;

export interface StreamEndOptions {
  readonly conversation: Conversation;
  /** Which conversation of the capture, from 0: seeds the choice of calls. */
  readonly index: number;
  readonly side: Side;
  /** Bytes of one read; undefined: a read for each piece as it was captured. */
  readonly segmentBytes: number | undefined;
  readonly progress: ReplayProgress;
  /** This end's socket has been closed. */
  readonly onClosed: () => void;
}

export class StreamEnd {
  readonly #os: Os;
  readonly #fd: number;
  readonly #options: StreamEndOptions;
  readonly #actions: readonly Action[];
  #buffer: ReceiveBuffer | null = null;
  #hasClosed = false;
  #hasSentFin = false;

  constructor(os: Os, fd: number, options: StreamEndOptions) {
    this.#os = os;
    this.#fd = fd;
    this.#options = options;
    this.#actions = options.conversation.actions;
  }

  /** Plays the script to its end. A socket that the capture leaves open stays open. */
  *play(): Call<void> {
    // An event loop on one end of every second connection, blocking threads elsewhere.
    const isNonBlocking = this.#options.segmentBytes === undefined && (this.#options.index & 1) === 1;
    if (isNonBlocking && this.#options.side === 'b') yield* this.#os.setNonBlocking(this.#fd, true);
    for (let at = 0; at < this.#actions.length && !this.#hasClosed; ) {
      const end = this.#runEnd(at);
      const failed = yield* this.#playRun(at, end);
      if (failed < 0) {
        yield* this.#giveUp(at, failed);
        break;
      }
      at = end;
    }
    this.#buffer?.free();
  }

  /** Consecutive pieces of data from one side make a run: within it no one waits for the other. */
  #runEnd(start: number): number {
    const first = this.#actions[start]!;
    let end = start + 1;
    if (first.kind !== 'data') return end;
    for (
      let next = this.#actions[end];
      next?.kind === 'data' && next.from === first.from;
      next = this.#actions[end]
    )
      end++;
    return end;
  }

  /** @returns 0, or the -errno of the call that failed */
  *#playRun(start: number, end: number): Call {
    const { side } = this.#options;
    const action = this.#actions[start]!;
    switch (action.kind) {
      case 'data':
        return action.from === side ? yield* this.#sendRun(start, end) : yield* this.#receiveRun(start, end);
      case 'gap':
        if (action.from !== side) return yield* this.#receiveGap(action.gapBytes);
        yield* this.#waitUntil(action.atNs);
        return Math.min(0, yield* sendOpaque(this.#os, this.#fd, action.gapBytes));
      case 'fin':
        return action.from === side ? yield* this.#sendFin(start) : yield* this.#receiveFin(start);
      case 'reset':
        return yield* this.#reset(action.from === side, action.atNs);
      case 'replaced':
        return yield* this.#reset(side === 'a', action.atNs);
    }
  }

  *#sendRun(start: number, end: number): Call {
    for (let at = start; at < end; at++) {
      const action = this.#actions[at]!;
      if (action.kind !== 'data') continue;
      yield* this.#waitUntil(action.atNs);
      for (let sent = 0, tried = 0; sent < action.bytes.length; tried++) {
        const result = yield* send(this.#os, this.#fd, action.bytes.subarray(sent), this.#choice(at) + tried);
        if (result === -Errno.EAGAIN) yield* this.#os.sleep(RETRY_NS);
        else if (result < 0) return result;
        else sent += result;
      }
    }
    return 0;
  }

  /** Reads the run's bytes in pieces as they were captured, or of the size that was asked for. */
  *#receiveRun(start: number, end: number): Call {
    const sizes = this.#actions
      .slice(start, end)
      .map((action) => (action.kind === 'data' ? action.bytes.length : 0));
    const { segmentBytes, progress } = this.#options;
    let unreadOfRun = sizes.reduce((sum, size) => sum + size, 0);
    // Counts down within the piece at hand, so that progress is told as pieces are complete.
    let piece = 0;
    let unreadOfPiece = sizes[0]!;
    for (let reads = 0; unreadOfRun > 0; reads++) {
      const wanted = Math.min(segmentBytes ?? unreadOfPiece, unreadOfRun, MAX_READ_BYTES);
      const result = yield* this.#receive(wanted, wanted > unreadOfPiece, this.#choice(start) + reads);
      if (result < 0) return result;
      if (result === 0) return -Errno.EPIPE;
      progress.received(result);
      unreadOfRun -= result;
      unreadOfPiece -= result;
      while (unreadOfPiece <= 0 && piece < sizes.length) {
        progress.step();
        piece++;
        unreadOfPiece += sizes[piece] ?? 0;
      }
    }
    return 0;
  }

  *#receiveGap(gapBytes: number): Call {
    const { progress } = this.#options;
    for (let left = gapBytes; left > 0; ) {
      const wanted = left;
      const passed = yield* this.#blocking(() => receiveOpaque(this.#os, this.#fd, wanted));
      if (passed <= 0) return passed < 0 ? passed : -Errno.EPIPE;
      progress.passed(passed);
      left -= passed;
    }
    progress.step();
    return 0;
  }

  *#receive(wantedBytes: number, waitsForAll: boolean, choice: number): Call {
    this.#buffer ??= new ReceiveBuffer(this.#os, this.#longestRead());
    const buffer = this.#buffer;
    return yield* this.#blocking(() => buffer.receive(this.#fd, wantedBytes, waitsForAll, choice));
  }

  /** A receiving call on a socket that may be non-blocking: waits as an event loop does. */
  *#blocking(call: () => Call): Call {
    for (;;) {
      const result = yield* call();
      if (result !== -Errno.EAGAIN) return result;
      yield* this.#os.waitReadable([this.#fd]);
    }
  }

  #longestRead(): number {
    const { segmentBytes } = this.#options;
    if (segmentBytes !== undefined) return Math.min(segmentBytes, MAX_READ_BYTES);
    let longest = 1;
    for (const action of this.#actions)
      if (action.kind === 'data') longest = Math.max(longest, action.bytes.length);
    return Math.min(longest, MAX_READ_BYTES);
  }

  /** close() where nothing else is to come, shutdown() where the other side goes on. */
  *#sendFin(at: number): Call {
    const action = this.#actions[at]!;
    yield* this.#waitUntil(action.atNs);
    const isNeeded = this.#actions.slice(at + 1).some(({ kind }) => kind !== 'fin');
    this.#hasSentFin = true;
    this.#options.progress.step();
    if (!isNeeded) return yield* this.#close();
    return Math.min(0, yield* this.#os.shutdown(this.#fd, SHUT_WR));
  }

  *#receiveFin(at: number): Call {
    const result = yield* this.#receive(1, false, this.#choice(at));
    if (result !== 0) return result < 0 ? result : -Errno.EPIPE;
    const isNeeded = this.#actions.slice(at + 1).some(({ kind }) => kind !== 'fin');
    return this.#hasSentFin && !isNeeded ? yield* this.#close() : 0;
  }

  *#reset(isSender: boolean, atNs: number): Call {
    if (isSender) {
      yield* this.#waitUntil(atNs);
      this.#options.progress.step();
      yield* this.#os.setReset(this.#fd);
      return yield* this.#close();
    }
    // Nothing is left to read, so that this returns says that the reset has come; the error is the point of it.
    yield* this.#receive(1, false, 0);
    return yield* this.#close();
  }

  *#close(): Call {
    this.#hasClosed = true;
    const result = yield* this.#os.close(this.#fd);
    this.#options.onClosed();
    return Math.min(0, result);
  }

  /** The other end learns of it by the close, and gives up as well. */
  *#giveUp(at: number, error: number): Call<void> {
    const { conversation, side, progress } = this.#options;
    const { a, b } = conversation;
    const { kind } = this.#actions[at]!;
    progress.fault(
      `${formatEndpoint(a)} > ${formatEndpoint(b)}: end ${side} cannot play action ${at} (${kind}): error ${-error}`,
    );
    if (!this.#hasClosed) yield* this.#close();
  }

  *#waitUntil(ns: number): Call<void> {
    if (ns > this.#os.nowNs) yield* this.#os.sleepUntil(ns);
  }

  #choice(at: number): number {
    return mix(this.#options.index, at);
  }
}
