import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { createWorld } from '../../hooks/sim/world.ts';
import { CONCURRENCY_NAMES } from './concurrency/registry.ts';
import { SOCKET_CALLS } from './io/io.ts';
import { parseScenario } from './parse.ts';
import { type StartedScenario, startScenario, worldOptions } from './start.ts';
import type { EdgeTruth, GroundTruth, ServiceTruth } from './truth.ts';

/** Plays a scenario until nothing is in progress any more. */
function play(text: string, recordCalls = true): StartedScenario {
  const scenario = parseScenario(text, 'test.yaml');
  const world = createWorld(worldOptions(scenario));
  const started = startScenario(scenario, world, { recordCalls });
  world.run({ untilNs: started.endNs + 1e9 });
  return started;
}

const total = (counters: Partial<Record<string, number>>): number =>
  Object.values(counters).reduce<number>((sum, n) => sum + (n ?? 0), 0);

const edgeOf = (truth: GroundTruth, from: string, to: string): EdgeTruth =>
  truth.edges.find((edge) => edge.from === from && edge.to === to)!;

const serviceOf = (truth: GroundTruth, name: string): ServiceTruth =>
  truth.services.find(({ service }) => service === name)!;

const bundled = (name: string): string =>
  readFileSync(new URL(`../../../scenarios/${name}.yaml`, import.meta.url), 'utf8');

const played = new Map<string, GroundTruth>();
/** A bundled scenario's truth; each is played once. */
function truthOf(name: string): GroundTruth {
  const truth = played.get(name) ?? play(bundled(name)).truth();
  played.set(name, truth);
  return truth;
}

/** load -> front -> back, back, back: 24 requests of three threads. `keys` go to both services and the client. */
const chain = (options: { service?: string; endpoint?: string; back?: string; call?: string }): string => `
version: 1
name: chain
durationMs: 1000
networkLatencyMs: 0.05
nodes: [{ name: one }, { name: two }]
services:
  - name: front
    node: one
    protocol: http
    ${options.service ?? 'port: 8080'}
    endpoints:
      - method: GET
        path: /items/{id}
        responseBytes: 700
        ${options.endpoint ?? 'status: 200'}
        calls:
          - { service: back, method: GET, path: "/x/{id}", connection: ${options.call ?? 'keep-alive'} }
          - parallel:
              - { service: back, method: POST, path: /y, bodyBytes: 3000, bodyFraming: chunked }
              - { service: back, method: HEAD, path: /z }
  - name: back
    node: two
    protocol: http
    ${options.service ?? 'port: 8080'}
    ${options.back ?? ''}
    endpoints:
      - { method: GET, path: "/x/{id}", responseBytes: 20000, framing: chunked }
      - { method: POST, path: /y, status: 201, responseBytes: 0 }
      - { method: HEAD, path: /z, framing: close-delimited }
clients:
  - name: load
    node: two
    concurrency: 3
    count: 24
    requests:
      - { service: front, method: GET, path: "/items/{1..9}" }
`;

describe('every concurrency model answers rightly with', () => {
  test.each(CONCURRENCY_NAMES.flatMap((model) => SOCKET_CALLS.map((calls) => [model, calls] as const)))(
    '%s and %s',
    (model, calls) => {
      const workers = model === 'thread-pool' ? '\n    workers: 12' : '';
      const truth = play(
        chain({ service: `concurrency: ${model}\n    socketCalls: ${calls}${workers}` }),
      ).truth();
      expect(edgeOf(truth, 'load', 'front')).toMatchObject({
        attempts: 24,
        sent: 24,
        statuses: { 200: 24 },
        failures: {},
      });
      expect(edgeOf(truth, 'front', 'back')).toMatchObject({
        attempts: 72,
        sent: 72,
        statuses: { 200: 48, 201: 24 },
        failures: {},
      });
      expect(serviceOf(truth, 'back')).toMatchObject({
        requests: 72,
        statuses: { 200: 48, 201: 24 },
        cut: 0,
        lost: 0,
      });
    },
  );

  test.each(['content-length', 'chunked', 'close-delimited'])('%s answers', (framing) => {
    const truth = play(chain({ endpoint: `framing: ${framing}` })).truth();
    expect(edgeOf(truth, 'load', 'front')).toMatchObject({ statuses: { 200: 24 }, failures: {} });
  });
});

