/** One edge of the service map: who calls whom, and how much. */
import type { ProtocolName } from '../model/exchange.ts';

export interface EdgeIdentity {
  readonly client: string;
  readonly server: string;
  /** The server's port; ephemeral ports of clients are not kept. */
  readonly serverPort: number;
  /** The end that reports. */
  readonly side: 'client' | 'server';
}

/** Totals since the start. */
export interface Edge extends EdgeIdentity {
  connections: number;
  failedConnections: number;
  /** Client to server. */
  requestBytes: number;
  /** Server to client. */
  responseBytes: number;
  readonly protocols: Map<ProtocolName, EdgeProtocol>;
}

/** What the exchanges of one protocol add to an edge. */
export interface EdgeProtocol {
  requests: number;
  errors: number;
  incomplete: number;
  durationSumNs: number;
  durationMaxNs: number;
}

/** Name of the far end under which edges are counted that found no room for their own. */
export const OTHER_PEER = '(other)';

/** The edge that stands for all from (or to) the same observed end. Of far servers the port goes too. */
export const withOtherPeer = (edge: EdgeIdentity): EdgeIdentity =>
  edge.side === 'server' ? { ...edge, client: OTHER_PEER } : { ...edge, server: OTHER_PEER, serverPort: 0 };

/** Equal for equal edges; edges are sorted by it. */
export const edgeKey = (edge: EdgeIdentity): string =>
  `${edge.client}\0${edge.server}\0${edge.serverPort}\0${edge.side}`;

/** The edges of several nodes as one map: the same edge, seen from the same side on two nodes, is added up. */
export function addEdges(edges: readonly Edge[]): Edge[] {
  const sums = new Map<string, Edge>();
  for (const edge of edges) {
    const sum = sums.get(edgeKey(edge));
    if (sum === undefined) {
      sums.set(edgeKey(edge), {
        ...edge,
        protocols: new Map([...edge.protocols].map(([name, calls]) => [name, { ...calls }])),
      });
      continue;
    }
    sum.connections += edge.connections;
    sum.failedConnections += edge.failedConnections;
    sum.requestBytes += edge.requestBytes;
    sum.responseBytes += edge.responseBytes;
    for (const [name, calls] of edge.protocols)
      sum.protocols.set(name, addCalls(sum.protocols.get(name), calls));
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, edge]) => edge);
}

const addCalls = (a: EdgeProtocol | undefined, b: EdgeProtocol): EdgeProtocol => ({
  requests: (a?.requests ?? 0) + b.requests,
  errors: (a?.errors ?? 0) + b.errors,
  incomplete: (a?.incomplete ?? 0) + b.incomplete,
  durationSumNs: (a?.durationSumNs ?? 0) + b.durationSumNs,
  durationMaxNs: Math.max(a?.durationMaxNs ?? 0, b.durationMaxNs),
});
