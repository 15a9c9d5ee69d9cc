import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KERNEL_BASE, LinearMemory } from '../../../vm/memory.ts';
import { AddressSpace } from './address-space.ts';
import { ByteQueue } from './byte-queue.ts';
import { UserBuffer } from './user-buffer.ts';
import { readWord, writePointer, writeText, writeWord } from './words.ts';

describe('words', () => {
  const view = new DataView(new ArrayBuffer(8));
  const rows: [number | bigint, bigint][] = [
    [0, 0n],
    [-1, 0xffff_ffff_ffff_ffffn],
    [-38, 0xffff_ffff_ffff_ffdan],
    [0x1_0000_0000, 0x1_0000_0000n],
    [0x7fff_1234_5678, 0x7fff_1234_5678n],
    [-0x1_0000_0000, 0xffff_ffff_0000_0000n],
    [0xffff_8880_0000_1000n, 0xffff_8880_0000_1000n],
    [-1n, 0xffff_ffff_ffff_ffffn],
  ];
  for (const [value, want] of rows) {
    test(`writeWord(${value})`, () => {
      writeWord(view, 0, value);
      expect(view.getBigUint64(0, true)).toBe(want);
    });
  }

  test('pointers are kernel addresses, NULL is 0', () => {
    writePointer(view, 0, 0x1234);
    expect(view.getBigUint64(0, true)).toBe(KERNEL_BASE + 0x1234n);
    writePointer(view, 0, 0);
    expect(readWord(view, 0)).toBe(0);
  });

  test('text is cut to fit with its terminator', () => {
    const memory = new LinearMemory();
    const at = memory.alloc(16);
    memory.u8.fill(0xff, at, at + 16);
    writeText(memory, at, 6, 'too long');
    expect([...memory.u8.subarray(at, at + 7)]).toEqual([...Buffer.from('too l'), 0, 0xff]);
  });
});

describe('AddressSpace', () => {
  test('translates what is mapped, up to its last byte', () => {
    const memory = new LinearMemory();
    const space = new AddressSpace(memory);
    const [a, b] = [space.map(4096), space.map(5000)];
    expect(b).toBeGreaterThan(a + 4096);
    expect(space.translate(a, 4096)).toBeGreaterThan(0);
    expect(space.translate(b + 8191, 1) - space.translate(b, 1)).toBe(8191);
    for (const [address, bytes] of [
      [a, 4097],
      [a - 1, 1],
      [a + 4096, 1],
      [b + 8192, 1],
      [0, 1],
      [2 ** 52, 1],
    ] as const) {
      expect(space.translate(address, bytes)).toBe(-1);
    }
  });

  test('alloc() gives memory that nobody else has, also after a free()', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.boolean()), { maxLength: 40 }),
        (steps) => {
          const space = new AddressSpace(new LinearMemory());
          const live = new Map<number, number>();
          for (const [bytes, frees] of steps) {
            const address = space.alloc(bytes);
            expect(space.translate(address, bytes)).toBeGreaterThan(0);
            for (const [other, size] of live)
              expect(address + bytes <= other || other + size <= address).toBe(true);
            live.set(address, bytes);
            const first = live.keys().next().value!;
            if (frees) {
              space.free(first);
              live.delete(first);
            }
          }
        },
      ),
    );
    expect(() => new AddressSpace(new LinearMemory()).free(4096)).toThrow(/not allocated/);
  });

  test('a fork has the same addresses and its own bytes; release() unmaps all', () => {
    const memory = new LinearMemory();
    const space = new AddressSpace(memory);
    const address = space.alloc(8);
    memory.u8[space.translate(address, 1)] = 7;
    const copy = space.fork();
    memory.u8[space.translate(address, 1)] = 8;
    expect(memory.u8[copy.translate(address, 1)]).toBe(7);
    space.release();
    expect(space.translate(address, 1)).toBe(-1);
    expect(memory.u8[copy.translate(address, 1)]).toBe(7);
  });
});

test('ByteQueue gives the bytes in order, however they were put in and taken', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), n: fc.nat(40) }),
    fc.record({ kind: fc.constantFrom('take' as const, 'peek' as const), n: fc.nat(60) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const queue = new ByteQueue();
      const model: number[] = [];
      let next = 0;
      for (const { kind, n } of steps) {
        if (kind === 'push') {
          const chunk = Uint8Array.from({ length: n }, () => next++ & 255);
          model.push(...chunk);
          queue.push(chunk);
          continue;
        }
        const bytes = Math.min(n, queue.length);
        const into = new Uint8Array(bytes);
        if (kind === 'peek') queue.peek(into, 0, bytes);
        expect([...(kind === 'take' ? queue.take(bytes) : into)]).toEqual(model.slice(0, bytes));
        if (kind === 'take') model.splice(0, bytes);
        expect(queue.length).toBe(model.length);
      }
    }),
  );
});

test('UserBuffer gathers and scatters over several ranges, and faults as a whole', () => {
  const memory = new LinearMemory();
  const space = new AddressSpace(memory);
  const buffer = new UserBuffer(memory, space);
  const [a, b] = [space.map(4096), space.map(4096)];
  buffer.add(a, 3);
  buffer.add(b, 0);
  buffer.add(b, 4);
  expect(buffer.copyOut(1, Uint8Array.from([1, 2, 3, 4]))).toBe(true);
  expect(buffer.copyIn(0, 7)).toEqual(Uint8Array.from([0, 1, 2, 3, 4, 0, 0]));
  const queue = new ByteQueue();
  queue.push(Uint8Array.from([9, 8, 7]));
  expect([buffer.fillFrom(queue, 2, 3), queue.length]).toEqual([true, 3]);
  expect(buffer.copyIn(2, 3)).toEqual(Uint8Array.from([9, 8, 7]));
  buffer.add(b + 4096, 1);
  expect(buffer.copyOut(0, new Uint8Array(8).fill(5))).toBe(false);
  expect(buffer.copyIn(0, 7)).toEqual(Uint8Array.from([0, 1, 9, 8, 7, 0, 0]));
  expect(buffer.copyIn(0, 8)).toBe(null);
});
