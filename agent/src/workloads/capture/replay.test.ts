import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { type DataEvent, EventFlag, type KernelEvent } from '../../model/events.ts';
import type { SocketId } from '../../model/socket.ts';
import type { Conversation, Side } from './tcp/script.ts';
import { bytesOf, ipv4, ipv6, tcp, udp } from './testing/build-packets.ts';
import { type Observation, observe } from './testing/observe.ts';
import { ENDS, segmentOf } from './testing/segments.ts';
import { type WrittenPacket, writePcap } from './testing/write-capture.ts';

const RAW = 101;
const TCP = 6;
const UDP = 17;
const MS = 1_000_000n;
const EPOCH_NS = 1_600_000_000n * 1_000_000_000n;

/** A capture of segments as in testing/segments.ts, one each millisecond. */
function captureOf(lines: readonly string[]): Uint8Array {
  const packets = lines.map((line, i): WrittenPacket => {
    const { from, to, sequence, acknowledged, flags, bytes, missingBytes } = segmentOf(line, 0);
    const fields = { fromPort: from.port, toPort: to.port, sequence, acknowledged: acknowledged ?? 0, flags };
    const addresses = { from: from.address, to: to.address, protocol: TCP };
    const whole = ipv4(tcp(new Uint8Array([...bytes, ...new Uint8Array(missingBytes)]), fields), addresses);
    return {
      timestampNs: EPOCH_NS + BigInt(i) * MS,
      bytes: whole.subarray(0, whole.length - missingBytes),
      originalBytes: whole.length,
    };
  });
  return writePcap(packets, { linkType: RAW });
}

/** What the programs saw, a line an event: which end, what, at which position, since the first packet in ms. */
function show({ events }: Observation): string[] {
  const ends = new Map<SocketId, Side>();
  for (const event of events) {
    if (event.kind === 'socket-open') ends.set(event.socket, event.local.port === ENDS.a.port ? 'a' : 'b');
  }
  return events.flatMap((event): string[] => {
    if (!('socket' in event) || !ends.has(event.socket)) return [];
    const ms = Math.floor((event.exitNs - 1e9) / 1e6);
    return what(event).map((text) => `${ms} ${ends.get(event.socket)} ${text}`);
  });
}

function what(event: KernelEvent): string[] {
  switch (event.kind) {
    case 'socket-open': {
      const positions = `${event.sendPosition}/${event.receivePosition}`;
      return [event.error === 0 ? `${event.cause} ${positions}` : `${event.cause} error ${event.error}`];
    }
    case 'socket-close':
      return [event.cause];
    case 'data':
      return [`${event.direction} ${event.position} ${content(event)}`];
    default:
      return [];
  }
}

function content({ flags, payload, length }: DataEvent): string {
  if ((flags & EventFlag.END_OF_FILE) !== 0) return 'end';
  return (flags & EventFlag.OPAQUE) === 0 ? `"${new TextDecoder().decode(payload)}"` : `opaque ${length}`;
}

function check(lines: readonly string[], expected: readonly string[], segmentBytes?: number): void {
  const observation = observe(captureOf(lines), segmentBytes === undefined ? {} : { segmentBytes });
  expect(show(observation)).toEqual(expected);
  expectWhole(observation);
}

/** Everything that was planned happened, and every ledger balances. */
function expectWhole({ plan, replay, ledger }: Observation): void {
  expect(replay.faults).toEqual([]);
  expect(ledger.imbalances()).toEqual([]);
  const { bytes, missing, connections } = plan.stages;
  for (const stage of [bytes, missing, connections])
    expect([stage.held, stage.dropped.not_played]).toEqual([0, 0]);
}

const HANDSHAKE = ['a SYN 100', 'b SYN 300 ack 101', 'a 101 ack 301'];

