import { describe, expect, test } from '@jest/globals';
import { formatBytes, formatDuration, styleFor, toColumns } from '@sonde/cli';
import type { Span } from '../model/span.ts';
import { toJsonLine } from './jsonl.ts';
import { toSpanTable } from './span-table.ts';
import { toSummaryLines } from './summary.ts';

const CLOCK = { bootId: 'b', wallMinusMonotonicNs: 1_634_884_617_000_000_000n };

const SPAN: Span = {
  node: 'n',
  platform: 'sim',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: '',
  name: 'GET',
  kind: 'server',
  protocol: 'http',
  startNs: 12_359_001,
  durationNs: 323_000,
  status: 'unset',
  client: { address: '10.0.0.1', port: 41204 },
  server: { address: '2001:db8::1', port: 80 },
  tgid: 1,
  cgroupId: 0n,
  request: null,
  response: null,
  attributes: { 'url.path': '/cart', 'http.request.method': 'GET', 'http.response.status_code': 200 },
};

test('a span is one JSON object with fixed field order and sorted attributes', () => {
  expect(toJsonLine(SPAN, CLOCK)).toBe(
    '{"trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","parent_span_id":"","name":"GET",' +
      '"kind":"server","protocol":"http","start_unix_nano":"1634884617012359001","duration_nano":"323000","status":"unset","platform":"sim",' +
      '"client":{"address":"10.0.0.1","port":41204},"server":{"address":"2001:db8::1","port":80},' +
      '"attributes":{"http.request.method":"GET","http.response.status_code":200,"url.path":"/cart"}}',
  );
});

test('a table has a line for each span', () => {
  expect(toSpanTable([SPAN], CLOCK, styleFor(false))).toEqual([
    'START (UTC)   CLIENT          SERVER            SIDE    PROTO  REQUEST    STATUS    TIME  NOTE',
    '06:36:57.012  10.0.0.1:41204  [2001:db8::1]:80  server  http   GET /cart     200  323 µs',
  ]);
});

describe('a table of untrusted text', () => {
  test('shows control characters instead of sending them to the terminal', () => {
    expect(toColumns([{ title: 'T' }], [['a\x1b[2Jb\u009b']])[1]).toBe('a\\x1b[2Jb\\x9b');
  });
  test('cuts what is too wide', () => {
    expect(toColumns([{ title: 'T', maxWidth: 4 }], [['abcdef']])[1]).toBe('abc…');
  });
});

test.each([
  [0, '0 ns'],
  [999, '999 ns'],
  [1_500, '1.50 µs'],
  [12_345_678, '12.3 ms'],
  [61e9, '61.00 s'],
])('%d ns is written %s', (ns, text) => expect(formatDuration(ns)).toBe(text));

test.each([
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [5 << 20, '5.0 MiB'],
  [3 * 2 ** 30, '3.0 GiB'],
])('%d bytes are written %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

describe('the summary', () => {
  const edge = {
    client: 'gateway',
    server: 'cart',
    serverPort: 8080,
    side: 'client' as const,
    connections: 2,
    failedConnections: 0,
    requestBytes: 100,
    responseBytes: 2048,
    protocols: new Map([
      ['http' as const, { requests: 4, errors: 1, incomplete: 0, durationSumNs: 8e6, durationMaxNs: 5e6 }],
    ]),
  };
  const ledger = [
    {
      stage: 'probes',
      unit: 'events' as const,
      in: 3,
      out: 2,
      held: 0,
      dropped: { bad_length: 1, unknown_kind: 0 },
    },
  ];
  const lines = (imbalances: number) =>
    toSummaryLines(
      { title: 'Scenario (simulated)', elapsedNs: 2e9, edges: [edge], ledger, imbalances },
      styleFor(false),
    ).join('\n');

  test('has rates over the elapsed time, errors in percent and the mean', () => {
    expect(lines(0)).toMatch(
      /gateway\s+cart:8080\s+client\s+http\s+2\s+4\s+2\.0\s+25\.0 %\s+2\.00 ms\s+5\.00 ms\s+100 B\s+2\.0 KiB/,
    );
  });
  test('names what was dropped, and only that', () =>
    expect(lines(0)).toMatch(/probes\s+events\s+3\s+2\s+0\s+bad_length 1$/m));
  test('says whether the ledger balances', () => {
    expect(lines(0)).toMatch(/The ledger balances/);
    expect(lines(2)).toMatch(/does not balance in 2 places/);
  });
  test('an edge without exchanges is a plain connection', () => {
    const plain = { ...edge, protocols: new Map() };
    const text = toSummaryLines(
      { title: 't', elapsedNs: 1e9, edges: [plain], ledger: [], imbalances: 0 },
      styleFor(false),
    ).join('\n');
    expect(text).toMatch(/cart:8080\s+client\s+tcp\s+2\s+-\s+-/);
  });
});

test('an edge that both ends report is one row: the client\u2019s view', () => {
  const edge = {
    client: 'a',
    server: 'b',
    serverPort: 1,
    connections: 1,
    failedConnections: 0,
    requestBytes: 7,
    responseBytes: 0,
    protocols: new Map(),
  };
  const edges = [
    { ...edge, side: 'client' as const },
    { ...edge, side: 'server' as const, requestBytes: 9 },
  ];
  const lines = toSummaryLines(
    { title: 't', elapsedNs: 1e9, edges, ledger: [], imbalances: 0 },
    styleFor(false),
  );
  expect(lines.filter((line) => line.startsWith('a '))).toEqual([expect.stringMatching(/both .* 7 B/)]);
});

test('colours are escape sequences only where they are wanted', () => {
  expect(styleFor(true).red('x')).toBe('\x1b[31mx\x1b[0m');
  expect(styleFor(false).red('x')).toBe('x');
});
