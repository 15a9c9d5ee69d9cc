/**
 * The bytes of a segment file. All numbers are little-endian; header and records start at multiples of 8.
 *
 *     header, 24 bytes            record, 16 bytes and the payload
 *      0  "SONDEWAL"               0  u32 bytes of the payload
 *      8  u32 format               4  u32 CRC-32
 *     12  u32 segment number       8  u32 where the record's group starts
 *     16  u32 CRC-32 of 0 to 15   12  u8 kind, 3 zero bytes
 *     20  4 zero bytes            16  payload, then zero bytes up to a multiple of 8
 *
 * The first 20 bytes of the header are the same in every format, so that an old program can name a newer one.
 *
 * A record's CRC covers its place too (segment number and offset, which are not stored), the other fields of its head and
 * the payload. So what a disk block still holds of a deleted segment, or a record that is quoted inside a payload, is no
 * record here.
 *
 * A group is what was written at once and shared one fsync. It begins only when everything before it is durable. A record
 * is thereby a witness: whatever lies before the start of its group was on the disk once and must be readable now.
 */
import { crc32 } from 'node:zlib';
import type { RecordKind } from './wal.ts';

/** The newest format this program reads, and the one it writes. */
export const SEGMENT_FORMAT = 1;
export const HEADER_BYTES = 24;
export const HEAD_BYTES = 16;
/** Offsets are 32-bit: a segment that is almost full still has room for one payload of this size. */
export const MAX_PAYLOAD_BYTES = 1 << 30;

const ALIGNMENT = 8;
const MAGIC = new TextEncoder().encode('SONDEWAL');
const KINDS: readonly (RecordKind | undefined)[] = [undefined, 'batch', 'composition', 'stored'];

/** "00000042.wal" */
export function segmentName(segment: number): string {
  return `${String(segment).padStart(8, '0')}.wal`;
}

/** @returns null for a name that is no segment's */
export function segmentNumber(name: string): number | null {
  const digits = /^(\d{8,10})\.wal$/.exec(name)?.[1];
  return digits === undefined || segmentName(Number(digits)) !== name ? null : Number(digits);
}

export function encodeHeader(segment: number, format = SEGMENT_FORMAT): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = viewOf(bytes);
  bytes.set(MAGIC);
  view.setUint32(8, format, true);
  view.setUint32(12, segment, true);
  view.setUint32(16, crc32(bytes.subarray(0, 16)), true);
  return bytes;
}

/** @returns the format of a segment, or null if it does not begin with a whole header of its own */
export function readFormat(bytes: Uint8Array, segment: number): number | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = viewOf(bytes);
  const isHeader =
    MAGIC.every((byte, i) => bytes[i] === byte) &&
    view.getUint32(12, true) === segment &&
    view.getUint32(16, true) === crc32(bytes.subarray(0, 16));
  return isHeader ? view.getUint32(8, true) : null;
}

/** Bytes that a record takes in its segment. */
export function recordBytes(payloadBytes: number): number {
  return Math.ceil((HEAD_BYTES + payloadBytes) / ALIGNMENT) * ALIGNMENT;
}

export interface RecordToWrite {
  readonly kind: RecordKind;
  readonly payload: Uint8Array;
}

export interface LaidOutGroup {
  /** To be written one after the other; payloads are not copied. */
  readonly buffers: readonly Uint8Array[];
  /** Offset of each record. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Lays records out one after the other as a group that starts at an offset. */
export function layOut(records: readonly RecordToWrite[], segment: number, groupStart: number): LaidOutGroup {
  const heads = new Uint8Array(HEAD_BYTES * records.length);
  const padding = new Uint8Array(ALIGNMENT);
  const buffers: Uint8Array[] = [];
  const offsets: number[] = [];
  let offset = groupStart;
  records.forEach(({ kind, payload }, i) => {
    const head = heads.subarray(i * HEAD_BYTES, (i + 1) * HEAD_BYTES);
    const view = viewOf(head);
    view.setUint32(0, payload.length, true);
    view.setUint32(8, groupStart, true);
    view.setUint8(12, KINDS.indexOf(kind));
    view.setUint32(4, checksum(head, payload, segment, offset), true);
    const bytes = recordBytes(payload.length);
    buffers.push(head, payload, padding.subarray(0, bytes - HEAD_BYTES - payload.length));
    offsets.push(offset);
    offset += bytes;
  });
  return { buffers, offsets, bytes: offset - groupStart };
}

export interface ReadRecord {
  readonly kind: RecordKind;
  /** A view into the bytes that were given. */
  readonly payload: Uint8Array;
  readonly groupStart: number;
}

/**
 * Reads the record that begins with the bytes.
 * @param bytes from the record's offset on, to its end or further
 * @returns a reason as text if there is no whole record
 */
export function readRecord(bytes: Uint8Array, segment: number, offset: number): ReadRecord | string {
  if (bytes.length < HEAD_BYTES) return 'the record is cut short';
  const view = viewOf(bytes);
  const kind = KINDS[view.getUint8(12)];
  const groupStart = view.getUint32(8, true);
  if (kind === undefined || groupStart > offset) return 'there is no record';
  const payloadBytes = view.getUint32(0, true);
  if (HEAD_BYTES + payloadBytes > bytes.length) return 'the record is cut short';
  const payload = bytes.subarray(HEAD_BYTES, HEAD_BYTES + payloadBytes);
  if (view.getUint32(4, true) !== checksum(bytes, payload, segment, offset))
    return 'the checksum of the record does not match';
  return { kind, payload, groupStart };
}

/** Bytes of the payload that a record's head announces. */
export function announcedBytes(head: Uint8Array): number {
  return viewOf(head).getUint32(0, true);
}

/** What is found behind a place where no record can be read. */
export interface Witnesses {
  /** Whole records; at least so many where the search was cut short. */
  readonly records: number;
  /** Everything before this offset was durable once. 0: nothing says so. */
  readonly durableBytes: number;
}

/**
 * Looks at every place behind an offset where a record could be. Only for the verdict on damage: what is found is not read
 * as a record, since a payload may quote one.
 * @param bytes the whole segment
 */
export function witnessesBehind(bytes: Uint8Array, segment: number, offset: number): Witnesses {
  // Heads that announce much and overlap would make the search quadratic; forged ones cannot make it so.
  let budgetBytes = 2 * bytes.length;
  let records = 0;
  let durableBytes = 0;
  for (let at = offset + ALIGNMENT; at + HEAD_BYTES <= bytes.length && budgetBytes > 0; at += ALIGNMENT) {
    if (bytes[at + 12] === 0 || bytes[at + 12]! >= KINDS.length) continue;
    const record = readRecord(bytes.subarray(at), segment, at);
    if (typeof record === 'string') {
      const announced = announcedBytes(bytes.subarray(at, at + HEAD_BYTES));
      if (at + HEAD_BYTES + announced <= bytes.length) budgetBytes -= announced;
      continue;
    }
    records++;
    durableBytes = Math.max(durableBytes, record.groupStart);
    budgetBytes -= record.payload.length;
    at += recordBytes(record.payload.length) - ALIGNMENT;
  }
  return { records, durableBytes };
}

/** CRC-32 of a record at a place; the head's own field for it does not count. */
function checksum(head: Uint8Array, payload: Uint8Array, segment: number, offset: number): number {
  const covered = new Uint8Array(20);
  const view = viewOf(covered);
  view.setUint32(0, segment, true);
  view.setUint32(4, offset, true);
  covered.set(head.subarray(0, 4), 8);
  covered.set(head.subarray(8, HEAD_BYTES), 12);
  return crc32(payload, crc32(covered));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
