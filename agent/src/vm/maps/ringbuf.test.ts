import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LinearMemory } from '../memory.ts';
import { mapSpec } from '../testing/map-spec.ts';
import { EAGAIN, EINVAL } from './errno.ts';
import { RingBuffer, RingQuery } from './ringbuf.ts';

const RING_BYTES = 4096;

function setUp() {
  const memory = new LinearMemory();
  const ring = new RingBuffer({ memory, cpus: 1 }, mapSpec('RINGBUF', { maxEntries: RING_BYTES }));
  const from = memory.alloc(RING_BYTES);
  return {
    memory,
    ring,
    output: (bytes: Uint8Array, flags = 0) => {
      memory.u8.set(bytes, from);
      return ring.output(from, bytes.length, flags);
    },
    drain: (max?: number) => {
      const records: Uint8Array[] = [];
      ring.drain((record) => records.push(record.slice()), max);
      return records;
    },
  };
}

const record = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (seed + i) & 0xff);

test('records come out as they went in, oldest first', () => {
  const { ring, output, drain } = setUp();
  const records = [record(1, 1), record(8, 2), record(0, 3), record(100, 4)];
  expect(records.map((each) => output(each))).toEqual([0, 0, 0, 0]);
  expect(ring.pendingRecords()).toBe(4);
  expect(drain()).toEqual(records);
  expect([ring.pendingRecords(), ring.pendingBytes()]).toEqual([0, 0]);
});

test('a header holds length, busy bit and page, before the record', () => {
  const { memory, ring } = setUp();
  const at = ring.reserve(13);
  expect(memory.view.getUint32(at - 8, true)).toBe(0x8000000d);
  ring.commit(at, false);
  expect(memory.view.getUint32(at - 8, true)).toBe(13);
  expect(memory.view.getUint32(at - 4, true)).toBe(0);
  expect(ring.pendingBytes()).toBe(8 + 16);
});

test('nothing passes a record that is still being written', () => {
  const { ring, output, drain } = setUp();
  const open = ring.reserve(8);
  output(record(4, 1));
  expect(drain()).toEqual([]);
  ring.commit(open, false);
  expect(drain().length).toBe(2);
});

test('a discarded record is passed over and not counted', () => {
  const { ring, output, drain } = setUp();
  const open = ring.reserve(8);
  output(record(4, 1));
  ring.commit(open, true);
  expect(ring.pendingRecords()).toBe(1);
  expect(drain()).toEqual([record(4, 1)]);
  expect(ring.pendingBytes()).toBe(0);
});

test('a reservation ends once, and only at its own address', () => {
  const { ring } = setUp();
  const at = ring.reserve(16);
  expect([ring.commit(at + 8, false), ring.commit(0, false)]).toEqual([false, false]);
  expect([ring.commit(at, false), ring.commit(at, false)]).toEqual([true, false]);
});

describe('a full ring', () => {
  test('refuses, keeps what it has, and takes more after a drain', () => {
    const { ring, output, drain } = setUp();
    // 1016 + 8 bytes four times would fill it to the last byte, and Linux leaves one.
    const results = Array.from({ length: 4 }, (_, i) => output(record(1016, i)));
    expect(results).toEqual([0, 0, 0, -EAGAIN]);
    expect(ring.reserve(1016)).toBe(0);
    expect(drain(1).length).toBe(1);
    expect(output(record(1016, 9))).toBe(0);
    expect(drain().map((each) => each[0])).toEqual([1, 2, 9]);
  });

  test.each([
    ['a record of the size of the ring', RING_BYTES - 8, 0],
    ['one that is larger', RING_BYTES, 0],
    ['one of no possible length', 2 ** 31, 0],
  ])('refuses %s even when it is empty', (_name, bytes, expected) => {
    expect(setUp().ring.reserve(bytes)).toBe(expected);
  });

  test('takes the largest record that leaves room', () => {
    const { output, drain } = setUp();
    expect(output(record(RING_BYTES - 16, 5))).toBe(0);
    expect(drain()).toEqual([record(RING_BYTES - 16, 5)]);
  });
});

test('a record that crosses the end is in one piece', () => {
  const { output, drain } = setUp();
  output(record(3000, 1));
  drain();
  output(record(2000, 2));
  output(record(500, 3));
  expect(drain()).toEqual([record(2000, 2), record(500, 3)]);
});

test('output() refuses flags that do not exist', () => {
  const { output } = setUp();
  expect([0, 1, 2, 3, 4].map((flags) => output(record(1, 1), flags))).toEqual([0, 0, 0, 0, -EINVAL]);
});

test('query() tells positions and sizes', () => {
  const { ring, output, drain } = setUp();
  output(record(8, 1));
  output(record(8, 2));
  drain(1);
  const { AVAIL_DATA, RING_SIZE, CONS_POS, PROD_POS } = RingQuery;
  expect([AVAIL_DATA, RING_SIZE, CONS_POS, PROD_POS, 9].map((what) => ring.query(what))).toEqual([
    16, 4096, 16, 32, 0,
  ]);
});

test('drain() hands over at most what is asked, and counts a record whose reader throws as read', () => {
  const { ring, output, drain } = setUp();
  for (let i = 0; i < 5; i++) output(record(8, i));
  expect(drain(2).map((each) => each[0])).toEqual([0, 1]);
  expect(() =>
    ring.drain(() => {
      throw new Error('reader failed');
    }),
  ).toThrow('reader failed');
  expect(ring.pendingRecords()).toBe(2);
  expect(drain().map((each) => each[0])).toEqual([3, 4]);
});

test('a record that is being read is not written over', () => {
  const { ring, output } = setUp();
  for (let i = 0; i < 3; i++) output(record(1016, i));
  const seen: number[] = [];
  ring.drain((each) => {
    output(record(1016, 77));
    seen.push(each[0]!);
  }, 3);
  expect(seen).toEqual([0, 1, 2]);
});

test('does what a queue would do', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 1500 }) },
    { weight: 1, arbitrary: fc.constant('drain' as const) },
    { weight: 1, arbitrary: fc.constant('discard' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { ring, output, drain } = setUp();
      const queue: Uint8Array[] = [];
      for (const [i, each] of steps.entries()) {
        if (each === 'drain') expect(drain(3)).toEqual(queue.splice(0, 3));
        else if (each === 'discard') {
          const at = ring.reserve(24);
          if (at !== 0) ring.commit(at, true);
        } else if (output(record(each, i)) === 0) queue.push(record(each, i));
        expect(ring.pendingRecords()).toBe(queue.length);
      }
      expect(drain()).toEqual(queue);
    }),
    { numRuns: 200 },
  );
});
