import { describe, expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import fc from 'fast-check';
import { createWorld } from '../../hooks/sim/world.ts';
import { readCapture } from './capture.ts';
import { planReplay } from './plan.ts';
import { startReplay, worldOptions } from './replay.ts';
import { bytesOf, ipv4, tcp, udp } from './testing/build-packets.ts';
import { type WrittenPacket, writePcap } from './testing/write-capture.ts';

const RAW = 101;
const EPOCH_NS = 1_600_000_000_000_000_000n;
const QUERY = ipv4(udp(bytesOf('query'), 4000, 53), { from: '10.0.0.1', to: '10.0.0.2', protocol: 17 });

const planOf = (packets: readonly WrittenPacket[], linkType = RAW, keptBytes = Number.POSITIVE_INFINITY) =>
  planReplay(readCapture(writePcap(packets, { linkType }).slice(0, keptBytes)), new Ledger());

describe('planReplay()', () => {
  test('begins one second after the zero of the clock', () => {
    const plan = planOf([
      { timestampNs: EPOCH_NS, bytes: QUERY },
      { timestampNs: EPOCH_NS + 5_000n, bytes: QUERY },
    ]);
    expect(plan.datagrams.map(({ atNs }) => atNs)).toEqual([1e9, 1e9 + 5000]);
    expect(plan.wallMinusMonotonicNs).toBe(EPOCH_NS - 1_000_000_000n);
    expect(plan.endNs).toBe(1e9 + 5000);
  });
  test('puts packets from before the first one at its time', () => {
    const plan = planOf([
      { timestampNs: EPOCH_NS, bytes: QUERY },
      { timestampNs: EPOCH_NS - 7_000_000n, bytes: QUERY },
    ]);
    expect(plan.datagrams.map(({ atNs }) => atNs)).toEqual([1e9, 1e9]);
  });
  test('keeps what was good before a fault', () => {
    const plan = planOf([{ bytes: QUERY }, { bytes: QUERY }], RAW, 24 + 16 + QUERY.length + 20);
    expect(plan.datagrams).toHaveLength(1);
    expect(plan.faults).toEqual([expect.stringMatching(/^pcap: at offset 73 a packet claims 33 bytes/)]);
  });
  test('names an interface that it cannot decode', () => {
    expect(planOf([{ bytes: QUERY }], 105).faults).toEqual([
      'interface 0: link type 105 (IEEE802_11) is not supported',
    ]);
  });
  test('makes nothing of a capture without packets', () => {
    expect(planOf([])).toMatchObject({
      conversations: [],
      datagrams: [],
      faults: [],
      wallMinusMonotonicNs: 0n,
    });
  });
});

test('any packets at all are played to an end, and every ledger balances', () => {
  const number = fc.oneof(fc.integer({ min: 95, max: 130 }), fc.integer({ min: 0, max: 9999 }));
  const anyPacket = fc.record({
    isFromClient: fc.boolean(),
    isLocal: fc.boolean(),
    isDatagram: fc.constantFrom(false, false, false, true),
    sequence: number,
    acknowledged: number,
    flags: fc.constantFrom(0x10, 0x10, 0x10, 0x11, 0x02, 0x12, 0x04),
    nBytes: fc.nat(8),
    cutBytes: fc.constantFrom(0, 0, 3),
    atMs: fc.nat(100),
  });
  fc.assert(
    fc.property(
      fc.array(anyPacket, { maxLength: 20 }),
      fc.constantFrom(undefined, 1, 65536),
      fc.nat(9),
      (packets, segmentBytes, seed) => {
        const written = packets.map((packet): WrittenPacket => {
          const { isFromClient, isLocal, isDatagram, nBytes, cutBytes, atMs, ...fields } = packet;
          const [client, server] = isLocal ? ['127.0.0.1', '127.0.0.1'] : ['10.0.0.1', '10.0.0.2'];
          const [from, to] = isFromClient ? [client!, server!] : [server!, client!];
          const [fromPort, toPort] = isFromClient ? [5000, 80] : [80, 5000];
          const payload = new Uint8Array(nBytes + cutBytes).fill(65);
          const bytes = isDatagram
            ? ipv4(udp(payload, fromPort!, toPort!), { from, to, protocol: 17 })
            : ipv4(tcp(payload, { fromPort: fromPort!, toPort: toPort!, ...fields }), {
                from,
                to,
                protocol: 6,
              });
          return {
            timestampNs: BigInt(atMs) * 1_000_000n,
            bytes: bytes.subarray(0, bytes.length - cutBytes),
            originalBytes: bytes.length,
          };
        });
        const ledger = new Ledger();
        const plan = planReplay(readCapture(writePcap(written, { linkType: RAW })), ledger);
        const world = createWorld({ ...worldOptions(plan), seed });
        const node = world.addNode({ name: 'replay' });
        const replay = startReplay(plan, node, segmentBytes === undefined ? {} : { segmentBytes });
        world.run();
        replay.finish();
        expect(ledger.imbalances()).toEqual([]);
        expect(ledger.snapshot().map(({ held }) => held)).toEqual([0, 0, 0, 0]);
      },
    ),
    { numRuns: 60 },
  );
});
