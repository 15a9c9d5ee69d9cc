import { failureOf } from '../../io/failure.ts';
import type { Io } from '../../io/io.ts';
import type { ReadFault } from '../../io/read.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { ByteReader, encodeText } from '../bytes.ts';
import { type Answer, type Ask, type ClientSide, type Failed, failed } from '../protocol.ts';
import { nonceOfGreeting, response } from './handshake.ts';
import type { Operation } from './keys.ts';
import { COMMANDS, EOF, ERROR, execute, OK } from './messages.ts';
import { packets, readInt, readPacket, readString } from './packet.ts';

/** What an answer comes to: OK or the number of an error. */
type Result = { readonly status: string } | Failed;

/** A client's half of one connection: it comes in, prepares each statement once, and says goodbye. */
export class MysqlClient implements ClientSide<Operation> {
  readonly #stream: Stream;
  readonly #database: string;
  /** Numbers of prepared statements, by their text. */
  readonly #statements = new Map<string, number>();
  #isIn = false;

  constructor(stream: Stream, database: string) {
    this.#stream = stream;
    this.#database = database;
  }

  *ask(io: Io, { operation, fill, isLast, untilNs }: Ask<Operation>): Task<Answer> {
    if (!this.#isIn) {
      const refusal = yield* this.#enter(io, untilNs);
      if (refusal !== null) return refusal;
      this.#isIn = true;
    }
    const text = fill(operation.query);
    const values = operation.parameters?.map(fill);
    let command = commandOf(COMMANDS.query, text);
    if (values !== undefined) {
      const statement = yield* this.#prepare(io, text, untilNs);
      if (typeof statement !== 'number') return answered(statement, isLast);
      command = execute(statement, values);
    }
    const result = yield* this.#send(io, command, untilNs);
    if (result !== null) return result;
    const answer = answered(yield* this.#readResult(io, values !== undefined, untilNs), isLast);
    // A server that is gone already does not hear the goodbye: the answer is there all the same.
    if (isLast && answer.kind === 'answered') yield* this.#send(io, Uint8Array.of(COMMANDS.quit), untilNs);
    return answer;
  }

  *#enter(io: Io, untilNs: number): Task<Failed | null> {
    const greeting = yield* readPacket(io, this.#stream, untilNs);
    if (typeof greeting === 'string') return cutOff(greeting, false);
    const nonce = nonceOfGreeting(greeting.payload);
    if (nonce === null) return failed('malformed', false);
    const bytes = packets([response(nonce, this.#database)], greeting.sequence + 1);
    const written = yield* this.#stream.write(io, bytes, untilNs);
    if (written < 0) return failed(failureOf(written), false);
    const welcome = yield* readPacket(io, this.#stream, untilNs);
    if (typeof welcome === 'string') return cutOff(welcome, false);
    return welcome.payload[0] === OK ? null : failed('malformed', false);
  }

  /** @returns the statement's number, or what the server said instead */
  *#prepare(io: Io, text: string, untilNs: number): Task<number | Result> {
    const known = this.#statements.get(text);
    if (known !== undefined) return known;
    const unsent = yield* this.#send(io, commandOf(COMMANDS.prepare, text), untilNs);
    if (unsent !== null) return unsent;
    const head = yield* readPacket(io, this.#stream, untilNs);
    if (typeof head === 'string') return cutOff(head, false);
    if (head.payload[0] === ERROR) return errorOf(head.payload);
    const reader = new ByteReader(head.payload);
    reader.bytes(1);
    const statement = reader.uint(4);
    const counts = [reader.uint(2), reader.uint(2)];
    if (reader.isBroken) return failed('malformed', false);
    // Definitions of parameters and of columns, each kind ended by an EOF if there are any.
    for (const count of counts) {
      for (let left = count === 0 ? 0 : count + 1; left > 0; left--) {
        const definition = yield* readPacket(io, this.#stream, untilNs);
        if (typeof definition === 'string') return cutOff(definition, false);
      }
    }
    this.#statements.set(text, statement);
    return statement;
  }

  *#readResult(io: Io, isBinary: boolean, untilNs: number): Task<Result> {
    const first = yield* readPacket(io, this.#stream, untilNs);
    if (typeof first === 'string') return cutOff(first, true);
    if (first.payload[0] === OK) return { status: 'OK' };
    if (first.payload[0] === ERROR) return errorOf(first.payload);
    const nColumns = readInt(new ByteReader(first.payload));
    // Definitions end with an EOF, rows with another.
    for (let at = 0, nEnds = 0; nEnds < 2; at++) {
      const packet = yield* readPacket(io, this.#stream, untilNs);
      if (typeof packet === 'string') return cutOff(packet, true);
      const { payload } = packet;
      if (payload[0] === ERROR) return errorOf(payload);
      if (payload[0] === EOF && payload.length < 9) nEnds++;
      else if (nEnds === 1 && !isRow(payload, nColumns, isBinary)) return failed('malformed', true);
      if (nEnds === 0 && at >= nColumns) return failed('malformed', true);
    }
    return { status: 'OK' };
  }

  *#send(io: Io, command: Uint8Array, untilNs: number): Task<Failed | null> {
    const written = yield* this.#stream.write(io, packets([command], 0), untilNs);
    return written < 0 ? failed(failureOf(written), false) : null;
  }
}

const commandOf = (command: number, text: string): Uint8Array => Uint8Array.of(command, ...encodeText(text));

const cutOff = (fault: ReadFault, isSent: boolean): Failed =>
  failed(fault === 'ended' ? 'truncated' : fault, isSent);

const errorOf = (payload: Uint8Array): Result => ({
  status: String(new ByteReader(payload.subarray(1)).uint(2)),
});

/** A text row is nothing but strings; a binary one begins with zero (its types are not kept). */
function isRow(payload: Uint8Array, nColumns: number, isBinary: boolean): boolean {
  if (isBinary) return payload[0] === 0;
  const reader = new ByteReader(payload);
  for (let column = 0; column < nColumns; column++) readString(reader);
  return !reader.isBroken && reader.left === 0;
}

const answered = (result: Result, isLast: boolean): Answer =>
  'status' in result
    ? { kind: 'answered', status: result.status, isOk: result.status === 'OK', isReusable: !isLast }
    : result;
