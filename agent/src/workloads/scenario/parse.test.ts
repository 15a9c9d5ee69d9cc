import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseScenario, type ScenarioError } from './parse.ts';
import { PROTOCOLS } from './protocols/registry.ts';
import { checkReferences } from './references.ts';
import type { Scenario } from './scenario.ts';
import { scenarioJsonSchema, scenarioSchema } from './schema.ts';

/** The smallest scenario with everything that the rows below spoil. */
const GOOD = `version: 1
name: tiny
durationMs: 100
nodes:
  - name: one
  - name: two
services:
  - name: front
    node: one
    protocol: http
    endpoints:
      - method: GET
        path: /items/{id}
        latencyMs: 2
        calls:
          - { service: back, method: GET, path: "/x/{id}" }
        log: ["{method} {status}"]
  - name: back
    node: two
    protocol: http
    endpoints:
      - { method: GET, path: "/x/{key}", errorRate: 0.1 }
clients:
  - name: load
    node: one
    requests:
      - { service: front, method: GET, path: "/items/{1..9}" }
`;

/** Problems of a text, each without the file's name. */
function problemsOf(text: string): readonly string[] {
  try {
    parseScenario(text, 'x.yaml');
    return [];
  } catch (error) {
    return (error as ScenarioError)
      .report()
      .split('\n')
      .map((line) => line.replace(/^x\.yaml:/, ''));
  }
}

/** Replaces one text in the good scenario and compares what is said of it. */
function check(from: string, to: string, ...expected: readonly string[]): void {
  expect(GOOD).toContain(from);
  expect(problemsOf(GOOD.replace(from, to))).toEqual(expected);
}

test('parseScenario() accepts the scenario that the rows spoil', () => check('', ''));