describe('a replay makes the calls of', () => {
  test('request and answer, with the captured sequence numbers', () =>
    check(
      [...HANDSHAKE, 'a 101 "GET" ack 301', 'b 301 "OK" ack 104', 'a FIN 104 ack 303', 'b FIN 303 ack 105'],
      [
        '0 a connect 101/301',
        '0 b accept 301/101',
        '3 a send 101 "GET"',
        '3 b receive 101 "GET"',
        '4 b send 301 "OK"',
        '4 a receive 301 "OK"',
        '5 a close',
        '5 b receive 104 end',
        '6 b close',
      ],
    ));
  test('a connection in mid-stream that stays open', () =>
    check(
      ['a 4294967290 "123456789" ack 700', 'b 700 "x" ack 3'],
      [
        '0 a first-use 4294967290/700',
        '0 a send 4294967290 "123456789"',
        '0 b first-use 700/4294967290',
        '0 b receive 4294967290 "123456789"',
        '1 b send 700 "x"',
        '1 a receive 700 "x"',
      ],
    ));
  test('bytes that were not captured', () =>
    check(
      [...HANDSHAKE, 'a 101 "GE" +3 ack 301', 'b 301 "OK" ack 106'],
      [
        '0 a connect 101/301',
        '0 b accept 301/101',
        '3 a send 101 "GE"',
        '3 a send 103 opaque 3',
        '3 b receive 101 "GE"',
        '3 b receive 103 opaque 3',
        '4 b send 301 "OK"',
        '4 a receive 301 "OK"',
      ],
    ));
  test('a direction that was not captured', () =>
    check(
      ['a SYN 100', 'a 101 "GET" ack 301', 'a 104 ack 401'],
      [
        '0 a connect 101/301',
        '0 b accept 301/101',
        '1 a send 101 "GET"',
        '1 b receive 101 "GET"',
        '2 b send 301 opaque 100',
        '2 a receive 301 opaque 100',
      ],
    ));
  test('a half-close', () =>
    check(
      [...HANDSHAKE, 'a FIN 101 "GET" ack 301', 'b 301 "OK" ack 105', 'b FIN 303 ack 105'],
      [
        '0 a connect 101/301',
        '0 b accept 301/101',
        '3 a send 101 "GET"',
        '3 a shutdown-write',
        '3 b receive 101 "GET"',
        '3 b receive 104 end',
        '4 b send 301 "OK"',
        '4 a receive 301 "OK"',
        '5 b close',
        '5 a receive 303 end',
        '5 a close',
      ],
    ));
  test('a reset', () =>
    check(
      [...HANDSHAKE, 'a 101 "GET" ack 301', 'b RST 301'],
      [
        '0 a connect 101/301',
        '0 b accept 301/101',
        '3 a send 101 "GET"',
        '3 b receive 101 "GET"',
        '4 b close',
        '4 a close',
      ],
    ));
  test('a refused connection', () =>
    check(['a SYN 100', 'b RST 0 ack 101'], ['0 a connect error -111', '0 a close']));
  test('a refused connection between others to the same server', () => {
    const lines = [
      'a SYN 100',
      'b SYN 300 ack 101',
      'a FIN 101 ack 301',
      'b FIN 301 ack 102',
      'a SYN 500',
      'b RST 0 ack 501',
    ];
    check(
      [...lines, 'a SYN 700', 'b SYN 800 ack 701', 'a 701 "x" ack 801'],
      [
        '0 a connect 101/301',
        '0 b accept 301/101',
        '2 a close',
        '2 b receive 101 end',
        '3 b close',
        '4 a connect error -111',
        '4 a close',
        '6 a connect 701/801',
        '6 b accept 801/701',
        '8 a send 701 "x"',
        '8 b receive 701 "x"',
      ],
    );
  });
  test('a connection to nowhere', () => check(['a SYN 100'], ['0 a connect error -115']));
  test('a connection after one that nobody answered, with its own sequence numbers', () => {
    const lines = ['a SYN 100', 'a SYN 9000', 'b SYN 8000 ack 9001', 'a 9001 "y" ack 8001'];
    const observation = observe(captureOf(lines));
    expect(show(observation)).toEqual([
      '1 a connect 9001/8001',
      '1 b accept 8001/9001',
      '3 a send 9001 "y"',
      '3 b receive 9001 "y"',
    ]);
    expect(observation.plan.stages.connections.dropped.unanswered).toBe(1);
    expectWhole(observation);
  });
  test('the same endpoints again, while the capture has the first connection open', () =>
    check(
      [...HANDSHAKE, 'a 101 "x" ack 301', 'a SYN 9000', 'b SYN 8000 ack 9001', 'a 9001 "y" ack 8001'],
      [
        '0 a connect 101/301',
        '0 b accept 301/101',
        '3 a send 101 "x"',
        '3 b receive 101 "x"',
        '4 a close',
        '4 b close',
        '4 a connect 9001/8001',
        '4 b accept 8001/9001',
        '6 a send 9001 "y"',
        '6 b receive 9001 "y"',
      ],
    ));
});

