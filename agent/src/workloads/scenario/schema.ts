/**
 * The scenario file's form: keys, kinds, ranges, defaults. What one key says of another (names, addresses, cycles) is
 * checked in `references.ts`.
 */
import { z } from 'zod';
import { CONCURRENCY_NAMES } from './concurrency/registry.ts';
import {
  address,
  atLeast,
  between,
  bytes,
  distribution,
  integer,
  list,
  listOfSome,
  mapping,
  moreThan,
  name,
  oneOf,
  rate,
} from './fields.ts';
import { SOCKET_CALLS } from './io/io.ts';
import { PROTOCOLS, type ProtocolName, protocolOf } from './protocols/registry.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_ITEMS = 1000;

const milliseconds = () => atLeast(0).max(DAY_MS, `must be at most ${DAY_MS} (a day)`);
const latency = () => distribution(milliseconds, 'must be a number >= 0');
const port = () => integer(1, 65535);

const protocolNames = Object.keys(PROTOCOLS) as [ProtocolName, ...ProtocolName[]];

/** The protocol's own keys. What they hold is known to the protocol only, so their types are left out here. */
const requestKeys = (protocol: ProtocolName): Record<never, never> => protocolOf(protocol).requestShape;
const endpointKeys = (protocol: ProtocolName): Record<never, never> => protocolOf(protocol).endpointShape;

const call = {
  service: name().describe('Service to call.'),
  connection: oneOf(['keep-alive', 'new'])
    .default('keep-alive')
    .describe("keep-alive: from the caller's pool; new: a connection for this request alone."),
  timeoutMs: moreThan(0, DAY_MS)
    .optional()
    .describe('The caller gives up after so long. Default: it waits for ever.'),
};

/** A request's form in each protocol, with `extra` keys; which protocol is known once its service is. */
const requestForms = <Extra extends z.core.$ZodLooseShape>(extra: Extra) =>
  protocolNames.map((protocol) => mapping({ ...call, ...extra, ...requestKeys(protocol) }));

const optional = {
  optional: z
    .boolean('must be true or false')
    .default(false)
    .describe('The endpoint answers well although this call failed.'),
};
const weight = { weight: moreThan(0, 1e6).default(1).describe('How often, compared with the others.') };

/** Keys of a request that are not its protocol's. */
export const CALL_KEYS: ReadonlySet<string> = new Set(Object.keys({ ...call, ...optional, ...weight }));

const serviceCalls = () => requestForms(optional);

const fault = z.discriminatedUnion(
  'kind',
  [
    mapping({
      kind: z.literal('reset'),
      rate: rate(),
      afterBytes: bytes().default(0).describe('Bytes of the answer that leave before the RST.'),
    }),
    mapping({
      kind: z.literal('truncate'),
      rate: rate(),
      afterBytes: bytes().default(0).describe('Bytes of the answer that leave before the FIN.'),
    }),
    mapping({
      kind: z.literal('slow'),
      rate: rate(),
      pieceBytes: integer(1, 1 << 20).describe('Bytes of one write.'),
      pauseMs: milliseconds().describe('Between two writes.'),
    }),
    mapping({ kind: z.literal('silence'), rate: rate() }),
  ],
  'must be one of "reset", "truncate", "slow", "silence"',
);

const endpoint = {
  latencyMs: latency().default(1).describe('Own work before the calls.'),
  errorRate: rate().default(0).describe('Share of requests answered with an error.'),
  responseBytes: distribution(bytes, 'must be a whole number >= 0')
    .default(128)
    .describe('Size of the answer.'),
  calls: list(
    z.union(
      // One union of all forms, not a union in a union: else the form that was meant cannot be told.
      [...serviceCalls(), mapping({ parallel: listOfSome(z.union(serviceCalls()), MAX_ITEMS) })],
      'must be a mapping',
    ),
    MAX_ITEMS,
  )
    .default([])
    .describe('Calls to other services, one after the other; those under "parallel" at the same time.'),
  log: list(z.string('must be text').max(4096, 'must be at most 4096 characters'), 100)
    .default([])
    .describe('Lines written to standard output. {status}, and values of the request, may stand in them.'),
  faults: list(fault, 10)
    .default([])
    .describe('What goes wrong with answers: at most one of them for a request.'),
};

