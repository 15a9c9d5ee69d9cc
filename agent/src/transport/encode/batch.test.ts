import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Entity } from '../../model/entity.ts';
import type { Report } from '../../model/report.ts';
import { expectGolden } from '../../model/testing/golden.ts';
import { toUnixNano } from '../../model/time.ts';
import { headerOf } from '../header.ts';
import { dump, readBatch } from '../testing/read-batch.ts';
import {
  EMPTY,
  edgeDelta,
  entity,
  OFFSET,
  redDelta,
  reportedLog,
  reportedSpan,
  WEB,
} from '../testing/reports.ts';
import { encodeReport } from './batch.ts';

const NOW_NS = 6_000_000_000;
const encode = (report: Report, maxBodyBytes = Number.POSITIVE_INFINITY) =>
  encodeReport(report, { offset: OFFSET, nowNs: NOW_NS, maxBodyBytes });

describe('a report on the wire', () => {
  test('golden: every table, as a collector reads it', () => {
    const cart = entity('cart', {
      kind: 'cgroup',
      serviceName: '',
      unnamed: 'no container',
      attributes: { 'k8s.pod.name': 'cart-1', ready: true },
    });
    const { batches } = encode({
      spans: [
        reportedSpan(1, { attributes: { 'http.response.status_code': 200, 'sonde.incomplete': 'x' } }),
        {
          ...reportedSpan(2, {
            kind: 'client',
            status: 'error',
            parentSpanId: '00000000000000ff',
            request: null,
            attributes: {},
          }),
          entity: cart,
          peerService: 'web',
        },
      ],
      logs: [
        reportedLog('started'),
        reportedLog('long li', {
          stream: 'stderr',
          severity: 0,
          isTruncated: true,
          span: { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) },
        }),
      ],
      red: [
        redDelta({
          requests: 3,
          errors: 1,
          durations: new Map([
            [83, 1],
            [82, 2],
            [90, 0],
          ]),
        }),
      ],
      edges: [edgeDelta(), edgeDelta({ side: 'client', entity: cart, protocol: 'http', requests: 2 })],
      ledger: [
        { stage: 'ring', unit: 'records', in: 5, out: 3, held: 1, dropped: { late: 1, full: 0 } },
        { stage: 'spans', unit: 'spans', in: 2 ** 53 - 1, out: 0, held: 0, dropped: {} },
      ],
    });
    const header = headerOf({ agentId: 'agent-a', bootEpoch: 3, node: 'node-a', platform: 'sim' });
    expect(batches.map(({ content }) => content)).toEqual([{ spans: 2, logs: 2, requests: 3, rows: 11 }]);
    expectGolden(
      `${import.meta.dirname}/testdata/report.golden`,
      dump(readBatch(Buffer.concat([batches[0]!.body, header(9)]))),
    );
  });

  test('a report without rows is no batch', () => expect(encode(EMPTY).batches).toEqual([]));

  test('the same entity stands in a batch once, whatever refers to it', () => {
    const { batches } = encode({
      ...EMPTY,
      spans: [reportedSpan(1), reportedSpan(2)],
      logs: [reportedLog('line')],
      red: [redDelta()],
      edges: [edgeDelta()],
    });
    expect(readBatch(batches[0]!.body).entities.map(({ id }) => id)).toEqual([WEB.id]);
  });

  test('an entity whose names changed stands there with both', () => {
    const renamed = { ...WEB, serviceName: 'front' };
    const spans = [reportedSpan(1), { ...reportedSpan(2), entity: renamed }];
    const { batches } = encode({ ...EMPTY, spans });
    expect(readBatch(batches[0]!.body).entities.map(({ serviceName }) => serviceName)).toEqual([
      'web-service',
      'front',
    ]);
  });

  test('text without a UTF-8 form does not spoil the batch', () => {
    const { batches } = encode({
      ...EMPTY,
      spans: [reportedSpan(1, { name: 'a\ud800b' })],
      logs: [reportedLog('\udfffline')],
    });
    const { spans, logs } = readBatch(batches[0]!.body);
    expect([spans[0]!.name, logs[0]!.body]).toEqual(['a\ufffdb', '\ufffdline']);
  });
});

