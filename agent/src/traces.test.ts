import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { settingsSchema } from '@sonde/settings';
import { Agent } from './app.ts';
import type { Span, SpanRef } from './model/span.ts';
import { simulateCapture } from './simulation.ts';
import { seenCalls } from './testing/calls.ts';
import { AGENT_OBJECT, runScenario, type ScenarioRun, scenarioFile } from './testing/run-scenario.ts';
import { bytesOf, ipv4, tcp } from './workloads/capture/testing/build-packets.ts';
import { writePcap } from './workloads/capture/testing/write-capture.ts';

/** A bundled scenario, cut to a part of its time and with another seed. */
function play(name: string, seed: number, durationMs: number): ScenarioRun {
  const text = scenarioFile(name)
    .replace(/^seed: .*/m, `seed: ${seed}`)
    .replace(/^durationMs: .*/m, `durationMs: ${durationMs}`);
  const run = runScenario({ file: name, text });
  expect(run.agents.flatMap((agent) => agent.imbalances())).toEqual([]);
  return run;
}

const refOf = ({ traceId, spanId }: SpanRef): SpanRef => ({ traceId, spanId });

const linkOf = ({ attributes }: Span) => [attributes['sonde.link.rule'], attributes['sonde.link.confidence']];

/** Of each call that was answered: whether its caller was named, and as what. */
function parents(run: ScenarioRun) {
  const calls = seenCalls(run);
  return [...calls.values()].map(({ call, client, server }) => {
    const caller = call.parent === null ? null : calls.get(call.parent)!.server;
    return { call, client, server, caller };
  });
}

/** Of each thread that serves one request at a time every call's cause is known. */
describe.each<[file: string, seed: number, durationMs: number]>([
  ['http-sync.yaml', 7, 300],
  ['http-sync.yaml', 8, 300],
  ['http-sync.yaml', 9, 300],
  ['shop.yaml', 11, 2000],
])('synchronous services: %s, seed %d', (file, seed, durationMs) => {
  const calls = parents(play(file, seed, durationMs));

  test('every call has the parent that it really had, and is in its trace', () => {
    expect(calls.filter(({ caller }) => caller !== null).length).toBeGreaterThan(100);
    const wrong = calls.filter(
      ({ client, caller }) =>
        client.parentSpanId !== (caller?.spanId ?? '') ||
        (caller !== null && client.traceId !== caller.traceId),
    );
    expect(wrong).toEqual([]);
    for (const { client, caller } of calls)
      expect(linkOf(client)).toEqual(caller === null ? [undefined, undefined] : ['thread', 1]);
  });

  test('a call without a cause begins a trace of its own', () => {
    const roots = calls.filter(({ caller }) => caller === null);
    const traces = new Set(roots.map(({ client }) => client.traceId));
    expect(traces.size).toBe(roots.length);
    expect(roots.every(({ client, server }) => client.traceId === server.traceId)).toBe(true);
  });

  test("the server's span is the child of the client's", () => {
    expect(calls.filter(({ client, server }) => server.parentSpanId !== client.spanId)).toEqual([]);
  });
});

describe('of synchronous services under load', () => {
  const run = play('http-sync.yaml', 10, 300);
  const calls = parents(run);

  test('many requests are under way at once, up to five deep', () => {
    const depths = new Map<number, number>();
    for (const { call } of calls)
      depths.set(call.id, call.parent === null ? 1 : depths.get(call.parent)! + 1);
    expect(Math.max(...depths.values())).toBe(5);
    const crowded = calls.filter(({ server }) => nOverlapping(run, server) >= 4);
    expect(crowded.length).toBeGreaterThan(calls.length / 10);
  });

  test('every request that is logged is one line, with the span of that request', () => {
    const served = calls.filter(({ server }) => server.attributes['http.response.status_code'] !== 404);
    const expected = served.map(({ call, server }) => ({
      request: `${call.to} ${server.name} ${server.attributes['url.path']}`,
      span: refOf(server),
    }));
    expect(new Set(expected.map(({ request }) => request)).size).toBe(expected.length);
    const found = run.lines.map((line) => ({
      request: `${run.serviceOf(line)} ${/request=?"?:?"(.*?)"/.exec(line.body)?.[1]}`,
      span: line.span === null ? null : refOf(line.span),
    }));
    const byRequest = (a: { request: string }, b: { request: string }) => (a.request < b.request ? -1 : 1);
    expect(found.sort(byRequest)).toEqual(expected.sort(byRequest));
  });

  test('lines say how bad they are', () => {
    const severities = new Map(run.lines.map((line) => [run.serviceOf(line), line.severity]));
    expect(Object.fromEntries(severities)).toMatchObject({
      edge: 9,
      accounts: 9,
      prices: 0,
      taxes: 9,
      rates: 9,
      warehouse: 5,
    });
  });
});

