/**
 * Packets of the MySQL client/server protocol: three bytes of length, one that counts the packets of an exchange, the
 * payload. https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html
 */
import type { Io } from '../../io/io.ts';
import { fillTo, type ReadFault } from '../../io/read.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { type ByteReader, ByteWriter, join } from '../bytes.ts';

const HEADER_BYTES = 4;
/** A payload of this size or more goes on in the next packet. */
const MAX_PAYLOAD_BYTES = 0xffffff;
/** As the server's max_allowed_packet. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

export interface Packet {
  /** Number of the (last) packet. */
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** The next payload, joined if it is large. */
export function* readPacket(io: Io, stream: Stream, untilNs?: number): Task<Packet | ReadFault> {
  const parts: Uint8Array[] = [];
  for (let totalBytes = 0; ; ) {
    const fault = yield* fillTo(io, stream, HEADER_BYTES, untilNs);
    if (fault !== null) return parts.length > 0 && fault === 'ended' ? 'truncated' : fault;
    const [low, middle, high, sequence] = stream.buffered;
    const nBytes = low! | (middle! << 8) | (high! << 16);
    totalBytes += nBytes;
    if (totalBytes > MAX_MESSAGE_BYTES) return 'malformed';
    const cut = yield* fillTo(io, stream, HEADER_BYTES + nBytes, untilNs);
    if (cut !== null) return cut;
    parts.push(stream.take(HEADER_BYTES + nBytes).subarray(HEADER_BYTES));
    if (nBytes < MAX_PAYLOAD_BYTES) return { sequence: sequence!, payload: join(parts) };
  }
}

/** Payloads as packets, numbered from `sequence` on. */
export function packets(payloads: readonly Uint8Array[], sequence: number): Uint8Array {
  const out = new ByteWriter();
  let next = sequence;
  for (const payload of payloads) {
    for (let at = 0; at <= payload.length; at += MAX_PAYLOAD_BYTES) {
      const part = payload.subarray(at, at + MAX_PAYLOAD_BYTES);
      out
        .uint(part.length, 3)
        .u8(next++ & 0xff)
        .bytes(part);
    }
  }
  return out.finish();
}

/** A length-encoded integer. */
export function writeInt(out: ByteWriter, value: number): ByteWriter {
  if (value < 0xfb) return out.u8(value);
  if (value <= 0xffff) return out.u8(0xfc).uint(value, 2);
  return value <= 0xffffff ? out.u8(0xfd).uint(value, 3) : out.u8(0xfe).uint(value, 8);
}

/** A length-encoded string. */
export const writeString = (out: ByteWriter, bytes: Uint8Array): ByteWriter =>
  writeInt(out, bytes.length).bytes(bytes);

export function readInt(reader: ByteReader): number {
  const first = reader.u8();
  if (first < 0xfb) return first;
  return reader.uint(first === 0xfc ? 2 : first === 0xfd ? 3 : 8);
}

export const readString = (reader: ByteReader): Uint8Array => reader.bytes(readInt(reader));
