/**
 * OP_MSG, the one message that both sides of a MongoDB connection send since version 3.6
 * (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/). Little-endian:
 *
 *     int32 of all bytes | request id | the request it answers, or 0 | 2013 | flags | sections
 *     section: 0, document   or   1, int32 of its bytes, name, documents
 */
import type { Io } from '../../io/io.ts';
import { fillTo, type ReadFault } from '../../io/read.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { ByteReader, ByteWriter, join } from '../bytes.ts';
import { type Document, encodeDocument, readDocument } from './bson.ts';

const HEADER_BYTES = 16;
const OP_MSG = 2013;
/** As the server's maxMessageSizeBytes. */
export const MAX_MESSAGE_BYTES = 48_000_000;

export interface Message {
  readonly requestId: number;
  readonly responseTo: number;
  readonly body: Document;
  /** A list beside the body, as drivers send what insert, update and delete are about. */
  readonly sequence?: { readonly name: string; readonly documents: readonly Document[] };
}

export function encodeMessage({ requestId, responseTo, body, sequence }: Message): Uint8Array {
  const sections = new ByteWriter().u8(0).bytes(encodeDocument(body));
  if (sequence !== undefined) {
    const list = join(sequence.documents.map(encodeDocument));
    sections
      .u8(1)
      .uint(4 + sequence.name.length + 1 + list.length, 4)
      .zeroEnded(sequence.name)
      .bytes(list);
  }
  const out = new ByteWriter().uint(HEADER_BYTES + 4 + sections.length, 4).uint(requestId, 4);
  return out.uint(responseTo, 4).uint(OP_MSG, 4).uint(0, 4).bytes(sections.finish()).finish();
}

export function* readMessage(io: Io, stream: Stream, untilNs?: number): Task<Message | ReadFault> {
  const fault = yield* fillTo(io, stream, HEADER_BYTES, untilNs);
  if (fault !== null) return fault;
  const nBytes = new ByteReader(stream.buffered).uint(4);
  if (nBytes < HEADER_BYTES + 4 || nBytes > MAX_MESSAGE_BYTES) return 'malformed';
  const cut = yield* fillTo(io, stream, nBytes, untilNs);
  return cut ?? decodeMessage(stream.take(nBytes)) ?? 'malformed';
}

/** @returns null for anything but an OP_MSG without flags that is whole */
export function decodeMessage(bytes: Uint8Array): Message | null {
  const reader = new ByteReader(bytes);
  reader.bytes(4);
  const requestId = reader.uint(4);
  const responseTo = reader.uint(4);
  if (reader.uint(4) !== OP_MSG || reader.uint(4) !== 0) return null;
  let body: Document | null = null;
  let sequence: Message['sequence'];
  while (reader.left > 0 && !reader.isBroken) {
    if (reader.u8() === 0) body = readDocument(reader);
    else sequence = readSequence(reader);
  }
  if (reader.isBroken || body === null) return null;
  return { requestId, responseTo, body, ...(sequence === undefined ? {} : { sequence }) };
}

function readSequence(reader: ByteReader): { name: string; documents: Document[] } {
  const section = new ByteReader(reader.bytes(reader.uint(4) - 4));
  const name = section.zeroEnded();
  const documents: Document[] = [];
  while (section.left > 0 && !section.isBroken) documents.push(readDocument(section));
  if (section.isBroken) reader.breakOff();
  return { name, documents };
}
