/** What an agent has to say for people when it ends: what it withheld, folded together or could not deliver. */
import type { RedDeltas } from './metrics/red.ts';
import type { Redactor } from './redact/redact.ts';
import type { Topology } from './topology/edges.ts';
import type { Shipper } from './transport/shipper.ts';

export interface Counted {
  readonly redactor: Pick<Redactor, 'counts' | 'foldedRoutes'>;
  readonly red: Pick<RedDeltas, 'folded'>;
  readonly topology: Pick<Topology, 'bounds'>;
  readonly transport: Pick<Shipper, 'dropped'>;
}

/** A line for each thing that happened. */
export function closingLines({ redactor, red, topology, transport }: Counted): string[] {
  const { foldedEdges, foldedRows, forgottenSockets } = topology.bounds;
  return [
    withParts('values were replaced before they left the node', redactor.counts),
    line(redactor.foldedRoutes, 'paths became "/*": their service has its share of routes'),
    line(red.folded, 'spans are in the metrics under no name of their own: too many operations at once'),
    line(foldedEdges, 'connections are on no edge of their own: too many edges'),
    line(foldedRows, 'countings of edges name no peer: too many peers at once'),
    line(forgottenSockets, 'sockets were forgotten while they may have lived: too many at once'),
    withParts('rows were not delivered to the collector', transport.dropped),
  ].filter((text) => text !== null);
}

const line = (count: number, what: string): string | null => (count === 0 ? null : `${count} ${what}`);

function withParts(what: string, counts: Readonly<Record<string, number>>): string | null {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const sum = parts.reduce((total, [, count]) => total + count, 0);
  return sum === 0 ? null : `${sum} ${what} (${parts.map(([name, count]) => `${name} ${count}`).join(', ')})`;
}
