/** Frames of HTTP/2 (RFC 9113, sections 4 and 6): 24 bits of length, type, flags, stream number, payload; big-endian. */
import type { Io } from '../../io/io.ts';
import { fillTo, type ReadFault } from '../../io/read.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { ByteReader, ByteWriter, encodeText, join } from '../bytes.ts';

export const TYPES = {
  data: 0,
  headers: 1,
  priority: 2,
  resetStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAGS = { endStream: 0x1, ack: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

const HEADER_BYTES = 9;
/** SETTINGS_MAX_FRAME_SIZE of both ends: the default. */
const MAX_PAYLOAD_BYTES = 16_384;

/** What a client sends first (section 3.4). */
export const PREFACE = encodeText('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Uint8Array;
}

export const frame = (type: number, flags: number, stream: number, payload: Uint8Array): Uint8Array =>
  new ByteWriter().uintBe(payload.length, 3).u8(type).u8(flags).uintBe(stream, 4).bytes(payload).finish();

export function* readFrame(io: Io, stream: Stream, untilNs?: number): Task<Frame | ReadFault> {
  const fault = yield* fillTo(io, stream, HEADER_BYTES, untilNs);
  if (fault !== null) return fault;
  const head = new ByteReader(stream.buffered.subarray(0, HEADER_BYTES));
  const nBytes = head.uintBe(3);
  const type = head.u8();
  const flags = head.u8();
  const number = head.uintBe(4) % 2 ** 31;
  if (nBytes > MAX_PAYLOAD_BYTES) return 'malformed';
  const cut = yield* fillTo(io, stream, HEADER_BYTES + nBytes, untilNs);
  if (cut !== null) return cut;
  const payload = stream.take(HEADER_BYTES + nBytes).subarray(HEADER_BYTES);
  return { type, flags, stream: number, payload };
}

const SETTINGS = { maxConcurrentStreams: 3, initialWindowSize: 4 } as const;
const DEFAULT_WINDOW_BYTES = 65_535;
const MAX_WINDOW_BYTES = 2 ** 31 - 1;

/**
 * What both ends begin with: the widest windows that there are. With WINDOW_UPDATE in time no sender ever has to wait
 * for them, and the socket's own buffers hold a fast one back.
 */
export function opening(): Uint8Array {
  const settings = new ByteWriter().uintBe(SETTINGS.maxConcurrentStreams, 2).uintBe(100, 4);
  settings.uintBe(SETTINGS.initialWindowSize, 2).uintBe(MAX_WINDOW_BYTES, 4);
  return join([
    frame(TYPES.settings, 0, 0, settings.finish()),
    windowUpdate(MAX_WINDOW_BYTES - DEFAULT_WINDOW_BYTES),
  ]);
}

/** Of the connection. */
export const windowUpdate = (nBytes: number): Uint8Array =>
  frame(TYPES.windowUpdate, 0, 0, new ByteWriter().uintBe(nBytes, 4).finish());

export const settingsAck = (): Uint8Array => frame(TYPES.settings, FLAGS.ack, 0, new Uint8Array(0));

export const pong = (payload: Uint8Array): Uint8Array => frame(TYPES.ping, FLAGS.ack, 0, payload);

/** The connection ends, without an error. @param lastStream the last one that was served */
export const goAway = (lastStream: number): Uint8Array =>
  frame(TYPES.goAway, 0, 0, new ByteWriter().uintBe(lastStream, 4).uintBe(0, 4).finish());

/** CANCEL: nobody wants the answer any more. */
export const cancel = (stream: number): Uint8Array =>
  frame(TYPES.resetStream, 0, stream, new ByteWriter().uintBe(8, 4).finish());

export const headers = (stream: number, block: Uint8Array, isLast: boolean): Uint8Array =>
  frame(TYPES.headers, FLAGS.endHeaders | (isLast ? FLAGS.endStream : 0), stream, block);

/** Bytes in as many frames as they need. */
export function data(stream: number, bytes: Uint8Array, isLast: boolean): Uint8Array {
  const frames: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += MAX_PAYLOAD_BYTES) {
    const isEnd = isLast && at + MAX_PAYLOAD_BYTES >= bytes.length;
    const part = bytes.subarray(at, at + MAX_PAYLOAD_BYTES);
    frames.push(frame(TYPES.data, isEnd ? FLAGS.endStream : 0, stream, part));
  }
  return join(frames);
}
