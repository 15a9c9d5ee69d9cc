/** Makes a Scenario of a file whose form and references are right: defaults, addresses, nanoseconds. */
import { assignAddresses } from './addresses.ts';
import { type Distribution, scale } from './distribution.ts';
import { type ProtocolName, protocolOf } from './protocols/registry.ts';
import type { Call, Client, Endpoint, Fault, Replica, Scenario, Service } from './scenario.ts';
import type { ScenarioFile } from './schema.ts';

export type ServiceFile = ScenarioFile['services'][number];
export type EndpointFile = ServiceFile['endpoints'][number];
export type StepFile = EndpointFile['calls'][number];
export type CallFile = Exclude<StepFile, { parallel: unknown }>;
export type ClientFile = ScenarioFile['clients'][number];
type FaultFile = EndpointFile['faults'][number];
type DistributionFile = EndpointFile['latencyMs'];

const NS_PER_MS = 1e6;
const DEFAULT_WORKERS = 4;
const CGROUP_ROOT = '/sonde/demo';

const ns = (ms: number): number => Math.round(ms * NS_PER_MS);
const nsOrNever = (ms: number | undefined): number => (ms === undefined ? Number.POSITIVE_INFINITY : ns(ms));

export function assemble(file: ScenarioFile): Scenario {
  const protocols = new Map(file.services.map(({ name, protocol }) => [name, protocol]));
  const addresses = assignAddresses(file);
  return {
    version: 1,
    name: file.name,
    seed: file.seed,
    startUnixNs: BigInt(Date.parse(file.start)) * BigInt(NS_PER_MS),
    durationNs: ns(file.durationMs),
    networkLatencyNs: ns(file.networkLatencyMs),
    nodes: file.nodes,
    services: file.services.map((service) =>
      assembleService(service, addresses.get(service.name)!, protocols),
    ),
    clients: file.clients.map((client) =>
      assembleClient(client, file, addresses.get(client.name)![0]!, protocols),
    ),
  };
}

type Protocols = ReadonlyMap<string, ProtocolName>;

function assembleService(service: ServiceFile, addresses: readonly string[], protocols: Protocols): Service {
  return {
    name: service.name,
    protocol: service.protocol,
    concurrency: service.concurrency,
    workers: service.workers ?? DEFAULT_WORKERS,
    socketCalls: service.socketCalls,
    idleTimeoutNs: nsOrNever(service.idleTimeoutMs),
    startsAtNs: ns(service.startsAtMs),
    replicas: addresses.map((address, index) => assembleReplica(service, address, index)),
    endpoints: service.endpoints.map((endpoint) => assembleEndpoint(service.protocol, endpoint, protocols)),
  };
}

function assembleReplica(service: ServiceFile, address: string, index: number): Replica {
  const isV6 = address.includes(':');
  const loopback = isV6 ? '::1' : '127.0.0.1';
  const listen = { address, any: isV6 ? '::' : '0.0.0.0', loopback }[service.listen];
  return {
    node: nodeOfReplica(service, index),
    address,
    port: portOf(service),
    listen,
    dial: service.listen === 'loopback' ? loopback : address,
    cgroup: `${CGROUP_ROOT}/${service.name}${service.replicas === 1 ? '' : `-${index}`}`,
  };
}

/** Replicas stand on the service's nodes in turn. */
export function nodeOfReplica(service: ServiceFile, index: number): string {
  const nodes = service.nodes ?? [service.node!];
  return nodes[index % nodes.length]!;
}

export const portOf = (service: ServiceFile): number =>
  service.port ?? protocolOf(service.protocol).defaultPort;

function assembleEndpoint(protocol: ProtocolName, endpoint: EndpointFile, protocols: Protocols): Endpoint {
  const { endpointShape } = protocolOf(protocol);
  const operation = pick(endpoint, Object.keys(endpointShape));
  return {
    operation,
    label: protocolOf(protocol).endpointLabel(operation),
    latencyNs: scale(assembleDistribution(endpoint.latencyMs), NS_PER_MS),
    errorRate: endpoint.errorRate,
    responseBytes: assembleDistribution(endpoint.responseBytes),
    steps: endpoint.calls.map((step) => callsOf(step).map((call) => assembleCall(call, protocols))),
    log: endpoint.log,
    faults: endpoint.faults.map(assembleFault),
  };
}

/** Calls of a step, which run in parallel. */
export const callsOf = (step: StepFile): readonly CallFile[] => ('parallel' in step ? step.parallel : [step]);

function assembleCall(call: Omit<CallFile, 'optional'> & { optional?: boolean }, protocols: Protocols): Call {
  const protocol = protocolOf(protocols.get(call.service)!);
  const operation = pick(call, Object.keys(protocol.requestShape));
  return {
    service: call.service,
    operation,
    label: protocol.requestLabel(operation),
    connection: call.connection,
    timeoutNs: nsOrNever(call.timeoutMs),
    optional: call.optional ?? false,
  };
}

function assembleFault(fault: FaultFile): Fault {
  if (fault.kind !== 'slow') return fault;
  return { kind: 'slow', rate: fault.rate, pieceBytes: fault.pieceBytes, pauseNs: ns(fault.pauseMs) };
}

function assembleClient(
  client: ClientFile,
  file: ScenarioFile,
  address: string,
  protocols: Protocols,
): Client {
  return {
    name: client.name,
    node: client.node,
    address,
    cgroup: `${CGROUP_ROOT}/${client.name}`,
    concurrency: client.concurrency,
    ratePerSecond: client.ratePerSecond ?? null,
    count: client.count ?? Number.POSITIVE_INFINITY,
    thinkNs: scale(assembleDistribution(client.thinkMs), NS_PER_MS),
    startsAtNs: ns(client.startsAtMs),
    durationNs: ns(client.durationMs ?? Math.max(0, file.durationMs - client.startsAtMs)),
    socketCalls: client.socketCalls,
    requests: client.requests.map((request) => ({
      ...assembleCall(request, protocols),
      weight: request.weight,
    })),
  };
}

function assembleDistribution(file: DistributionFile): Distribution {
  if (typeof file === 'number') return { kind: 'fixed', value: file };
  if (file.uniform !== undefined) return { kind: 'uniform', ...file.uniform };
  if (file.lognormal !== undefined) {
    const { median, sigma, max = Number.POSITIVE_INFINITY } = file.lognormal;
    return { kind: 'lognormal', median, sigma, max };
  }
  return { kind: 'fixed', value: file.fixed! };
}

/** The protocol's own keys of a request or endpoint. */
export function pick(from: object, keys: readonly string[]): Record<string, unknown> {
  const values = from as Readonly<Record<string, unknown>>;
  return Object.fromEntries(keys.flatMap((key) => (Object.hasOwn(values, key) ? [[key, values[key]]] : [])));
}
