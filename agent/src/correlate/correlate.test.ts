import { describe, expect, test } from '@jest/globals';
import { Ledger } from '@sonde/ledger';
import type { Exchange } from '../model/exchange.ts';
import type { Span } from '../model/span.ts';
import { callKey, spanId } from './call-key.ts';
import { ViewMerger } from './merge.ts';
import { serverSpanOf, toSpan as toSpanOn } from './spans.ts';

const part = (startNs: number, position: number) => ({
  startNs,
  endNs: startNs + 1,
  position,
  bytes: 10,
  tid: 1,
});

const exchange = (change: Partial<Exchange> = {}): Exchange => ({
  protocol: 'http',
  socket: { node: 'a', address: 1, inode: 1 },
  side: 'server',
  tgid: 10,
  cgroupId: 0n,
  client: { address: '10.0.0.1', port: 40000 },
  server: { address: '10.0.0.2', port: 80 },
  netnsInode: 1,
  sequenced: true,
  request: part(1000, 7),
  response: part(2000, 9),
  name: 'GET',
  status: 'unset',
  attributes: {},
  incomplete: null,
  ...change,
});

const toSpan = (exchange: Exchange) => toSpanOn(exchange, 'sim');

describe('call key', () => {
  const key = (change: object) =>
    callKey({
      client: { address: '10.0.0.1', port: 1 },
      position: 1,
      hasRequest: true,
      scope: '',
      ...change,
    }).toString('hex');

  test('has 16 bytes', () => expect(key({})).toHaveLength(32));
  test('is the same for a v4-mapped address', () => {
    expect(key({ client: { address: '::ffff:10.0.0.1', port: 1 } })).toBe(key({}));
  });
  test.each([
    ['address', { client: { address: '10.0.0.2', port: 1 } }],
    ['port', { client: { address: '10.0.0.1', port: 2 } }],
    ['position', { position: 2 }],
    ['scope', { scope: 'a/1' }],
    ['a request that was not seen', { hasRequest: false }],
  ])('differs by %s', (_, change) => expect(key(change)).not.toBe(key({})));
  test('positions count modulo 2^32', () =>
    expect(key({ position: -1 })).toBe(key({ position: 0xffffffff })));
});

describe('toSpan()', () => {
  test("two ends agree without talking: the server's parent is the client's span", () => {
    const server = toSpan(exchange()).span;
    const client = toSpan(exchange({ side: 'client', socket: { node: 'b', address: 99, inode: 5 } })).span;
    expect(server.parentSpanId).toBe(client.spanId);
    expect(server.traceId).toBe(client.traceId);
    expect(server.spanId).not.toBe(client.spanId);
  });

  test('destination NAT changes nothing: the server address is not in the key', () => {
    const seen = toSpan(exchange({ server: { address: '10.96.0.1', port: 8080 } })).span;
    expect(seen.traceId).toBe(toSpan(exchange()).span.traceId);
  });

  test('loopback calls of two nodes differ', () => {
    const on = (node: string) =>
      toSpan(exchange({ client: { address: '127.0.0.1', port: 1 }, socket: { node, address: 1, inode: 1 } }))
        .span.traceId;
    expect(on('a')).not.toBe(on('b'));
  });

  test('every parent link says by which rule', () => {
    expect(toSpan(exchange()).span.attributes).toMatchObject({
      'sonde.link.rule': 'call-key',
      'sonde.link.confidence': 1,
    });
  });

  test("a client's span joins the trace of what its thread was serving", () => {
    const parent = { traceId: 'a trace', spanId: 'a span' };
    const call = exchange({ side: 'client' });
    const { span } = toSpanOn(call, 'sim', { rule: 'thread', parent });
    expect(span).toMatchObject({
      traceId: 'a trace',
      parentSpanId: 'a span',
      attributes: { 'sonde.link.rule': 'thread', 'sonde.link.confidence': 1 },
    });
    expect(span.spanId).toBe(toSpan(call).span.spanId);
  });

  test("a client's span has no parent where its thread cannot tell", () => {
    const call = exchange({ side: 'client' });
    const { span } = toSpanOn(call, 'sim', { rule: 'thread-ambiguous', parent: null });
    expect(span).toMatchObject({
      traceId: toSpan(call).span.traceId,
      parentSpanId: '',
      attributes: { 'sonde.link.rule': 'thread-ambiguous', 'sonde.link.confidence': 0 },
    });
  });

  test.each([true, false])(
    "the ids of the server's span are known from the request on (sequenced: %s)",
    (sequenced) => {
      const { request, response: _, ...end } = exchange({ sequenced });
      const { position, startNs, tid } = request!;
      const { traceId, spanId } = toSpan(exchange({ sequenced })).span;
      expect(serverSpanOf({ end, position, startNs, tid, isConfirmed: true })).toEqual({ traceId, spanId });
    },
  );

  test('an incomplete exchange says why', () => {
    const { span } = toSpan(exchange({ response: null, incomplete: 'no response' }));
    expect({ why: span.attributes['sonde.incomplete'], durationNs: span.durationNs }).toEqual({
      why: 'no response',
      durationNs: 1,
    });
  });

  test('span ids have 8 bytes', () => expect(spanId(Buffer.alloc(16), 'c')).toHaveLength(16));
});

describe('ViewMerger', () => {
  function merge(views: readonly Exchange[], advanceNs?: number) {
    const ledger = new Ledger();
    const spans: Span[] = [];
    const merger = new ViewMerger({ ledger, onSpan: (span) => spans.push(span), windowNs: 100, capacity: 3 });
    for (const view of views) merger.push(toSpan(view), 0);
    if (advanceNs !== undefined) merger.advance(advanceNs);
    const early = spans.length;
    expect(ledger.imbalances()).toEqual([]);
    merger.flush();
    expect(ledger.imbalances()).toEqual([]);
    return { kinds: spans.map((span) => span.kind), early };
  }

  test("of two equal views the server's is reported", () => {
    expect(merge([exchange({ side: 'client' }), exchange()]).kinds).toEqual(['server']);
  });
  test('a whole view is better than an incomplete one', () => {
    expect(merge([exchange({ incomplete: 'gap' }), exchange({ side: 'client' })]).kinds).toEqual(['client']);
  });
  test('a view without its other end goes on alone after a while', () => {
    expect(merge([exchange({ side: 'client' })], 99).early).toBe(0);
    expect(merge([exchange({ side: 'client' })], 100).early).toBe(1);
  });
  test('the same end twice is two calls', () =>
    expect(merge([exchange(), exchange()]).kinds).toEqual(['server', 'server']));
  test('a full table lets the oldest go', () => {
    const views = [1, 2, 3, 4].map((position) => exchange({ request: part(1000, position) }));
    expect(merge(views, 0).early).toBe(1);
  });
});
