import { describe, expect, test } from '@jest/globals';
import { type Capture, readCapture } from './capture.ts';
import { bytesOf, concat } from './testing/build-packets.ts';
import {
  block,
  interfaceBlock,
  option,
  sectionHeader,
  Writer,
  type WrittenPacket,
  writePcap,
  writePcapng,
} from './testing/write-capture.ts';

/** One line a packet: time, link type, bytes, original length; then the end. */
function show(capture: Capture): string[] {
  const lines: string[] = [];
  for (const { timestampNs, interface: device, bytes, originalBytes } of capture) {
    lines.push(
      `${timestampNs} ${device?.linkType ?? 'none'} ${new TextDecoder().decode(bytes)}/${originalBytes}`,
    );
  }
  const { end } = capture;
  return [...lines, end?.kind === 'fault' ? end.fault : (end?.kind ?? 'not ended')];
}

const check = (file: Uint8Array, lines: readonly string[]): void =>
  expect(show(readCapture(file))).toEqual(lines);

const TWO: readonly WrittenPacket[] = [
  { timestampNs: 1_600_000_000_123_456_789n, bytes: bytesOf('first') },
  { timestampNs: 1_600_000_001_000_000_000n, bytes: bytesOf('cut'), originalBytes: 9 },
];
const MICRO = ['1600000000123456000 1 first/5', '1600000001000000000 1 cut/9', 'complete'];
const NANO = ['1600000000123456789 1 first/5', '1600000001000000000 1 cut/9', 'complete'];

describe('readCapture() reads pcap', () => {
  for (const littleEndian of [true, false]) {
    const order = littleEndian ? 'little-endian' : 'big-endian';
    test(`of microseconds, ${order}`, () => check(writePcap(TWO, { littleEndian }), MICRO));
    test(`of nanoseconds, ${order}`, () => check(writePcap(TWO, { littleEndian, magic: 0xa1b23c4d }), NANO));
    test(`with longer records, ${order}`, () =>
      check(writePcap(TWO, { littleEndian, magic: 0xa1b2cd34 }), MICRO));
  }
  test('without packets', () => check(writePcap([]), ['complete']));
  test('with flags in the upper half of the link type', () =>
    check(writePcap(TWO.slice(1), { linkType: 0x24000071 }), ['1600000001000000000 113 cut/9', 'complete']));
  test('of version 2.3, whose lengths may be exchanged', () =>
    check(
      writePcap([{ bytes: bytesOf('abc'), originalBytes: 2 }, ...TWO], { minorVersion: 3 }).slice(
        0,
        24 + 16 + 2,
      ),
      ['0 1 ab/3', 'complete'],
    ));
  test('that another buffer contains', () => {
    const file = writePcap(TWO);
    check(concat(bytesOf('xyz'), file).subarray(3), MICRO);
  });
});

describe('readCapture() keeps what was good in pcap', () => {
  const file = writePcap(TWO);
  const second = 24 + 16 + 5;
  test('when a header is cut', () =>
    check(file.slice(0, second + 7), [
      MICRO[0]!,
      `pcap: at offset ${second} the file ends within a packet header (7 of 16 bytes)`,
    ]));
  test('when a packet is cut', () =>
    check(file.slice(0, -1), [
      MICRO[0]!,
      `pcap: at offset ${second} a packet claims 3 bytes, but 2 are left`,
    ]));
  test('when a length is impossible', () => {
    const damaged = file.slice();
    new DataView(damaged.buffer).setUint32(second + 8, 0x7fffffff, true);
    check(damaged, [
      MICRO[0]!,
      `pcap: at offset ${second} a packet claims 2147483647 bytes, more than the limit of 262144`,
    ]);
  });
});

