import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  encodeHeader,
  HEADER_BYTES,
  layOut,
  type RecordToWrite,
  readFormat,
  readRecord,
  recordBytes,
  segmentName,
  segmentNumber,
  witnessesBehind,
} from './segment-format.ts';

const SEGMENT = 7;

/** A segment whose groups hold records with these payloads. */
function segmentOf(groups: readonly (readonly Uint8Array[])[], segment = SEGMENT) {
  const parts: Uint8Array[] = [encodeHeader(segment)];
  const offsets: number[] = [];
  let at = HEADER_BYTES;
  for (const payloads of groups) {
    const group = layOut(
      payloads.map((payload): RecordToWrite => ({ kind: 'batch', payload })),
      segment,
      at,
    );
    parts.push(...group.buffers);
    offsets.push(...group.offsets);
    at += group.bytes;
  }
  return { bytes: new Uint8Array(Buffer.concat(parts)), offsets };
}

const bytesOf = (count: number) => Uint8Array.from({ length: count }, (_, i) => i);

test('what is laid out is read back', () => {
  const kind = fc.constantFrom('batch' as const, 'composition' as const, 'stored' as const);
  const record = fc.record({ kind, payload: fc.uint8Array({ maxLength: 50 }) });
  fc.assert(
    fc.property(fc.array(record), fc.nat(1 << 30), fc.nat(1 << 20), (records, segment, start) => {
      const { buffers, offsets, bytes } = layOut(records, segment, start);
      const all = new Uint8Array(Buffer.concat(buffers));
      expect(all.length).toBe(bytes);
      const read = offsets.map((offset) => readRecord(all.subarray(offset - start), segment, offset));
      expect(read).toEqual(records.map((record) => ({ ...record, groupStart: start })));
    }),
  );
});

test('no flipped bit of a record goes unnoticed', () => {
  const { buffers } = layOut([{ kind: 'stored', payload: bytesOf(12) }], SEGMENT, 48);
  const bytes = Buffer.concat(buffers.slice(0, 2));
  const unnoticed = Array.from({ length: bytes.length * 8 }, (_, bit) => bit).filter((bit) => {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    return typeof readRecord(flipped, SEGMENT, 48) !== 'string';
  });
  expect(unnoticed).toEqual([]);
});

describe('a record is one only where it was written', () => {
  const [head, payload] = layOut([{ kind: 'batch', payload: bytesOf(8) }], SEGMENT, 48).buffers;
  const bytes = Buffer.concat([head!, payload!]);
  test.each([
    ['its place', SEGMENT, 48, null],
    ['another segment', SEGMENT + 1, 48, 'the checksum of the record does not match'],
    ['another offset', SEGMENT, 56, 'the checksum of the record does not match'],
    ['before its group', SEGMENT, 40, 'there is no record'],
  ])('%s', (_, segment, offset, fault) => {
    const read = readRecord(bytes, segment, offset);
    expect(typeof read === 'string' ? read : null).toBe(fault);
  });
});

describe('a header is one only in its segment', () => {
  test.each([
    ['its own', encodeHeader(SEGMENT), 1],
    ['of a newer format', encodeHeader(SEGMENT, 3), 3],
    ['of another segment', encodeHeader(SEGMENT + 1), null],
    ['cut short', encodeHeader(SEGMENT).subarray(0, 23), null],
    ['zeros', new Uint8Array(HEADER_BYTES), null],
    [
      'a flipped bit of the format',
      encodeHeader(SEGMENT).map((byte, i) => (i === 8 ? byte ^ 2 : byte)),
      null,
    ],
  ])('%s', (_, bytes, format) => expect(readFormat(bytes, SEGMENT)).toBe(format));
});

describe('witnesses behind a bad place', () => {
  const groups = [[bytesOf(8)], [bytesOf(16), bytesOf(24)], [bytesOf(5)]];
  const { bytes, offsets } = segmentOf(groups);
  const inPayload = segmentOf([[bytesOf(8)], [bytes.subarray(HEADER_BYTES)]]);
  // A head at every place, each of which announces 1 MiB.
  const hostile = new Uint8Array(1 << 24);
  for (let at = 0; at < hostile.length; at += 8) hostile.set([0, 0, 0x10, 0, 1], at);

  test.each([
    ['two groups', bytes, offsets[0]!, { records: 3, durableBytes: offsets[3]! }],
    ['the rest of its group', bytes, offsets[1]!, { records: 2, durableBytes: offsets[3]! }],
    ['a later group', bytes, offsets[2]!, { records: 1, durableBytes: offsets[3]! }],
    ['nothing', bytes, offsets[3]!, { records: 0, durableBytes: 0 }],
    ['records of another place', inPayload.bytes, inPayload.offsets[1]!, { records: 0, durableBytes: 0 }],
    ['heads that announce too much', hostile, HEADER_BYTES, { records: 0, durableBytes: 0 }],
  ])('%s', (_, segment, offset, want) => expect(witnessesBehind(segment, SEGMENT, offset)).toEqual(want));
});

test.each([
  ['00000001.wal', 1],
  ['99999999.wal', 99_999_999],
  ['100000000.wal', 100_000_000],
  ['000000001.wal', null],
  ['1.wal', null],
  ['00000001.wal.bak', null],
])('the name %s is of segment %j', (name, number) => {
  expect(segmentNumber(name)).toBe(number);
  if (number !== null) expect(segmentName(number)).toBe(name);
});

test.each([
  [0, 16],
  [1, 24],
  [8, 24],
  [9, 32],
])('a payload of %d bytes takes %d', (payloadBytes, bytes) => expect(recordBytes(payloadBytes)).toBe(bytes));
