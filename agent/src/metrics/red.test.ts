import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Entity } from '../model/entity.ts';
import type { MessagePart } from '../model/exchange.ts';
import type { RedDelta } from '../model/report.ts';
import type { Span } from '../model/span.ts';
import { OTHER_OPERATION, RedDeltas } from './red.ts';

const entity = (id: string, serviceName = id): Entity => ({
  id,
  kind: 'cgroup',
  serviceName,
  serviceNamespace: '',
  unnamed: '',
  validFromNs: 0,
  attributes: {},
});
const CART = entity('cart');
const MESSAGE: MessagePart = { startNs: 1, endNs: 2, position: 0, bytes: 1, tid: 1 };

const span = (change: Partial<Span> = {}): Span => ({
  node: 'n',
  platform: 'sim',
  traceId: 'ab',
  spanId: 'cd',
  parentSpanId: '',
  name: 'GET /cart',
  kind: 'server',
  protocol: 'http',
  startNs: 0,
  durationNs: 1000,
  status: 'unset',
  client: { address: '10.0.0.1', port: 40_000 },
  server: { address: '10.0.0.2', port: 80 },
  tgid: 7,
  cgroupId: 1n,
  request: MESSAGE,
  response: MESSAGE,
  attributes: {},
  ...change,
});

/** Rows without what does not matter to most tests. */
const brief = (rows: readonly RedDelta[]) =>
  rows.map((row) => [row.minute, row.entity.id, row.name, row.kind, row.requests].join(' '));

function takeOf(feed: (red: RedDeltas) => void, options: { maxOperations?: number } = {}): RedDelta[] {
  const red = new RedDeltas(options);
  feed(red);
  return red.take();
}

describe('RedDeltas', () => {
  test('spans of one operation in one minute are one row', () => {
    const rows = takeOf((red) => {
      red.add(span(), CART, 5);
      red.add(span({ status: 'error', durationNs: 3000 }), CART, 5);
    });
    expect(rows).toEqual([
      {
        minute: 5,
        entity: CART,
        name: 'GET /cart',
        kind: 'server',
        protocol: 'http',
        requests: 2,
        errors: 1,
        durationSumNs: 4000,
        durations: new Map([
          [39, 1],
          [46, 1],
        ]),
      },
    ]);
  });

  test.each([
    ['request', { request: null }],
    ['response', { response: null }],
  ] as const)('a span whose %s was not seen is a request without a duration', (_, change) => {
    const rows = takeOf((red) => red.add(span({ ...change, status: 'error' }), CART, 5));
    expect(rows).toMatchObject([{ requests: 1, errors: 1, durationSumNs: 0, durations: new Map() }]);
  });

  test('rows are ordered by minute, entity, name and kind, in whatever order spans came', () => {
    const rows = takeOf((red) => {
      red.add(span({ name: 'b' }), CART, 6);
      red.add(span({ name: 'b', kind: 'client' }), CART, 5);
      red.add(span({ name: 'b' }), CART, 5);
      red.add(span({ name: 'a' }), CART, 5);
      red.add(span({ name: 'z' }), entity('bank'), 5);
    });
    expect(brief(rows)).toEqual([
      '5 bank z server 1',
      '5 cart a server 1',
      '5 cart b client 1',
      '5 cart b server 1',
      '6 cart b server 1',
    ]);
  });

  test('an entity that gets its name meanwhile is reported with it', () => {
    const rows = takeOf((red) => {
      red.add(span(), entity('c1', ''), 5);
      red.add(span(), entity('c1', 'cart'), 5);
    });
    expect(rows).toMatchObject([{ entity: { serviceName: 'cart' }, requests: 2 }]);
  });

  test('operations beyond the bound are counted together, and known ones still by name', () => {
    const red = new RedDeltas({ maxOperations: 2 });
    for (const name of ['a', 'b', 'c', 'd', 'a']) red.add(span({ name }), CART, 5);
    expect(brief(red.take())).toEqual([
      `5 cart ${OTHER_OPERATION} server 2`,
      '5 cart a server 2',
      '5 cart b server 1',
    ]);
    expect(red.folded).toBe(2);
    red.add(span({ name: 'd' }), CART, 5);
    expect(brief(red.take())).toEqual(['5 cart d server 1']);
  });
});

test('every span is in exactly one take, whatever the bound and wherever the takes are', () => {
  const anySpan = fc.record({
    name: fc.constantFrom('a', 'b', 'c'),
    status: fc.constantFrom('ok', 'error', 'unset'),
    durationNs: fc.nat(1e9),
    response: fc.constantFrom(MESSAGE, null),
  });
  const step = fc.tuple(anySpan, fc.constantFrom('x', 'y'), fc.nat(2), fc.boolean());
  fc.assert(
    fc.property(fc.array(step), fc.integer({ min: 1, max: 5 }), (steps, maxOperations) => {
      const red = new RedDeltas({ maxOperations });
      const rows: RedDelta[] = [];
      for (const [change, id, minute, takes] of steps) {
        red.add(span(change), entity(id), minute);
        if (takes) rows.push(...red.take());
      }
      rows.push(...red.take());
      const sum = (of: (row: RedDelta) => number) => rows.reduce((total, row) => total + of(row), 0);
      const whole = steps.map(([change]) => change).filter(({ response }) => response !== null);
      expect(red.take()).toEqual([]);
      expect(sum(({ requests }) => requests)).toBe(steps.length);
      expect(sum(({ errors }) => errors)).toBe(steps.filter(([{ status }]) => status === 'error').length);
      expect(sum(({ durationSumNs }) => durationSumNs)).toBe(
        whole.reduce((total, { durationNs }) => total + durationNs, 0),
      );
      expect(sum(({ durations }) => [...durations.values()].reduce((a, b) => a + b, 0))).toBe(whole.length);
    }),
  );
});
