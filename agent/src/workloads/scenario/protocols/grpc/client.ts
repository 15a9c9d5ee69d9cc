import { failureOf } from '../../io/failure.ts';
import type { Io } from '../../io/io.ts';
import type { Stream } from '../../io/stream.ts';
import { Notice, type Task } from '../../io/task-loop.ts';
import { join } from '../bytes.ts';
import { type Answer, type Ask, type ClientSide, type Failure, failed } from '../protocol.ts';
import { Http2Connection, headerOf, type Incoming } from './connection.ts';
import { cancel, data, headers, opening, PREFACE } from './frames.ts';
import type { Header } from './hpack.ts';
import { type Operation, STATUSES } from './keys.ts';
import { countMessages, message } from './messages.ts';

/** Header that carries a call's number, where ground truth records calls. */
export const MARK_HEADER = 'x-scenario-call';

/** A client's half of one connection. Tasks of one thread may ask at once, each on a stream of its own. */
export class GrpcClient implements ClientSide<Operation> {
  readonly #connection: Http2Connection;
  readonly #host: string;
  /** Tasks that wait while another one reads for all. */
  readonly #waiting = new Set<Notice>();
  #isReading = false;
  #hasBegun = false;
  #hasSettings = false;
  #isGoingAway = false;
  #failure: Failure | null = null;
  #nextStream = 1;

  constructor(stream: Stream, host: string) {
    this.#connection = new Http2Connection(stream);
    this.#host = host;
  }

  *ask(io: Io, ask: Ask<Operation>): Task<Answer> {
    const begun = yield* this.#begin(io, ask.untilNs);
    if (begun < 0) yield* this.#breakOff(io, failureOf(begun));
    // The server's windows are known only then; a large message would not fit into the default ones.
    const unready = yield* this.#waitFor(io, () => this.#hasSettings, ask.untilNs);
    if (unready !== null) return failed(unready, false);
    let number = 0;
    const make = () => {
      // Numbers must rise in the order of the wire.
      number = this.#nextStream;
      this.#nextStream += 2;
      this.#connection.expect(number);
      return this.#request(number, ask, io.os.nowNs);
    };
    const written = yield* this.#connection.write(io, make, ask.untilNs);
    if (written < 0) {
      yield* this.#breakOff(io, failureOf(written));
      return failed(this.#failure!, false);
    }
    const incoming = this.#connection.expect(number);
    const fault = yield* this.#waitFor(io, () => incoming.isEnded || incoming.isReset, ask.untilNs);
    this.#connection.forget(number);
    if (fault === 'timeout') yield* this.#connection.write(io, () => cancel(number));
    return fault === null ? this.#answerOf(incoming, ask.isLast) : failed(fault, true);
  }

  /** The first task begins the connection, others wait until it has. @returns 0 or -errno */
  *#begin(io: Io, untilNs: number): Task<number> {
    const { writing, stream } = this.#connection;
    yield* writing.take();
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    const written = isFirst ? yield* stream.write(io, join([PREFACE, opening()]), untilNs) : 0;
    writing.give(io);
    return written;
  }

  /** The connection is broken for all who use it: half a frame may be on the wire. */
  *#breakOff(io: Io, failure: Failure): Task<void> {
    this.#failure ??= failure;
    yield* this.#connection.stream.close(io);
    for (const notice of this.#waiting) io.loop.give(notice);
  }

  /** One of the waiting tasks reads, and wakes the others whenever something has come. @returns what came instead */
  *#waitFor(io: Io, isThere: () => boolean, untilNs: number): Task<Failure | null> {
    while (!isThere()) {
      if (this.#failure !== null) return this.#failure;
      if (io.os.nowNs >= untilNs) return 'timeout';
      if (this.#isReading) {
        const notice = new Notice(untilNs);
        this.#waiting.add(notice);
        yield notice;
        this.#waiting.delete(notice);
      } else yield* this.#readOne(io, untilNs);
    }
    return null;
  }

  *#readOne(io: Io, untilNs: number): Task<void> {
    this.#isReading = true;
    const event = yield* this.#connection.next(io, untilNs);
    this.#isReading = false;
    if (event.kind === 'settings') this.#hasSettings = true;
    if (event.kind === 'go-away') this.#isGoingAway = true;
    // Whoever waits was promised an answer.
    if (event.kind === 'fault' && event.fault !== 'timeout')
      yield* this.#breakOff(io, event.fault === 'ended' ? 'truncated' : event.fault);
    for (const notice of this.#waiting) io.loop.give(notice);
  }

  #request(number: number, { operation, fill, mark, untilNs }: Ask<Operation>, nowNs: number): Uint8Array {
    const fields: Header[] = [
      [':method', 'POST'],
      [':scheme', 'http'],
      [':path', `/${fill(operation.rpc)}`],
      [':authority', this.#host],
      ['content-type', 'application/grpc'],
      ['user-agent', 'grpc-sonde-scenario/1'],
      ['te', 'trailers'],
    ];
    if (Number.isFinite(untilNs)) {
      const leftUs = Math.max(1, Math.round((untilNs - nowNs) / 1000));
      // At most eight digits.
      fields.push(['grpc-timeout', leftUs < 1e8 ? `${leftUs}u` : `${Math.round(leftUs / 1000)}m`]);
    }
    if (mark !== null) fields.push([MARK_HEADER, String(mark)]);
    const block = this.#connection.encoder.encode(fields);
    return join([headers(number, block, false), data(number, message(operation.messageBytes), true)]);
  }

  #answerOf({ blocks, data: body, isReset }: Incoming, isLast: boolean): Answer {
    if (isReset) return failed('reset', true);
    const code = headerOf(blocks.at(-1), 'grpc-status');
    const status = STATUSES[Number(code ?? Number.NaN)];
    const isHttpOk = headerOf(blocks[0], ':status') === '200';
    if (status === undefined || !isHttpOk || countMessages(body.finish()) === null)
      return failed('malformed', true);
    const isReusable = !isLast && !this.#isGoingAway;
    return { kind: 'answered', status, isOk: status === 'OK', isReusable };
  }
}