describe('parseScenario() tells the place, key and fault of', () => {
  test.each<[fault: string, from: string, to: string, ...expected: string[]]>([
    [
      'a value of another kind',
      'latencyMs: 2',
      'latencyMs: fast',
      '14:20: services[0].endpoints[0].latencyMs: must be a number >= 0, or a mapping with one of "fixed", "uniform", "lognormal", got "fast"',
    ],
    [
      'a number out of range',
      'latencyMs: 2',
      'latencyMs: -1',
      '14:20: services[0].endpoints[0].latencyMs: must be a number >= 0, got -1',
    ],
    [
      'a misspelt key',
      'latencyMs: 2',
      'latncyMs: 2',
      '14:9: services[0].endpoints[0]: unknown key "latncyMs"; did you mean "latencyMs"?',
    ],
    [
      'a misspelt key that is required, once',
      'service: back',
      'servce: back',
      '16:15: services[0].endpoints[0].calls[0]: unknown key "servce"; did you mean "service"?',
    ],
    [
      'a key like no other',
      'latencyMs: 2',
      'zebra: 2',
      '14:9: services[0].endpoints[0]: unknown key "zebra"',
    ],
    [
      'two faults, in the order of the text',
      'latencyMs: 2',
      'errorRate: 2\n        status: 99',
      '14:20: services[0].endpoints[0].errorRate: must be a number from 0 to 1, got 2',
      '15:17: services[0].endpoints[0].status: must be a whole number from 200 to 599, got 99',
    ],
    [
      'a misspelt key of a distribution',
      'latencyMs: 2',
      'latencyMs: { uniform: { min: 1, mx: 2 } }',
      '14:41: services[0].endpoints[0].latencyMs.uniform: unknown key "mx"; did you mean "max"?',
    ],
    [
      'a distribution upside down',
      'latencyMs: 2',
      'latencyMs: { uniform: { min: 3, max: 2 } }',
      '14:31: services[0].endpoints[0].latencyMs.uniform: must have min <= max',
    ],
    [
      'two distributions at once',
      'latencyMs: 2',
      'latencyMs: { fixed: 1, uniform: { min: 1, max: 2 } }',
      '14:20: services[0].endpoints[0].latencyMs: must have one of "fixed", "uniform", "lognormal"',
    ],
    [
      'a fault among parallel calls',
      '- { service: back, method: GET, path: "/x/{id}" }',
      '- parallel: [{ service: back, method: GTE, path: /x }]',
      '16:49: services[0].endpoints[0].calls[0].parallel[0].method: must be one of "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", got "GTE"',
    ],
    [
      'an unknown kind of fault',
      'errorRate: 0.1',
      'faults: [{ kind: explode, rate: 1 }]',
      '22:59: services[1].endpoints[0].faults[0].kind: must be one of "reset", "truncate", "slow", "silence", got "explode"',
    ],
    [
      'faults more frequent than requests',
      'errorRate: 0.1',
      'faults: [{ kind: reset, rate: 0.7 }, { kind: silence, rate: 0.5 }]',
      '22:50: services[1].endpoints[0].faults: must have rates that add up to at most 1, got 1.2',
    ],
    ['another version', 'version: 1', 'version: 2', '1:10: version: must be 1, got 2'],
    [
      'a missing key, at the mapping around it',
      'durationMs: 100\n',
      '',
      '1:1: durationMs: is required and must be a number > 0 and <= 86400000',
    ],
    [
      'a protocol that nobody speaks',
      'protocol: http',
      'protocol: htp',
      '10:15: services[0].protocol: must be one of "http", "grpc", "mongodb", "mysql", "redis", got "htp"',
    ],
    [
      'a service that is not there',
      'service: back',
      'service: bakc',
      '16:24: services[0].endpoints[0].calls[0].service: no service is named "bakc"; did you mean "back"?',
    ],
    [
      'a node that is not there',
      'node: two',
      'node: three',
      '19:11: services[1].node: no node is named "three"',
    ],
    ['a name taken', 'name: load', 'name: back', '24:11: clients[0].name: "back" is taken'],
    [
      'an unknown placeholder of a call',
      '/x/{id}',
      '/x/{idd}',
      '16:49: services[0].endpoints[0].calls[0].path: unknown placeholder {idd}; did you mean {id}?',
    ],
    [
      'an unknown placeholder of a log line',
      '{status}',
      '{when}',
      '17:15: services[0].endpoints[0].log[0]: unknown placeholder {when}; known: method, path, id, status',
    ],
    [
      'a placeholder where no request is',
      '{1..9}',
      '{id}',
      '27:46: clients[0].requests[0].path: unknown placeholder {id}; there is no request to take values from',
    ],
    [
      'workers without a pool',
      'node: two',
      'node: two\n    workers: 3',
      '20:14: services[1].workers: means nothing with concurrency "thread-per-connection"',
    ],
    [
      'a service without a node',
      '    node: two\n',
      '',
      '18:5: services[1]: must have one of "node" and "nodes"',
    ],
    [
      'too few addresses',
      'node: two',
      'node: two\n    replicas: 2\n    address: 10.0.0.1',
      '21:14: services[1].address: must have one address for each of 2 replicas, got 1',
    ],
    [
      'an address on two nodes',
      'node: two',
      'nodes: [one, two]\n    replicas: 2\n    addresses: [10.9.9.9, 10.9.9.9]',
      '18:5: services[1]: address 10.9.9.9 is on node "one" already',
    ],
    [
      'an address and port taken',
      'node: two',
      'node: two\n    replicas: 2\n    addresses: [10.9.9.9, 10.9.9.9]',
      '18:5: services[1]: address 10.9.9.9 port 8080 is taken',
    ],
    [
      'something that is no address',
      'node: two',
      'node: two\n    address: 10.0.0.256',
      '20:14: services[1].address: must be an IPv4 or IPv6 address, got "10.0.0.256"',
    ],
    [
      'addresses of two families',
      'node: two',
      'node: two\n    address: fd00::1',
      '16:24: services[0].endpoints[0].calls[0].service: "back" and "front" have addresses of different families',
    ],
    [
      'a loopback service called from elsewhere',
      'node: two',
      'node: two\n    listen: loopback',
      '16:24: services[0].endpoints[0].calls[0].service: "back" listens on loopback; "front" has another address',
    ],
    [
      'a circle of calls',
      'errorRate: 0.1',
      'calls: [{ service: front, method: GET, path: /items/1 }]',
      '16:11: services[0].endpoints[0].calls: leads back to itself: front GET /items/{id} -> back GET /x/{key} -> front GET /items/{id}',
    ],
    [
      'a request in another protocol than its service speaks',
      'method: GET, path: "/x/{id}"',
      'command: "GET {id}"',
      '16:30: services[0].endpoints[0].calls[0]: "back" speaks http, whose requests have no key "command"',
    ],
    [
      'an unknown placeholder in a list of a request',
      GOOD.slice(GOOD.indexOf('- { service: back'), GOOD.indexOf('clients:')),
      `- { service: back, query: SELECT ?, parameters: ["{idd}"] }
  - name: back
    node: two
    protocol: mysql
    endpoints: [{ query: SELECT ? }]
`,
      '16:60: services[0].endpoints[0].calls[0].parameters[0]: unknown placeholder {idd}; did you mean {id}?',
    ],
    [
      'a column without a type',
      'protocol: http\n    endpoints:\n      - { method: GET, path: "/x/{key}", errorRate: 0.1 }',
      'protocol: mysql\n    endpoints:\n      - { query: SELECT 1, columns: [id] }',
      '22:38: services[1].endpoints[0].columns[0]: must be a name and a type (int, double, decimal, varchar, text), such as "id int", got "id"',
    ],
    [
      'a misspelt key of another protocol',
      'protocol: http\n    endpoints:\n      - { method: GET, path: "/x/{key}", errorRate: 0.1 }',
      'protocol: redis\n    endpoints:\n      - { comand: GET x }',
      '22:11: services[1].endpoints[0]: unknown key "comand"; did you mean "command"?',
    ],
    [
      'text that is no YAML',
      'clients:',
      'clients: ]',
      '23:10: Unexpected flow-seq-end token in YAML stream: "]"',
    ],
    ['a key twice', 'version: 1', 'version: 1\nversion: 1', '2:1: Map keys must be unique'],
  ])('%s', (_fault, from, to, ...expected) => check(from, to, ...expected));
});