/** load -> front -> a service of each protocol, all with the same concurrency model. */
const everyProtocol = (model: string, workers: string): string => `
version: 1
name: mixed
durationMs: 1000
networkLatencyMs: 0.05
nodes: [{ name: one }, { name: two }]
services:
  - name: front
    node: one
    protocol: http
    concurrency: ${model}${workers}
    endpoints:
      - method: GET
        path: /{id}
        latencyMs: { uniform: { min: 0.1, max: 2 } }
        calls:
          - parallel:
              - { service: cache, command: "GET {id}" }
              - { service: rows, query: "SELECT {id}" }
              - { service: rows, query: "SELECT ?", parameters: ["{id}"] }
              - { service: papers, collection: c, operation: find, filter: { id: "{id}" } }
              - { service: streams, rpc: a.B/Get }
              - { service: streams, rpc: a.B/List, messageBytes: 3000 }
          - { service: cache, command: "SET {id}", valueBytes: 50, optional: true }
          - { service: streams, rpc: a.B/Wrong, optional: true }
  - name: cache
    node: two
    protocol: redis
    concurrency: ${model}${workers}
    endpoints: [{ command: "GET {key}" }, { command: "SET {key}", errorRate: 1, error: OOM no memory left }]
  - name: rows
    node: two
    protocol: mysql
    concurrency: ${model}${workers}
    endpoints: [{ query: "SELECT {n}", columns: [n int, name varchar], rows: 50, responseBytes: 4000 }]
  - name: papers
    node: two
    protocol: mongodb
    concurrency: ${model}${workers}
    endpoints: [{ collection: c, operation: find, documents: 20, responseBytes: 5000 }]
  - name: streams
    nodes: [one, two]
    replicas: 2
    protocol: grpc
    concurrency: ${model}${workers}
    endpoints:
      - { rpc: a.B/Get, calls: [{ service: cache, command: GET x }] }
      - { rpc: a.B/List, messages: 8, responseBytes: 20000, latencyMs: 3 }
      - { rpc: a.B/Wrong, errorRate: 1, errorStatus: ABORTED }
clients:
  - name: load
    node: two
    concurrency: 4
    count: 20
    requests: [{ service: front, method: GET, path: "/{1..9}" }]
`;

describe('every protocol is served rightly', () => {
  test.each(CONCURRENCY_NAMES)('with %s', (model) => {
    const workers = model === 'thread-pool' ? '\n    workers: 16' : '';
    const truth = play(everyProtocol(model, workers)).truth();
    const statuses = Object.fromEntries(
      truth.edges.map(({ from, to, statuses, failures }) => [
        `${from} -> ${to}`,
        { ...statuses, ...failures },
      ]),
    );
    expect(statuses).toEqual({
      'load -> front': { 200: 20 },
      'front -> cache': { OK: 20, OOM: 20 },
      'front -> rows': { OK: 40 },
      'front -> papers': { OK: 20 },
      'front -> streams': { OK: 40, ABORTED: 20 },
      'streams -> cache': { OK: 20 },
    });
    for (const { service, requests } of truth.services) {
      const edges = truth.edges.filter(({ to }) => to === service);
      expect(requests).toBe(edges.reduce((sum, { sent }) => sum + sent, 0));
    }
    // An event loop needs one connection to each replica, however many calls are under way.
    const { connections } = edgeOf(truth, 'front', 'streams');
    if (model === 'event-loop') expect(connections).toBe(2);
    else expect(connections).toBeGreaterThan(2);
  });

  test.each<[service: string, request: string, fault: string, failure: string]>([
    ['refused', 'streams', 'startsAtMs: 5000', 'refused'],
    ['reset', 'streams', '', 'reset'],
    ['timeout', 'streams', '', 'timeout'],
  ])('an event loop goes on after its shared connection was %s', (kind, service, startsAt, failure) => {
    const fault = kind === 'reset' ? 'reset' : 'silence';
    const text = everyProtocol('event-loop', '')
      .replace('replicas: 2', `replicas: 2\n    ${startsAt}`)
      .replace('rpc: a.B/List, messageBytes: 3000', 'rpc: a.B/List, optional: true, timeoutMs: 20')
      .replace('rpc: a.B/Get }', 'rpc: a.B/Get, optional: true, timeoutMs: 20 }')
      .replace('latencyMs: 3 }', `latencyMs: 3, faults: [{ kind: ${fault}, rate: 0.5 }] }`);
    const truth = play(text).truth();
    const edge = edgeOf(truth, 'front', service);
    expect(edge).toMatchObject({ attempts: 60, inProgress: 0 });
    expect(edge.failures[failure as 'reset']).toBeGreaterThan(5);
    expect(edge.attempts).toBe(total(edge.statuses) + total(edge.failures));
    expect(edgeOf(truth, 'load', 'front').statuses).toEqual({ 200: 20 });
  });
});

