import type { Io } from '../../io/io.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { ByteReader, ByteWriter, decodeText } from '../bytes.ts';
import { match } from '../pattern.ts';
import type { Outcome, ServerSide, Work } from '../protocol.ts';
import { answer, type Refusal, type Turn } from '../turn.ts';
import { hasTextOf, writeBinaryRow, writeTextRow } from './columns.ts';
import { databaseOfResponse, greeting } from './handshake.ts';
import { columnsOf, type Offer } from './keys.ts';
import { COMMANDS, definitions, eof, error, ok, prepared } from './messages.ts';
import { packets, readPacket, writeInt } from './packet.ts';

const ACCESS_DENIED = 1045;
const UNKNOWN_COMMAND = 1047;
const SYNTAX_ERROR = 1064;
const UNKNOWN_STATEMENT = 1243;

/** Rows of a result that leave in one write, as a server's network buffer holds them. */
const WRITE_BYTES = 16 * 1024;

/** Serves a connection: handshake, then commands one after the other until the client quits. */
export function* serve(io: Io, stream: Stream, server: ServerSide<Offer>): Task<void> {
  const database = yield* letIn(io, stream);
  if (database !== null) {
    const session = new Session(server, database);
    while (yield* session.serveCommand(io, stream));
  }
  yield* stream.close(io);
}

/** @returns the database that the client works with; null if it did not come in */
function* letIn(io: Io, stream: Stream): Task<string | null> {
  // Among the connections open now no other has this number.
  const connection = ((io.os.tgid % 0x10000) << 12) + stream.fd;
  if ((yield* stream.write(io, packets([greeting(connection)], 0))) < 0) return null;
  const response = yield* readPacket(io, stream);
  if (typeof response === 'string') return null;
  const database = databaseOfResponse(response.payload, connection);
  const verdict = database === null ? error(ACCESS_DENIED) : ok(0);
  const written = yield* stream.write(io, packets([verdict], response.sequence + 1));
  return written < 0 ? null : database;
}

/** What a connection has prepared. */
class Session {
  readonly #server: ServerSide<Offer>;
  readonly #database: string;
  /** Texts of statements; number n is at index n - 1. */
  readonly #statements: string[] = [];

  constructor(server: ServerSide<Offer>, database: string) {
    this.#server = server;
    this.#database = database;
  }

  /** @returns whether the connection goes on */
  *serveCommand(io: Io, stream: Stream): Task<boolean> {
    const packet = yield* readPacket(io, stream, io.os.nowNs + this.#server.idleTimeoutNs);
    if (typeof packet === 'string' || packet.sequence !== 0) return false;
    const [command] = packet.payload;
    const text = decodeText(packet.payload.subarray(1));
    switch (command) {
      case COMMANDS.quit:
        return false;
      case COMMANDS.ping:
        return (yield* stream.write(io, packets([ok(0)], 1))) === 0;
      case COMMANDS.query:
        return yield* answer(io, stream, this.#server, this.#turn(text, false));
      case COMMANDS.prepare: {
        const turn = this.#turn(text, true);
        // A statement that cannot be prepared is what the client asked, and this is its answer.
        if (!('endpoint' in turn)) return yield* answer(io, stream, this.#server, turn);
        return (yield* stream.write(io, this.#prepare(text, turn.endpoint))) === 0;
      }
      case COMMANDS.execute: {
        const number = new ByteReader(packet.payload.subarray(1)).uint(4);
        const statement = this.#statements[number - 1];
        const turn = statement === undefined ? refusal(UNKNOWN_STATEMENT) : this.#turn(statement, true);
        return yield* answer(io, stream, this.#server, turn);
      }
      default:
        return (yield* stream.write(io, packets([error(UNKNOWN_COMMAND)], 1))) === 0;
    }
  }

  #prepare(text: string, endpoint: number): Uint8Array {
    const number = this.#statements.push(text);
    const nParameters = text.split('?').length - 1;
    const columns = columnsOf(this.#server.endpoints[endpoint]!);
    return packets(prepared(number, nParameters, columns, this.#database), 1);
  }

  #turn(text: string, isBinary: boolean): Turn | Refusal {
    for (const [endpoint, offer] of this.#server.endpoints.entries()) {
      const captured = match(offer.query, text);
      if (captured === null) continue;
      return {
        endpoint,
        values: { ...captured, query: text },
        mark: null,
        statusOf: (outcome) => String(errorOf(offer, outcome) ?? 'OK'),
        bytesOf: (work) => resultOf(offer, work, this.#database, isBinary),
      };
    }
    return refusal(SYNTAX_ERROR);
  }
}

const refusal = (code: number): Refusal => ({ status: String(code), bytes: packets([error(code)], 1) });

function errorOf(offer: Offer, outcome: Outcome): number | null {
  if (outcome === 'ok') return null;
  return outcome === 'error' ? offer.errorCode : offer.failedCallCode;
}

function resultOf(offer: Offer, work: Work, database: string, isBinary: boolean): Uint8Array[] {
  const code = errorOf(offer, work.outcome);
  if (code !== null) return [packets([error(code)], 1)];
  const columns = columnsOf(offer);
  if (columns.length === 0) return [packets([ok(offer.affectedRows)], 1)];
  const types = columns.map(({ type }) => type);
  const nTexts = offer.rows * types.filter(hasTextOf).length;
  const textBytes = Math.floor(work.bodyBytes / Math.max(1, nTexts));
  const writeRow = isBinary ? writeBinaryRow : writeTextRow;
  const rows = Array.from({ length: offer.rows }, (_, row) => {
    const out = new ByteWriter();
    writeRow(out, types, row, textBytes);
    return out.finish();
  });
  const head = writeInt(new ByteWriter(), columns.length).finish();
  const whole = packets([head, ...definitions(columns, database), ...rows, eof()], 1);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < whole.length; at += WRITE_BYTES) parts.push(whole.subarray(at, at + WRITE_BYTES));
  return parts;
}