/** How many other requests its service was serving when it began. */
const nOverlapping = (run: ScenarioRun, { cgroupId, node, startNs }: Span): number =>
  run.spans.filter(
    (other) =>
      other.kind === 'server' &&
      other.cgroupId === cgroupId &&
      other.node === node &&
      other.startNs < startNs &&
      startNs < other.startNs + other.durationNs,
  ).length;

describe('of services of which one is an event loop', () => {
  const calls = parents(play('http-small.yaml', 5, 1500));
  const ofRule = (rule: string | undefined) => calls.filter(({ client }) => linkOf(client)[0] === rule);

  test('no parent is named but the right one', () => {
    const named = calls.filter(({ client }) => client.parentSpanId !== '');
    expect(named.length).toBeGreaterThan(100);
    const wrong = named.filter(
      ({ client, caller }) => client.parentSpanId !== caller?.spanId || client.traceId !== caller.traceId,
    );
    expect(wrong).toEqual([]);
    expect(ofRule('thread')).toEqual(named);
  });

  test('a call of the loop says that it had a cause, where there is no telling which', () => {
    const ambiguous = ofRule('thread-ambiguous');
    expect(ambiguous.length).toBeGreaterThan(50);
    for (const { call, client, caller } of ambiguous)
      expect([call.from, client.parentSpanId, caller === null, linkOf(client)[1]]).toEqual([
        'gateway',
        '',
        false,
        0,
      ]);
  });

  test('only a call that nothing caused says nothing', () => {
    expect(ofRule(undefined).filter(({ caller }) => caller !== null)).toEqual([]);
  });
});

/** A calls B, which calls C before it answers. */
function chainCapture(): Uint8Array {
  const [a, b, c] = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
  const [SYN, ACK] = [2, 16];
  const sent = new Map<string, number>();
  let atNs = 0n;
  const packets: { readonly timestampNs: bigint; readonly bytes: Uint8Array }[] = [];
  const send = (from: string, fromPort: number, to: string, toPort: number, flags: number, text = '') => {
    const [own, other] = [`${from}:${fromPort}`, `${to}:${toPort}`];
    const segment = {
      fromPort,
      toPort,
      sequence: sent.get(own) ?? 1000,
      acknowledged: sent.get(other) ?? 0,
      flags,
    };
    sent.set(own, segment.sequence + text.length + (flags & SYN ? 1 : 0));
    atNs += 1_000_000n;
    packets.push({ timestampNs: atNs, bytes: ipv4(tcp(bytesOf(text), segment), { from, to, protocol: 6 }) });
  };
  const open = (from: string, fromPort: number, to: string) => {
    send(from, fromPort, to, 80, SYN);
    send(to, 80, from, fromPort, SYN | ACK);
    send(from, fromPort, to, 80, ACK);
  };
  const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
  open(a, 5000, b);
  send(a, 5000, b, 80, ACK, 'GET /a HTTP/1.1\r\nHost: b\r\n\r\n');
  open(b, 6000, c);
  send(b, 6000, c, 80, ACK, 'GET /b HTTP/1.1\r\nHost: c\r\n\r\n');
  send(c, 80, b, 6000, ACK, OK);
  send(b, 80, a, 5000, ACK, OK);
  return writePcap(packets, { linkType: 101 });
}

/** In a capture there are no threads: in the replay each end of each connection is one, which causes nothing else. */
test('a capture tells of no cause inside a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-traces-'));
  try {
    const file = join(folder, 'chain.pcap');
    writeFileSync(file, chainCapture());
    const settings = settingsSchema.parse({});
    const simulation = simulateCapture(file, { settings });
    const [node] = simulation.nodes;
    const spans: Span[] = [];
    const agent = new Agent({
      platform: node!.platform,
      object: AGENT_OBJECT,
      config: settings,
      ledger: node!.ledger,
      names: simulation.names,
      mergesViews: false,
      selection: { cgroups: node!.cgroups },
      onSpan: (span) => spans.push(span),
    });
    simulation.advance(simulation.lastNs, () => agent.drain(simulation.nowNs));
    agent.finish(simulation.nowNs);
    agent.close();
    const view = (kind: Span['kind'], path: string) =>
      spans.find((span) => span.kind === kind && span.attributes['url.path'] === path)!;
    const [served, called] = [view('server', '/a'), view('client', '/b')];
    expect([called.tgid, called.startNs > served.startNs]).toEqual([served.tgid, true]);
    expect([called.parentSpanId, ...linkOf(called)]).toEqual(['', undefined, undefined]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
