/** Addresses of services and clients: given ones as they are, the others from a range of their node. */
import { nodeOfReplica } from './assemble.ts';
import type { ScenarioFile } from './schema.ts';

/** Node n gives 10.(64 + n).0.2, 10.(64 + n).0.3, ... to what asks for none: services first, in the file's order. */
const FIRST_NODE_OCTET = 64;
const FIRST_HOST = 2;

/** By name of the service or client: one address for each replica, one for a client. */
export function assignAddresses(file: ScenarioFile): Map<string, readonly string[]> {
  const taken = new Set([...file.services.flatMap(givenAddresses), ...file.clients.flatMap(givenAddresses)]);
  const nextHost = new Map(file.nodes.map(({ name }) => [name, FIRST_HOST]));
  const octets = new Map(file.nodes.map(({ name }, index) => [name, FIRST_NODE_OCTET + index]));

  const assign = (node: string): string => {
    for (;;) {
      const host = nextHost.get(node)!;
      nextHost.set(node, host + 1);
      const address = `10.${octets.get(node)}.${host >> 8}.${host & 255}`;
      if (!taken.has(address)) return address;
    }
  };

  const addresses = new Map<string, readonly string[]>();
  for (const service of file.services) {
    const given = givenAddresses(service);
    const replicas = Array.from({ length: service.replicas }, (_, index) => nodeOfReplica(service, index));
    addresses.set(service.name, given.length > 0 ? given : replicas.map(assign));
  }
  for (const client of file.clients) addresses.set(client.name, [client.address ?? assign(client.node)]);
  return addresses;
}

export function givenAddresses(of: {
  address?: string | undefined;
  addresses?: readonly string[] | undefined;
}): readonly string[] {
  return of.addresses ?? (of.address === undefined ? [] : [of.address]);
}
