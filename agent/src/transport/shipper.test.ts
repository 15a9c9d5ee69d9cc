import { createServer, type Server } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Long, PROTOCOL_VERSION, type sonde } from '@sonde/proto';
import type { ShipperOptions } from './shipper.ts';
import { Silence } from './silence.ts';
import { IngestStream } from './stream.ts';
import {
  type AgentStream,
  type Fate,
  TestCollector,
  type TestCollectorOptions,
} from './testing/collector.ts';
import { EMPTY, OFFSET, reportedLog, spanReport } from './testing/reports.ts';
import { countsOf, MONOTONIC_NS, type Shipping, ship, until } from './testing/shipping.ts';

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function collect(options: TestCollectorOptions = {}): Promise<TestCollector> {
  const collector = new TestCollector(options);
  await collector.listen();
  open.push(() => collector.stop());
  return collector;
}

function shipTo(collector: string, options: Partial<ShipperOptions> = {}): Shipping {
  const shipping = ship(collector, options);
  open.push(() => shipping.shipper.close());
  return shipping;
}

const fates = (...list: Fate[]) => list.values();
const idsFrom = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => (from + i).toString(16).padStart(16, '0'));
/** Sends reports of one span each. A report of one span has three rows: the span, its entity, its RED delta. */
const sendSpans = ({ shipper }: Shipping, from: number, to: number) => {
  for (let n = from; n <= to; n++) shipper.send(spanReport(n));
};

