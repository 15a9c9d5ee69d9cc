/** Puts a scenario's processes into a world. Nothing happens before the world runs. */
import type { Netns, Node, Process, World, WorldOptions } from '../../hooks/sim/contract.ts';
import { CONCURRENCY } from './concurrency/registry.ts';
import { loadProgram } from './load.ts';
import { ConnectionPool } from './pool.ts';
import { Random } from './random.ts';
import type { Client, Replica, Scenario, Service } from './scenario.ts';
import { type GroundTruth, TruthRecorder } from './truth.ts';
import { newWorker } from './worker.ts';

export interface StartedScenario {
  readonly scenario: Scenario;
  /** Simulated time of the start. */
  readonly startNs: number;
  /** Simulated time at which the clients stop making requests; what is in progress then still ends. */
  readonly endNs: number;
  /** In the scenario's order. */
  readonly nodes: readonly StartedNode[];
  /** What has happened until now: counters, copied. */
  truth(): GroundTruth;
}

export interface StartedNode {
  readonly node: Node;
  readonly processes: readonly StartedProcess[];
}

export interface StartedProcess {
  /** Of the service or client. */
  readonly name: string;
  readonly kind: 'service' | 'client';
  readonly addresses: readonly string[];
  /** Where a service listens; null for clients. */
  readonly port: number | null;
  /** The processes started here; what they fork stays in their cgroup. */
  readonly tgids: readonly number[];
  /** cgroup v2 path. */
  readonly cgroup: string;
  readonly cgroupId: bigint;
}

export interface StartOptions {
  /** Keeps every call for GroundTruth.calls, and lets requests carry its number. For tests: memory grows with the run. */
  readonly recordCalls?: boolean;
}

/** What a world must be made with to play the scenario as it says. */
export const worldOptions = (scenario: Scenario): WorldOptions => ({
  seed: scenario.seed,
  latencyNs: scenario.networkLatencyNs,
});

export function startScenario(scenario: Scenario, world: World, options: StartOptions = {}): StartedScenario {
  const startNs = world.nowNs;
  const truth = new TruthRecorder({ recordCalls: options.recordCalls ?? false });
  const nodes = scenario.nodes.map((spec) => new NodeBuilder(world.addNode(spec)));
  const byName = new Map(nodes.map((builder) => [builder.node.name, builder]));
  for (const service of scenario.services) {
    for (const [index, replica] of service.replicas.entries()) {
      startReplica(byName.get(replica.node)!, scenario, service, replica, index, startNs, truth);
    }
  }
  for (const client of scenario.clients)
    startClient(byName.get(client.node)!, scenario, client, startNs, truth);
  const lastNs = scenario.clients.map(({ startsAtNs, durationNs }) => startsAtNs + durationNs);
  return {
    scenario,
    startNs,
    endNs: startNs + Math.max(scenario.durationNs, ...lastNs),
    nodes: nodes.map(({ node, processes }) => ({ node, processes })),
    truth: () => truth.snapshot(),
  };
}

/** A node while it is filled. */
class NodeBuilder {
  readonly node: Node;
  readonly processes: StartedProcess[] = [];
  readonly #netns = new Map<string, Netns>();

  constructor(node: Node) {
    this.node = node;
  }

  /** The namespace of an address: made once, shared by all who have the address. */
  netns(address: string): Netns {
    let netns = this.#netns.get(address);
    if (netns === undefined) {
      netns = this.node.addNetns([address]);
      this.#netns.set(address, netns);
    }
    return netns;
  }

  add(process: Process, about: Omit<StartedProcess, 'tgids' | 'cgroupId'>): void {
    this.processes.push({ ...about, tgids: [process.tgid], cgroupId: this.node.cgroup(about.cgroup) });
  }
}

function startReplica(
  builder: NodeBuilder,
  scenario: Scenario,
  service: Service,
  replica: Replica,
  index: number,
  startNs: number,
  truth: TruthRecorder,
): void {
  // Processes that a replica forks draw from one stream too: their order of birth is the run's own.
  const random = new Random(`${scenario.seed}/${service.name}/${index}`);
  const serving = {
    name: service.name,
    listen: { address: replica.listen, port: replica.port },
    startsAtNs: startNs + service.startsAtNs,
    workers: service.workers,
    socketCalls: service.socketCalls,
    newWorker: () => newWorker(service, scenario.services, random, truth),
  };
  const process: Process = builder.node.spawn({
    comm: commOf(service.name),
    cgroup: replica.cgroup,
    netns: builder.netns(replica.address),
    main: CONCURRENCY[service.concurrency](serving, () => process),
  });
  const { address, port, cgroup } = replica;
  builder.add(process, { name: service.name, kind: 'service', addresses: [address], port, cgroup });
}

function startClient(
  builder: NodeBuilder,
  scenario: Scenario,
  client: Client,
  startNs: number,
  truth: TruthRecorder,
): void {
  const random = new Random(`${scenario.seed}/${client.name}`);
  const pool = new ConnectionPool(client.name, scenario.services, random, truth);
  const process: Process = builder.node.spawn({
    comm: commOf(client.name),
    cgroup: client.cgroup,
    netns: builder.netns(client.address),
    main: loadProgram(client, String(scenario.seed), startNs, pool, () => process),
  });
  const { name, address, cgroup } = client;
  builder.add(process, { name, kind: 'client', addresses: [address], port: null, cgroup });
}

/** Linux keeps 15 letters of a process's name (TASK_COMM_LEN). */
const commOf = (name: string): string => name.slice(0, 15);
