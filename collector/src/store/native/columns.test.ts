import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TestEngine } from '../tables/testing/engine.ts';
import { BlockStrings } from './block-strings.ts';
import { type ColumnData, fixed, LowCardinality, mapOf, Offsets, Texts } from './columns.ts';
import { nativeBlock } from './native-block.ts';
import { StringMap } from './string-map.ts';

let engine: TestEngine;
beforeAll(() => {
  engine = new TestEngine();
});
afterAll(() => engine.close());

/** What the engine reads out of a column of one block. */
async function read(column: ColumnData, expression = 'c'): Promise<unknown> {
  const rows = nativeBlock(column.rows, { c: column });
  const [row] = await engine.query(`SELECT groupArray(${expression}) AS c FROM ${engine.file(rows)}`);
  return row?.c;
}

const texts = (values: readonly string[]): Texts => {
  const column = new Texts();
  for (const value of values) column.text(value);
  return column;
};

const lowCardinality = (values: readonly string[]): LowCardinality => {
  const strings = new BlockStrings();
  const column = new LowCardinality(strings);
  for (const value of values) column.push(strings.idOf(value));
  return column;
};

const stringMap = (rows: readonly (readonly (readonly [string, string])[])[]): StringMap => {
  const strings = new BlockStrings();
  const column = new StringMap(strings, rows.length);
  for (const pairs of rows) {
    for (const [key, value] of pairs) column.pair(strings.idOf(key), strings.idOf(value));
    column.endRow();
  }
  return column;
};

const numberMap = (rows: readonly (readonly (readonly [number, bigint])[])[]): ColumnData => {
  const offsets = new Offsets(rows.length);
  let pairs = 0;
  for (const row of rows) {
    pairs += row.length;
    offsets.endRow(pairs);
  }
  const flat = rows.flat();
  return mapOf(
    offsets,
    fixed(
      'UInt8',
      Uint8Array.from(flat, ([key]) => key),
    ),
    fixed(
      'UInt64',
      BigUint64Array.from(flat, ([, value]) => value),
    ),
  );
};

const upTo = (n: number) => Array.from({ length: n }, (_, i) => `value ${i}`);

type Check = readonly [what: string, column: () => ColumnData, wanted: unknown, expression?: string];

const check = ([what, column, wanted, expression]: Check) =>
  test(`the engine reads ${what}`, async () => {
    expect(await read(column(), expression)).toEqual(wanted);
  });

const CHECKS: readonly Check[] = [
  [
    'UInt64 over its whole range',
    () => fixed('UInt64', BigUint64Array.of(0n, 2n ** 64n - 1n)),
    ['0', '18446744073709551615'],
    'toString(c)',
  ],
  ['UInt16', () => fixed('UInt16', Uint16Array.of(0, 503, 65_535)), [0, 503, 65_535]],
  ['Bool', () => fixed('Bool', Uint8Array.of(1, 0)), [true, false]],
  [
    'nanoseconds',
    () => fixed('DateTime64(9)', BigUint64Array.of(1_700_000_000_123_456_789n)),
    ['1700000000123456789'],
    'toString(toUnixTimestamp64Nano(c))',
  ],
  ['seconds', () => fixed(`DateTime('UTC')`, Uint32Array.of(1_700_000_000)), ['2023-11-14 22:13:20']],
  ['String, the empty one too', () => texts(['', 'a', 'ü€😀']), ['', 'a', 'ü€😀']],
  [
    'lengths at the steps of a varint',
    () => texts([127, 128, 16_383, 16_384, 2_097_152].map((n) => 'x'.repeat(n))),
    [127, 128, 16_383, 16_384, 2_097_152],
    'length(c)',
  ],
  ['a half of a surrogate pair as U+FFFD', () => texts(['a\ud800b']), ['a\ufffdb']],
  ['LowCardinality', () => lowCardinality(['b', 'a', 'b', '', 'b']), ['b', 'a', 'b', '', 'b']],
  ['a dictionary of 256 values', () => lowCardinality(upTo(256)), upTo(256)],
  ['a dictionary of 257 values', () => lowCardinality(upTo(257)), upTo(257)],
  ['a dictionary of 65537 values', () => lowCardinality(upTo(65_537)), upTo(65_537)],
  [
    'strings that become the same in UTF-8',
    () => lowCardinality(['\ud800', '\ud801', 'a']),
    ['\ufffd', '\ufffd', 'a'],
  ],
  [
    'a map of strings',
    () =>
      stringMap([
        [
          ['a', '1'],
          ['b', '2'],
        ],
        [],
        [['a', '']],
      ]),
    [{ a: '1', b: '2' }, {}, { a: '' }],
  ],
  ['maps that are all empty', () => stringMap([[], []]), [{}, {}]],
  [
    'a map of numbers',
    () =>
      numberMap([
        [],
        [
          [0, 1n],
          [255, 2n],
        ],
      ]),
    [{}, { 0: 1, 255: 2 }],
  ],
];
CHECKS.forEach(check);

test('the engine reads hexadecimal digits of ids, and zeros as none', async () => {
  const column = new Texts();
  column.hexIds(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x2f, 0x90, 0xab, 0xcd, 0xef, 0xff), 8);
  expect(await read(column)).toEqual(['', '00012f90abcdefff']);
});

test('columns of different lengths are refused', () =>
  expect(() => nativeBlock(1, { a: fixed('UInt8', new Uint8Array(2)) })).toThrow(/"a": has 2 rows/));

test('names of columns arrive as they are, in SQL too', async () => {
  const rows = nativeBlock(1, { In: fixed('UInt8', Uint8Array.of(7)), 'Events.Name': texts(['x']) });
  expect(rows.columns).toBe('`In`, `Events.Name`');
  expect(await engine.query(`SELECT ${rows.columns} FROM ${engine.file(rows)}`)).toEqual([
    { In: 7, 'Events.Name': 'x' },
  ]);
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '\0', '\n\n', "'", '"', '\\', '\r\n\r\n', '\n\nDROP TABLE t', '`', ';', '{}'),
  fc.integer({ min: 100, max: 300 }).map((n) => '\n'.repeat(n)),
);

test('any strings come back as their bytes', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.tuple(anyText, anyText), { minLength: 1, maxLength: 40 }),
    async (pairs) => {
      const keys = pairs.map(([key]) => key);
      const values = pairs.map(([, value]) => value);
      const hex = (strings: readonly string[]) =>
        strings.map((text) => Buffer.from(text).toString('hex').toUpperCase());
      const rows = nativeBlock(pairs.length, {
        t: texts(values),
        lc: lowCardinality(keys),
        m: stringMap(pairs.map((pair) => [pair])),
      });
      const [read] = await engine.query(`
      SELECT groupArray(hex(t)) AS t, groupArray(hex(lc)) AS lc,
        groupArray(hex(mapKeys(m)[1])) AS k, groupArray(hex(mapValues(m)[1])) AS v
      FROM ${engine.file(rows)}`);
      expect(read).toEqual({ t: hex(values), lc: hex(keys), k: hex(keys), v: hex(values) });
    },
  );
  await fc.assert(property, { numRuns: 60 });
});
