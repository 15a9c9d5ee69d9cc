import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FIRST_OFFSET, KERNEL_BASE, LinearMemory } from './memory.ts';

test('alloc() gives zeroed, aligned memory that no two share', () => {
  const request = fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 9000 }));
  fc.assert(
    fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
      const memory = new LinearMemory(65536);
      const held: { at: number; bytes: number }[] = [];
      for (const [give, bytes] of requests) {
        if (give && held.length > 0) memory.free(held.splice(bytes % held.length, 1)[0]!.at);
        else {
          const at = memory.alloc(bytes);
          expect(at % (bytes >= 4096 ? 4096 : 16)).toBe(0);
          expect(memory.u8.subarray(at, at + bytes).some((byte) => byte !== 0)).toBe(false);
          for (const other of held) expect(at + bytes <= other.at || other.at + other.bytes <= at).toBe(true);
          memory.u8.fill(0xff, at, at + bytes);
          held.push({ at, bytes });
        }
      }
    }),
    { numRuns: 50 },
  );
});

describe('offsetOf()', () => {
  const memory = new LinearMemory();
  const at = memory.alloc(16);

  test.each([
    ['a good address', memory.addressOf(at), 16, at],
    ['the last byte', memory.addressOf(memory.top - 1), 1, memory.top - 1],
    ['over the end', memory.addressOf(memory.top - 1), 2, -1],
    ['before the first offset', memory.addressOf(FIRST_OFFSET - 1), 1, -1],
    ['below the kernel', KERNEL_BASE - 1n, 1, -1],
    ['NULL', 0n, 1, -1],
    ['a negative number for the same address', BigInt.asIntN(64, memory.addressOf(at)), 8, at],
    ['the last address there is', 2n ** 64n - 1n, 1, -1],
  ])('%s', (_name, address, bytes, expected) => {
    expect(memory.offsetOf(address, bytes)).toBe(expected);
  });
});

test('memory does not grow beyond its ceiling', () => {
  const memory = new LinearMemory(65536, 131072);
  expect(() => memory.alloc(1 << 20)).toThrow('Cannot allocate 1048576 bytes: memory would pass its ceiling');
  expect(memory.tryAlloc(1 << 20)).toBe(0);
  expect(memory.tryAlloc(50_000)).toBeGreaterThan(0);
  const at = memory.alloc(64);
  expect(memory.offsetOf(memory.addressOf(at), 64)).toBe(at);
});

test('only what was allocated can be freed, once', () => {
  const memory = new LinearMemory();
  const at = memory.alloc(8);
  memory.free(at);
  expect(() => memory.free(at)).toThrow(`Cannot free offset ${at}: not allocated`);
});

test('memory is copied right when source and destination overlap', () => {
  const memory = new LinearMemory();
  const at = memory.alloc(16);
  memory.u8.set([1, 2, 3, 4, 5, 6], at);
  memory.copy(at + 2, at, 4);
  expect([...memory.u8.subarray(at, at + 6)]).toEqual([1, 2, 1, 2, 3, 4]);
  memory.copy(at, at + 1, 4);
  expect([...memory.u8.subarray(at, at + 6)]).toEqual([2, 1, 2, 3, 3, 4]);
});
