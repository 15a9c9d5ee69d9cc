import { describe, expect, test } from '@jest/globals';
import { withConstants } from './constants.ts';
import { ObjectError } from './error.ts';
import { readObject } from './read.ts';
import { objectBytes } from './testing/objects.ts';

const spec = readObject(objectBytes('maps'));
const contents = (from: typeof spec, name = '.rodata') =>
  Buffer.from(from.maps.find((map) => map.name === name)!.initial!).toString('hex');
const before = contents(spec);

describe('withConstants()', () => {
  /** @param offset in bytes; the rest of the section must stay as it was */
  const check = (name: string, value: number | bigint, offset: number, hex: string) => {
    const expected = before.slice(0, offset * 2) + hex + before.slice(offset * 2 + hex.length);
    expect(contents(withConstants(spec, { [name]: value }))).toBe(expected);
    expect(contents(spec)).toBe(before);
  };
  const rows: readonly [name: string, value: number | bigint, offset: number, hex: string][] = [
    ['limit', 0x12345678, 0, '78563412'],
    ['limit', 0xffffffff, 0, 'ffffffff'],
    ['balance', -2, 4, 'feffffff'],
    ['balance', -0x80000000, 4, '00000080'],
    ['cookie', 2n ** 64n - 1n, 8, 'ffffffffffffffff'],
    ['cookie', 2 ** 53 - 1, 8, 'ffffffffffff1f00'],
    ['small', 255, 16, 'ff'],
    ['enabled', 0, 17, '00'],
    ['mode', -1, 20, 'ffffffff'],
    ['answer', 0, 32, '00000000'],
  ];
  test.each(rows)('sets %s to %s', check);

  test('sets several, in several sections', () => {
    const after = withConstants(spec, { small: 1, other: 2, answer: 3 });
    expect(contents(after)).toBe(`${before.slice(0, 32)}01${before.slice(34, 64)}03000000`);
    expect(contents(after, '.rodata.other')).toBe('02000000');
    expect(after.programs).toBe(spec.programs);
  });

  test('gives the same spec for nothing to set', () => expect(withConstants(spec, {})).toBe(spec));
});

describe('withConstants() refuses', () => {
  const rows: readonly [name: string, value: number | bigint, problem: string][] = [
    ['unknown', 1, 'no read-only section has it'],
    ['hits', 1, 'no read-only section has it'],
    ['fixed', 1, 'not a number of 1, 2, 4 or 8 bytes'],
    ['limit', -1, '-1 is outside 0 .. 4294967295'],
    ['limit', 2 ** 32, '4294967296 is outside 0 .. 4294967295'],
    ['balance', 0x80000000, '2147483648 is outside -2147483648 .. 2147483647'],
    ['small', 256, '256 is outside 0 .. 255'],
    ['enabled', 2, '2 is outside 0 .. 1'],
    ['cookie', 2n ** 64n, '18446744073709551616 is outside 0 .. 18446744073709551615'],
    ['limit', 1.5, '1.5 is not a whole number'],
    ['cookie', 2 ** 54, '18014398509481984 is not a whole number, or too large for a number (use a bigint)'],
    ['limit', Number.NaN, 'NaN is not a whole number'],
  ];
  test.each(rows)('%s = %s', (name, value, problem) => {
    expect(() => withConstants(spec, { [name]: value })).toThrow(ObjectError);
    expect(() => withConstants(spec, { [name]: value })).toThrow(`Cannot set constant "${name}": ${problem}`);
  });
});
