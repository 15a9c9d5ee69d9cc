import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesOf, textOf } from '../testing/conversation.ts';
import { type Piece, Reassembler } from './reassembly.ts';

type Record =
  | readonly [position: number, text: string]
  | readonly [position: number, opaqueBytes: number]
  | { readonly reach: number }
  | 'skip gap';

const piece = (position: number, known: string | number): Piece => ({
  position: position >>> 0,
  length: typeof known === 'string' ? known.length : known,
  payload: bytesOf(typeof known === 'string' ? known : ''),
  mark: { position: position >>> 0, timeNs: 0, tid: 1, tgid: 1, cgroupId: 0n, index: 0, turn: false },
  missing: false,
});

/** Shows known bytes as they are, opaque ones as (n), missing ones as [n]; then bytes seen twice. */
function run(records: readonly Record[], startAt?: number): string {
  let got = '';
  let duplicates = 0;
  const order = new Reassembler({
    onPiece({ payload, length, missing }) {
      got += textOf(payload);
      if (length > payload.length) got += missing ? `[${length}]` : `(${length - payload.length})`;
    },
    onDuplicate(bytes) {
      duplicates += bytes;
    },
  });
  if (startAt !== undefined) order.startAt(startAt);
  for (const record of records) {
    if (record === 'skip gap') order.skipGap();
    else if ('reach' in record) order.reach(record.reach >>> 0, piece(record.reach, 0).mark);
    else order.push(piece(record[0], record[1]));
  }
  return `${got} +${duplicates}`;
}

describe('Reassembler', () => {
  const rows: readonly [name: string, records: readonly Record[], want: string, startAt?: number][] = [
    [
      'keeps order',
      [
        [10, 'ab'],
        [12, 'cd'],
      ],
      'abcd +0',
    ],
    [
      'drops what was seen',
      [
        [10, 'abcd'],
        [12, 'cd'],
        [12, 'cdef'],
      ],
      'abcdef +4',
    ],
    [
      'holds what came too early',
      [
        [10, 'a'],
        [13, 'd'],
        [11, 'bc'],
        [14, 'e'],
      ],
      'abcde +0',
    ],
    [
      'sorts what it holds',
      [
        [10, 'a'],
        [13, 'd'],
        [12, 'c'],
        [11, 'b'],
      ],
      'abcd +0',
    ],
    [
      'holds a gap until told',
      [
        [10, 'a'],
        [15, 'f'],
      ],
      'a +0',
    ],
    ['tells of a gap', [[10, 'a'], [15, 'f'], 'skip gap', [16, 'g']], 'a[4]fg +0'],
    [
      'drops what comes after its gap was given up',
      [[10, 'a'], [13, 'd'], 'skip gap', [11, 'bc']],
      'a[2]d +2',
    ],
    [
      'wraps at 2^32',
      [
        [0xffff_fffe, 'ab'],
        [0, 'cd'],
        [2, 'ef'],
      ],
      'abcdef +0',
    ],
    [
      'repeats across the wrap',
      [
        [0xffff_fffe, 'abcd'],
        [0xffff_ffff, 'bcde'],
      ],
      'abcde +3',
    ],
    [
      'counts opaque bytes',
      [
        [10, 'a'],
        [11, 5],
        [16, 'b'],
      ],
      'a(5)b +0',
    ],
    [
      'cuts opaque bytes that were seen',
      [
        [10, 'abc'],
        [11, 5],
        [16, 'x'],
      ],
      'abc(3)x +2',
    ],
    [
      'passes 4 GiB',
      [
        [0, 'a'],
        [1, 2 ** 32 - 2],
        [2 ** 32 - 1, 'b'],
        [0, 'c'],
      ],
      'a(4294967294)bc +0',
    ],
    ['knows where the flow starts', [[12, 'b'], 'skip gap'], '[2]b +0', 10],
    [
      'believes the first byte more than the announced start',
      [
        [10, 'ab'],
        [12, 'c'],
      ],
      'abc +0',
      99,
    ],
    ['a step back by more than 1 GiB is a gap', [[3 << 30, 'a'], [5, 'b'], 'skip gap'], 'a[1073741828]b +0'],
  ];
  const reached: typeof rows = [
    ['what is missing at the end is lost', [[10, 'ab'], { reach: 15 }], 'ab[3] +0'],
    ['nothing is missing where all came', [[10, 'ab'], { reach: 12 }], 'ab +0'],
    ['nothing is missing where more came', [[10, 'ab'], { reach: 11 }], 'ab +0'],
    ['what is held comes first', [[10, 'ab'], [14, 'c'], { reach: 17 }], 'ab[2]c[2] +0'],
    ['a flow of which nothing came', [{ reach: 17 }], '[7] +0', 10],
    ['a flow of which nothing is known', [{ reach: 17 }], ' +0'],
    ['beyond 4 GiB', [[0xffff_fffe, 'abc'], { reach: 4 }], 'abc[3] +0'],
  ];
  for (const [name, records, want, startAt] of [...rows, ...reached])
    test(name, () => expect(run(records, startAt)).toBe(want));

  test('puts any shuffled and repeated cutting together again', () => {
    const text = 'the quick brown fox jumps over the lazy dog';
    const record = fc.tuple(fc.nat(text.length - 1), fc.integer({ min: 1, max: 9 }));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), fc.nat(0xffff_ffff), (cuts, start) => {
        const records = cuts.map(([from, length]): Record => [start + from, text.slice(from, from + length)]);
        const rest = [...text].map((char, at): Record => [start + at, char]);
        expect(run([...records, ...rest], start).split(' +')[0]).toBe(text);
      }),
    );
  });
});
