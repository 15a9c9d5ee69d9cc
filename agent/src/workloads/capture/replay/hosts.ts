/**
 * Each address of the capture as a host: a network namespace and a process of its own, all on one node, so that one
 * agent sees both ends of everything. Loopback addresses are one host, together with what they talk to.
 */
import type { Call, Netns, Node, Os, Process, ThreadProgram } from '../../../hooks/sim/contract.ts';
import { isLoopback } from '../../../model/address.ts';
import type { ReplayPlan } from '../plan.ts';

/** Allow this cgroup, and every process of the replay is seen. */
export const REPLAY_CGROUP = '/replay';

/** An address that talks to itself has a process for each role. */
export type Role = 'server' | 'client';

/** A process of the replay. Its threads begin when it runs: exec(), which every process begins with, ends others. */
export class Host {
  readonly process: Process;
  #waiting: ThreadProgram[] | null = [];

  constructor(node: Node, netns: Netns, name: string) {
    this.process = node.spawn({
      comm: name.slice(-COMM_CHARACTERS),
      path: '/usr/bin/replay',
      cgroup: REPLAY_CGROUP,
      netns,
      main: (os) => this.#main(os),
    });
  }

  thread(program: ThreadProgram): void {
    if (this.#waiting === null) this.process.thread(program);
    else this.#waiting.push(program);
  }

  *#main(os: Os): Call<void> {
    const programs = this.#waiting ?? [];
    this.#waiting = null;
    for (const program of programs) this.process.thread(program);
    // When a process ends its descriptors close, and the capture says nothing of that: so it waits for ever.
    const pipe = yield* os.pipe();
    if (typeof pipe !== 'number') yield* os.readBytes(pipe[0], 1);
  }
}

/** `comm` keeps 15 characters. */
const COMM_CHARACTERS = 15;

export class Hosts {
  readonly #node: Node;
  readonly #netns = new Map<string, Netns>();
  readonly #hosts = new Map<string, Host>();

  constructor(node: Node, plan: ReplayPlan) {
    this.#node = node;
    node.cgroup(REPLAY_CGROUP);
    for (const addresses of hostsOf(plan)) {
      const netns = node.addNetns(addresses);
      for (const address of addresses) this.#netns.set(address, netns);
    }
  }

  processes(): ReadonlyMap<string, Process> {
    return new Map(Array.from(this.#hosts, ([name, { process }]) => [name, process]));
  }

  has(address: string): boolean {
    return this.#netns.has(address);
  }

  /** The host at `address`; `peer` is whom it talks to. Made when first asked for, before the world runs. */
  at(address: string, role: Role, peer: string): Host {
    const name = address === peer && role === 'client' ? `${address} client` : address;
    let host = this.#hosts.get(name);
    if (host === undefined) {
      host = new Host(this.#node, this.#netns.get(address)!, name);
      this.#hosts.set(name, host);
    }
    return host;
  }
}

/** The addresses of each host. Nobody is made for an address that never answered. */
function hostsOf(plan: ReplayPlan): string[][] {
  const pairs: (readonly [string, string])[] = [
    ...plan.conversations.map(
      ({ a, b, opening }) => [a.address, opening === 'unanswered' ? a.address : b.address] as const,
    ),
    ...plan.datagrams.map(({ from, to }) => [from.address, to.address] as const),
  ];
  const onLoopback = new Set<string>();
  // Packets to or from a loopback address stay within their host: the other end is this host too.
  for (const [x, y] of pairs) if (isLoopback(x) || isLoopback(y)) onLoopback.add(x).add(y);
  const others = new Set<string>();
  for (const address of pairs.flat()) if (!onLoopback.has(address)) others.add(address);
  const hosts = [...others].map((address) => [address]);
  return onLoopback.size === 0 ? hosts : [[...onLoopback], ...hosts];
}
