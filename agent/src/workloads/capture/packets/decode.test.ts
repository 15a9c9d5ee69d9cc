import { describe, expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import fc from 'fast-check';
import { formatEndpoint } from '../../../model/address.ts';
import type { CapturePacket } from '../capture.ts';
import { captureStages } from '../stages.ts';
import { bytesOf, concat, ETHERTYPE, ethernet, hex, ipv4, ipv6, tcp, udp } from '../testing/build-packets.ts';
import { PacketDecoder, type Transported } from './decode.ts';

const ETHERNET = 1;
const TCP = 6;
const UDP = 17;

interface Frame {
  readonly bytes: Uint8Array;
  /** Default: not cut. */
  readonly originalBytes?: number;
  readonly atNs?: number;
}

/** What each frame gives: a line for a segment or datagram, or the reason for its drop, or "held". */
function decodeAll(frames: readonly Frame[], linkType = ETHERNET) {
  const ledger = new Ledger();
  const { packets } = captureStages(ledger);
  const decoder = new PacketDecoder(packets, Number);
  const device = { index: 0, linkType, name: '' };
  const lines = frames.map(({ bytes, originalBytes = bytes.length, atNs = 0 }) => {
    const before = { ...packets.dropped };
    const packet: CapturePacket = {
      timestampNs: BigInt(atNs),
      interface: device,
      bytes,
      originalBytes,
      fileOffset: 0,
    };
    const transported = decoder.decode(packet);
    if (transported !== null) return show(transported);
    return Object.keys(before).find((reason) => packets.dropped[reason] !== before[reason]) ?? 'held';
  });
  decoder.finish();
  expect(ledger.imbalances()).toEqual([]);
  expect(packets.held).toBe(0);
  return { lines, faults: decoder.faults, dropped: packets.dropped, out: packets.out };
}

function show({ kind, from, to, bytes, missingBytes }: Transported): string {
  const missing = missingBytes === 0 ? '' : `+${missingBytes}`;
  return `${kind} ${formatEndpoint(from)} > ${formatEndpoint(to)} ${new TextDecoder().decode(bytes)}${missing}`;
}

const check = (bytes: Uint8Array, line: string, linkType = ETHERNET): void =>
  expect(decodeAll([{ bytes }], linkType).lines).toEqual([line]);

const V4 = { from: '10.0.0.1', to: '10.0.0.2', protocol: TCP };
const V6 = { from: 'fd00::1', to: 'fd00::2', protocol: TCP };
const SEGMENT = tcp(bytesOf('abc'), { fromPort: 5000, toPort: 80 });
const PACKET4 = ipv4(SEGMENT, V4);
const PACKET6 = ipv6(SEGMENT, V6);
const LINE4 = 'tcp 10.0.0.1:5000 > 10.0.0.2:80 abc';
const LINE6 = 'tcp [fd00::1]:5000 > [fd00::2]:80 abc';
const vlan = (payload: Uint8Array, type: number): Uint8Array =>
  concat(Uint8Array.of(0, 7, type >> 8, type & 255), payload);

describe('PacketDecoder finds the network layer', () => {
  const rows: readonly (readonly [string, number, Uint8Array, string])[] = [
    ['Ethernet, IPv4', 1, ethernet(PACKET4, ETHERTYPE.ipv4), LINE4],
    ['Ethernet, IPv6', 1, ethernet(PACKET6, ETHERTYPE.ipv6), LINE6],
    ['Ethernet with padding', 1, concat(ethernet(PACKET4, ETHERTYPE.ipv4), new Uint8Array(9)), LINE4],
    ['802.1Q', 1, ethernet(vlan(PACKET4, ETHERTYPE.ipv4), ETHERTYPE.vlan), LINE4],
    [
      '802.1ad',
      1,
      ethernet(vlan(vlan(PACKET6, ETHERTYPE.ipv6), ETHERTYPE.vlan), ETHERTYPE.serviceVlan),
      LINE6,
    ],
    ['PPPoE', 1, ethernet(concat(hex('1100 0001 0000 0021'), PACKET4), 0x8864), LINE4],
    ['MPLS', 1, ethernet(concat(hex('00010040 00020140'), PACKET6), 0x8847), LINE6],
    ['802.2 SNAP', 1, ethernet(concat(hex('aaaa03 000000 0800'), PACKET4), 60), LINE4],
    ['ARP', 1, ethernet(new Uint8Array(28), ETHERTYPE.arp), 'not_ip'],
    ['a frame cut within its header', 1, new Uint8Array(13), 'truncated_header'],
    [
      'a frame of tags only',
      1,
      ethernet(concat(...Array.from({ length: 40 }, () => hex('0001 8100'))), 0x8100),
      'not_ip',
    ],
    ['NULL, little-endian', 0, concat(hex('02000000'), PACKET4), LINE4],
    ['NULL, big-endian', 0, concat(hex('00000002'), PACKET4), LINE4],
    ['NULL, IPv6 of Darwin', 0, concat(hex('1e000000'), PACKET6), LINE6],
    ['NULL, IPv6 of FreeBSD', 0, concat(hex('0000001c'), PACKET6), LINE6],
    ['NULL, another family', 0, concat(hex('07000000'), PACKET4), 'not_ip'],
    ['LOOP', 108, concat(hex('00000018'), PACKET6), LINE6],
    ['cooked v1', 113, concat(new Uint8Array(14), hex('0800'), PACKET4), LINE4],
    [
      'cooked v1 with VLAN',
      113,
      concat(new Uint8Array(14), hex('8100'), vlan(PACKET6, ETHERTYPE.ipv6)),
      LINE6,
    ],
    ['cooked v2', 276, concat(hex('86dd'), new Uint8Array(18), PACKET6), LINE6],
    ['PPP', 9, concat(hex('ff03 0057'), PACKET6), LINE6],
    ['raw', 101, PACKET4, LINE4],
    ['raw of BSD', 12, PACKET6, LINE6],
    ['raw of OpenBSD', 14, PACKET6, LINE6],
    ['raw of neither version', 101, hex('50'), 'not_ip'],
    ['raw IPv4', 228, PACKET4, LINE4],
    ['raw IPv6', 229, PACKET6, LINE6],
  ];
  test.each(rows)('%s', (_name, linkType, bytes, line) => check(bytes, line, linkType));
});

describe('PacketDecoder reads IP', () => {
  const raw = 101;
  const extension = (next: number, lengthUnits: number): Uint8Array =>
    concat(Uint8Array.of(next, lengthUnits), new Uint8Array(6 + 8 * lengthUnits));
  const authentication = concat(Uint8Array.of(TCP, 1), new Uint8Array(10)); // 12 bytes: (1 + 2) * 4
  const rows: readonly (readonly [string, Uint8Array, string])[] = [
    ['IPv4 options', ipv4(SEGMENT, { ...V4, options: new Uint8Array(8) }), LINE4],
    ['an IPv4 length of 0 (offload)', ipv4(SEGMENT, { ...V4, totalBytes: 0 }), LINE4],
    ['an IPv4 length beyond the packet', ipv4(SEGMENT, { ...V4, totalBytes: 500 }), 'bad_header'],
    ['an IPv4 length below its header', ipv4(SEGMENT, { ...V4, totalBytes: 19 }), 'bad_header'],
    ['an IPv4 header of 16 bytes', concat(hex('44'), PACKET4.subarray(1)), 'bad_header'],
    [
      'hop-by-hop and destination options',
      ipv6(concat(extension(60, 0), extension(TCP, 2), SEGMENT), { ...V6, protocol: 0 }),
      LINE6,
    ],
    ['a routing header', ipv6(concat(extension(TCP, 1), SEGMENT), { ...V6, protocol: 43 }), LINE6],
    ['an authentication header', ipv6(concat(authentication, SEGMENT), { ...V6, protocol: 51 }), LINE6],
    [
      'an atomic IPv6 fragment',
      ipv6(concat(Uint8Array.of(TCP), new Uint8Array(7), SEGMENT), { ...V6, protocol: 44 }),
      LINE6,
    ],
    [
      'an extension header beyond the packet',
      ipv6(extension(TCP, 0).subarray(0, 4), { ...V6, protocol: 0 }),
      'bad_header',
    ],
    ['ICMP', ipv4(new Uint8Array(8), { ...V4, protocol: 1 }), 'other_transport'],
    ['no next header', ipv6(new Uint8Array(0), { ...V6, protocol: 59 }), 'other_transport'],
    ['the unspecified address', ipv4(SEGMENT, { ...V4, from: '0.0.0.0' }), 'no_address'],
  ];
  test.each(rows)('%s', (_name, bytes, line) => check(bytes, line, raw));
});

describe('PacketDecoder reads TCP and UDP', () => {
  const raw = 101;
  const datagram = udp(bytesOf('query'), 5353, 53);
  const rows: readonly (readonly [string, Uint8Array, string])[] = [
    [
      'TCP options',
      ipv4(tcp(bytesOf('x'), { fromPort: 1, toPort: 2, options: new Uint8Array(12) }), V4),
      'tcp 10.0.0.1:1 > 10.0.0.2:2 x',
    ],
    [
      'a TCP header longer than the packet',
      ipv4(concat(SEGMENT.subarray(0, 12), hex('f0'), SEGMENT.subarray(13)), V4),
      'bad_header',
    ],
    [
      'a TCP header of 16 bytes',
      ipv4(concat(SEGMENT.subarray(0, 12), hex('40'), SEGMENT.subarray(13)), V4),
      'bad_header',
    ],
    ['port 0', ipv4(tcp(bytesOf('x'), { fromPort: 0, toPort: 2 }), V4), 'no_port'],
    ['UDP', ipv4(datagram, { ...V4, protocol: UDP }), 'udp 10.0.0.1:5353 > 10.0.0.2:53 query'],
    [
      'UDP with bytes behind it',
      ipv4(concat(datagram, hex('0000')), { ...V4, protocol: UDP }),
      'udp 10.0.0.1:5353 > 10.0.0.2:53 query',
    ],
    [
      'a UDP length beyond the packet',
      ipv4(datagram.subarray(0, 10), { ...V4, protocol: UDP }),
      'bad_header',
    ],
    ['half a UDP header', ipv4(datagram.subarray(0, 5), { ...V4, protocol: UDP }), 'bad_header'],
  ];
  test.each(rows)('%s', (_name, bytes, line) => check(bytes, line, raw));
});

describe('PacketDecoder says what the snap length cut', () => {
  const optioned = ipv4(
    tcp(bytesOf('abcdef'), { fromPort: 5000, toPort: 80, options: new Uint8Array(12) }),
    V4,
  );
  const rows: readonly (readonly [string, Uint8Array, number, string])[] = [
    ['in the payload', PACKET4, 42, 'tcp 10.0.0.1:5000 > 10.0.0.2:80 ab+1'],
    ['before the payload', PACKET4, 40, 'tcp 10.0.0.1:5000 > 10.0.0.2:80 +3'],
    ['in the TCP options', optioned, 45, 'tcp 10.0.0.1:5000 > 10.0.0.2:80 +6'],
    ['in the TCP header', PACKET4, 39, 'truncated_header'],
    ['in the IP header', PACKET4, 12, 'truncated_header'],
    [
      'in a datagram',
      ipv4(udp(bytesOf('query'), 1, 2), { ...V4, protocol: UDP }),
      30,
      'udp 10.0.0.1:1 > 10.0.0.2:2 qu+3',
    ],
  ];
  test.each(rows)('%s', (_name, bytes, snapBytes, line) => {
    const cut = { bytes: bytes.subarray(0, snapBytes), originalBytes: bytes.length };
    expect(decodeAll([cut], 101).lines).toEqual([line]);
  });
});

describe('PacketDecoder looks into tunnels', () => {
  const raw = 101;
  const outer = (payload: Uint8Array, protocol: number): Uint8Array =>
    ipv4(payload, { from: '192.0.2.1', to: '192.0.2.2', protocol });
  const nested = (depth: number): Uint8Array => (depth === 0 ? PACKET4 : outer(nested(depth - 1), 4));
  const rows: readonly (readonly [string, Uint8Array, string])[] = [
    ['IP in IP', outer(PACKET4, 4), LINE4],
    ['IPv6 in IPv4', outer(PACKET6, 41), LINE6],
    ['GRE', outer(concat(hex('0000 0800'), PACKET4), 47), LINE4],
    [
      'GRE with checksum, key and sequence',
      outer(concat(hex('b000 86dd'), new Uint8Array(12), PACKET6), 47),
      LINE6,
    ],
    ['Ethernet in GRE', outer(concat(hex('0000 6558'), ethernet(PACKET4, ETHERTYPE.ipv4)), 47), LINE4],
    [
      'VXLAN',
      outer(udp(concat(hex('08000000 00000100'), ethernet(PACKET4, ETHERTYPE.ipv4)), 9, 4789), UDP),
      LINE4,
    ],
    ['GTP-U', outer(udp(concat(hex('30ff 0000 00000001'), PACKET4), 2152, 2152), UDP), LINE4],
    [
      'GTP-U with an extension',
      outer(udp(concat(hex('34ff 0000 00000001 0000 00 85 01 100f 00'), PACKET6), 2152, 2152), UDP),
      LINE6,
    ],
    [
      'a GTP echo',
      outer(udp(hex('3201 0000 00000001'), 2152, 2152), UDP),
      'udp 192.0.2.1:2152 > 192.0.2.2:2152 2\u0001\u0000\u0000\u0000\u0000\u0000\u0001',
    ],
    ['four deep', nested(4), LINE4],
    ['five deep', nested(5), 'nested_too_deep'],
  ];
  test.each(rows)('%s', (_name, bytes, line) => check(bytes, line, raw));
});

describe('PacketDecoder puts fragments together', () => {
  const payload = tcp(bytesOf('0123456789abcdefghijklmnopqrstuvwxyz'), { fromPort: 5000, toPort: 80 });
  const whole = 'tcp 10.0.0.1:5000 > 10.0.0.2:80 0123456789abcdefghijklmnopqrstuvwxyz';
  /** Ends in multiples of 8, but for the last. */
  const part = (start: number, end: number, id = 1): Uint8Array =>
    ipv4(payload.subarray(start, end), { ...V4, id, offset: start, moreFragments: end < payload.length });
  const raw = 101;
  const end = payload.length;

  test('in any order', () => {
    const frames = [part(40, end), part(0, 16), part(16, 40)].map((bytes) => ({ bytes }));
    expect(decodeAll(frames, raw)).toMatchObject({ lines: ['held', 'held', whole], out: 3 });
  });
  test('of IPv6, with an extension header in the fragmented part', () => {
    const inner = concat(Uint8Array.of(TCP, 0), new Uint8Array(6), SEGMENT);
    const fragment = (start: number, stop: number): Uint8Array => {
      const more = stop < inner.length ? 1 : 0;
      return ipv6(concat(Uint8Array.of(60, 0, 0, start | more, 0, 0, 0, 9), inner.subarray(start, stop)), {
        ...V6,
        protocol: 44,
      });
    };
    expect(decodeAll([{ bytes: fragment(0, 16) }, { bytes: fragment(16, inner.length) }], raw).lines).toEqual(
      ['held', LINE6],
    );
  });
  test('and keeps those of two payloads apart', () => {
    const frames = [part(0, 16, 1), part(0, 16, 2), part(16, end, 2), part(16, end, 1)].map((bytes) => ({
      bytes,
    }));
    expect(decodeAll(frames, raw).lines).toEqual(['held', 'held', whole, whole]);
  });
  test('and counts what stays incomplete', () => {
    const frames = [part(0, 16), part(40, end)].map((bytes) => ({ bytes }));
    expect(decodeAll(frames, raw)).toMatchObject({
      lines: ['held', 'held'],
      dropped: { fragment_incomplete: 2 },
    });
  });
  test('and gives up after 30 s', () => {
    const frames = [{ bytes: part(0, 16) }, { bytes: part(16, end), atNs: 31e9 }];
    expect(decodeAll(frames, raw)).toMatchObject({ out: 0, dropped: { fragment_incomplete: 2 } });
  });
  test('of which a part was cut by the snap length', () => {
    const cut = part(16, 40).subarray(0, 20 + 10);
    const frames = [{ bytes: part(0, 16) }, { bytes: cut, originalBytes: 44 }, { bytes: part(40, end) }];
    expect(decodeAll(frames, raw).lines.at(-1)).toBe('tcp 10.0.0.1:5000 > 10.0.0.2:80 012345+30');
  });
  test('and refuses more than a payload can have', () => {
    const beyond = ipv4(new Uint8Array(64), { ...V4, offset: 65528, moreFragments: true });
    expect(decodeAll([{ bytes: beyond }], raw).lines).toEqual(['fragment_overflow']);
  });

  test('however they are cut, ordered and repeated', () => {
    const data = concat(...Array.from({ length: 200 }, (_, i) => Uint8Array.of(i, 255 - i)));
    const full = tcp(data, { fromPort: 5000, toPort: 80 });
    const units = Math.ceil(full.length / 8);
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: units - 1 }), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, fc.infiniteStream(fc.nat()), fc.nat(3), (at, order, repeats) => {
        const edges = [0, ...at.sort((x, y) => x - y).map((unit) => unit * 8), full.length];
        const pieces = edges.slice(1).map((stop, i) => {
          const offset = edges[i]!;
          const bytes = ipv4(full.subarray(offset, stop), {
            ...V4,
            offset,
            moreFragments: stop < full.length,
          });
          return { bytes, rank: order.next().value };
        });
        // The first one is repeated, before the last one completes the payload.
        const shuffled = pieces.sort((x, y) => x.rank - y.rank);
        const frames = pieces.length === 1 ? shuffled : [...Array(repeats).fill(shuffled[0]), ...shuffled];
        const { lines } = decodeAll(frames, raw);
        expect(lines.at(-1)).toBe(`tcp 10.0.0.1:5000 > 10.0.0.2:80 ${new TextDecoder().decode(data)}`);
      }),
      { numRuns: 100 },
    );
  });
});

