/**
 * The whole way of a replay under hostile captures: whatever is lost, repeated, reordered or garbled, nothing throws,
 * nothing is lost without being counted, and what the spans say depends neither on how the bytes were read nor on how
 * the kernel is laid out.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Settings, settingsSchema } from '@sonde/settings';
import fc from 'fast-check';
import { runReplay, timeless } from './testing/run-replay.ts';
import { TcpFlag } from './workloads/capture/packets/transport.ts';
import {
  bytesOf,
  ETHERTYPE,
  ethernet,
  ipv4,
  ipv6,
  tcp,
  udp,
} from './workloads/capture/testing/build-packets.ts';
import { type WrittenPacket, writePcap } from './workloads/capture/testing/write-capture.ts';

/** Fixed: the same captures on every run. A failure names its own seed and path. */
const RUNS = { seed: 20260101, numRuns: 8 };
const START_UNIX_NS = 1_767_225_600_000_000_000n;
const PACKET_GAP_NS = 1_000_000n;
const TCP = 6;
const UDP = 17;
const SERVER_PORT = 80;

type End = 'client' | 'server';

/** What one end says at a stretch. */
interface Turn {
  readonly from: End;
  readonly text: string;
}

interface Exchange {
  readonly request: string;
  readonly response: string;
}

const target = fc.constantFrom('/', '/a', '/orders/7?x=1', '/%20');
const body = fc.nat(40).map((length) => 'b'.repeat(length));

const withLength = (startLine: string, content: string) =>
  `${startLine}\r\nHost: h\r\nContent-Length: ${content.length}\r\n\r\n${content}`;

const chunked = (startLine: string, content: string) => {
  const chunk = content === '' ? '' : `${content.length.toString(16)}\r\n${content}\r\n`;
  return `${startLine}\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`;
};

const framing = fc.constantFrom(withLength, chunked);

const exchange: fc.Arbitrary<Exchange> = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
    target,
    status: fc.constantFrom('200 OK', '201 Created', '404 Not Found', '500 Oops'),
    requestBody: body,
    responseBody: body,
    requestFraming: framing,
    responseFraming: framing,
  })
  .map((call) => ({
    request: call.requestFraming(`${call.method} ${call.target} HTTP/1.1`, call.requestBody),
    response: call.responseFraming(`HTTP/1.1 ${call.status}`, call.responseBody),
  }));

