import { describe, expect, test } from '@jest/globals';
import { formatAddress, parseAddress } from '../../../model/address.ts';
import { AF_INET, AF_INET6 } from '../uapi.ts';
import { decodeSocketAddress, encodeInetAddress, encodeUnixAddress, inetAddress } from './address.ts';
import { isLoopback } from './ip.ts';

describe('IP addresses', () => {
  const texts: [given: string, shown: string | null][] = [
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['256.0.0.1', null],
    ['1.2.3', null],
    ['', null],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['fe80::', 'fe80::'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['1::2::3', null],
    ['1:2:3:4:5:6:7', null],
    ['1:2:3:4:5:6:7:8:9', null],
    ['12345::', null],
    ['::g', null],
  ];
  for (const [given, shown] of texts) {
    test(`"${given}"`, () => {
      const bytes = parseAddress(given);
      expect(bytes === null ? null : formatAddress(bytes)).toBe(shown);
    });
  }

  test('loopback is 127.0.0.0/8 and ::1', () => {
    const loops = ['127.0.0.1', '127.9.9.9', '::1', '128.0.0.1', '::2'].map((text) =>
      isLoopback(parseAddress(text)!),
    );
    expect(loops).toEqual([true, true, true, false, false]);
  });
});

describe('struct sockaddr', () => {
  test('is as Linux lays it out', () => {
    const four = encodeInetAddress(inetAddress('10.0.0.1', 0x1234), AF_INET);
    expect([...four]).toEqual([2, 0, 0x12, 0x34, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const mapped = encodeInetAddress(inetAddress('10.0.0.1', 80), AF_INET6);
    expect([mapped.length, mapped[0], ...mapped.subarray(18, 24)]).toEqual([28, 10, 0xff, 0xff, 10, 0, 0, 1]);
    expect([...encodeUnixAddress('/a')]).toEqual([1, 0, 0x2f, 0x61, 0]);
    expect([...encodeUnixAddress('\0a')]).toEqual([1, 0, 0, 0x61]);
  });

  test('comes back as it went, and what is too short or of another family does not', () => {
    for (const [address, family] of [
      ['10.0.0.1', AF_INET],
      ['10.0.0.1', AF_INET6],
      ['fd00::1', AF_INET6],
    ] as const) {
      const given = inetAddress(address, 8080);
      expect(decodeSocketAddress(encodeInetAddress(given, family))).toEqual({ family: 'inet', ...given });
    }
    expect(decodeSocketAddress(encodeUnixAddress('/run/x'))).toEqual({ family: 'unix', path: '/run/x' });
    expect(decodeSocketAddress(encodeUnixAddress('\0x'))).toEqual({ family: 'unix', path: '\0x' });
    expect(decodeSocketAddress(encodeInetAddress(inetAddress('1.2.3.4', 1), AF_INET).subarray(0, 15))).toBe(
      null,
    );
    expect(decodeSocketAddress(Uint8Array.of(16, 0, 0, 0))).toBe(null);
    expect(decodeSocketAddress(Uint8Array.of(2))).toBe(null);
    expect(() => inetAddress('host', 1)).toThrow(/not an IP address/);
  });
});