const service = {
  name: name(),
  node: name().optional().describe('Node it runs on.'),
  nodes: listOfSome(name(), MAX_ITEMS)
    .optional()
    .describe('Nodes of its replicas, in turn; instead of node.'),
  replicas: integer(1, 100).default(1),
  address: address().optional().describe('Default: one is assigned. Same address: same network namespace.'),
  addresses: listOfSome(address(), 100).optional().describe('One for each replica; instead of address.'),
  port: port().optional().describe("Default: the protocol's."),
  listen: oneOf(['address', 'any', 'loopback'])
    .default('address')
    .describe('Where it listens: its own address, the wildcard address, or loopback.'),
  concurrency: oneOf(CONCURRENCY_NAMES)
    .default('thread-per-connection')
    .describe('How it serves many connections.'),
  workers: integer(1, 256).optional().describe('Threads of a thread pool. Default 4.'),
  socketCalls: oneOf(SOCKET_CALLS).default('read-write').describe('System calls that move its bytes.'),
  idleTimeoutMs: moreThan(0, DAY_MS).optional().describe('Closes connections without a request for so long.'),
  startsAtMs: milliseconds()
    .default(0)
    .describe('When it begins to listen; connections before that are refused.'),
};

const client = {
  name: name(),
  node: name(),
  address: address().optional().describe('Default: one is assigned.'),
  concurrency: integer(1, 256).default(1).describe('Threads, each with one request at a time.'),
  ratePerSecond: moreThan(0, 1e6)
    .optional()
    .describe(
      'Requests per second of all threads, evenly spaced. Default: as fast as answers and thinking allow.',
    ),
  count: integer(1, 1e9).optional().describe('Most requests of all threads. Default: no limit but time.'),
  thinkMs: latency().default(0).describe("Between an answer and the same thread's next request."),
  startsAtMs: milliseconds().default(10),
  durationMs: moreThan(0, DAY_MS).optional().describe("Default: to the scenario's end."),
  socketCalls: oneOf(SOCKET_CALLS).default('read-write').describe('System calls that move its bytes.'),
  requests: listOfSome(z.union(requestForms(weight)), MAX_ITEMS),
};

/** A service, by the protocol it speaks. */
const services = protocolNames.map((protocol) =>
  mapping({
    ...service,
    protocol: z.literal(protocol),
    endpoints: listOfSome(mapping({ ...endpoint, ...endpointKeys(protocol) }), MAX_ITEMS),
  }),
);

export const scenarioSchema = mapping({
  version: z.literal(1, 'must be 1').describe('Version of this format.'),
  name: name(),
  seed: integer(0, 2 ** 32 - 1)
    .default(0)
    .describe('Same seed, same run.'),
  start: z.iso
    .datetime({ error: 'must be a time such as 2026-01-01T00:00:00Z' })
    .default('2026-01-01T00:00:00Z')
    .describe('Wall time of the start.'),
  durationMs: moreThan(0, DAY_MS).describe('How long the clients make requests.'),
  networkLatencyMs: between(0, 1000).default(0).describe('One-way delay between two addresses.'),
  nodes: listOfSome(mapping({ name: name(), cpus: integer(1, 64).default(2) }), 150),
  services: listOfSome(
    z.discriminatedUnion('protocol', services as [(typeof services)[number]], {
      error: (issue) =>
        issue.code === 'invalid_union'
          ? `must be one of ${protocolNames.map((name) => `"${name}"`).join(', ')}`
          : 'must be a mapping',
    }),
    MAX_ITEMS,
  ),
  clients: list(mapping(client), MAX_ITEMS).default([]),
});

/** A file that the schema accepts, defaults filled in. */
export type ScenarioFile = z.infer<typeof scenarioSchema>;

/** JSON Schema (draft 2020-12) of scenario files, for editors. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return { title: 'Sonde scenario', ...z.toJSONSchema(scenarioSchema, { io: 'input' }) };
}
