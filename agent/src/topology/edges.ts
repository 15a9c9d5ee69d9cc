/**
 * The service map: an edge exists as soon as a connection does; exchanges only decorate it. Edges are kept as totals
 * since the start, with the side that reported them.
 */

import type { ProcessRef } from '../model/entity.ts';
import type { DataEvent, KernelEvent, SocketOpen } from '../model/events.ts';
import type { Exchange, ProtocolName } from '../model/exchange.ts';
import { type Endpoint, type SocketId, TcpState } from '../model/socket.ts';

/** Gives what lives at an address or runs as a process its name; null where nobody knows. */
export interface NameSource {
  /** By cgroup (a container has its own, and what it forks stays in it), else by process. */
  ofProcess(process: ProcessRef): string | null;
  ofEndpoint(endpoint: Endpoint): string | null;
}

export interface Edge {
  readonly client: string;
  readonly server: string;
  /** The server's port; ephemeral ports of clients are not kept. */
  readonly serverPort: number;
  readonly side: 'client' | 'server';
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

interface Connection {
  readonly edge: Edge;
  readonly side: 'client' | 'server';
}

interface Unattributed {
  readonly open: SocketOpen;
  sentBytes: number;
  receivedBytes: number;
}

const SOCKET_CAPACITY = 65_536;

export class Topology {
  readonly #names: NameSource;
  readonly #edges = new Map<string, Edge>();
  readonly #connections = new Map<SocketId, Connection>();
  /** Connections whose direction nobody knows yet: no connect, no accept, no exchange was seen. */
  readonly #unattributed = new Map<SocketId, Unattributed>();

  constructor(names: NameSource) {
    this.#names = names;
  }

  /** Edges in a stable order: by client, server, port, side. */
  edges(): Edge[] {
    return [...this.#edges.entries()]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, edge]) => edge);
  }

  onEvent(event: KernelEvent): void {
    if (event.kind === 'socket-open') this.#open(event);
    else if (event.kind === 'data') this.#data(event);
    // The socket ends here; what is learnt later about its calls still finds the edge by the exchange's endpoints.
    else if (event.kind === 'tcp-state' && event.newState === TcpState.CLOSE)
      this.#unattributed.delete(event.socket);
  }

  onExchange(exchange: Exchange): void {
    const connection = this.#connections.get(exchange.socket) ?? this.#attribute(exchange);
    const protocol = connection.edge.protocols.get(exchange.protocol) ?? {
      requests: 0,
      errors: 0,
      incomplete: 0,
      durationSumNs: 0,
      durationMaxNs: 0,
    };
    connection.edge.protocols.set(exchange.protocol, protocol);
    protocol.requests++;
    if (exchange.status === 'error') protocol.errors++;
    if (exchange.incomplete !== null) protocol.incomplete++;
    if (exchange.request !== null && exchange.response !== null) {
      const durationNs = Math.max(0, exchange.response.endNs - exchange.request.startNs);
      protocol.durationSumNs += durationNs;
      protocol.durationMaxNs = Math.max(protocol.durationMaxNs, durationNs);
    }
  }

  #open(event: SocketOpen): void {
    if (event.family === 'other' || event.family === 'unix') return;
    if (event.cause === 'first-use') {
      if (this.#connections.has(event.socket)) return;
      bound(this.#unattributed);
      this.#unattributed.set(event.socket, { open: event, sentBytes: 0, receivedBytes: 0 });
      return;
    }
    const known = this.#connections.get(event.socket);
    if (known !== undefined) {
      // connect() again on a socket that was in progress, or a record repeated because the program forgot the socket.
      if (isFailure(event)) known.edge.failedConnections++;
      return;
    }
    const side = event.cause === 'connect' ? 'client' : 'server';
    const [client, server] = side === 'client' ? [event.local, event.remote] : [event.remote, event.local];
    const edge = this.#edge({ process: event, side, client, server });
    edge.connections++;
    if (isFailure(event)) edge.failedConnections++;
    bound(this.#connections);
    this.#connections.set(event.socket, { edge, side });
  }

  #data(event: DataEvent): void {
    const connection = this.#connections.get(event.socket);
    if (connection === undefined) {
      const unattributed = this.#unattributed.get(event.socket);
      if (unattributed !== undefined) {
        if (event.direction === 'send') unattributed.sentBytes += event.length;
        else unattributed.receivedBytes += event.length;
      }
      return;
    }
    const isRequest = (event.direction === 'send') === (connection.side === 'client');
    if (isRequest) connection.edge.requestBytes += event.length;
    else connection.edge.responseBytes += event.length;
  }

  /** An exchange says which end is the client where no connect or accept did. */
  #attribute(exchange: Exchange): Connection {
    const { side, client, server, tgid, cgroupId } = exchange;
    const process = { node: exchange.socket.node, tgid, cgroupId };
    const edge = this.#edge({ process, side, client, server });
    const earlier = this.#unattributed.get(exchange.socket);
    this.#unattributed.delete(exchange.socket);
    edge.connections++;
    if (earlier !== undefined) {
      edge.requestBytes += side === 'client' ? earlier.sentBytes : earlier.receivedBytes;
      edge.responseBytes += side === 'client' ? earlier.receivedBytes : earlier.sentBytes;
    }
    const connection: Connection = { edge, side };
    bound(this.#connections);
    this.#connections.set(exchange.socket, connection);
    return connection;
  }

  #edge(call: {
    readonly process: ProcessRef;
    readonly side: 'client' | 'server';
    readonly client: Endpoint;
    readonly server: Endpoint;
  }): Edge {
    const own = this.#names.ofProcess(call.process);
    const nameOf = (endpoint: Endpoint) =>
      this.#names.ofEndpoint(endpoint) ?? (endpoint.address || '(unknown)');
    const client = (call.side === 'client' ? own : null) ?? nameOf(call.client);
    const server = (call.side === 'server' ? own : null) ?? nameOf(call.server);
    const key = keyOf({ client, server, serverPort: call.server.port, side: call.side });
    const known = this.#edges.get(key);
    if (known !== undefined) return known;
    const edge: Edge = {
      client,
      server,
      serverPort: call.server.port,
      side: call.side,
      connections: 0,
      failedConnections: 0,
      requestBytes: 0,
      responseBytes: 0,
      protocols: new Map(),
    };
    this.#edges.set(key, edge);
    return edge;
  }
}

const EINPROGRESS = -115;
const EALREADY = -114;
const EISCONN = -106;

/** A connect() that is not over yet, or was over before, did not fail. */
const isFailure = ({ error }: SocketOpen) => error !== 0 && ![EINPROGRESS, EALREADY, EISCONN].includes(error);

const keyOf = (edge: Pick<Edge, 'client' | 'server' | 'serverPort' | 'side'>) =>
  `${edge.client}\0${edge.server}\0${edge.serverPort}\0${edge.side}`;

/** The edges of several nodes as one map: the same edge, seen from the same side on two nodes, is added up. */
export function addEdges(edges: readonly Edge[]): Edge[] {
  const sums = new Map<string, Edge>();
  for (const edge of edges) {
    const sum = sums.get(keyOf(edge));
    if (sum === undefined) {
      sums.set(keyOf(edge), {
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

/** Forgets the socket that was added first when a table is full. */
function bound(table: Map<SocketId, unknown>): void {
  if (table.size < SOCKET_CAPACITY) return;
  const [oldest] = table.keys();
  table.delete(oldest!);
}
