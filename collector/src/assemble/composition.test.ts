import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TraceAliases } from '../model/block.ts';
import {
  type Composition,
  decodeComposition,
  decodeStored,
  encodeComposition,
  encodeStored,
} from './composition.ts';

const pairs: fc.Arbitrary<TraceAliases> = fc.nat(3).chain((rows) => {
  const column = fc.uint8Array({ minLength: rows * 16, maxLength: rows * 16 });
  return fc.record({ rows: fc.constant(rows), alias: column, trace: column });
});

const compositions: fc.Arbitrary<Composition> = fc.record({
  blockId: fc.stringMatching(/^[a-z0-9-]{1,80}$/),
  composedUnixNs: fc.bigInt({ min: 0n, max: 2n ** 63n }),
  batches: fc.array(fc.record({ segment: fc.maxSafeNat(), offset: fc.maxSafeNat() }), { maxLength: 4 }),
  replacements: pairs,
  aliases: pairs,
});

test('a composition comes back as it was', () => {
  fc.assert(
    fc.property(compositions, (composition) => {
      expect(decodeComposition(encodeComposition(composition))).toEqual(composition);
    }),
  );
});

test('the id of a stored block comes back as it was', () => {
  expect(decodeStored(encodeStored('collector-1-a-17'))).toBe('collector-1-a-17');
});

test('a composition in a part of a larger buffer is read from there', () => {
  const composition = fc.sample(compositions, { numRuns: 1, seed: 3 })[0]!;
  const bytes = encodeComposition(composition);
  const larger = new Uint8Array(bytes.length + 8);
  larger.set(bytes, 5);
  expect(decodeComposition(larger.subarray(5, 5 + bytes.length))).toEqual(composition);
});

describe('records that cannot be read', () => {
  const record = encodeStored('block-1');
  const check = (payload: Uint8Array, reason: RegExp) => expect(() => decodeStored(payload)).toThrow(reason);

  test('of a newer version', () =>
    check(Uint8Array.of(2, ...record.subarray(1)), /another version of Sonde: a stored record has layout 2/));
  test('empty', () => check(new Uint8Array(0), /ends after 0 of 1 bytes/));
  test('cut off', () => check(record.subarray(0, 5), /ends after 5 of 10 bytes/));
  test('too long', () => check(Uint8Array.of(...record, 0), /has 1 bytes too many/));

  test('a composition cut off anywhere', () => {
    const [composition] = fc.sample(compositions, { numRuns: 1, seed: 5 });
    const bytes = encodeComposition(composition!);
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeComposition(bytes.subarray(0, length))).toThrow(
        /write-ahead log holds a composition record/,
      );
  });
});
