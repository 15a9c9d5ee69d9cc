/**
 * gRPC's messages in a stream (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): 0 for "not compressed",
 * four bytes of length, big-endian, and the message, which is protobuf here: `message Payload { bytes data = 1; }`.
 */
import { filler, isFiller } from '../../filler.ts';
import { ByteReader, ByteWriter } from '../bytes.ts';

/** Field 1, length-delimited. */
const DATA_TAG = 0x0a;

/** @param dataBytes size of the payload's data */
export function message(dataBytes: number): Uint8Array {
  const payload = new ByteWriter();
  // A field of proto3 that is empty is not there.
  if (dataBytes > 0) {
    payload.u8(DATA_TAG);
    let rest = dataBytes;
    for (; rest >= 128; rest >>>= 7) payload.u8((rest & 127) | 128);
    payload.u8(rest).bytes(filler(dataBytes));
  }
  return new ByteWriter().u8(0).uintBe(payload.length, 4).bytes(payload.finish()).finish();
}

/** How many messages these bytes are; null if they are not just whole ones. */
export function countMessages(bytes: Uint8Array): number | null {
  const reader = new ByteReader(bytes);
  let count = 0;
  for (; reader.left > 0; count++) {
    const isCompressed = reader.u8() !== 0;
    const payload = reader.bytes(reader.uintBe(4));
    if (isCompressed || reader.isBroken || !isPayload(payload)) return null;
  }
  return count;
}

function isPayload(bytes: Uint8Array): boolean {
  if (bytes.length === 0) return true;
  const reader = new ByteReader(bytes);
  const tag = reader.u8();
  let nBytes = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = reader.u8();
    nBytes += (byte & 127) << shift;
    if (byte < 128) break;
  }
  const data = reader.bytes(nBytes);
  return tag === DATA_TAG && !reader.isBroken && reader.left === 0 && isFiller(data, 0);
}
