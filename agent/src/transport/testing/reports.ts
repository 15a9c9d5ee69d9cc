/** Reports for tests: small, and different from each other in every field that is sent. */
import type { Entity } from '../../model/entity.ts';
import type { EdgeDelta, RedDelta, Report, ReportedLog, ReportedSpan } from '../../model/report.ts';
import type { ClockOffset } from '../../model/time.ts';
import { type EncodedBatch, encodeReport } from '../encode/batch.ts';

/** Wall time in 2026, not a whole number of seconds. */
export const OFFSET: ClockOffset = {
  bootId: 'c0ffee00-0000-4000-8000-000000000001',
  wallMinusMonotonicNs: 1_790_000_000_123_456_789n,
};

export const EMPTY: Report = { spans: [], logs: [], red: [], edges: [], ledger: [] };

export const entity = (id: string, fields: Partial<Entity> = {}): Entity => ({
  id,
  kind: 'container',
  serviceName: `${id}-service`,
  serviceNamespace: 'shop',
  unnamed: '',
  validFromNs: 1_000_000_000,
  attributes: {},
  ...fields,
});

export const WEB = entity('web');

/** @param n makes its ids */
export const reportedSpan = (n: number, fields: Partial<ReportedSpan['span']> = {}): ReportedSpan => ({
  span: {
    node: 'node-a',
    platform: 'sim',
    traceId: n.toString(16).padStart(32, '0'),
    spanId: n.toString(16).padStart(16, '0'),
    parentSpanId: '',
    name: 'GET',
    kind: 'server',
    protocol: 'http',
    startNs: 5_000_000_000 + n,
    durationNs: 1_500_000,
    status: 'unset',
    client: { address: '10.0.0.1', port: 40_000 },
    server: { address: '10.0.0.2', port: 8080 },
    tgid: 7,
    cgroupId: 70n,
    request: { startNs: 5_000_000_000, endNs: 5_000_000_100, position: 4_294_967_290, bytes: 120, tid: 7 },
    response: { startNs: 5_000_400_000, endNs: 5_001_500_000, position: 17, bytes: 2_048, tid: 7 },
    attributes: { 'http.request.method': 'GET' },
    ...fields,
  },
  entity: WEB,
  peerService: '',
});

export const reportedLog = (body: string, fields: Partial<ReportedLog['line']> = {}): ReportedLog => ({
  line: {
    node: 'node-a',
    tgid: 7,
    cgroupId: 70n,
    tid: 8,
    timeNs: 5_000_200_000,
    stream: 'stdout',
    body,
    severity: 9,
    span: null,
    isTruncated: false,
    ...fields,
  },
  entity: WEB,
});

export const redDelta = (fields: Partial<RedDelta> = {}): RedDelta => ({
  minute: 29_833_333,
  entity: WEB,
  name: 'GET',
  kind: 'server',
  protocol: 'http',
  requests: 1,
  errors: 0,
  durationSumNs: 1_500_000,
  durations: new Map([[82, 1]]),
  ...fields,
});

export const edgeDelta = (fields: Partial<EdgeDelta> = {}): EdgeDelta => ({
  minute: 29_833_333,
  client: 'cart',
  server: 'web',
  serverPort: 8080,
  entity: WEB,
  side: 'server',
  protocol: '',
  connections: 1,
  failedConnections: 0,
  requestBytes: 120,
  responseBytes: 2_048,
  requests: 0,
  errors: 0,
  durationSumNs: 0,
  durations: new Map(),
  ...fields,
});

/** A report of `count` spans with ids from `from`. */
export const spanReport = (from: number, count = 1): Report => ({
  ...EMPTY,
  spans: Array.from({ length: count }, (_, i) => reportedSpan(from + i)),
  red: [redDelta({ requests: count })],
});

/** One batch without a header, of `count` spans with ids from `from`: as many rows and their entity. */
export function encodedSpans(from: number, count: number): EncodedBatch {
  const spans = Array.from({ length: count }, (_, i) => reportedSpan(from + i));
  const maxBodyBytes = Number.POSITIVE_INFINITY;
  return encodeReport({ ...EMPTY, spans }, { offset: OFFSET, nowNs: 0, maxBodyBytes }).batches[0]!;
}
