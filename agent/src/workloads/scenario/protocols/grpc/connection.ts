/** What both ends of an HTTP/2 connection do: keep HPACK's tables, gather streams, answer SETTINGS and PING. */
import type { Io } from '../../io/io.ts';
import { Lock } from '../../io/lock.ts';
import type { ReadFault } from '../../io/read.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { ByteReader, ByteWriter } from '../bytes.ts';
import { FLAGS, type Frame, pong, readFrame, settingsAck, TYPES, windowUpdate } from './frames.ts';
import { type Header, HpackDecoder, HpackEncoder } from './hpack.ts';

/** Received bytes after which the sender gets as many back. */
const WINDOW_SHARE_BYTES = 1024 * 1024;
const MAX_BLOCK_BYTES = 64 * 1024;

/** What has come on one stream. */
export interface Incoming {
  readonly number: number;
  /** Blocks of headers: of a request one, of an answer one or, with trailers, two. */
  readonly blocks: (readonly Header[])[];
  readonly data: ByteWriter;
  isEnded: boolean;
  isReset: boolean;
}

export type ConnectionEvent =
  | { readonly kind: 'stream'; readonly stream: Incoming }
  | { readonly kind: 'settings' | 'go-away' }
  | { readonly kind: 'fault'; readonly fault: ReadFault };

export class Http2Connection {
  readonly stream: Stream;
  /** Blocks must be written in the order of their making: hold the lock from the one to the other. */
  readonly encoder = new HpackEncoder();
  readonly writing = new Lock();
  readonly #decoder = new HpackDecoder();
  readonly #streams = new Map<number, Incoming>();
  /** A block of headers whose frames have not all come. */
  #block: { readonly frame: Frame; bytes: Uint8Array } | null = null;
  #unreturnedBytes = 0;

  constructor(stream: Stream) {
    this.stream = stream;
  }

  /** Forgets a stream; what still comes on it is dropped. */
  forget(number: number): void {
    this.#streams.delete(number);
  }

  /** Writes whole frames between those of other tasks. @param make called when it is this task's turn */
  *write(io: Io, make: () => Uint8Array, untilNs?: number): Task<number> {
    yield* this.writing.take();
    const result = yield* this.stream.write(io, make(), untilNs);
    this.writing.give(io);
    return result;
  }

  /** Reads until something has happened that somebody may wait for. One task may wait at a time. */
  *next(io: Io, untilNs?: number): Task<ConnectionEvent> {
    for (;;) {
      const frame = yield* readFrame(io, this.stream, untilNs);
      if (typeof frame === 'string') return { kind: 'fault', fault: frame };
      const event = yield* this.#take(io, frame);
      if (event !== null) return event;
    }
  }

  *#take(io: Io, frame: Frame): Task<ConnectionEvent | null> {
    if (this.#block !== null && frame.type !== TYPES.continuation) return malformed;
    switch (frame.type) {
      case TYPES.headers:
        return this.#begin(frame);
      case TYPES.continuation:
        return this.#goOn(frame);
      case TYPES.data:
        return yield* this.#takeData(io, frame);
      case TYPES.resetStream: {
        const stream = this.#streams.get(frame.stream);
        if (stream === undefined) return null;
        stream.isReset = true;
        return { kind: 'stream', stream };
      }
      case TYPES.settings:
        if ((frame.flags & FLAGS.ack) !== 0) return null;
        yield* this.write(io, settingsAck);
        return { kind: 'settings' };
      case TYPES.ping:
        if ((frame.flags & FLAGS.ack) === 0) yield* this.write(io, () => pong(frame.payload));
        return null;
      case TYPES.goAway:
        return { kind: 'go-away' };
      default:
        // WINDOW_UPDATE: windows are so wide that nobody looks at them. Others must be ignored (section 4.1).
        return null;
    }
  }

  #begin(frame: Frame): ConnectionEvent | null {
    const isPadded = (frame.flags & FLAGS.padded) !== 0;
    const reader = new ByteReader(frame.payload);
    const padding = isPadded ? reader.u8() : 0;
    if ((frame.flags & FLAGS.priority) !== 0) reader.bytes(5);
    const block = reader.bytes(Math.max(0, reader.left - padding));
    if (reader.isBroken || frame.stream === 0) return malformed;
    this.#block = { frame, bytes: block };
    return (frame.flags & FLAGS.endHeaders) === 0 ? null : this.#endBlock();
  }

  #goOn(frame: Frame): ConnectionEvent | null {
    const block = this.#block;
    if (block === null || block.frame.stream !== frame.stream) return malformed;
    block.bytes = new ByteWriter().bytes(block.bytes).bytes(frame.payload).finish();
    if (block.bytes.length > MAX_BLOCK_BYTES) return malformed;
    return (frame.flags & FLAGS.endHeaders) === 0 ? null : this.#endBlock();
  }

  #endBlock(): ConnectionEvent | null {
    const { frame, bytes } = this.#block!;
    this.#block = null;
    const headers = this.#decoder.decode(bytes);
    if (headers === null) return malformed;
    const stream = this.expect(frame.stream);
    stream.blocks.push(headers);
    return this.#endStream(stream, frame);
  }

  /** The stream of a number, which may still have to come. */
  expect(number: number): Incoming {
    let stream = this.#streams.get(number);
    if (stream === undefined) {
      stream = { number, blocks: [], data: new ByteWriter(), isEnded: false, isReset: false };
      this.#streams.set(number, stream);
    }
    return stream;
  }

  *#takeData(io: Io, frame: Frame): Task<ConnectionEvent | null> {
    this.#unreturnedBytes += frame.payload.length;
    if (this.#unreturnedBytes >= WINDOW_SHARE_BYTES) {
      const nBytes = this.#unreturnedBytes;
      this.#unreturnedBytes = 0;
      yield* this.write(io, () => windowUpdate(nBytes));
    }
    const stream = this.#streams.get(frame.stream);
    if (stream === undefined) return null;
    const padding = (frame.flags & FLAGS.padded) === 0 ? 0 : frame.payload[0]! + 1;
    const start = padding > 0 ? 1 : 0;
    stream.data.bytes(frame.payload.subarray(start, frame.payload.length - padding + start));
    return this.#endStream(stream, frame);
  }

  #endStream(stream: Incoming, frame: Frame): ConnectionEvent | null {
    if ((frame.flags & FLAGS.endStream) === 0) return null;
    stream.isEnded = true;
    return { kind: 'stream', stream };
  }
}

const malformed: ConnectionEvent = { kind: 'fault', fault: 'malformed' };

/** A header's value; of repeated ones the last. */
export const headerOf = (headers: readonly Header[] | undefined, name: string): string | undefined =>
  headers?.findLast(([known]) => known === name)?.[1];