describe('a replay reads', () => {
  const lines = [...HANDSHAKE, 'a 101 "abc" ack 301', 'a 104 "defg" ack 301', 'b 301 "OK" ack 108'];
  const reads = (segmentBytes: number | undefined): string[] => {
    const observation = observe(captureOf(lines), segmentBytes === undefined ? {} : { segmentBytes });
    expectWhole(observation);
    return show(observation).filter((line) => line.includes('b receive'));
  };
  test('a piece at a time', () =>
    expect(reads(undefined)).toEqual(['3 b receive 101 "abc"', '4 b receive 104 "defg"']));
  test('a byte at a time', () =>
    expect(reads(1)).toEqual(
      ['3 b receive 101 "a"', '3 b receive 102 "b"', '3 b receive 103 "c"'].concat([
        '4 b receive 104 "d"',
        '4 b receive 105 "e"',
        '4 b receive 106 "f"',
        '4 b receive 107 "g"',
      ]),
    ));
  test('five bytes at a time', () =>
    expect(reads(5)).toEqual(['4 b receive 101 "abcde"', '4 b receive 106 "fg"']));
  test('all that comes before the turn', () => expect(reads(65536)).toEqual(['4 b receive 101 "abcdefg"']));
});

describe('a replay of datagrams', () => {
  const query = { from: '10.0.0.1', to: '10.0.0.2', protocol: UDP };
  const answer = { from: '10.0.0.2', to: '10.0.0.1', protocol: UDP };
  const written = (packets: readonly Uint8Array[], snapBytes = Number.POSITIVE_INFINITY): Uint8Array =>
    writePcap(
      packets.map((bytes, i) => ({
        timestampNs: EPOCH_NS + BigInt(i) * MS,
        bytes: bytes.subarray(0, snapBytes),
        originalBytes: bytes.length,
      })),
      { linkType: RAW },
    );
  const messages = ({ events }: Observation): string[] =>
    events.flatMap((event) =>
      event.kind === 'data'
        ? `${event.direction} ${event.peer?.address ?? '-'}:${event.peer?.port ?? 0} ${content(event)}`
        : [],
    );

  test('keeps their bounds and their ends', () => {
    const observation = observe(
      written([
        ipv4(udp(bytesOf('who?'), 4000, 53), query),
        ipv4(udp(bytesOf('and?'), 4000, 53), query),
        ipv4(udp(bytesOf('me'), 53, 4000), answer),
        ipv4(udp(bytesOf(''), 53, 4000), answer),
      ]),
    );
    expectWhole(observation);
    expect(messages(observation)).toEqual([
      'send 10.0.0.2:53 "who?"',
      'receive 10.0.0.1:4000 "who?"',
      'send 10.0.0.2:53 "and?"',
      'receive 10.0.0.1:4000 "and?"',
      'send 10.0.0.1:4000 "me"',
      'receive 10.0.0.2:53 "me"',
      'send 10.0.0.1:4000 ""',
      'receive 10.0.0.2:53 ""',
    ]);
  });
  test('goes as far as the snap length let it', () => {
    const observation = observe(written([ipv4(udp(bytesOf('query'), 4000, 53), query)], 31));
    expectWhole(observation);
    expect(messages(observation)).toEqual(['send 10.0.0.2:53 "que"', 'receive 10.0.0.1:4000 "que"']);
    expect(observation.plan.stages.missing.dropped.datagram_cut).toBe(2);
  });
  test('reaches groups and IPv6', () => {
    const group = { from: 'fe80::1', to: 'ff02::fb', protocol: UDP };
    const observation = observe(written([ipv6(udp(bytesOf('hello'), 5353, 5353), group)]));
    expectWhole(observation);
    expect(messages(observation)).toEqual(['send ff02::fb:5353 "hello"', 'receive fe80::1:5353 "hello"']);
  });
});

