import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decode, decodeKnown, encode, targetOf, wideValue } from './decode.ts';

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('decode() refuses', () => {
  test.each([
    ['a length that is no multiple of 8', '95 00 00 00', 0, 'length 4 is not a multiple of 8'],
    ['an opcode that does not exist', 'ff 00 00 00 00 00 00 00', 0, 'unknown instruction: opcode 0xff'],
    ['an offset that selects nothing', '3f 00 02 00 00 00 00 00', 0, 'offset 2'],
    ['an atomic operation that does not exist', 'db 10 00 00 02 00 00 00', 0, 'imm 2'],
    ['half an lddw', '18 00 00 00 01 00 00 00', 0, 'lddw lacks its second slot'],
    [
      'an lddw whose second slot is no such thing',
      '18 00 00 00 01 00 00 00 b7 00 00 00 00 00 00 00',
      0,
      'reserved bits of the second slot',
    ],
  ])('%s', (_name, hex, slot, why) => {
    expect(decode(bytesOf(hex))).toEqual({
      kind: 'malformed',
      malformed: { slot, why: expect.stringContaining(why) },
    });
  });
});

test('decode() reads every field', () => {
  const [instruction] = decodeKnown(bytesOf('6d a9 fe ff 00 00 00 00'));
  expect(instruction).toMatchObject({ slot: 0, dst: 9, src: 10, offset: -2, imm: 0 });
  expect(targetOf(instruction!)).toBe(-1);
});

test('an lddw is one instruction over two slots', () => {
  const code = decodeKnown(
    bytesOf('18 01 00 00 78 56 34 f2 00 00 00 00 f0 de bc 9a 95 00 00 00 00 00 00 00'),
  );
  expect(code.map((each) => each?.slot ?? null)).toEqual([0, null, 2]);
  expect(wideValue(code[0]!)).toBe(0x9abcdef0f2345678n);
});

test('what decode() accepts, encode() gives back', () => {
  const slot = fc.uint8Array({ minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(slot, { minLength: 1, maxLength: 4 }), (slots) => {
      const bytes = Uint8Array.from(slots.flatMap((each) => [...each]));
      const decoded = decode(bytes);
      if (decoded.kind === 'malformed') return;
      const again = decoded.code.flatMap((each) => (each === null ? [] : [...encode(each)]));
      expect(again).toEqual([...bytes]);
    }),
    { numRuns: 2000 },
  );
});
