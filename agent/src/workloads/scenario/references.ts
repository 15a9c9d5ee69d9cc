/** Checks what one part of a scenario file says of another: names, addresses, placeholders, circles. */

import type { Path, Problem } from '@sonde/documents';
import { nearest } from '@sonde/documents';
import { assignAddresses, givenAddresses } from './addresses.ts';
import {
  type CallFile,
  callsOf,
  type EndpointFile,
  nodeOfReplica,
  pick,
  portOf,
  type ServiceFile,
} from './assemble.ts';
import { protocolOf } from './protocols/registry.ts';
import { CALL_KEYS, type ScenarioFile } from './schema.ts';
import { placeholderNames } from './template.ts';

/** @returns every problem; later checks run only if the earlier ones, on which they rest, found none */
export function checkReferences(file: ScenarioFile): Problem[] {
  const rounds = [checkNames, checkPlaces, checkAddresses, checkOperations, checkCircles];
  for (const round of rounds) {
    const problems = [...round(file)];
    if (problems.length > 0) return problems;
  }
  return [];
}

function* checkNames(file: ScenarioFile): Generator<Problem> {
  yield* duplicates(file.nodes.map(({ name }, index) => ({ name, path: ['nodes', index, 'name'] })));
  // One set of names: an edge goes from a client or service to a service.
  yield* duplicates([
    ...file.services.map(({ name }, index) => ({ name, path: ['services', index, 'name'] })),
    ...file.clients.map(({ name }, index) => ({ name, path: ['clients', index, 'name'] })),
  ]);
  const services = file.services.map(({ name }) => name);
  for (const { call, path } of requestsOf(file)) {
    if (!services.includes(call.service))
      yield unknown('service', call.service, services, [...path, 'service']);
  }
}

function* duplicates(names: readonly { readonly name: string; readonly path: Path }[]): Generator<Problem> {
  const seen = new Set<string>();
  for (const { name, path } of names) {
    if (seen.has(name)) yield { path, message: `"${name}" is taken` };
    seen.add(name);
  }
}

function unknown(what: string, name: string, known: readonly string[], path: Path): Problem {
  const meant = nearest(name, known);
  return {
    path,
    message: `no ${what} is named "${name}"${meant === null ? '' : `; did you mean "${meant}"?`}`,
  };
}

function* checkPlaces(file: ScenarioFile): Generator<Problem> {
  const nodes = file.nodes.map(({ name }) => name);
  for (const [index, service] of file.services.entries()) {
    const path = ['services', index];
    if ((service.node === undefined) === (service.nodes === undefined)) {
      yield { path, message: 'must have one of "node" and "nodes"' };
    }
    if (service.node !== undefined && !nodes.includes(service.node)) {
      yield unknown('node', service.node, nodes, [...path, 'node']);
    }
    for (const [at, node] of (service.nodes ?? []).entries()) {
      if (!nodes.includes(node)) yield unknown('node', node, nodes, [...path, 'nodes', at]);
    }
    if (service.address !== undefined && service.addresses !== undefined) {
      yield { path: [...path, 'addresses'], message: 'must not stand beside "address"' };
    }
    const given = givenAddresses(service).length;
    if (given > 0 && given !== service.replicas) {
      const key = service.addresses === undefined ? 'address' : 'addresses';
      yield {
        path: [...path, key],
        message: `must have one address for each of ${service.replicas} replicas, got ${given}`,
      };
    }
    if (service.workers !== undefined && service.concurrency !== 'thread-pool') {
      yield {
        path: [...path, 'workers'],
        message: `means nothing with concurrency "${service.concurrency}"`,
      };
    }
  }
  for (const [index, client] of file.clients.entries()) {
    if (!nodes.includes(client.node)) yield unknown('node', client.node, nodes, ['clients', index, 'node']);
  }
}

function* checkAddresses(file: ScenarioFile): Generator<Problem> {
  const addresses = assignAddresses(file);
  const nodeOfAddress = new Map<string, string>();
  const listeners = new Set<string>();
  const places = [
    ...file.services.flatMap((service, index) =>
      addresses.get(service.name)!.map((address, replica) => {
        const node = nodeOfReplica(service, replica);
        return { path: ['services', index], address, node, port: portOf(service) };
      }),
    ),
    ...file.clients.map((client, index) => {
      const [address] = addresses.get(client.name)!;
      return { path: ['clients', index], address: address!, node: client.node, port: null };
    }),
  ];
  for (const { path, address, node, port } of places) {
    const other = nodeOfAddress.get(address) ?? node;
    if (other !== node) {
      yield { path, message: `address ${address} is on node "${other}" already` };
      continue;
    }
    nodeOfAddress.set(address, node);
    if (port === null) continue;
    if (listeners.has(`${address} ${port}`))
      yield { path, message: `address ${address} port ${port} is taken` };
    listeners.add(`${address} ${port}`);
  }
  yield* checkReach(file, addresses);
}

/** Every caller must be able to reach every replica that it calls. */
function* checkReach(
  file: ScenarioFile,
  addresses: ReadonlyMap<string, readonly string[]>,
): Generator<Problem> {
  const services = new Map(file.services.map((service) => [service.name, service]));
  for (const { call, path, caller } of requestsOf(file)) {
    const from = addresses.get(caller)!;
    const to = addresses.get(call.service)!;
    const isLoopback = services.get(call.service)!.listen === 'loopback';
    if (isLoopback && !from.every((address) => to.every((target) => target === address))) {
      yield {
        path: [...path, 'service'],
        message: `"${call.service}" listens on loopback; "${caller}" has another address`,
      };
    }
    if (new Set([...from, ...to].map((address) => address.includes(':'))).size > 1) {
      yield {
        path: [...path, 'service'],
        message: `"${call.service}" and "${caller}" have addresses of different families`,
      };
    }
  }
}