describe('connections', () => {
  const connections = (text: string): number => edgeOf(play(text).truth(), 'load', 'front').connections;
  const one = (policy: string) =>
    chain({}).replace('"/items/{1..9}" }', `"/items/{1..9}", connection: ${policy} }`);

  test('of keep-alive are as many as threads', () => expect(connections(one('keep-alive'))).toBe(3));
  test('of new are as many as requests', () => expect(connections(one('new'))).toBe(24));

  test('that the service closed for idleness are not used again', () => {
    const text = chain({ service: 'idleTimeoutMs: 5' }).replace('count: 24', 'count: 24\n    thinkMs: 20');
    const edge = edgeOf(play(text).truth(), 'load', 'front');
    expect(edge).toMatchObject({ connections: 24, statuses: { 200: 24 }, failures: {} });
  });
});

describe('addresses', () => {
  test.each<[name: string, front: string, client: string]>([
    ['IPv6', 'address: "fd00::1"', 'address: "fd00::2"'],
    ['a wildcard listener', 'listen: any', ''],
    ['an IPv6 wildcard listener', 'listen: any\n    address: "fd00::1"', 'address: "fd00::2"'],
    ['loopback in one namespace', 'listen: loopback\n    address: 10.9.0.1', 'address: 10.9.0.1'],
  ])('%s', (_name, front, client) => {
    const text = `
version: 1
name: addresses
durationMs: 100
nodes: [{ name: one }]
services:
  - name: front
    node: one
    protocol: http
    ${front}
    endpoints: [{ method: GET, path: / }]
clients:
  - name: load
    node: one
    ${client}
    count: 3
    requests: [{ service: front, method: GET, path: / }]
`;
    expect(edgeOf(play(text).truth(), 'load', 'front')).toMatchObject({ statuses: { 200: 3 }, failures: {} });
  });
});

describe('what goes wrong is seen by the caller as', () => {
  test.each<[failure: string, back: string, call: string, isSent: boolean]>([
    ['refused', 'startsAtMs: 5000', '', false],
    ['reset', 'faults: [{ kind: reset, rate: 1, afterBytes: 60 }]', '', true],
    ['truncated', 'faults: [{ kind: truncate, rate: 1, afterBytes: 60 }]', '', true],
    ['timeout', 'faults: [{ kind: silence, rate: 1 }]', ', timeoutMs: 20', true],
    ['timeout', 'latencyMs: 50', ', timeoutMs: 20', true],
  ])('%s with %s', (failure, fault, timeout, isSent) => {
    for (const model of CONCURRENCY_NAMES) {
      const isKeyOfService = fault.startsWith('starts');
      const text = `
version: 1
name: wrong
durationMs: 1000
nodes: [{ name: one }, { name: two }]
services:
  - name: front
    node: one
    protocol: http
    concurrency: ${model}
    endpoints:
      - method: GET
        path: /
        calls: [{ service: back, method: GET, path: / ${timeout} }]
  - name: back
    node: two
    protocol: http
    concurrency: ${model}
    ${isKeyOfService ? fault : ''}
    endpoints:
      - method: GET
        path: /
        responseBytes: 500
        ${isKeyOfService ? '' : fault}
clients:
  - name: load
    node: two
    count: 4
    requests: [{ service: front, method: GET, path: / }]
`;
      const truth = play(text).truth();
      expect(edgeOf(truth, 'front', 'back')).toMatchObject({
        attempts: 4,
        sent: isSent ? 4 : 0,
        statuses: {},
        failures: { [failure]: 4 },
        inProgress: 0,
      });
      expect(edgeOf(truth, 'load', 'front').statuses).toEqual({ 502: 4 });
    }
  });

  test('nothing where an answer is only slow, or a failed call optional', () => {
    const slow = chain({ endpoint: 'faults: [{ kind: slow, rate: 1, pieceBytes: 9, pauseMs: 0.1 }]' });
    expect(edgeOf(play(slow).truth(), 'load', 'front').statuses).toEqual({ 200: 24 });
    const late = chain({ back: 'startsAtMs: 5000' });
    expect(edgeOf(play(late).truth(), 'load', 'front').statuses).toEqual({ 502: 24 });
    const optional = late.replaceAll(/(service: back, .*) }$/gm, '$1, optional: true }');
    expect(edgeOf(play(optional).truth(), 'load', 'front').statuses).toEqual({ 200: 24 });
  });
});

