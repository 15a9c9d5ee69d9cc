import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TcpFlag, type TcpSegment } from '../packets/transport.ts';
import { concat } from '../testing/build-packets.ts';
import { ENDS, segmentOf, track } from '../testing/segments.ts';
import type { Conversation } from './script.ts';

const STREAM_BYTES = 300;
/** Both directions differ, and no byte equals its neighbours. */
const STREAM = Uint8Array.from({ length: STREAM_BYTES }, (_, i) => (i * 37 + (i >> 3)) & 0xff);

interface Copy {
  readonly start: number;
  readonly bytes: number;
}

/** Pieces that cover the stream, with whatever is sent again between them, in any order. */
const copies = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: STREAM_BYTES - 1 }), { maxLength: 20 }),
    fc.array(fc.tuple(fc.nat(STREAM_BYTES - 1), fc.integer({ min: 1, max: 60 })), { maxLength: 15 }),
  )
  .chain(([cuts, again]) => {
    const edges = [0, ...cuts.sort((x, y) => x - y), STREAM_BYTES];
    const pieces: Copy[] = edges.slice(1).map((end, i) => ({ start: edges[i]!, bytes: end - edges[i]! }));
    const repeated: Copy[] = again.map(([start, bytes]) => ({
      start,
      bytes: Math.min(bytes, STREAM_BYTES - start),
    }));
    const all = [...pieces, ...repeated];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });

const sequences = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.integer({ min: 2 ** 32 - STREAM_BYTES, max: 2 ** 32 - 1 }),
);

const segment = (sequence: number, { start, bytes }: Copy, atNs: number): TcpSegment => ({
  kind: 'tcp',
  atNs,
  from: ENDS.a,
  to: ENDS.b,
  sequence: (sequence + start) >>> 0,
  acknowledged: 301,
  flags: TcpFlag.ACK,
  bytes: STREAM.subarray(start, start + bytes),
  missingBytes: 0,
});

const opening = (sequence: number): TcpSegment[] => {
  const syn = (sequence - 1) >>> 0;
  return [`a SYN ${syn}`, `b SYN 300 ack ${sequence}`].map(segmentOf);
};

const streamOf = ({ actions }: Conversation): Uint8Array =>
  concat(...actions.map((action) => (action.kind === 'data' ? action.bytes : new Uint8Array(0))));

test('any split, order, repetition and overlap of a stream gives the stream, for any sequence numbers', () => {
  fc.assert(
    fc.property(copies, sequences, (sent, sequence) => {
      const { conversations, stages, books } = track([
        ...opening(sequence),
        ...sent.map((copy, i) => segment(sequence, copy, i + 2)),
      ]);
      expect(conversations).toHaveLength(1);
      expect(streamOf(conversations[0]!)).toEqual(STREAM);
      expect(conversations[0]!.actions.every(({ kind }) => kind === 'data')).toBe(true);
      expect(stages.bytes.held).toBe(STREAM_BYTES);
      expect(books).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('what is never captured is a gap of its length, wherever it is and whenever it is acknowledged', () => {
  fc.assert(
    fc.property(
      copies,
      sequences,
      fc.array(fc.tuple(fc.nat(STREAM_BYTES - 1), fc.integer({ min: 1, max: 40 })), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.array(fc.tuple(fc.nat(40), fc.nat(STREAM_BYTES)), { maxLength: 6 }),
      (sent, sequence, lostRanges, acknowledgements) => {
        const isLost = (offset: number): boolean =>
          lostRanges.some(([start, bytes]) => offset >= start && offset < start + bytes);
        const captured = sent.flatMap((copy) => remaining(copy, isLost));
        const segments = captured.map((copy, i) => segment(sequence, copy, i + 2));
        // Acknowledgements rise, and come anywhere between the segments.
        const rising = acknowledgements.map(([, offset]) => offset).sort((x, y) => x - y);
        const places = acknowledgements.map(([at]) => Math.min(at, segments.length)).sort((x, y) => x - y);
        places.forEach((place, i) => {
          const line = `b 301 ack ${(sequence + rising[i]!) >>> 0}`;
          segments.splice(place + i, 0, segmentOf(line, 0));
        });
        // The FIN is captured: without it, a single lost byte at the end would be taken for one.
        const end = (sequence + STREAM_BYTES) >>> 0;
        const closing = [`a FIN ${end} ack 301`, `b 301 ack ${(end + 1) >>> 0}`].map((line) =>
          segmentOf(line, 0),
        );
        const { conversations, books } = track([...opening(sequence), ...segments, ...closing]);
        expect(books).toEqual([]);
        expect(content(conversations[0]!)).toEqual(
          Array.from(STREAM, (byte, offset) => (isLost(offset) ? null : byte)),
        );
      },
    ),
    { numRuns: 300 },
  );
});

/** The parts of a copy that are not lost. */
function remaining(copy: Copy, isLost: (offset: number) => boolean): Copy[] {
  const parts: Copy[] = [];
  for (let at = copy.start; at < copy.start + copy.bytes; at++) {
    if (isLost(at)) continue;
    const last = parts.at(-1);
    if (last !== undefined && last.start + last.bytes === at)
      parts[parts.length - 1] = { ...last, bytes: last.bytes + 1 };
    else parts.push({ start: at, bytes: 1 });
  }
  return parts;
}

/** The stream byte by byte; null within gaps. */
const content = ({ actions }: Conversation): (number | null)[] =>
  actions.flatMap((action): (number | null)[] => {
    if (action.kind === 'data') return Array.from(action.bytes);
    return action.kind === 'gap' ? new Array<null>(action.gapBytes).fill(null) : [];
  });

test('any segments at all end in scripts whose books balance', () => {
  const number = fc.oneof(fc.integer({ min: 95, max: 130 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  const any = fc.record({
    isFromA: fc.boolean(),
    sequence: number,
    acknowledged: fc.option(number, { nil: null }),
    flags: fc.integer({ min: 0, max: 7 }),
    bytes: fc.uint8Array({ maxLength: 8 }),
    missingBytes: fc.nat(4),
    atNs: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), (segments) => {
      const { conversations, books, stages } = track(
        segments.map(({ isFromA, flags, acknowledged, ...fields }): TcpSegment => {
          const [from, to] = isFromA ? [ENDS.a, ENDS.b] : [ENDS.b, ENDS.a];
          const all = acknowledged === null ? flags : flags | TcpFlag.ACK;
          return { kind: 'tcp', from, to, flags: all, acknowledged, ...fields };
        }),
      );
      expect(books).toEqual([]);
      const held = conversations.reduce((sum, conversation) => sum + streamOf(conversation).length, 0);
      expect(stages.bytes.held).toBe(held);
      for (const { actions } of conversations) {
        const times = actions.map(({ atNs }) => atNs);
        expect(times).toEqual([...times].sort((x, y) => x - y));
        const fins = actions.filter(({ kind }) => kind === 'fin');
        expect(fins.length).toBeLessThanOrEqual(2);
      }
    }),
    { numRuns: 500 },
  );
});