function* checkOperations(file: ScenarioFile): Generator<Problem> {
  const protocols = new Map(file.services.map(({ name, protocol }) => [name, protocol]));
  for (const { call, path, names } of requestsOf(file)) {
    const spoken = protocols.get(call.service)!;
    const { requestShape } = protocolOf(spoken);
    const foreign = Object.keys(call).find((key) => !CALL_KEYS.has(key) && !Object.hasOwn(requestShape, key));
    if (foreign !== undefined) {
      const message = `"${call.service}" speaks ${spoken}, whose requests have no key "${foreign}"`;
      yield { path: [...path, foreign], isKey: true, message };
    }
    for (const [key, value] of Object.entries(pick(call, Object.keys(requestShape)))) {
      for (const text of textsIn(value, [...path, key]))
        yield* unknownPlaceholders(text.text, names, text.path);
    }
  }
  for (const { service, endpoint, path } of endpointsOf(file)) {
    const names = [...valueNames(service, endpoint), 'status'];
    for (const [at, line] of endpoint.log.entries())
      yield* unknownPlaceholders(line, names, [...path, 'log', at]);
    const total = endpoint.faults.reduce((sum, { rate }) => sum + rate, 0);
    // Rates such as 0.7 + 0.2 + 0.1 add up to a little more than 1.
    if (total > 1 + 1e-9)
      yield { path: [...path, 'faults'], message: `must have rates that add up to at most 1, got ${total}` };
  }
}

/** Every text in a protocol's own value, with its place. */
function* textsIn(value: unknown, path: Path): Generator<{ readonly text: string; readonly path: Path }> {
  if (typeof value === 'string') yield { text: value, path };
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* textsIn(item, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* textsIn(item, [...path, key]);
  }
}

function* unknownPlaceholders(text: string, names: readonly string[], path: Path): Generator<Problem> {
  for (const name of placeholderNames(text)) {
    if (names.includes(name)) continue;
    const known =
      names.length === 0 ? 'there is no request to take values from' : `known: ${names.join(', ')}`;
    const meant = nearest(name, names);
    yield {
      path,
      message: `unknown placeholder {${name}}; ${meant === null ? known : `did you mean {${meant}}?`}`,
    };
  }
}

/** An endpoint that ends up calling itself would never answer. */
function* checkCircles(file: ScenarioFile): Generator<Problem> {
  const endpoints = [...endpointsOf(file)];
  const checked = new Set<EndpointFile>();

  function* visit(place: EndpointPlace, trail: readonly EndpointPlace[]): Generator<Problem> {
    const start = trail.findIndex(({ endpoint }) => endpoint === place.endpoint);
    if (start >= 0) {
      const circle = [...trail.slice(start), place].map(
        ({ service, endpoint }) => `${service.name} ${label(service, endpoint)}`,
      );
      yield { path: [...place.path, 'calls'], message: `leads back to itself: ${circle.join(' -> ')}` };
      return;
    }
    if (checked.has(place.endpoint)) return;
    for (const call of place.endpoint.calls.flatMap(callsOf)) {
      const reached = endpoints.filter(
        ({ service, endpoint }) => service.name === call.service && reaches(call, service, endpoint),
      );
      for (const next of reached) yield* visit(next, [...trail, place]);
    }
    checked.add(place.endpoint);
  }
  for (const place of endpoints) yield* visit(place, []);
}

interface EndpointPlace {
  readonly service: ServiceFile;
  readonly endpoint: EndpointFile;
  readonly path: Path;
}

function* endpointsOf(file: ScenarioFile): Generator<EndpointPlace> {
  for (const [at, service] of file.services.entries()) {
    for (const [index, endpoint] of service.endpoints.entries()) {
      yield { service, endpoint, path: ['services', at, 'endpoints', index] };
    }
  }
}

interface RequestPlace {
  readonly call: Omit<CallFile, 'optional'>;
  readonly path: Path;
  readonly caller: string;
  /** Values that its placeholders may name. */
  readonly names: readonly string[];
}

/** Every request that somebody makes: endpoints their calls, clients their requests. */
function* requestsOf(file: ScenarioFile): Generator<RequestPlace> {
  for (const { service, endpoint, path } of endpointsOf(file)) {
    const names = valueNames(service, endpoint);
    for (const [at, step] of endpoint.calls.entries()) {
      for (const [index, call] of callsOf(step).entries()) {
        const inner = 'parallel' in step ? ['parallel', index] : [];
        yield { call, path: [...path, 'calls', at, ...inner], caller: service.name, names };
      }
    }
  }
  for (const [at, client] of file.clients.entries()) {
    for (const [index, call] of client.requests.entries()) {
      yield { call, path: ['clients', at, 'requests', index], caller: client.name, names: [] };
    }
  }
}

const offerOf = (service: ServiceFile, endpoint: EndpointFile): Record<string, unknown> =>
  pick(endpoint, Object.keys(protocolOf(service.protocol).endpointShape));

const label = (service: ServiceFile, endpoint: EndpointFile): string =>
  protocolOf(service.protocol).endpointLabel(offerOf(service, endpoint));

const valueNames = (service: ServiceFile, endpoint: EndpointFile): readonly string[] =>
  protocolOf(service.protocol).valueNames(offerOf(service, endpoint));

function reaches(call: CallFile, service: ServiceFile, endpoint: EndpointFile): boolean {
  const protocol = protocolOf(service.protocol);
  return protocol.reaches(pick(call, Object.keys(protocol.requestShape)), offerOf(service, endpoint));
}
