import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatIpv6, isLoopback, parseAddress } from './address.ts';

const format = (text: string) => {
  const bytes = parseAddress(text);
  if (bytes === null) return null;
  return bytes.length === 4 ? Array.from(bytes).join('.') : formatIpv6(bytes);
};
const check = (text: string, want: string | null) => expect(format(text)).toBe(want);

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::ffff:a00:1', '10.0.0.1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['2001:0db8::0001', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['::', '::'],
  ['::1', '::1'],
  ['fe80::', 'fe80::'],
])('%s is written %s', (text, want) => check(text, want));

test.each([
  '',
  '1.2.3',
  '1.2.3.256',
  '1.2.3.4.5',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '12345::',
  '::1.2.3',
  'g::',
])('"%s" is no address', (text) => check(text, null));

test('every IPv6 address survives text and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const back = parseAddress(formatIpv6(bytes))!;
      expect(Array.from(back)).toEqual(Array.from(back.length === 4 ? bytes.slice(12) : bytes));
    }),
  );
});

test('loopback is 127.0.0.0/8 and ::1', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', '10.0.0.1', '::', '12.7.0.0'].map(isLoopback)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
