import { deliver } from '../../io/delivery.ts';
import type { Io } from '../../io/io.ts';
import { fillTo } from '../../io/read.ts';
import type { Stream } from '../../io/stream.ts';
import { Notice, type Task } from '../../io/task-loop.ts';
import type { Fault } from '../../scenario.ts';
import { join } from '../bytes.ts';
import type { Outcome, ServerSide, Work } from '../protocol.ts';
import { MARK_HEADER } from './client.ts';
import { Http2Connection, headerOf, type Incoming } from './connection.ts';
import { data, goAway, headers, opening, PREFACE } from './frames.ts';
import type { Header } from './hpack.ts';
import { type Offer, STATUSES, type Status } from './keys.ts';
import { countMessages, message } from './messages.ts';

/** Serves a connection; each of its streams is a task, so that a slow call does not hold up the others. */
export function* serve(io: Io, stream: Stream, server: ServerSide<Offer>): Task<void> {
  if (yield* begin(io, stream, server.idleTimeoutNs)) {
    const session = new Session(stream, server);
    yield* session.run(io.beside());
  }
  yield* stream.close(io);
}

/** @returns whether the client speaks HTTP/2 */
function* begin(io: Io, stream: Stream, idleTimeoutNs: number): Task<boolean> {
  if ((yield* fillTo(io, stream, PREFACE.length, io.os.nowNs + idleTimeoutNs)) !== null) return false;
  const preface = stream.take(PREFACE.length);
  if (!preface.every((byte, at) => byte === PREFACE[at])) return false;
  return (yield* stream.write(io, opening())) === 0;
}

class Session {
  readonly #server: ServerSide<Offer>;
  readonly #connection: Http2Connection;
  #nActive = 0;
  /** Given when the last active stream is done. */
  #done: Notice | null = null;
  #lastStream = 0;

  constructor(stream: Stream, server: ServerSide<Offer>) {
    this.#server = server;
    this.#connection = new Http2Connection(stream);
  }

  /** Until the connection is over and no work is left for it. */
  *run(io: Io): Task<void> {
    for (let isOpen = true; isOpen; ) {
      const event = yield* this.#connection.next(io, io.os.nowNs + this.#server.idleTimeoutNs);
      if (event.kind === 'stream' && event.stream.number > this.#lastStream && event.stream.isEnded) {
        this.#lastStream = event.stream.number;
        this.#nActive++;
        io.loop.spawn(this.#serveStream(io, event.stream));
      } else if (event.kind === 'fault' && !(event.fault === 'timeout' && this.#nActive > 0)) {
        isOpen = false;
        if (event.fault === 'timeout') yield* this.#connection.write(io, () => goAway(this.#lastStream));
      }
    }
    if (this.#nActive > 0) {
      this.#done = new Notice();
      yield this.#done;
    }
  }

  *#serveStream(io: Io, incoming: Incoming): Task<void> {
    this.#server.received();
    const [request] = incoming.blocks;
    const path = headerOf(request, ':path');
    const endpoint = this.#server.endpoints.findIndex(({ rpc }) => `/${rpc}` === path);
    const offer = this.#server.endpoints[endpoint];
    if (offer === undefined || countMessages(incoming.data.finish()) === null) {
      const status = offer === undefined ? 'UNIMPLEMENTED' : 'INVALID_ARGUMENT';
      yield* this.#answer(io, incoming, status, () => this.#error(incoming.number, status), null);
    } else {
      const mark = headerOf(request, MARK_HEADER);
      const work = yield* this.#server.work(
        io,
        endpoint,
        { values: { rpc: offer.rpc }, mark: mark === undefined ? null : Number(mark) },
        (outcome) => statusOf(offer, outcome),
      );
      const status = statusOf(offer, work.outcome);
      const make = () =>
        work.outcome === 'ok'
          ? this.#good(incoming.number, offer, work)
          : this.#error(incoming.number, status);
      yield* this.#answer(io, incoming, status, make, work.fault);
    }
    this.#connection.forget(incoming.number);
    this.#nActive--;
    if (this.#nActive === 0 && this.#done !== null) io.loop.give(this.#done);
  }

  *#answer(
    io: Io,
    incoming: Incoming,
    status: Status,
    make: () => Uint8Array[],
    fault: Fault | null,
  ): Task<void> {
    // Silence is this stream's only; the connection goes on.
    if (fault?.kind === 'silence') {
      this.#server.answered(status, 'cut');
      return;
    }
    yield* this.#connection.writing.take();
    const delivery = incoming.isReset ? 'lost' : yield* deliver(io, this.#connection.stream, make(), fault);
    this.#connection.writing.give(io);
    this.#server.answered(status, delivery);
  }

  /** A unary answer leaves in one write, a stream in one for each message. */
  #good(number: number, offer: Offer, work: Work): Uint8Array[] {
    const { encoder } = this.#connection;
    const dataBytes = Math.floor(work.bodyBytes / Math.max(1, offer.messages));
    const head = headers(number, encoder.encode(RESPONSE), false);
    const messages = Array.from({ length: offer.messages }, () => data(number, message(dataBytes), false));
    const trailers = headers(number, encoder.encode(trailersOf('OK')), true);
    return offer.messages === 1 ? [join([head, ...messages, trailers])] : [head, ...messages, trailers];
  }

  /** Headers and trailers are one block if no message stands between them. */
  #error(number: number, status: Status): Uint8Array[] {
    return [headers(number, this.#connection.encoder.encode([...RESPONSE, ...trailersOf(status)]), true)];
  }
}

const RESPONSE: readonly Header[] = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
];

const trailersOf = (status: Status): Header[] => [
  ['grpc-status', String(STATUSES.indexOf(status))],
  ['grpc-message', status === 'OK' ? '' : `scenario says ${status}`],
];

function statusOf(offer: Offer, outcome: Outcome): Status {
  if (outcome === 'ok') return 'OK';
  return outcome === 'error' ? offer.errorStatus : offer.failedCallStatus;
}