test('checkReferences() refuses a request in words of another protocol than its service speaks', () => {
  const file = scenarioSchema.parse({
    version: 1,
    name: 'mixed',
    durationMs: 1,
    nodes: [{ name: 'one' }],
    services: [{ name: 'front', node: 'one', protocol: 'http', endpoints: [{ method: 'GET', path: '/' }] }],
    clients: [{ name: 'load', node: 'one', requests: [{ service: 'front', method: 'GET', path: '/' }] }],
  });
  expect(checkReferences(file)).toEqual([]);
  Object.assign(file.clients[0]!.requests[0]!, { query: 'SELECT 1' });
  expect(checkReferences(file)).toEqual([
    {
      path: ['clients', 0, 'requests', 0, 'query'],
      isKey: true,
      message: '"front" speaks http, whose requests have no key "query"',
    },
  ]);
});

describe('parseScenario() fills in', () => {
  const parse = (from: string, to: string): Scenario => parseScenario(GOOD.replace(from, to), 'x.yaml');

  test('addresses and ports that the file leaves out, apart from those it gives', () => {
    const scenario = parse('node: two', 'nodes: [two, one]\n    replicas: 3');
    const places = scenario.services.flatMap(({ replicas }) =>
      replicas.map(({ node, address, port, cgroup }) => `${node} ${address}:${port} ${cgroup}`),
    );
    expect(places).toEqual([
      'one 10.64.0.2:8080 /sonde/demo/front',
      'two 10.65.0.2:8080 /sonde/demo/back-0',
      'one 10.64.0.3:8080 /sonde/demo/back-1',
      'two 10.65.0.3:8080 /sonde/demo/back-2',
    ]);
    expect(scenario.clients[0]!.address).toBe('10.64.0.4');
  });

  test.each<[listen: string, address: string, listens: string, dial: string]>([
    ['address', '10.1.2.3', '10.1.2.3', '10.1.2.3'],
    ['any', '10.1.2.3', '0.0.0.0', '10.1.2.3'],
  ])('where a service with listen: %s and address %s listens', (listen, address, listens, dial) => {
    const { services } = parse('node: two', `node: two\n    listen: ${listen}\n    address: ${address}`);
    expect(services[1]!.replicas[0]).toMatchObject({ address, listen: listens, dial });
  });

  test('times in nanoseconds, and a client that runs to the end', () => {
    const scenario = parse(
      'durationMs: 100',
      'durationMs: 100\nstart: 2026-03-01T00:00:00.5Z\nnetworkLatencyMs: 0.25',
    );
    expect(scenario).toMatchObject({
      startUnixNs: 1_772_323_200_500_000_000n,
      durationNs: 100e6,
      networkLatencyNs: 250e3,
    });
    expect(scenario.services[0]!.endpoints[0]!.latencyNs).toEqual({ kind: 'fixed', value: 2e6 });
    expect(scenario.clients[0]).toMatchObject({ startsAtNs: 10e6, durationNs: 90e6 });
  });
});