/** One call after the other, or all requests before their answers. */
const calls: fc.Arbitrary<Turn[]> = fc
  .tuple(fc.array(exchange, { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([exchanges, isPipelined]) => {
    const turns = exchanges.flatMap(({ request, response }): Turn[] => [
      { from: 'client', text: request },
      { from: 'server', text: response },
    ]);
    return isPipelined ? turns.sort((x, y) => (x.from < y.from ? -1 : x.from > y.from ? 1 : 0)) : turns;
  });

/** Bytes of no protocol: no line of theirs can be taken for a start. */
const noise: fc.Arbitrary<Turn[]> = fc
  .array(
    fc.record({
      from: fc.constantFrom<End>('client', 'server'),
      text: fc.array(fc.constantFrom('\0', '\x01', '\x7f', ';', '{'), { minLength: 1, maxLength: 60 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((turns) => turns.map(({ from, text }) => ({ from, text: text.join('') })));

/** What happens to a packet on its way into the file. */
type Fate = 'kept' | 'twice' | 'late' | 'lost' | 'cut' | 'flipped';

/** Most packets are kept; the others meet one of `fates`. */
const fatesAmong = (fates: readonly Fate[]): fc.Arbitrary<Fate[]> => {
  const one = fc.oneof(
    { weight: 16, arbitrary: fc.constant<Fate>('kept') },
    { weight: 1, arbitrary: fc.constantFrom(...fates) },
  );
  return fc.array(one, { minLength: 40, maxLength: 60 });
};

const connection = fc.record({
  turns: fc.oneof({ weight: 5, arbitrary: calls }, { weight: 1, arbitrary: noise }),
  isIpv6: fc.boolean(),
  hasHandshake: fc.boolean(),
  ending: fc.constantFrom('none', 'fin', 'reset'),
  sequences: fc.tuple(
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    fc.integer({ min: 2 ** 32 - 200, max: 2 ** 32 - 1 }),
  ),
  /** Bytes of the segments, in turn. */
  segments: fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 6 }),
});

type ConnectionPlan = typeof connection extends fc.Arbitrary<infer Plan> ? Plan : never;

const captureWith = (fates: readonly Fate[]) =>
  fc.record({
    connections: fc.array(connection, { minLength: 2, maxLength: 6 }),
    datagrams: fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 2 }),
    /** Packets of the connections are dealt out by these, in turn. */
    shuffle: fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
    fates: fatesAmong(fates),
    /** A packet that no decoder knows. */
    garbagePacket: fc.uint8Array({ minLength: 1, maxLength: 60 }),
    /** What the file ends with: nothing, or what is no packet record. */
    garbageTail: fc.oneof(fc.constant(new Uint8Array(0)), fc.uint8Array({ minLength: 1, maxLength: 40 })),
  });

type CapturePlan = ReturnType<typeof captureWith> extends fc.Arbitrary<infer Plan> ? Plan : never;

/** The packets of one connection, as both ends sent them. */
function packetsOf(plan: ConnectionPlan, index: number): Uint8Array[] {
  const next: Record<End, number> = { client: plan.sequences[0], server: plan.sequences[1] };
  const clientPort = 40_000 + index;
  const packets: Uint8Array[] = [];
  const send = (from: End, payload: Uint8Array, flags: number): void => {
    const to: End = from === 'client' ? 'server' : 'client';
    const segment = tcp(payload, {
      fromPort: from === 'client' ? clientPort : SERVER_PORT,
      toPort: from === 'client' ? SERVER_PORT : clientPort,
      sequence: next[from],
      acknowledged: (flags & TcpFlag.ACK) === 0 ? 0 : next[to],
      flags,
    });
    const counted = payload.length + ((flags & (TcpFlag.SYN | TcpFlag.FIN)) === 0 ? 0 : 1);
    next[from] = (next[from] + counted) >>> 0;
    const family = plan.isIpv6
      ? { address: { client: 'fd00::1', server: 'fd00::2' }, wrap: ipv6, type: ETHERTYPE.ipv6 }
      : { address: { client: '10.0.0.1', server: '10.0.0.2' }, wrap: ipv4, type: ETHERTYPE.ipv4 };
    const { address, wrap, type } = family;
    packets.push(ethernet(wrap(segment, { from: address[from], to: address[to], protocol: TCP }), type));
  };
  const nothing = new Uint8Array(0);
  if (plan.hasHandshake) {
    send('client', nothing, TcpFlag.SYN);
    send('server', nothing, TcpFlag.SYN | TcpFlag.ACK);
    send('client', nothing, TcpFlag.ACK);
  }
  let nSegments = 0;
  for (const { from, text } of plan.turns) {
    const bytes = bytesOf(text);
    for (let at = 0; at < bytes.length; ) {
      const end = at + plan.segments[nSegments++ % plan.segments.length]!;
      send(from, bytes.subarray(at, end), TcpFlag.ACK | TcpFlag.PSH);
      at = end;
    }
  }
  if (plan.ending === 'reset') send('server', nothing, TcpFlag.RST | TcpFlag.ACK);
  if (plan.ending === 'fin') {
    send('client', nothing, TcpFlag.FIN | TcpFlag.ACK);
    send('server', nothing, TcpFlag.FIN | TcpFlag.ACK);
    send('client', nothing, TcpFlag.ACK);
  }
  return packets;
}

/** The packets of all connections in one order; each connection's own stay in theirs. */
function interleave(queues: readonly Uint8Array[][], shuffle: readonly number[]): Uint8Array[] {
  const left = queues.map((packets) => [...packets]).filter((packets) => packets.length > 0);
  const all: Uint8Array[] = [];
  for (let n = 0; left.length > 0; n++) {
    const at = shuffle[n % shuffle.length]! % left.length;
    all.push(left[at]!.shift()!);
    if (left[at]!.length === 0) left.splice(at, 1);
  }
  return all;
}

function meet(
  fate: Fate,
  packet: Uint8Array,
  index: number,
): Pick<WrittenPacket, 'bytes' | 'originalBytes'>[] {
  switch (fate) {
    case 'lost':
      return [];
    case 'twice':
      return [{ bytes: packet }, { bytes: packet }];
    case 'cut':
      return [{ bytes: packet.subarray(0, packet.length - (index % 20)), originalBytes: packet.length }];
    case 'flipped': {
      const bytes = packet.slice();
      bytes[(index * 7) % bytes.length]! ^= 1 << (index % 8);
      return [{ bytes }];
    }
    default:
      return [{ bytes: packet }];
  }
}

function fileOf(plan: CapturePlan): Uint8Array {
  const { connections, datagrams, shuffle, fates, garbagePacket, garbageTail } = plan;
  const queues = connections.map(packetsOf);
  queues.push(
    datagrams.map((payload) => {
      const addresses = { from: '10.0.0.1', to: '10.0.0.3' };
      const packet = ipv4(udp(payload, 5353, 53), { ...addresses, protocol: UDP });
      return ethernet(packet, ETHERTYPE.ipv4);
    }),
    [garbagePacket],
  );
  const written: Pick<WrittenPacket, 'bytes' | 'originalBytes'>[] = [];
  let late: typeof written = [];
  for (const [index, bytes] of interleave(queues, shuffle).entries()) {
    const fate = fates[index % fates.length]!;
    if (fate === 'late') {
      late.push({ bytes });
      continue;
    }
    written.push(...meet(fate, bytes, index), ...late);
    late = [];
  }
  const packets = [...written, ...late].map((packet, index) => ({
    ...packet,
    timestampNs: START_UNIX_NS + BigInt(index) * PACKET_GAP_NS,
  }));
  const file = writePcap(packets);
  const whole = new Uint8Array(file.length + garbageTail.length);
  whole.set(file);
  whole.set(garbageTail, file.length);
  return whole;
}

const DEFAULTS = settingsSchema.parse({});
const withLayout = (btfSeed: number): Settings => ({
  ...DEFAULTS,
  simulation: { ...DEFAULTS.simulation, btfSeed },
});

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sonde-fuzz-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const otherLayout = fc.integer({ min: 2, max: 1000 });
const writeCapture = (plan: CapturePlan) => writeFileSync(join(directory, 'capture.pcap'), fileOf(plan));

async function run(change: { readonly segmentBytes?: number; readonly config?: Settings }) {
  const { stdout, stderr } = await runReplay(join(directory, 'capture.pcap'), change);
  // An unbalanced ledger and a stopped program are defects.
  expect(stderr).not.toMatch(/defect/);
  expect(stderr).toMatch(/The ledger balances/);
  return stdout;
}

test('a capture with repetitions and disorder gives the same spans however it is read', async () => {
  let nSpans = 0;
  await fc.assert(
    fc.asyncProperty(captureWith(['twice', 'late']), otherLayout, async (plan, btfSeed) => {
      writeCapture(plan);
      const spans = await run({});
      nSpans += timeless(spans).length;
      expect(await run({ config: withLayout(btfSeed) })).toBe(spans);
      for (const segmentBytes of [1, 65_536]) {
        expect(timeless(await run({ segmentBytes }))).toEqual(timeless(spans));
      }
    }),
    RUNS,
  );
  // Without spans the property would hold of anything.
  expect(nSpans).toBeGreaterThan(2 * RUNS.numRuns);
}, 60_000);

// Where a message has lost its beginning, what its rest is taken for depends on where a read begins.
test('a capture with losses and damage is replayed to its end, books and all, on every layout of the kernel', async () => {
  await fc.assert(
    fc.asyncProperty(captureWith(['lost', 'cut', 'flipped', 'late']), otherLayout, async (plan, btfSeed) => {
      writeCapture(plan);
      const spans = await run({});
      expect(await run({ config: withLayout(btfSeed) })).toBe(spans);
      for (const segmentBytes of [1, 65_536]) await run({ segmentBytes });
    }),
    RUNS,
  );
}, 60_000);
