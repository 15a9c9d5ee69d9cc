/** Names and entities of what a workload runs: stands where container and pod names will come from on a cluster. */
import type { Entity, EntitySource, ProcessRef } from './model/entity.ts';
import type { NameSource } from './topology/edges.ts';

export interface Names extends NameSource, EntitySource {}

export interface NamedProcess {
  readonly name: string;
  readonly node: string;
  /** cgroup v2 path. */
  readonly cgroup: string;
  readonly cgroupId: bigint;
  readonly addresses: readonly string[];
  /** Where it listens; null where it does not. */
  readonly port: number | null;
}

/**
 * A cgroup names its processes, and what they fork, if all that is known to run in it has one name.
 *
 * An address names a process only if no process of another name has it too; where several share it, an endpoint is named
 * by whoever listens on its port. The ephemeral port of a client on such an address tells nothing.
 *
 * @param startNs when the processes began, monotonic ns: from then on their names hold
 */
export function namesOf(processes: readonly NamedProcess[], startNs = 0): Names {
  const byCgroup = new UniqueNames();
  const byAddress = new UniqueNames();
  const byListener = new UniqueNames();
  const paths = new Map<string, string>();
  for (const { name, node, cgroup, cgroupId, addresses, port } of processes) {
    byCgroup.add(cgroupKey(node, cgroupId), name);
    paths.set(cgroupKey(node, cgroupId), cgroup);
    for (const address of addresses) {
      byAddress.add(address, name);
      if (port !== null) byListener.add(`${address} ${port}`, name);
    }
  }
  const entities = new EntityCache(({ node, cgroupId }) => {
    const key = cgroupKey(node, cgroupId);
    const path = paths.get(key);
    if (path === undefined)
      return unnamed(`${node}:cgroup/${cgroupId}`, node, startNs, 'not known to the node');
    const name = byCgroup.get(key);
    const id = `${node}:${path}`;
    if (name === null) return unnamed(id, node, startNs, 'several services share the cgroup');
    return { ...unnamed(id, node, startNs, ''), serviceName: name };
  });
  return {
    ofProcess: ({ node, cgroupId }) => byCgroup.get(cgroupKey(node, cgroupId)),
    ofEndpoint: ({ address, port }) => byAddress.get(address) ?? byListener.get(`${address} ${port}`),
    of: (process) => entities.of(process, cgroupKey(process.node, process.cgroupId)),
  };
}

/**
 * Names for a replayed capture, which knows addresses and nothing else: every address is a service of that name, as in
 * any tool that shows packets, so that the stored spans can be told apart and the map's nodes are found again as services.
 * The node and cgroup of the replay are artefacts and name nothing. The attribute `host.ip` says that it is an address.
 *
 * @param node the simulated node on which the capture is played
 * @param hosts the process of each address; a second one of the same address ends in a word behind a space
 */
export function captureNamesOf(node: string, hosts: ReadonlyMap<string, { readonly tgid: number }>): Names {
  const addresses = new Map(Array.from(hosts, ([host, { tgid }]) => [tgid, host.split(' ')[0]!]));
  const addressOf = (process: ProcessRef) =>
    process.node === node ? addresses.get(process.tgid) : undefined;
  const entities = new EntityCache((process) => {
    const address = addressOf(process);
    if (address === undefined)
      return unnamed(`${process.node}:process/${process.tgid}`, process.node, 0, 'no host of the capture');
    return {
      ...unnamed(`${node}:${address}`, node, 0, ''),
      serviceName: address,
      attributes: { 'host.ip': [address] },
    };
  });
  return {
    // A host may have several addresses: an edge is named by those that its packets have.
    ofProcess: () => null,
    ofEndpoint: ({ address }) => address || null,
    of: (process) => entities.of(process, addressOf(process) ?? `${process.node}/${process.tgid}`),
  };
}

const cgroupKey = (node: string, cgroupId: bigint): string => `${node}/${cgroupId}`;

const unnamed = (id: string, node: string, validFromNs: number, reason: string): Entity => ({
  id,
  kind: 'cgroup',
  serviceName: '',
  serviceNamespace: '',
  unnamed: reason,
  validFromNs,
  attributes: { 'host.name': node },
});

/** Something has a name if all who name it agree. */
class UniqueNames {
  readonly #names = new Map<string, string | null>();

  add(key: string, name: string): void {
    const known = this.#names.get(key);
    this.#names.set(key, known === undefined || known === name ? name : null);
  }

  get(key: string): string | null {
    return this.#names.get(key) ?? null;
  }
}

const MAX_ENTITIES = 10_000;

/** The same object for the same process, as EntitySource promises; the one that was made first is forgotten first. */
class EntityCache {
  readonly #entities = new Map<string, Entity>();
  readonly #make: (process: ProcessRef) => Entity;

  constructor(make: (process: ProcessRef) => Entity) {
    this.#make = make;
  }

  of(process: ProcessRef, key: string): Entity {
    const known = this.#entities.get(key);
    if (known !== undefined) return known;
    if (this.#entities.size >= MAX_ENTITIES) {
      const [oldest] = this.#entities.keys();
      this.#entities.delete(oldest!);
    }
    const entity = this.#make(process);
    this.#entities.set(key, entity);
    return entity;
  }
}
