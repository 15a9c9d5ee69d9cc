/** What is stored, against what the workload itself says has happened. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type StoredScenario, storeScenario } from './testing/stored-scenario.ts';
import { type StoredSpan, storedSpans } from './testing/stored-spans.ts';

/** Rows of one call are stored apart, as under load. */
const MANY_BLOCKS = { windowMs: 100, blockMs: 20 };

describe.each([
  { file: 'http-sync.yaml', durationMs: 500, deepest: 5 },
  { file: 'shop.yaml', durationMs: 2500, deepest: 3 },
])('$file', ({ deepest, ...choice }) => {
  let stored: StoredScenario;
  let spans: readonly StoredSpan[];
  beforeAll(async () => {
    stored = await storeScenario(choice, { assembly: MANY_BLOCKS });
    spans = await storedSpans(stored.collector);
  });
  afterAll(() => stored.close());

  const isHttp = (service: string) => [...stored.calls.values()].some(({ call }) => call.to === service);

  /** The call of which nobody was the cause, and how far from it a call is, 1 for itself. */
  function rootOf(id: number): { readonly root: number; readonly depth: number } {
    const { parent } = stored.calls.get(id)!.call;
    if (parent === null) return { root: id, depth: 1 };
    const { root, depth } = rootOf(parent);
    return { root, depth: depth + 1 };
  }

  test('each answered call is two spans with the ids, the parents and the trace that it really had; no other is stored', () => {
    const expected = [...stored.calls.values()].flatMap(({ call, client, server }) => {
      const cause = call.parent === null ? '' : stored.calls.get(call.parent)!.server.spanId;
      const [method] = call.label.split(' ');
      const both = { root: rootOf(call.id).root, method, status: Number(call.outcome) };
      return [
        { ...both, spanId: client.spanId, parent: cause, kind: 'Client', service: call.from, peer: call.to },
        {
          ...both,
          spanId: server.spanId,
          parent: client.spanId,
          kind: 'Server',
          service: call.to,
          peer: call.from,
        },
      ];
    });
    const traceOf = new Map(spans.map(({ spanId, trace }) => [spanId, trace]));
    const roots = [...stored.calls.values()].filter(({ call }) => call.parent === null);
    const rootOfTrace = new Map(roots.map(({ call, client }) => [traceOf.get(client.spanId)!, call.id]));
    const found = spans.map(({ spanId, parent, kind, service, peer, name, status, trace }) => ({
      ...{ root: rootOfTrace.get(trace), method: name.split(' ')[0], status },
      ...{ spanId, parent, kind, service, peer },
    }));
    expect(found).toEqual(expected.sort((a, b) => (a.spanId < b.spanId ? -1 : 1)));
    expect(Math.max(...[...stored.calls.keys()].map((id) => rootOf(id).depth))).toBe(deepest);
  });

  test('each call that nothing caused is a trace, and nothing else is', () => {
    const roots = [...stored.calls.values()].filter(({ call }) => call.parent === null);
    expect(roots.length).toBeGreaterThan(50);
    expect(new Set(spans.map(({ trace }) => trace)).size).toBe(roots.length);
  });

  test("a caller's span lies within the time of its call", () => {
    const times = new Map(spans.map((span) => [span.spanId, span]));
    const outside = [...stored.calls.values()].filter(({ call, client }) => {
      const { startUnixNs, endUnixNs } = times.get(client.spanId)!;
      const [startNs, endNs] = [startUnixNs, endUnixNs].map((ns) => Number(ns - stored.wallMinusMonotonicNs));
      return startNs! < call.startNs || endNs! > call.endNs;
    });
    expect(outside).toEqual([]);
  });

  test('the service map is the one that really was, from both sides', async () => {
    const expected = stored.truth.edges.flatMap(({ from, to, connections, statuses }) => {
      const requests = isHttp(to) ? Object.values(statuses).reduce((sum, n) => sum + n, 0) : 0;
      return ['Client', 'Server'].map((side) => ({ from, to, side, connections, requests }));
    });
    const rows = await stored.collector.sql<Record<string, string | number>>(`
      SELECT Client AS from, Server AS to, Side AS side, sum(Connections) AS connections, sum(Requests) AS requests
      FROM edges_1m GROUP BY from, to, side ORDER BY from, to, side`);
    const found = rows.map(({ connections, requests, ...edge }) => ({
      ...edge,
      connections: Number(connections),
      requests: Number(requests),
    }));
    expect(found).toEqual(expected);
  });

  test('rates, errors and durations by the minute are those of the spans', async () => {
    const key = 'minute, ServiceName, SpanName, SpanKind';
    const rates = await stored.collector.sql(`
      SELECT toUnixTimestamp(Time) AS minute, ServiceName, SpanName, SpanKind,
        sum(Requests) AS requests, sum(Errors) AS errors, sum(DurationSum) AS durationNs
      FROM red_1m GROUP BY ${key} ORDER BY ${key}`);
    const ofSpans = await stored.collector.sql(`
      SELECT toUnixTimestamp(toStartOfMinute(addNanoseconds(Timestamp, Duration))) AS minute, ServiceName, SpanName,
        SpanKind, count() AS requests, countIf(StatusCode = 'Error') AS errors, sum(Duration) AS durationNs
      FROM otel_traces GROUP BY ${key} ORDER BY ${key}`);
    expect(rates).toEqual(ofSpans);
    expect(rates.length).toBeGreaterThan(10);
  });

  describe('log lines', () => {
    interface StoredLine {
      readonly service: string;
      readonly spanId: string;
      readonly trace: string;
      readonly body: string;
      readonly time: string;
    }
    let lines: readonly StoredLine[];
    beforeAll(async () => {
      lines = await stored.collector.sql<StoredLine>(`
        SELECT ServiceName AS service, SpanId AS spanId, TraceId AS trace, Body AS body,
          toString(toUnixTimestamp64Nano(Timestamp)) AS time
        FROM otel_logs`);
    });

    test('are as many as each service wrote', () => {
      const found: Record<string, number> = {};
      for (const { service } of lines) found[service] = (found[service] ?? 0) + 1;
      const written = stored.truth.services.filter(({ lines: n }) => n > 0);
      expect(found).toEqual(Object.fromEntries(written.map(({ service, lines: n }) => [service, n])));
    });

    test('stand with the request that wrote them, once each; those of other protocols with none', () => {
      const ofRequests = lines.filter(({ service }) => isHttp(service));
      expect(ofRequests.length).toBeGreaterThan(50);
      expect(lines.filter(({ service, spanId }) => spanId !== '' && !isHttp(service))).toEqual([]);
      const serverSpans = new Map(
        spans.filter(({ kind }) => kind === 'Server').map((span) => [span.spanId, span]),
      );
      const paths = new Map(stored.spans.map((span) => [span.spanId, String(span.attributes['url.path'])]));
      const wrong = ofRequests.filter(({ service, spanId, body, time }) => {
        const span = serverSpans.get(spanId);
        if (span === undefined || span.service !== service) return true;
        const timeNs = BigInt(time);
        const isWithin = span.startUnixNs <= timeNs && timeNs <= span.endUnixNs;
        return !isWithin || !tells(body, span.status, paths.get(spanId)!);
      });
      expect(wrong).toEqual([]);
      expect(new Set(ofRequests.map(({ spanId }) => spanId)).size).toBe(ofRequests.length);
    });
  });
});

/** Whether a line names the status and what the request's path names by number. */
function tells(body: string, status: number, path: string): boolean {
  const words = body.split(/[^\w]+/);
  const last = path.split('/').at(-1)!;
  return words.includes(String(status)) && (!/\d/.test(last) || words.includes(last));
}
