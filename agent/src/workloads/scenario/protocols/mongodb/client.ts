import { failureOf } from '../../io/failure.ts';
import type { Io } from '../../io/io.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { type Answer, type Ask, type ClientSide, type Failed, failed } from '../protocol.ts';
import { type Bson, type Document, Double } from './bson.ts';
import { isWellFilled, makeDocuments } from './documents.ts';
import type { Operation } from './keys.ts';
import { encodeMessage, type Message, readMessage } from './message.ts';

type Command = Pick<Message, 'body' | 'sequence'>;

const HELLO: Command = {
  body: {
    hello: 1,
    helloOk: true,
    client: {
      driver: { name: 'sonde-scenario', version: '1' },
      os: { type: 'Linux' },
    },
    $db: 'admin',
  },
};

/** A client's half of one connection: it says hello, then makes its requests. */
export class MongodbClient implements ClientSide<Operation> {
  readonly #stream: Stream;
  readonly #database: string;
  #lastRequest = 0;

  constructor(stream: Stream, database: string) {
    this.#stream = stream;
    this.#database = database;
  }

  *ask(io: Io, { operation, fill, isLast, untilNs }: Ask<Operation>): Task<Answer> {
    if (this.#lastRequest === 0) {
      const hello = yield* this.#run(io, HELLO, untilNs);
      if ('kind' in hello) return { ...hello, isSent: false };
    }
    const answer = yield* this.#run(io, commandOf(operation, fill, this.#database), untilNs);
    if ('kind' in answer) return answer;
    const status = statusOf(answer.body);
    if (status === null) return failed('malformed', true);
    return { kind: 'answered', status, isOk: status === 'OK', isReusable: !isLast };
  }

  *#run(io: Io, command: Command, untilNs: number): Task<{ readonly body: Document } | Failed> {
    const requestId = ++this.#lastRequest;
    const bytes = encodeMessage({ requestId, responseTo: 0, ...command });
    const written = yield* this.#stream.write(io, bytes, untilNs);
    if (written < 0) return failed(failureOf(written), false);
    const answer = yield* readMessage(io, this.#stream, untilNs);
    if (typeof answer === 'string') return failed(answer === 'ended' ? 'truncated' : answer, true);
    return answer.responseTo === requestId ? answer : failed('malformed', true);
  }
}

function commandOf(operation: Operation, fill: (text: string) => string, database: string): Command {
  const { collection } = operation;
  const filter: Record<string, Bson> = {};
  for (const [field, value] of Object.entries(operation.filter))
    filter[field] = typeof value === 'string' ? fill(value) : value;
  const head = { [operation.operation]: collection };
  const $db = database;
  switch (operation.operation) {
    case 'find':
      return { body: { ...head, filter, $db } };
    case 'count':
      return { body: { ...head, query: filter, $db } };
    case 'aggregate':
      return { body: { ...head, pipeline: [{ $match: filter }], cursor: {}, $db } };
    case 'insert': {
      const documents = makeDocuments(operation.documents, operation.documentBytes);
      return { body: { ...head, ordered: true, $db }, sequence: { name: 'documents', documents } };
    }
    case 'update': {
      const update = { q: filter, u: { $set: { seen: true } } };
      return { body: { ...head, ordered: true, $db }, sequence: { name: 'updates', documents: [update] } };
    }
    case 'delete': {
      const removal = { q: filter, limit: 0 };
      return { body: { ...head, ordered: true, $db }, sequence: { name: 'deletes', documents: [removal] } };
    }
  }
}

/** OK, the number of an error of the command or of its first write; null if it is not an answer. */
function statusOf({ ok, code, writeErrors, cursor }: Document): string | null {
  if (!(ok instanceof Double)) return null;
  if (ok.value !== 1) return typeof code === 'number' ? String(code) : null;
  if (Array.isArray(writeErrors)) return String((writeErrors[0] as Document | undefined)?.code);
  const found = (cursor as Document | undefined)?.firstBatch;
  if (Array.isArray(found) && !found.every(isWellFilled)) return null;
  return 'OK';
}
