import { describe, expect, test } from '@jest/globals';
import type { Attributes } from '../model/attributes.ts';
import type { LogLine } from '../model/log-line.ts';
import type { Span } from '../model/span.ts';
import { Redactor, type RedactorOptions } from './redact.ts';

const span = (attributes: Attributes, change: Partial<Span> = {}): Span => ({
  node: 'n',
  platform: 'sim',
  traceId: 'ab',
  spanId: 'cd',
  parentSpanId: '',
  name: 'GET',
  kind: 'server',
  protocol: 'http',
  startNs: 0,
  durationNs: 1,
  status: 'unset',
  client: { address: '10.0.0.1', port: 40_000 },
  server: { address: '10.0.0.2', port: 80 },
  tgid: 7,
  cgroupId: 1n,
  request: null,
  response: null,
  attributes,
  ...change,
});

const line = (body: string): LogLine => ({
  node: 'n',
  tgid: 7,
  tid: 7,
  cgroupId: 1n,
  timeNs: 5,
  stream: 'stderr',
  body,
  severity: 9,
  span: { traceId: 'ab', spanId: 'cd' },
  isTruncated: true,
});

const RAW: Attributes = {
  'http.request.method': 'GET',
  'url.path': '/users/joe@example.com/orders/42',
  'url.query': 'token=abc',
  'user_agent.original': 'curl for joe@example.com',
  'http.response.status_code': 500,
  'error.type': '500',
};

describe('a span leaves', () => {
  const check = (before: Span, want: Partial<Span>, options: RedactorOptions = {}) =>
    expect(new Redactor(options).span(before, 'shop')).toEqual({ ...before, ...want });
  const identity: Attributes = {
    'http.request.method': 'GET',
    'http.response.status_code': 500,
    'error.type': '500',
  };
  const ROUTE = '/users/{id}/orders/{id}';

  test('without content; a server with its route', () =>
    check(span(RAW), { name: `GET ${ROUTE}`, attributes: { ...identity, 'http.route': ROUTE } }));

  test('a client with the template of the URL', () =>
    check(span(RAW, { kind: 'client' }), {
      name: `GET ${ROUTE}`,
      attributes: { ...identity, 'url.template': ROUTE },
    }));

  test('with content that a rule allows, as it is', () =>
    check(
      span(RAW),
      {
        name: `GET ${ROUTE}`,
        attributes: {
          ...identity,
          'url.path': RAW['url.path']!,
          'url.query': 'token=abc',
          'http.route': ROUTE,
        },
      },
      { allow: ['url.path', 'url.query'] },
    ));

  test('with free text scanned', () =>
    check(
      span({
        'user_agent.original': 'curl for joe@example.com',
        'server.port': 80,
        'error.type': ['a@b.example', 'x'],
      }),
      {
        attributes: {
          'user_agent.original': 'curl for [redacted:email]',
          'server.port': 80,
          'error.type': ['[redacted:email]', 'x'],
        },
      },
      { classOf: () => 'pattern' },
    ));

  test('under its name where no request was seen', () =>
    check(span({ 'http.response.status_code': 200 }, { name: 'HTTP' }), {}));

  test('under its method where the target is no path', () =>
    check(span({ 'http.request.method': 'CONNECT', 'url.path': 'bank.example:443' }, { name: 'CONNECT' }), {
      attributes: { 'http.request.method': 'CONNECT' },
    }));

  test('under any route where its service has its share of routes', () => {
    const redactor = new Redactor({ maxRoutes: 1 });
    const nameOf = (path: string) => redactor.span(span({ 'url.path': path }), 'shop').name;
    expect([nameOf('/alice'), nameOf('/bob'), nameOf('/alice')]).toEqual([
      'GET /alice',
      'GET /*',
      'GET /alice',
    ]);
    expect(redactor.foldedRoutes).toBe(1);
  });

  test('as it is when it is redacted already', () => {
    const once = new Redactor().span(span(RAW), 'shop');
    expect(new Redactor().span(once, 'shop')).toEqual(once);
  });

  test('and the span that was handed in is not changed', () => {
    const before = span({ ...RAW });
    new Redactor().span(before, 'shop');
    expect(before).toEqual(span(RAW));
  });
});

test('a line leaves with its secrets replaced, and they are counted by pattern', () => {
  const redactor = new Redactor();
  expect(redactor.line(line('joe@example.com paid with 4111111111111111, ann@example.com too'))).toEqual(
    line('[redacted:email] paid with [redacted:credit-card], [redacted:email] too'),
  );
  expect(redactor.line(line('nothing here'))).toEqual(line('nothing here'));
  expect(redactor.counts).toMatchObject({ email: 2, 'credit-card': 1, jwt: 0 });
});

test('a key over several lines does not leave', () => {
  const redactor = new Redactor();
  const bodies = [
    '-----BEGIN PRIVATE KEY-----',
    'MIIEvQIBADANBgkqhkiG9w0B',
    'AQEFAASC==',
    '-----END PRIVATE KEY-----',
    'ok go',
  ];
  expect(bodies.map((body) => redactor.line(line(body)).body)).toEqual([
    ...Array(4).fill('[redacted:private-key]'),
    'ok go',
  ]);
  expect(redactor.counts['private-key']).toBe(4);
});