describe('a report that is larger than a batch may be', () => {
  const report = {
    ...EMPTY,
    spans: Array.from({ length: 20 }, (_, i) => reportedSpan(i)),
    logs: [reportedLog('x'.repeat(300)), reportedLog('y'.repeat(5_000)), reportedLog('z')],
    red: [redDelta({ requests: 20 })],
    edges: [edgeDelta()],
  };
  const { batches, tooLargeRows } = encode(report, 1_500);
  const read = batches.map(({ body }) => readBatch(body));

  test('becomes several, each within the limit', () => {
    expect(batches.length).toBeGreaterThan(2);
    for (const { body } of batches) expect(body.length).toBeLessThanOrEqual(1_500);
  });
  test('keeps every row that fits alone, in order', () => {
    expect(read.flatMap(({ spans }) => spans.map(({ spanId }) => Number.parseInt(spanId, 16)))).toEqual(
      report.spans.map((_, i) => i),
    );
    expect(read.flatMap(({ logs }) => logs.map(({ body }) => body[0]))).toEqual(['x', 'z']);
  });
  test('counts the row that does not', () => expect(tooLargeRows).toBe(1));
  test('has RED and edges in the first batch', () =>
    expect(read.map(({ red, edges }) => red.length + edges.length)).toEqual(
      batches.map((_, i) => (i === 0 ? 2 : 0)),
    ));
  test('counts in each batch what it tells', () => {
    const rows = read.map(
      ({ entities, spans, logs, red, edges }) =>
        entities.length + spans.length + logs.length + red.length + edges.length,
    );
    expect(batches.map(({ content }) => content.rows)).toEqual(rows);
    expect(batches.reduce((sum, { content }) => sum + content.requests, 0)).toBe(20);
  });
});

