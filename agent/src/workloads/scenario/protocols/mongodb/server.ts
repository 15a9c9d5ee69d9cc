import type { Io } from '../../io/io.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import type { Outcome, ServerSide, Work } from '../protocol.ts';
import { answer, type Refusal, type Turn } from '../turn.ts';
import { type Document, Double } from './bson.ts';
import { makeDocuments } from './documents.ts';
import type { Offer } from './keys.ts';
import { encodeMessage, MAX_MESSAGE_BYTES, type Message, readMessage } from './message.ts';

const COMMAND_NOT_FOUND = 59;
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
const MAX_WRITE_BATCH = 100_000;

/** Names and texts of the errors that scenarios are likely to want. */
const ERRORS: Readonly<Record<number, readonly [name: string, text: string]>> = {
  13: ['Unauthorized', 'not authorized to execute this command'],
  50: ['MaxTimeMSExpired', 'operation exceeded time limit'],
  59: ['CommandNotFound', 'no such command'],
  96: ['OperationFailed', 'operation failed'],
  112: ['WriteConflict', 'write conflict, please retry your operation'],
  121: ['DocumentValidationFailure', 'Document failed validation'],
  189: ['PrimarySteppedDown', 'primary stepped down while waiting'],
  11000: ['DuplicateKey', 'E11000 duplicate key error'],
};

/** Errors of single documents: the command is well, its list of write errors is not empty. */
const WRITE_ERRORS: readonly number[] = [121, 11000];

/** Serves a connection, one message after the other. */
export function* serve(io: Io, stream: Stream, server: ServerSide<Offer>): Task<void> {
  let lastRequest = 0;
  for (let isOpen = true; isOpen; ) {
    const message = yield* readMessage(io, stream, io.os.nowNs + server.idleTimeoutNs);
    if (typeof message === 'string') break;
    const requestId = ++lastRequest;
    const encode = (body: Document) => encodeMessage({ requestId, responseTo: message.requestId, body });
    const [command] = Object.keys(message.body);
    if (command === 'hello' || command === 'isMaster') {
      isOpen = (yield* stream.write(io, encode(helloAnswer(io, stream)))) === 0;
    } else if (command === 'ping' || command === 'endSessions') {
      isOpen = (yield* stream.write(io, encode({ ok: new Double(1) }))) === 0;
    } else isOpen = yield* answer(io, stream, server, turnOf(message, server.endpoints, encode));
  }
  yield* stream.close(io);
}

const helloAnswer = (io: Io, stream: Stream): Document => ({
  helloOk: true,
  isWritablePrimary: true,
  maxBsonObjectSize: MAX_DOCUMENT_BYTES,
  maxMessageSizeBytes: MAX_MESSAGE_BYTES,
  maxWriteBatchSize: MAX_WRITE_BATCH,
  localTime: new Date(Math.floor(io.os.nowNs / 1e6)),
  logicalSessionTimeoutMinutes: 30,
  connectionId: stream.fd,
  // Version 6.0.
  minWireVersion: 0,
  maxWireVersion: 17,
  readOnly: false,
  ok: new Double(1),
});

function turnOf(
  { body, sequence }: Message,
  offers: readonly Offer[],
  encode: (body: Document) => Uint8Array,
): Turn | Refusal {
  const [operation] = Object.keys(body);
  const collection = String(body[operation!]);
  const endpoint = offers.findIndex(
    (offer) => offer.operation === operation && offer.collection === collection,
  );
  const offer = offers[endpoint];
  if (offer === undefined)
    return { status: String(COMMAND_NOT_FOUND), bytes: encode(commandError(COMMAND_NOT_FOUND)) };
  const namespace = `${String(body.$db)}.${collection}`;
  const nWritten = sequence?.documents.length ?? 0;
  return {
    endpoint,
    values: { operation: offer.operation, collection },
    mark: null,
    statusOf: (outcome) => String(errorOf(offer, outcome) ?? 'OK'),
    bytesOf: (work) => [encode(answerOf(offer, work, namespace, nWritten))],
  };
}

function errorOf(offer: Offer, outcome: Outcome): number | null {
  if (outcome === 'ok') return null;
  return outcome === 'error' ? offer.errorCode : offer.failedCallCode;
}

const textsOf = (code: number): readonly [name: string, text: string] =>
  ERRORS[code] ?? [`Location${code}`, `error ${code}`];

function commandError(code: number): Document {
  const [codeName, errmsg] = textsOf(code);
  return { ok: new Double(0), errmsg, code, codeName };
}

function answerOf(offer: Offer, work: Work, namespace: string, nWritten: number): Document {
  const code = errorOf(offer, work.outcome);
  const ok = new Double(1);
  const isRead = ['find', 'aggregate', 'count'].includes(offer.operation);
  if (code !== null) {
    if (isRead || !WRITE_ERRORS.includes(code)) return commandError(code);
    return { n: 0, writeErrors: [{ index: 0, code, errmsg: textsOf(code)[1] }], ok };
  }
  switch (offer.operation) {
    case 'find':
    case 'aggregate': {
      const textBytes = Math.floor(work.bodyBytes / Math.max(1, offer.documents));
      const firstBatch = makeDocuments(offer.documents, textBytes);
      return { cursor: { firstBatch, id: 0n, ns: namespace }, ok };
    }
    case 'update':
      return { n: offer.documents, nModified: offer.documents, ok };
    case 'insert':
      return { n: nWritten, ok };
    case 'delete':
    case 'count':
      return { n: offer.documents, ok };
  }
}
