/** Names of what a workload runs: stands where container and pod names will come from on a cluster. */
import type { NameSource } from './topology/edges.ts';

export interface NamedProcess {
  readonly name: string;
  readonly node: string;
  readonly cgroupId: bigint;
  readonly addresses: readonly string[];
}

/** An address names a process only if no other process has it too. */
export function namesOf(processes: readonly NamedProcess[]): NameSource {
  const byCgroup = new Map<string, string>();
  const byAddress = new Map<string, string | null>();
  for (const { name, node, cgroupId, addresses } of processes) {
    byCgroup.set(`${node}/${cgroupId}`, name);
    for (const address of addresses) {
      const other = byAddress.get(address);
      byAddress.set(address, other === undefined || other === name ? name : null);
    }
  }
  return {
    ofProcess: ({ node, cgroupId }) => byCgroup.get(`${node}/${cgroupId}`) ?? null,
    ofEndpoint: ({ address }) => byAddress.get(address) ?? null,
  };
}
