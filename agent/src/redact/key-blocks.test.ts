import { expect, test } from '@jest/globals';
import type { LogLine } from '../model/log-line.ts';
import { KeyBlocks } from './key-blocks.ts';

const BEGIN = '-----BEGIN EC PRIVATE KEY-----';
const END = '-----END EC PRIVATE KEY-----';
const MATERIAL = 'MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49';

const line = (body: string, change: Partial<LogLine> = {}): LogLine => ({
  node: 'n',
  tgid: 1,
  tid: 1,
  cgroupId: 1n,
  timeNs: 0,
  stream: 'stdout',
  body,
  severity: 0,
  span: null,
  isTruncated: false,
  ...change,
});

/** Which lines are said to be part of a key that an earlier line began. */
const check = (lines: readonly (string | LogLine)[], want: readonly boolean[]) => {
  const blocks = new KeyBlocks();
  expect(lines.map((item) => blocks.take(typeof item === 'string' ? line(item) : item))).toEqual(want);
};

test.each([
  ['up to its end', [BEGIN, MATERIAL, 'AwEHoUQ=', END, MATERIAL], [false, true, true, true, false]],
  ['with its headers', [BEGIN, 'Proc-Type: 4,ENCRYPTED', MATERIAL], [false, true, true]],
  ['behind a prefix', [`12:00 INFO ${BEGIN}`, `12:00 INFO ${MATERIAL}`], [false, true]],
  ['and not what is none', [BEGIN, 'GET /cart 200 in 12 ms', MATERIAL], [false, false, true]],
  ['without a begin: none', [MATERIAL, END], [false, false]],
  ['in one line: none after it', [`${BEGIN} ${MATERIAL} ${END}`, MATERIAL], [false, false]],
])('lines of a key %s', (_, lines, want) => check(lines, want));

test('a key is its writer\u2019s', () => {
  const others = [{ tid: 2 }, { tgid: 2 }, { node: 'm' }, { stream: 'stderr' }] as const;
  check(
    [BEGIN, ...others.map((other) => line(MATERIAL, other)), MATERIAL],
    [false, ...others.map(() => false), true],
  );
});

test('a key that does not end is given up', () => {
  const lines = Array<string>(256).fill(MATERIAL);
  check([BEGIN, ...lines, MATERIAL], [false, ...lines.map(() => true), false]);
});

test('of too many writers the one that began first is forgotten', () => {
  const blocks = new KeyBlocks();
  for (let tid = 0; tid <= 1_024; tid++) blocks.take(line(BEGIN, { tid }));
  expect([0, 1, 1_024].map((tid) => blocks.take(line(MATERIAL, { tid })))).toEqual([false, true, true]);
});