test('parseScenario() answers any text with a scenario or a ScenarioError', () => {
  const damaged = fc
    .tuple(fc.nat(GOOD.length), fc.nat(20), fc.string({ maxLength: 10 }))
    .map(([at, cut, put]) => GOOD.slice(0, at) + put + GOOD.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(fc.string(), damaged), (text) => {
      try {
        parseScenario(text, 'x.yaml');
      } catch (error) {
        expect((error as ScenarioError).name).toBe('DocumentError');
        expect((error as ScenarioError).message).toMatch(/^x\.yaml:\d+:\d+: [^\n]+$/);
      }
    }),
    { numRuns: 300 },
  );
});

describe('parseScenario() survives', () => {
  test.each<[name: string, text: string, expected: RegExp]>([
    ['lists nested thousands deep', '['.repeat(50_000), /^x\.yaml:1:\d+: /],
    [
      'aliases that multiply',
      Array.from(
        { length: 12 },
        (_, n) => `k${n}: &a${n} [${n === 0 ? '1' : `${`*a${n - 1},`.repeat(9)}`}]`,
      ).join('\n'),
      /^x\.yaml:1:1: cannot be read: /,
    ],
    ['a text without end', 'x'.repeat(2 ** 21), /^x\.yaml:1:1: must have at most 1048576 letters$/],
    ['nothing', '', /^x\.yaml:1:1: version: is required and must be 1 \(and 4 more\)$/],
  ])('%s', (_name, text, expected) => expect(() => parseScenario(text, 'x.yaml')).toThrow(expected));
});

const scenarios = new URL('../../../scenarios/', import.meta.url);

describe('the bundled scenarios', () => {
  test.each(readdirSync(scenarios).filter((name) => name.endsWith('.yaml')))('%s is accepted', (name) => {
    const text = readFileSync(new URL(name, scenarios), 'utf8');
    expect(parseScenario(text, name).name).toBe(name.replace('.yaml', ''));
  });

  test('scenario.schema.json is what the schema gives', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('scenario.schema.json', scenarios), 'utf8'));
    expect(committed).toEqual(scenarioJsonSchema());
  });
});

describe('the examples of the guide', () => {
  const guide = readFileSync(new URL('README.md', scenarios), 'utf8');
  const [smallest, services, protocols, clients] = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map(
    (match) => match[1]!,
  );

  test('the smallest one is accepted, and its mistake is told as written', () => {
    const [told] = /hello\.yaml:.*/.exec(guide)!;
    expect(problemsOf(smallest!)).toEqual([]);
    expect(problemsOf(smallest!.replace('path: /hello }', 'path: /hello, latncyMs: 1 }'))).toEqual([
      told.replace('hello.yaml:', ''),
    ]);
  });

  test('the others make one scenario', () => {
    const named = ['users', 'stock', 'prices', 'audit'].map(
      (name) =>
        `  - { name: ${name}, node: node-a, protocol: http, endpoints: [{ method: GET, path: / }] }\n`,
    );
    const head = 'version: 1\nname: guide\ndurationMs: 1000\nnodes: [{ name: node-a }, { name: node-b }]\n';
    const scenario = `${head}${services!}${named.join('')}${clients!}`;
    expect(problemsOf(scenario)).toEqual([]);
  });

  test('the one of every protocol is a scenario', () => {
    const head =
      'version: 1\nname: protocols\ndurationMs: 1000\nnodes: [{ name: node-a }, { name: node-b }]\n';
    expect(problemsOf(`${head}${protocols!}`)).toEqual([]);
    for (const protocol of Object.keys(PROTOCOLS)) expect(protocols).toContain(`protocol: ${protocol}`);
  });
});