describe('any report', () => {
  const id = (digits: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`));
  const ns = fc.maxSafeNat();
  const count = fc.maxSafeNat();
  const port = fc.nat(65_535);
  const text = fc.string({ unit: 'grapheme' });
  const uint32 = fc.nat(0xffff_ffff);
  const histogram = fc
    .uniqueArray(fc.tuple(fc.nat(255), fc.integer({ min: 1, max: 1_000_000 })), {
      selector: ([bucket]) => bucket,
    })
    .map((buckets) => new Map(buckets));
  const entities: Entity[] = ['a', 'b', 'c'].map((name, i) => entity(name, { validFromNs: i * 1e9 }));
  const anEntity = fc.constantFrom(...entities);
  const aMessage = fc.option(
    fc.record({ position: uint32, bytes: count }).map((part) => ({ ...part, startNs: 1, endNs: 2, tid: 1 })),
  );
  const aSpan = fc.record({
    span: fc
      .record({
        traceId: id(32),
        spanId: id(16),
        parentSpanId: fc.oneof(fc.constant(''), id(16)),
        name: text,
        kind: fc.constantFrom('server' as const, 'client' as const),
        startNs: ns,
        durationNs: ns,
        status: fc.constantFrom('ok' as const, 'error' as const, 'unset' as const),
        client: fc.record({ address: text, port }),
        server: fc.record({ address: text, port }),
        request: aMessage,
        response: aMessage,
        attributes: fc.record({ 'url.path': text }, { requiredKeys: [] }),
      })
      .map((fields) => reportedSpan(1, fields).span),
    entity: anEntity,
    peerService: text,
  });
  const aLog = fc.record({
    line: fc
      .record({
        body: text,
        timeNs: ns,
        severity: fc.nat(24),
        span: fc.option(fc.record({ traceId: id(32), spanId: id(16) })),
      })
      .map((fields) => reportedLog(fields.body, fields).line),
    entity: anEntity,
  });
  const aRed = fc
    .record({
      minute: uint32,
      entity: anEntity,
      name: text,
      requests: count,
      errors: count,
      durationSumNs: ns,
      durations: histogram,
    })
    .map((fields) => redDelta(fields));
  const anEdge = fc
    .record({
      minute: uint32,
      client: text,
      server: text,
      serverPort: port,
      entity: anEntity,
      connections: count,
      requestBytes: count,
      durations: histogram,
    })
    .map((fields) => edgeDelta(fields));
  const aStage = fc.record({
    stage: text,
    unit: fc.constantFrom('rows' as const, 'spans' as const),
    in: count,
    out: count,
    held: count,
    dropped: fc.dictionary(fc.stringMatching(/^[a-z_]{1,9}$/), count),
  });
  const aReport: fc.Arbitrary<Report> = fc.record({
    spans: fc.array(aSpan, { maxLength: 6 }),
    logs: fc.array(aLog, { maxLength: 4 }),
    red: fc.array(aRed, { maxLength: 3 }),
    edges: fc.array(anEdge, { maxLength: 3 }),
    ledger: fc.array(aStage, { maxLength: 2 }),
  });

  const position = (part: { position: number; bytes: number } | null) =>
    `${part?.position ?? 0} + ${part?.bytes ?? 0}`;
  const zeros = (hex: string, digits: number) => hex || '0'.repeat(digits);
  const buckets = (durations: ReadonlyMap<number, number>) =>
    [...durations].sort(([a], [b]) => a - b).map(([bucket, n]) => [bucket, BigInt(n)]);

  /** What a collector should read, from the report itself. */
  const expected = (report: Report) => ({
    spans: report.spans.map(({ span, entity: { id: entityId }, peerService }) => ({
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: zeros(span.parentSpanId, 16),
      startUnixNs: toUnixNano(OFFSET, span.startNs),
      durationNs: BigInt(span.durationNs),
      name: span.name,
      kind: `SPAN_KIND_${span.kind.toUpperCase()}`,
      status: `STATUS_CODE_${span.status === 'unset' ? 'UNSPECIFIED' : span.status.toUpperCase()}`,
      protocol: 'http',
      entity: entityId,
      peerService,
      client: `${span.client.address} ${span.client.port}`,
      server: `${span.server.address} ${span.server.port}`,
      request: position(span.request),
      response: position(span.response),
      attributes: Object.fromEntries(
        Object.entries(span.attributes).map(([name, value]) => [name, `VALUE_TYPE_STRING ${value}`]),
      ),
    })),
    logs: report.logs.map(({ line, entity: { id: entityId } }) => ({
      timeUnixNs: toUnixNano(OFFSET, line.timeNs),
      traceId: zeros(line.span?.traceId ?? '', 32),
      spanId: zeros(line.span?.spanId ?? '', 16),
      severity: line.severity,
      body: line.body,
      entity: entityId,
      attributes: { 'log.iostream': 'VALUE_TYPE_STRING stdout' },
    })),
    red: report.red.map((row) => ({
      minute: row.minute,
      entity: row.entity.id,
      name: row.name,
      kind: 'SPAN_KIND_SERVER',
      protocol: 'http',
      requests: BigInt(row.requests),
      errors: BigInt(row.errors),
      durationSumNs: BigInt(row.durationSumNs),
      durations: buckets(row.durations),
    })),
    edges: report.edges.map((row) => ({
      minute: row.minute,
      ends: `${row.client} -> ${row.server}:${row.serverPort}`,
      entity: row.entity.id,
      side: 'EDGE_SIDE_SERVER',
      protocol: '',
      connections: BigInt(row.connections),
      failedConnections: 0n,
      requestBytes: BigInt(row.requestBytes),
      responseBytes: 2_048n,
      requests: 0n,
      errors: 0n,
      durationSumNs: 0n,
      durations: buckets(row.durations),
    })),
    ledger: report.ledger.map((row) => ({
      timeUnixNs: toUnixNano(OFFSET, NOW_NS),
      stage: row.stage,
      unit: row.unit,
      in: BigInt(row.in),
      out: BigInt(row.out),
      held: BigInt(row.held),
      dropped: Object.entries(row.dropped).map(([reason, n]) => [reason, BigInt(n)]),
    })),
  });

  test('comes back with every row, in however many batches', () => {
    fc.assert(
      fc.property(aReport, fc.integer({ min: 1_200, max: 6_000 }), (report, maxBodyBytes) => {
        const { batches, tooLargeRows } = encode(report, maxBodyBytes);
        const read = batches.map(({ body }) => readBatch(body));
        expect(tooLargeRows).toBe(0);
        expect({
          spans: read.flatMap(({ spans }) => spans),
          logs: read.flatMap(({ logs }) => logs),
          red: read.flatMap(({ red }) => red),
          edges: read.flatMap(({ edges }) => edges),
          ledger: read.flatMap(({ ledger }) => ledger),
        }).toEqual(expected(report));
      }),
    );
  });
});
