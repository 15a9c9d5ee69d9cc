import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Settings } from '@sonde/settings';
import type { Span } from './model/span.ts';
import { runScenario, type ScenarioRun } from './testing/run-scenario.ts';
import { addEdges } from './topology/edges.ts';

const SECOND_NS = 1e9;

/** What a span says, without what may differ between layouts of the kernel and rungs of the ladder. */
const contentOf = ({ traceId, spanId, parentSpanId, name, kind, status, attributes }: Span) =>
  JSON.stringify({ traceId, spanId, parentSpanId, name, kind, status, attributes });

const contents = (run: ScenarioRun) => run.spans.map(contentOf).sort();

const withCapture = (capture: Partial<Settings['capture']>) => (config: Settings) => ({
  ...config,
  capture: { ...config.capture, ...capture },
});

const imbalances = (run: ScenarioRun) => run.agents.flatMap((agent) => agent.ledger.imbalances());

describe('a scenario, seen through the bytecode', () => {
  const run = runScenario({ file: 'http-small.yaml' });

  test('every call that really happened is a span at both ends, and nothing else is', () => {
    const calls = run.truth.edges.reduce(
      (sum, { statuses }) => sum + Object.values(statuses).reduce((a, b) => a + b, 0),
      0,
    );
    const count = (kind: Span['kind']) => run.spans.filter((span) => span.kind === kind).length;
    expect(calls).toBeGreaterThan(1000);
    expect({ client: count('client'), server: count('server') }).toEqual({ client: calls, server: calls });
  });

  test('the service map is the one that really was', () => {
    const edges = addEdges(run.agents.flatMap((agent) => agent.topology.edges())).filter(
      ({ side }) => side === 'client',
    );
    const seen = edges.map(({ client, server, connections, protocols }) => ({
      client,
      server,
      connections,
      requests: protocols.get('http')?.requests,
    }));
    const truth = run.truth.edges.map(({ from, to, connections, statuses }) => ({
      client: from,
      server: to,
      connections,
      requests: Object.values(statuses).reduce((a, b) => a + b, 0),
    }));
    const byName = (a: { client: string; server: string }, b: { client: string; server: string }) =>
      `${a.client} ${a.server}` < `${b.client} ${b.server}` ? -1 : 1;
    expect(seen.sort(byName)).toEqual(truth.sort(byName));
  });

  test('statuses are those that the services really sent', () => {
    const seen: Record<string, number> = {};
    for (const span of run.spans.filter(({ kind }) => kind === 'client')) {
      const status = String(span.attributes['http.response.status_code']);
      seen[status] = (seen[status] ?? 0) + 1;
    }
    const truth: Record<string, number> = {};
    for (const { statuses } of run.truth.edges) {
      for (const [status, n] of Object.entries(statuses)) truth[status] = (truth[status] ?? 0) + n;
    }
    expect(seen).toEqual(truth);
  });

  test("the two ends of each call agree without talking: the server's parent is the client's span", () => {
    const clients = new Map(
      run.spans.filter(({ kind }) => kind === 'client').map((span) => [span.spanId, span]),
    );
    const servers = run.spans.filter(({ kind }) => kind === 'server');
    expect(servers.filter(({ parentSpanId }) => !clients.has(parentSpanId))).toEqual([]);
    // A client whose thread tells its cause is in that one's trace; its server, elsewhere, cannot know of it.
    const roots = servers.filter(({ parentSpanId }) => clients.get(parentSpanId)!.parentSpanId === '');
    expect(
      roots.filter(({ parentSpanId, traceId }) => clients.get(parentSpanId)!.traceId !== traceId),
    ).toEqual([]);
    expect(new Set(run.spans.map(({ spanId }) => spanId)).size).toBe(run.spans.length);
  });

  test('the ledger balances', () => expect(imbalances(run)).toEqual([]));
});

describe('the same spans come out', () => {
  const reference = contents(runScenario({ durationNs: SECOND_NS }));

  test('there are some', () => expect(reference.length).toBeGreaterThan(100));
  test.each([0, 2, 3, 4, 5])('with the kernel laid out by seed %d', (btfSeed) => {
    const config = (defaults: Settings) => ({
      ...defaults,
      simulation: { ...defaults.simulation, btfSeed },
    });
    expect(contents(runScenario({ durationNs: SECOND_NS, config }))).toEqual(reference);
  });
  test.each(['raw', 'tracepoint'] as const)('on the %s rung', (rung) => {
    expect(contents(runScenario({ durationNs: SECOND_NS, config: withCapture({ rung }) }))).toEqual(
      reference,
    );
  });
  test('with enter times', () => {
    expect(
      contents(runScenario({ durationNs: SECOND_NS, config: withCapture({ enterTimes: true }) })),
    ).toEqual(reference);
  });
});

describe('no span comes out', () => {
  const check = (options: Parameters<typeof runScenario>[0]) => {
    const run = runScenario({ durationNs: SECOND_NS, ...options });
    expect(run.spans).toEqual([]);
    expect(imbalances(run)).toEqual([]);
    // The edges are there all the same: they come from connections.
    expect(run.agents.flatMap((agent) => agent.topology.edges()).length).toBeGreaterThan(3);
  };

  test('of an object that was compiled without payload capture: bytes reach a parser only through the bytecode', () => {
    const object = new Uint8Array(
      readFileSync(new URL('../bpf/testing/socket-nopayload.bpf.o', import.meta.url)),
    );
    check({ object });
  });
  test('with a payload limit of 0', () => check({ config: withCapture({ payloadLimitBytes: 0 }) }));
});
