/** Reads HTTP/1.1 messages from a stream, however its bytes are cut (RFC 9112). */

import { isFiller } from '../../filler.ts';
import type { Io } from '../../io/io.ts';
import { faultOf, type ReadFault } from '../../io/read.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';

/** More is refused, as servers do. */
const MAX_HEAD_BYTES = 16 * 1024;
const MAX_CHUNK_LINE_BYTES = 64;

export interface Head {
  readonly startLine: string;
  /** By lower-case name; of repeated ones the last. */
  readonly headers: ReadonlyMap<string, string>;
}

/** How a body's end is known; `until-end`: the stream's own. */
export type BodyFraming =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-end' };

export function* readHead(io: Io, stream: Stream, untilNs?: number): Task<Head | ReadFault> {
  for (let searched = 0; ; ) {
    const end = indexOfBlankLine(stream.buffered, searched);
    if (end >= 0) return parseHead(stream.take(end + 4).subarray(0, end));
    if (stream.buffered.length > MAX_HEAD_BYTES) return 'malformed';
    searched = Math.max(0, stream.buffered.length - 3);
    const got = yield* stream.fill(io, untilNs);
    if (got <= 0) return faultOf(got, stream.buffered.length === 0);
  }
}

/** Framing of a body as the headers tell it (RFC 9112, section 6.3); null if they contradict themselves. */
export function bodyFraming(headers: ReadonlyMap<string, string>, isResponse: boolean): BodyFraming | null {
  const coding = headers.get('transfer-encoding');
  if (coding !== undefined) return coding.toLowerCase() === 'chunked' ? { kind: 'chunked' } : null;
  const length = headers.get('content-length');
  if (length !== undefined)
    return /^[0-9]{1,15}$/.test(length) ? { kind: 'length', bytes: Number(length) } : null;
  return isResponse ? { kind: 'until-end' } : { kind: 'length', bytes: 0 };
}

/** Reads a body and checks each byte of it. @returns its size, or what went wrong */
export function* readBody(
  io: Io,
  stream: Stream,
  framing: BodyFraming,
  untilNs?: number,
): Task<number | ReadFault> {
  switch (framing.kind) {
    case 'length': {
      const fault = yield* passFiller(io, stream, 0, framing.bytes, untilNs);
      return fault ?? framing.bytes;
    }
    case 'chunked':
      return yield* readChunks(io, stream, untilNs);
    case 'until-end':
      return yield* readUntilEnd(io, stream, untilNs);
  }
}

function* readChunks(io: Io, stream: Stream, untilNs?: number): Task<number | ReadFault> {
  for (let bodyBytes = 0; ; ) {
    const line = yield* readLine(io, stream, untilNs);
    if (typeof line !== 'object') return line;
    if (!/^[0-9a-fA-F]{1,8}$/.test(line.text)) return 'malformed';
    const chunkBytes = Number.parseInt(line.text, 16);
    const fault = yield* passFiller(io, stream, bodyBytes, chunkBytes, untilNs);
    if (fault !== null) return fault;
    const end = yield* readLine(io, stream, untilNs);
    if (typeof end !== 'object') return end;
    if (end.text !== '') return 'malformed';
    if (chunkBytes === 0) return bodyBytes;
    bodyBytes += chunkBytes;
  }
}

function* readUntilEnd(io: Io, stream: Stream, untilNs?: number): Task<number | ReadFault> {
  for (let bodyBytes = 0; ; ) {
    const bytes = stream.take(stream.buffered.length);
    if (!isFiller(bytes, bodyBytes)) return 'malformed';
    bodyBytes += bytes.length;
    const got = yield* stream.fill(io, untilNs);
    if (got === 0) return bodyBytes;
    if (got < 0) return faultOf(got, false);
  }
}

function* passFiller(
  io: Io,
  stream: Stream,
  offset: number,
  nBytes: number,
  untilNs?: number,
): Task<ReadFault | null> {
  for (let passed = 0; passed < nBytes; ) {
    if (stream.buffered.length === 0) {
      const got = yield* stream.fill(io, untilNs);
      if (got <= 0) return faultOf(got, false);
    }
    const bytes = stream.take(Math.min(stream.buffered.length, nBytes - passed));
    if (!isFiller(bytes, offset + passed)) return 'malformed';
    passed += bytes.length;
  }
  return null;
}

function* readLine(io: Io, stream: Stream, untilNs?: number): Task<{ readonly text: string } | ReadFault> {
  for (;;) {
    const end = stream.buffered.indexOf(10);
    if (end > 0 && stream.buffered[end - 1] === 13) {
      return { text: latin1(stream.take(end + 1).subarray(0, end - 1)) };
    }
    if (end >= 0 || stream.buffered.length > MAX_CHUNK_LINE_BYTES) return 'malformed';
    const got = yield* stream.fill(io, untilNs);
    if (got <= 0) return faultOf(got, false);
  }
}

/** Offset of CR LF CR LF at or after `from`, or -1. */
function indexOfBlankLine(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(13, from); at >= 0; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at;
  }
  return -1;
}

function parseHead(bytes: Uint8Array): Head | ReadFault {
  const [startLine, ...lines] = latin1(bytes).split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) return 'malformed';
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { startLine: startLine!, headers };
}

/** Field values are bytes: one character each (RFC 9110, section 5.5). */
const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