describe('a shipper', () => {
  test('says who it is, and sends what it is given', async () => {
    const collector = await collect();
    const shipping = shipTo(collector.address);
    expect(shipping.shipper.state).toBe('connecting');
    sendSpans(shipping, 1, 3);
    shipping.shipper.send({ ...EMPTY, logs: [reportedLog('line')] });
    await shipping.shipper.drained();
    expect(shipping.shipper.state).toBe('streaming');
    expect(collector.hellos).toMatchObject([
      {
        protocolVersion: PROTOCOL_VERSION,
        agentId: 'agent-a',
        bootEpoch: Long.fromNumber(5, true),
        agentVersion: '1.2.3',
      },
    ]);
    expect(collector.spanIds()).toEqual(idsFrom(1, 3));
    expect(shipping.acknowledged).toEqual([
      { sequence: 1, spans: 1, logs: 0, requests: 1, rows: 3 },
      { sequence: 2, spans: 1, logs: 0, requests: 1, rows: 3 },
      { sequence: 3, spans: 1, logs: 0, requests: 1, rows: 3 },
      { sequence: 4, spans: 0, logs: 1, requests: 0, rows: 2 },
    ]);
    expect(countsOf(shipping.ledger)).toBe('in 11, out 11, held 0');
    expect(shipping.shipper.queuedBytes).toBe(0);
    expect(shipping.notes).toEqual([]);
    expect(collector.faults).toEqual([]);
  });

  test('sends nothing for a report without rows', async () => {
    const collector = await collect();
    const shipping = shipTo(collector.address);
    shipping.shipper.send(EMPTY);
    await shipping.shipper.drained();
    expect(countsOf(shipping.ledger)).toBe('in 0, out 0, held 0');
  });

  test('cuts reports to what the collector takes, and counts a row that never fits', async () => {
    const collector = await collect({ maxBatchBytes: 2_000 });
    const shipping = shipTo(collector.address);
    await until(() => shipping.shipper.state === 'streaming');
    shipping.shipper.send({ ...spanReport(1, 60), logs: [reportedLog('x'.repeat(3_000))] });
    await shipping.shipper.drained();
    expect(collector.spanIds()).toEqual(idsFrom(1, 60));
    expect(collector.taken.size).toBeGreaterThan(2);
    expect(shipping.ledger.snapshot()[0]!.dropped).toMatchObject({ too_large: 1 });
    expect(shipping.ledger.imbalances()).toEqual([]);
    expect(collector.faults).toEqual([]);
  });

  test('drops a batch from before Welcome that the collector does not take', async () => {
    const collector = await collect({ maxBatchBytes: 1_000 });
    const shipping = shipTo(collector.address);
    shipping.shipper.send(spanReport(1, 60));
    sendSpans(shipping, 61, 62);
    await shipping.shipper.drained();
    expect(collector.spanIds()).toEqual(idsFrom(61, 62));
    expect(countsOf(shipping.ledger)).toBe('in 68, out 6, held 0, too_large 62');
    expect(collector.faults).toEqual([]);
  });

  test('sends no further than its credit goes', async () => {
    let answers = 0;
    const collector = await collect({ creditBytes: 1_000, refillsCredit: false, onClock: () => answers++ });
    const shipping = shipTo(collector.address);
    await until(() => shipping.shipper.state === 'streaming');
    sendSpans(shipping, 1, 9);
    // The answer comes behind all that the agent sends without more credit.
    collector.stream.write({ clock: {} });
    await until(() => answers === 1);
    expect(collector.taken.size).toBeGreaterThan(1);
    expect(collector.taken.size).toBeLessThan(9);
    collector.grant(100_000);
    await shipping.shipper.drained();
    expect(collector.spanIds()).toEqual(idsFrom(1, 9));
    expect(collector.faults).toEqual([]);
  });

  test('goes on when the stream has room again', async () => {
    const collector = await collect();
    const shipping = shipTo(collector.address);
    await until(() => shipping.shipper.state === 'streaming');
    // Many more messages in one turn than a stream buffers.
    sendSpans(shipping, 1, 200);
    await shipping.shipper.drained();
    expect(collector.spanIds()).toEqual(idsFrom(1, 200));
    expect(collector.streams.length).toBe(1);
  });

  test('sends to the next collector though the last one had no room', async () => {
    const collector = await collect();
    const shipping = shipTo(collector.address);
    await until(() => shipping.shipper.state === 'streaming');
    collector.stream.pause();
    // More than gRPC and the kernel buffer between the two, and time for them to fill.
    for (let n = 0; n < 60; n++) shipping.shipper.send(spanReport(n * 500 + 1, 500));
    for (let turns = 0; turns < 100; turns++) await new Promise((resolve) => setImmediate(resolve));
    collector.stop();
    await collector.listen();
    await shipping.shipper.drained();
    expect(collector.spanIds()).toEqual(idsFrom(1, 30_000));
  });

  test('takes every message as a sign of life', async () => {
    const heard = jest.spyOn(Silence.prototype, 'heard');
    open.push(() => heard.mockRestore());
    const collector = await collect();
    const { shipper } = shipTo(collector.address);
    await until(() => shipper.state === 'streaming');
    expect(heard).toHaveBeenCalledTimes(1);
    collector.grant(1);
    collector.grant(1);
    await until(() => heard.mock.calls.length === 3);
  });

  test('goes on after a refusal, and counts it with its reason', async () => {
    const collector = await collect({ fates: fates('take', 'refuse', 'take') });
    const shipping = shipTo(collector.address);
    sendSpans(shipping, 1, 3);
    await shipping.shipper.drained();
    expect(collector.spanIds()).toEqual([...idsFrom(1, 1), ...idsFrom(3, 3)]);
    expect(shipping.acknowledged.map(({ sequence }) => sequence)).toEqual([1, 3]);
    expect(countsOf(shipping.ledger)).toBe('in 9, out 6, held 0, refused_malformed 3');
    expect(collector.streams.length).toBe(1);
  });

  test('takes one acknowledgement for many batches, and an old one for nothing', async () => {
    const collector = await collect({ fates: fates('keep', 'keep', 'keep') });
    const shipping = shipTo(collector.address);
    sendSpans(shipping, 1, 3);
    await until(() => collector.taken.size === 3);
    for (const sequence of [2, 1, 3])
      collector.stream.write({ acknowledgement: { sequence: Long.fromNumber(sequence, true) } });
    await shipping.shipper.drained();
    expect(shipping.acknowledged.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(collector.streams.length).toBe(1);
  });

  test('drops the oldest while the collector is away, and says once that it is', async () => {
    const collector = await collect();
    collector.stop();
    // The smallest queue, of four parts: each report fills most of one.
    const shipping = shipTo(collector.address, { queueBytes: 65_536 });
    const reports = 9;
    for (let i = 0; i < reports; i++) shipping.shipper.send(spanReport(i * 250, 250));
    await until(() => shipping.notes.length > 0 && shipping.shipper.state === 'connecting');
    expect(shipping.shipper.queuedBytes).toBeLessThanOrEqual(65_536);
    await collector.listen();
    await shipping.shipper.drained();
    const ids = collector.spanIds().map((id) => Number.parseInt(id, 16));
    expect(ids.length).toBeGreaterThan(250);
    expect(ids.length).toBeLessThan(reports * 250);
    expect(ids).toEqual(Array.from(ids, (_, i) => reports * 250 - ids.length + i));
    expect(collector.streams).toEqual([Array.from(collector.taken.keys())]);
    expect(collector.streams[0]![0]).toBe(1);
    expect(shipping.notes).toEqual([
      expect.stringMatching(/^Collector 127\.0\.0\.1:\d+ is away: nothing listens there/),
      expect.stringMatching(/ is back$/),
    ]);
    expect(shipping.ledger.imbalances()).toEqual([]);
  });

  test('takes up a newer configuration, not an older one', async () => {
    const collector = await collect();
    const { shipper, configurations } = shipTo(collector.address);
    await until(() => shipper.state === 'streaming');
    expect(shipper.lastConfiguration).toBeNull();
    const push = (revision: number, settings: Record<string, string>) =>
      collector.stream.write({ configuration: { revision: Long.fromNumber(revision, true), settings } });
    push(2, { 'transport.batchMs': '100' });
    push(1, { 'transport.batchMs': '900' });
    push(3, {});
    await until(() => shipper.lastConfiguration?.revision === 3);
    expect(configurations).toEqual([
      { revision: 2, settings: { 'transport.batchMs': '100' } },
      { revision: 3, settings: {} },
    ]);
  });

  test('answers a question about its clock, and no answer', async () => {
    const answers: sonde.v1.ClockSample.$Properties[] = [];
    const collector = await collect({ onClock: (sample) => answers.push(sample) });
    const { shipper } = shipTo(collector.address);
    await until(() => shipper.state === 'streaming');
    const unixNano = Long.fromString('1790000001000000007', true);
    collector.stream.write({ clock: { unixNano: Long.fromNumber(8, true), answeredUnixNano: unixNano } });
    collector.stream.write({ clock: { unixNano } });
    await until(() => answers.length > 0);
    expect(answers).toMatchObject([
      {
        bootId: OFFSET.bootId,
        monotonicNano: Long.fromNumber(MONOTONIC_NS, true),
        unixNano: Long.fromString('1790000006123456789', true),
        answeredUnixNano: unixNano,
      },
    ]);
  });
});

describe('a shipper whose stream', () => {
  /** Three reports arrive once each, though the collector does `first` with the batches that come first. */
  const check = async (first: Fate[], options: Partial<ShipperOptions> = {}) => {
    const collector = await collect({ fates: first.values() });
    const shipping = shipTo(collector.address, options);
    sendSpans(shipping, 1, 3);
    await shipping.shipper.drained();
    expect(collector.spanIds()).toEqual(idsFrom(1, 3));
    expect(countsOf(shipping.ledger)).toBe('in 9, out 9, held 0');
    expect(collector.faults).toEqual([]);
    expect(collector.streams.length).toBeGreaterThan(1);
    return { collector, shipping };
  };

  test('dies before a batch is stored, sends it again', () => check(['die']));
  test('dies after a batch was stored and before the acknowledgement, has it acknowledged by Welcome or again', () =>
    check(['take', 'lose']));
  test('loses its connection, makes another', () => check(['take', 'reset']));
  test('comes to a collector without memory, sends again what was not acknowledged', () =>
    check(['take', 'keep', 'forget']));
  test('dies many times, tries as many times', () => check(['die', 'die', 'reset', 'die', 'lose', 'die']));
  test('stalls, is given up after the time of silence', async () => {
    const { shipping } = await check(['take', 'stall'], { silenceMs: 50 });
    expect(shipping.notes[0]).toMatch(/is away: no answer for 0.05 s$/);
  });

  test('never gets a Welcome, is given up after the time of silence', async () => {
    const collector = await collect({ onHello: () => {} });
    const shipping = shipTo(collector.address, { silenceMs: 30 });
    await until(() => collector.hellos.length >= 3);
    expect(shipping.notes).toEqual([expect.stringMatching(/no answer for 0.03 s$/)]);
  });

  test('gets verdicts that cannot be, begins a new one', async () => {
    const collector = await collect({ fates: fates('keep') });
    const shipping = shipTo(collector.address);
    sendSpans(shipping, 1, 1);
    await until(() => collector.taken.size === 1);
    collector.stream.write({ acknowledgement: { sequence: Long.fromNumber(7, true) } });
    await shipping.shipper.drained();
    expect(shipping.notes[0]).toMatch(/acknowledged batch 7, the last one sent is 1$/);
    expect(collector.streams).toEqual([[1], [1]]);
    expect(countsOf(shipping.ledger)).toBe('in 3, out 3, held 0');
  });

  const welcome = { welcome: { protocolVersion: PROTOCOL_VERSION } };
  const acknowledgement = { acknowledgement: { sequence: Long.UZERO } };
  const answerAll = (answers: sonde.v1.StreamResponse.$Properties[]) => (stream: AgentStream) => {
    for (const answer of answers) stream.write(answer);
  };
  test('is answered before it is welcomed, begins a new one', async () => {
    const collector = await collect({ onHello: answerAll([acknowledgement]) });
    const { notes } = shipTo(collector.address);
    await until(() => collector.hellos.length >= 2);
    expect(notes[0]).toMatch(/answered before its Welcome$/);
  });
  test('is welcomed twice, begins a new one', async () => {
    const collector = await collect({ onHello: answerAll([welcome, welcome]) });
    const { notes } = shipTo(collector.address);
    await until(() => collector.hellos.length >= 2);
    expect(notes[0]).toMatch(/said Welcome twice$/);
  });

  /** Pauses of the shipper: half of 100 ms, doubled each time up to half of 1600 ms. */
  const pausesOf = (timers: jest.SpiedFunction<typeof setTimeout>) =>
    timers.mock.calls.map(([, ms]) => ms).filter((ms) => [50, 100, 200, 400, 800].includes(ms ?? 0));
  const rare = { retryMaxMs: 1_600 };
  test('dies again and again, waits longer each time, until something is acknowledged', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    open.push(() => timers.mockRestore());
    await check(['die', 'die', 'take', 'die'], rare);
    expect(pausesOf(timers)).toEqual([50, 100, 50]);
  });
  test('is ended for a reason that only a person can change, waits longest at once', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    open.push(() => timers.mockRestore());
    const collector = await collect({ onHello: answerWith(status.UNAUTHENTICATED, 'who is there?') });
    const { shipper } = shipTo(collector.address, rare);
    await until(() => shipper.state === 'waiting');
    expect(pausesOf(timers)).toEqual([800]);
  });

  test('gets bytes that are no message, begins a new one', async () => {
    const garbage = createServer((socket) => socket.end('this is not gRPC'));
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    open.push(() => void garbage.close());
    const shipping = shipTo(addressOf(garbage));
    sendSpans(shipping, 1, 1);
    await until(() => shipping.notes.length > 0);
    expect(shipping.shipper.state).not.toBe('streaming');
    expect(countsOf(shipping.ledger)).toBe('in 3, out 0, held 3');
  });

  const answerWith = (code: status, details: string) => (stream: AgentStream) =>
    void stream.emit('error', { code, details });
  test('is ended because of its version, says so once and keeps trying', async () => {
    const collector = await collect({
      onHello: answerWith(status.FAILED_PRECONDITION, 'version 1 is not spoken'),
    });
    const { notes } = shipTo(collector.address);
    await until(() => collector.hellos.length >= 3);
    expect(notes).toEqual([
      expect.stringMatching(/^Collector \S+ does not take data: version 1 is not spoken$/),
    ]);
  });
  test('is ended for want of permission, says so once and keeps trying', async () => {
    const collector = await collect({ onHello: answerWith(status.PERMISSION_DENIED, 'unknown agent') });
    const { notes } = shipTo(collector.address);
    await until(() => collector.hellos.length >= 3);
    expect(notes).toEqual([expect.stringMatching(/does not take data: unknown agent$/)]);
  });
  test('is ended because the collector is busy, says so once and keeps trying', async () => {
    const collector = await collect({ onHello: answerWith(status.RESOURCE_EXHAUSTED, 'too many streams') });
    const { notes } = shipTo(collector.address);
    await until(() => collector.hellos.length >= 3);
    expect(notes).toEqual([expect.stringMatching(/is away: too many streams$/)]);
  });
  test('is ended in good order, begins a new one', async () => {
    const collector = await collect({ onHello: (stream) => stream.end() });
    const { notes } = shipTo(collector.address);
    await until(() => collector.hellos.length >= 2);
    expect(notes).toEqual([expect.stringMatching(/is away: it ended the stream$/)]);
  });
  test('is welcomed in another version, says so once and keeps trying', async () => {
    const collector = await collect({
      onHello: (stream) => void stream.write({ welcome: { protocolVersion: 9 } }),
    });
    const { notes } = shipTo(collector.address);
    await until(() => collector.hellos.length >= 3);
    expect(notes).toEqual([expect.stringMatching(/speaks version 9 of the protocol, this agent 1$/)]);
  });
});