describe('ground truth', () => {
  test.each(['http-small', 'faults', 'shop'])('of %s adds up', (name) => {
    const truth = truthOf(name);
    expect(
      total(Object.fromEntries(truth.edges.map(({ from, to, attempts }) => [`${from} ${to}`, attempts]))),
    ).toBe(truth.calls.length);
    for (const edge of truth.edges) {
      const calls = truth.calls.filter(({ from, to }) => from === edge.from && to === edge.to);
      expect(edge.inProgress).toBe(0);
      expect(edge.attempts).toBe(total(edge.statuses) + total(edge.failures));
      expect(edge.attempts).toBe(calls.length);
    }
    for (const service of truth.services) {
      const edges = truth.edges.filter(({ to }) => to === service.service);
      const sent = edges.reduce((sum, edge) => sum + edge.sent, 0);
      expect(service.requests).toBe(sent);
      expect(service.requests).toBe(
        total(service.statuses) + service.cut + service.lost + service.inProgress,
      );
    }
  });

  test('of http-small has traffic of every kind on every edge', () => {
    const { edges } = truthOf('http-small');
    expect(edges.map(({ from, to }) => `${from} -> ${to}`)).toEqual([
      'cart -> stock',
      'catalogue -> stock',
      'crawler -> gateway',
      'gateway -> cart',
      'gateway -> catalogue',
      'gateway -> payment',
      'shoppers -> gateway',
    ]);
    expect(Object.keys(edges.at(-1)!.statuses)).toEqual(['200', '201', '404', '502']);
  });

  test('of shop speaks every protocol, and some calls of each fail', () => {
    const { edges } = truthOf('shop');
    expect(
      edges.map(({ from, to, statuses }) => `${from} -> ${to}: ${Object.keys(statuses).sort().join(' ')}`),
    ).toEqual([
      'back-office -> users: OK',
      'back-office -> web: 200',
      'cart -> cart-cache: OK OOM',
      'catalogue -> catalogue-db: 1205 OK',
      'checkout -> cart: 200',
      'checkout -> cart-cache: OK',
      'checkout -> orders-db: 1213 OK',
      'checkout -> payment: 200 503',
      'checkout -> shipping: OK RESOURCE_EXHAUSTED',
      'checkout -> users: OK',
      'shipping -> orders-db: OK',
      'shoppers -> web: 200 201 404 502',
      'web -> cart: 201 502',
      'web -> catalogue: 200 503',
      'web -> checkout: 200 502',
      'web -> recommendation: OK UNAVAILABLE',
      'web -> reviews: 50 OK',
    ]);
  });

  test('knows for each call the call that it was made for', () => {
    const { calls } = play(chain({ service: 'concurrency: event-loop' })).truth();
    const byId = new Map(calls.map((call) => [call.id, call]));
    const inner = calls.filter(({ from }) => from === 'front');
    expect(inner).toHaveLength(72);
    for (const call of inner) {
      const parent = byId.get(call.parent!)!;
      expect(parent.to).toBe('front');
      expect(call.startNs).toBeGreaterThanOrEqual(parent.startNs);
      expect(call.endNs).toBeLessThanOrEqual(parent.endNs);
    }
    for (const call of calls) if (call.from === 'load') expect(call.parent).toBeNull();
  });

  test('is the same for the same seed and another for another', () => {
    for (const name of ['http-small', 'shop']) {
      const text = bundled(name).replace('durationMs: 10000', 'durationMs: 1000');
      expect(play(text).truth()).toEqual(play(text).truth());
      expect(play(text).truth()).not.toEqual(play(text.replace('seed: ', 'seed: 9')).truth());
    }
  });

  test('records no calls unless asked', () => {
    const truth = play(chain({}), false).truth();
    expect(truth.calls).toEqual([]);
    expect(edgeOf(truth, 'load', 'front').attempts).toBe(24);
  });
});

test('startScenario() lists what runs on each node', () => {
  const { nodes, startNs, endNs } = play(bundled('faults'));
  expect(endNs - startNs).toBe(5e9);
  const listed = nodes.map(({ node, processes }) => [
    node.name,
    processes.map(
      ({ name, kind, addresses, port, cgroup }) => `${kind} ${name} ${addresses} ${port} ${cgroup}`,
    ),
  ]);
  expect(listed).toEqual([
    [
      'node-a',
      ['service front 10.64.0.2 8080 /sonde/demo/front', 'client prober 10.64.0.3 null /sonde/demo/prober'],
    ],
    [
      'node-b',
      ['service flaky 10.65.0.2 8080 /sonde/demo/flaky', 'service late 10.65.0.3 8080 /sonde/demo/late'],
    ],
  ]);
  for (const { node, processes } of nodes) {
    expect(processes.map(({ cgroupId }) => cgroupId)).toEqual(
      processes.map(({ cgroup }) => node.cgroup(cgroup)),
    );
    expect(new Set(processes.flatMap(({ tgids }) => tgids)).size).toBe(2);
  }
});