describe('readCapture() reads pcapng', () => {
  for (const littleEndian of [true, false]) {
    const order = littleEndian ? 'little-endian' : 'big-endian';
    test(`of nanoseconds, ${order}`, () => check(writePcapng(TWO, { littleEndian }), NANO));

    const section = sectionHeader(littleEndian);
    const device = (linkType: number, options: Uint8Array = new Uint8Array(0), snapBytes = 0): Uint8Array =>
      interfaceBlock(linkType, snapBytes, options, littleEndian);
    const packet = (index: number, ticks: bigint, text: string): Uint8Array => {
      const body = new Writer(littleEndian)
        .u32(index)
        .u32(Number(ticks >> 32n))
        .u32(Number(ticks & 0xffffffffn));
      return block(6, body.u32(text.length).u32(text.length).bytes(bytesOf(text)).finish(), littleEndian);
    };
    const resolution = (value: number): Uint8Array => option(9, Uint8Array.of(value), littleEndian);

    test(`with a resolution for each interface, ${order}`, () => {
      const interfaces = [
        device(1),
        device(101, resolution(3)),
        device(1, resolution(0x80 | 10)),
        device(1, resolution(12)),
      ];
      check(
        concat(
          section,
          ...interfaces,
          packet(0, 5n, 'a'),
          packet(1, 5n, 'b'),
          packet(2, 512n, 'c'),
          packet(3, 7000n, 'd'),
        ),
        ['5000 1 a/1', '5000000 101 b/1', '500000000 1 c/1', '7 1 d/1', 'complete'],
      );
    });
    test(`with an offset of the clock, ${order}`, () => {
      const seconds = new Writer(littleEndian);
      const value = littleEndian ? seconds.u32(10).u32(0) : seconds.u32(0).u32(10);
      const name = option(2, bytesOf('eth0'), littleEndian);
      check(
        concat(
          section,
          device(1, concat(name, option(14, value.finish(), littleEndian))),
          packet(0, 1n, 'a'),
        ),
        ['10000001000 1 a/1', 'complete'],
      );
    });
    test(`with simple and obsolete packet blocks, ${order}`, () => {
      const simple = block(3, new Writer(littleEndian).u32(9).bytes(bytesOf('simp')).finish(), littleEndian);
      const old = new Writer(littleEndian).u16(0).u16(0).u32(0).u32(3).u32(3).u32(7).bytes(bytesOf('old'));
      check(concat(section, device(1, new Uint8Array(0), 4), block(2, old.finish(), littleEndian), simple), [
        '3000 1 old/7',
        '3000 1 simp/9',
        'complete',
      ]);
    });
    test(`passing over what it does not know, ${order}`, () => {
      const custom = block(0xbad, bytesOf('whatever'), littleEndian);
      const options = concat(
        option(1, bytesOf('a comment'), littleEndian),
        option(77, bytesOf('?'), littleEndian),
      );
      check(concat(section, custom, device(1, options), custom, packet(0, 1n, 'a'), custom), [
        '1000 1 a/1',
        'complete',
      ]);
    });
    test(`with packets of an interface that is not described, ${order}`, () =>
      check(concat(section, device(1), packet(0, 1n, 'a'), packet(4, 9n, 'b')), [
        '1000 1 a/1',
        '1000 none b/1',
        'complete',
      ]));
  }

  test('of several sections, each with its byte order and interfaces', () =>
    check(
      concat(writePcapng(TWO), writePcapng(TWO, { littleEndian: false, interfaces: [{ linkType: 101 }] })),
      [NANO[0]!, NANO[1]!, NANO[0]!.replace(' 1 ', ' 101 '), NANO[1]!.replace(' 1 ', ' 101 '), 'complete'],
    ));
});

describe('readCapture() keeps what was good in pcapng', () => {
  const file = writePcapng(TWO);
  const second = file.length - (32 + 4);
  const damagedAt = (at: number, value: number): Uint8Array => {
    const damaged = file.slice();
    new DataView(damaged.buffer).setUint32(at, value, true);
    return damaged;
  };
  test('when a block is cut', () =>
    check(file.slice(0, -4), [
      NANO[0]!,
      `pcapng: at offset ${second} a block claims 36 bytes, but 32 are left`,
    ]));
  test('when a block header is cut', () =>
    check(file.slice(0, second + 5), [
      NANO[0]!,
      `pcapng: at offset ${second} the file ends within a block header (5 bytes are left)`,
    ]));
  test('when the lengths of a block differ', () =>
    check(damagedAt(file.length - 4, 40), [
      NANO[0]!,
      `pcapng: at offset ${second} the two lengths of a block differ (36 and 40)`,
    ]));
  test('when a length is no multiple of four', () =>
    check(damagedAt(second + 4, 35), [
      NANO[0]!,
      `pcapng: at offset ${second} a block claims a length of 35 bytes`,
    ]));
  test('when a length is too small', () =>
    check(damagedAt(second + 4, 0), [
      NANO[0]!,
      `pcapng: at offset ${second} a block claims a length of 0 bytes`,
    ]));
  test('when a packet is longer than its block', () =>
    check(damagedAt(second + 20, 5), [
      NANO[0]!,
      `pcapng: at offset ${second} a packet claims 5 bytes, but its block holds 4`,
    ]));
  test('when a later section has no byte order', () =>
    check(concat(file, damagedAt(8, 0)), [
      ...NANO.slice(0, 2),
      `pcapng: at offset ${file.length} a section header has no byte-order magic`,
    ]));
});

describe('readCapture() refuses', () => {
  const rows: readonly (readonly [string, Uint8Array, string])[] = [
    ['an empty file', new Uint8Array(0), 'Cannot read capture: the file is empty at offset 0'],
    ['text', bytesOf('GET /'), 'neither pcap nor pcapng at offset 0 (first bytes: 47 45 54 20 2f)'],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0), 'compressed with gzip'],
    ['zstd', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), 'compressed with zstd'],
    ['half a pcap header', writePcap([]).slice(0, 20), 'the pcap header has 20 of 24 bytes'],
    [
      'half a section header',
      sectionHeader(true).slice(0, 12),
      'the first section header has 12 of 28 bytes',
    ],
    ['a section without byte order', block(0x0a0d0d0a, new Uint8Array(16), true), 'has no byte-order magic'],
  ];
  test.each(rows)('%s', (_name, file, message) => {
    expect(() => readCapture(file)).toThrow(message);
  });
});

test('readCapture() ends, whatever byte is damaged', () => {
  const files = [writePcap(TWO), writePcapng(TWO)];
  for (const file of files) {
    for (let at = 24; at < file.length; at++) {
      for (const value of [0, 0x7f, 0xff]) {
        const damaged = file.slice();
        damaged[at] = value;
        const capture = readCapture(damaged);
        expect(Array.from(capture).length).toBeLessThan(10);
        expect(capture.end).not.toBeNull();
      }
    }
  }
});