describe('PacketDecoder counts', () => {
  test('a fragmented tunnel of fragments as all the packets it took', () => {
    const inner = ipv4(SEGMENT.subarray(16), { ...V4, offset: 16 });
    const first = ipv4(SEGMENT.subarray(0, 16), { ...V4, moreFragments: true });
    const outer = { from: '192.0.2.1', to: '192.0.2.2', protocol: 4 };
    const frames = [
      { bytes: ipv4(first, outer) },
      { bytes: ipv4(inner.subarray(0, 24), { ...outer, moreFragments: true }) },
      { bytes: ipv4(inner.subarray(24), { ...outer, offset: 24 }) },
    ];
    expect(decodeAll(frames, 101)).toMatchObject({ lines: ['held', 'held', LINE4], out: 3 });
  });
  test('packets of an unknown link type, and names it once', () => {
    const frames = [{ bytes: PACKET4 }, { bytes: PACKET4 }];
    expect(decodeAll(frames, 147)).toMatchObject({
      lines: ['link_type', 'link_type'],
      faults: ['interface 0: link type 147 (DLT_USER0) is not supported'],
    });
    expect(decodeAll(frames, 60000).faults).toEqual(['interface 0: link type 60000 is not supported']);
  });
});

test('PacketDecoder survives any bytes on any link', () => {
  const linkTypes = [0, 1, 9, 12, 50, 101, 108, 113, 228, 229, 276];
  const seeds = [ethernet(PACKET4, ETHERTYPE.ipv4), PACKET6, PACKET4, concat(hex('02000000'), PACKET4)];
  fc.assert(
    fc.property(
      fc.constantFrom(...linkTypes),
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }),
          fc.tuple(fc.constantFrom(...seeds), fc.nat(60), fc.nat(255)).map(([seed, at, value]) => {
            const damaged = seed.slice();
            damaged[at % damaged.length] = value;
            return damaged;
          }),
        ),
        { maxLength: 8 },
      ),
      (linkType, packets) => {
        // Its own checks: the ledger balances, and nothing is held at the end.
        expect(
          decodeAll(
            packets.map((bytes) => ({ bytes })),
            linkType,
          ).lines,
        ).toHaveLength(packets.length);
      },
    ),
    { numRuns: 300 },
  );
});