describe('a replay of the bundled capture', () => {
  const file = new Uint8Array(readFileSync(new URL('../../../captures/demo-http.pcapng', import.meta.url)));

  test.each([[undefined], [1], [7], [65536]])(
    'moves every byte at both ends, with reads of %p bytes',
    (segmentBytes) => {
      const observation = observe(file, segmentBytes === undefined ? {} : { segmentBytes });
      expectWhole(observation);
      const seen = streamsOf(observation.events);
      for (const conversation of observation.plan.conversations) {
        if (conversation.opening !== 'handshake') continue;
        for (const side of ['a', 'b'] as const) {
          const { key, bytes } = sentBy(conversation, side);
          expect(seen.get(`send ${key}`) ?? '').toEqual(bytes);
          expect(seen.get(`receive ${key}`) ?? '').toEqual(bytes);
        }
      }
    },
  );

  test('is the same each time, whatever the layout of the kernel', () => {
    const times = (observation: Observation): string[] =>
      observation.events.map(({ kind, exitNs, tid }) => `${exitNs} ${tid} ${kind}`);
    const first = times(observe(file));
    expect(first.length).toBeGreaterThan(100);
    expect(times(observe(file))).toEqual(first);
    expect(times(observe(file, {}, { btfSeed: 7 }))).toEqual(first);
  });

  test('uses every kind of call', () => {
    const data = observe(file).events.filter((event): event is DataEvent => event.kind === 'data');
    const calls = (direction: string): number[] =>
      [
        ...new Set(data.filter((event) => event.direction === direction).map((event) => event.syscallNr)),
      ].sort((x, y) => x - y);
    expect(calls('send')).toEqual([1, 20, 44, 46]); // write, writev, sendto, sendmsg
    expect(calls('receive')).toEqual([0, 19, 45, 47]); // read, readv, recvfrom, recvmsg
  });

  test('keeps to the times of the capture', () => {
    const { events, plan } = observe(file);
    const sentNs = events
      .filter((event) => event.kind === 'data' && event.direction === 'send')
      .map(({ exitNs }) => exitNs);
    const plannedNs = plan.conversations
      .flatMap(({ actions }) => actions.filter(({ kind }) => kind === 'data').map(({ atNs }) => atNs))
      .sort((x, y) => x - y);
    expect(sentNs).toHaveLength(plannedNs.length);
    sentNs.forEach((ns, i) => {
      expect(ns - plannedNs[i]!).toBeGreaterThanOrEqual(0);
      expect(ns - plannedNs[i]!).toBeLessThan(5_000);
    });
  });

  test('tells its progress', () => {
    const told: number[] = [];
    const { replay } = observe(file, { onProgress: (done) => told.push(done) });
    expect(told).toEqual(Array.from({ length: replay.total }, (_, i) => i + 1));
  });
});

/** What was sent and received between two endpoints: content by direction and the ends, the sender's first. */
function streamsOf(events: readonly KernelEvent[]): Map<string, string> {
  const ends = new Map<SocketId, readonly [string, string]>();
  const streams = new Map<string, string>();
  for (const event of events) {
    if (event.kind === 'socket-open') {
      const [local, remote] = [event.local, event.remote].map(({ address, port }) => `${address} ${port}`);
      ends.set(event.socket, [local!, remote!]);
    }
    if (event.kind !== 'data') continue;
    const [local, remote] = ends.get(event.socket) ?? ['?', '?'];
    const key = event.direction === 'send' ? `send ${local} ${remote}` : `receive ${remote} ${local}`;
    streams.set(key, (streams.get(key) ?? '') + Buffer.from(event.payload).toString('latin1'));
  }
  return streams;
}

function sentBy(conversation: Conversation, side: Side): { readonly key: string; readonly bytes: string } {
  const { a, b, actions } = conversation;
  const [from, to] = side === 'a' ? [a, b] : [b, a];
  const parts = actions.map((action) =>
    action.kind === 'data' && action.from === side ? Buffer.from(action.bytes).toString('latin1') : '',
  );
  return { key: `${from.address} ${from.port} ${to.address} ${to.port}`, bytes: parts.join('') };
}