describe('close()', () => {
  test('counts what was not acknowledged, and ends waiting for it', async () => {
    const collector = await collect({ fates: fates('take', 'stall') });
    const shipping = shipTo(collector.address);
    sendSpans(shipping, 1, 3);
    await until(() => shipping.acknowledged.length === 1);
    const drained = shipping.shipper.drained();
    await shipping.shipper.close();
    await drained;
    expect(shipping.shipper.state).toBe('closed');
    expect(shipping.shipper.queuedBytes).toBe(0);
    sendSpans(shipping, 4, 4);
    expect(countsOf(shipping.ledger)).toBe('in 12, out 3, held 0, closed 9');
  });

  test('ends an idle stream in good order', async () => {
    const collector = await collect();
    const shipping = shipTo(collector.address);
    sendSpans(shipping, 1, 1);
    await shipping.shipper.drained();
    const aborted = jest.spyOn(IngestStream.prototype, 'abort');
    open.push(() => aborted.mockRestore());
    await shipping.shipper.close();
    expect(aborted).not.toHaveBeenCalled();
    expect(shipping.notes).toEqual([]);
  });

  test('ends the pause between two tries', async () => {
    const collector = await collect();
    collector.stop();
    const shipping = shipTo(collector.address, { retryMaxMs: 600_000, random: () => 1 });
    await until(() => shipping.shipper.state === 'waiting');
    await shipping.shipper.close();
    await collector.listen();
    expect(shipping.shipper.state).toBe('closed');
    expect(collector.hellos).toEqual([]);
  });
});

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('Cannot name the port of a server');
  return `127.0.0.1:${address.port}`;
}
