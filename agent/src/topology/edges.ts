/**
 * The service map: an edge exists as soon as a connection does; exchanges only decorate it. Edges are kept as totals since
 * the start, which a summary shows, and, where somebody takes them, as deltas by minute and entity, which leave the node.
 */

import type { ProcessRef } from '../model/entity.ts';
import type { DataEvent, KernelEvent, SocketOpen } from '../model/events.ts';
import type { Exchange, ProtocolName } from '../model/exchange.ts';
import { addDuration } from '../model/histogram.ts';
import type { EdgeDelta } from '../model/report.ts';
import { CONNECT_GOES_ON, type Endpoint, type SocketId, TcpState } from '../model/socket.ts';
import { type DeltaOptions, EdgeDeltas, type EdgeEnd } from './deltas.ts';
import { type Edge, type EdgeIdentity, type EdgeProtocol, edgeKey, withOtherPeer } from './edge.ts';

export { addEdges, type Edge, type EdgeProtocol, OTHER_PEER } from './edge.ts';

/** Gives what lives at an address or runs as a process its name; null where nobody knows. */
export interface NameSource {
  /** By cgroup (a container has its own, and what it forks stays in it), else by process. */
  ofProcess(process: ProcessRef): string | null;
  /** By address, else by who listens on the port. */
  ofEndpoint(endpoint: Endpoint): string | null;
}

export interface TopologyOptions {
  /** Absent: nobody takes deltas, and none are kept. */
  readonly deltas?: DeltaOptions;
  /** Edges with totals of their own; later ones are counted under the peer OTHER_PEER of their observed end. */
  readonly maxEdges?: number;
}

interface Connection {
  readonly totals: Edge;
  readonly side: 'client' | 'server';
  /** null where no deltas are kept. */
  readonly end: EdgeEnd | null;
}

interface Unattributed {
  readonly open: SocketOpen;
  sentBytes: number;
  receivedBytes: number;
}

type CallCounts = Pick<EdgeProtocol, 'requests' | 'errors' | 'durationSumNs'>;
type TrafficCounts = Pick<Edge, 'connections' | 'failedConnections' | 'requestBytes' | 'responseBytes'>;

const SOCKET_CAPACITY = 65_536;
const DEFAULT_MAX_EDGES = 10_000;

export class Topology {
  readonly #names: NameSource;
  readonly #maxEdges: number;
  readonly #edges = new Map<string, Edge>();
  readonly #deltas: EdgeDeltas | null;
  readonly #connections = new Map<SocketId, Connection>();
  /** Connections whose direction nobody knows yet: no connect, no accept, no exchange was seen. */
  readonly #unattributed = new Map<SocketId, Unattributed>();
  #foldedEdges = 0;
  #forgottenSockets = 0;

  constructor(names: NameSource, options: TopologyOptions = {}) {
    this.#names = names;
    this.#maxEdges = options.maxEdges ?? DEFAULT_MAX_EDGES;
    this.#deltas = options.deltas === undefined ? null : new EdgeDeltas(options.deltas);
  }

  /** Edges in a stable order: by client, server, port, side. */
  edges(): Edge[] {
    return [...this.#edges.entries()]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([, edge]) => edge);
  }

  /**
   * What was added to the edges since the last take, by the minute in which it happened: a connection when it was opened,
   * bytes when they passed, a call when it ended, as its span does. The sum of all takes is the totals.
   */
  take(): EdgeDelta[] {
    return this.#deltas?.take() ?? [];
  }

  /**
   * What a full table cost, since the start: connections whose edge has no totals of its own, countings whose row names no
   * peer, and sockets that were forgotten while they may have lived: their further bytes are not counted.
   */
  get bounds(): {
    readonly foldedEdges: number;
    readonly foldedRows: number;
    readonly forgottenSockets: number;
  } {
    return {
      foldedEdges: this.#foldedEdges,
      foldedRows: this.#deltas?.folded ?? 0,
      forgottenSockets: this.#forgottenSockets,
    };
  }

  onEvent(event: KernelEvent): void {
    if (event.kind === 'socket-open') this.#open(event);
    else if (event.kind === 'data') this.#data(event);
    // The socket ends here; what is learnt later about its calls still finds the edge by the exchange's endpoints.
    else if (event.kind === 'tcp-state' && event.newState === TcpState.CLOSE)
      this.#unattributed.delete(event.socket);
  }

  onExchange(exchange: Exchange): void {
    const { protocol, request, response } = exchange;
    const endNs = (response ?? request!).endNs;
    const connection = use(this.#connections, exchange.socket) ?? this.#attribute(exchange, endNs);
    let total = connection.totals.protocols.get(protocol);
    if (total === undefined) {
      total = { requests: 0, errors: 0, incomplete: 0, durationSumNs: 0, durationMaxNs: 0 };
      connection.totals.protocols.set(protocol, total);
    }
    const delta = this.#delta(connection, protocol, endNs);
    const durationNs =
      request === null || response === null ? null : Math.max(0, response.endNs - request.startNs);
    const add = (calls: CallCounts) => {
      calls.requests++;
      if (exchange.status === 'error') calls.errors++;
      calls.durationSumNs += durationNs ?? 0;
    };
    add(total);
    if (delta !== null) add(delta);
    if (exchange.incomplete !== null) total.incomplete++;
    if (durationNs !== null) {
      total.durationMaxNs = Math.max(total.durationMaxNs, durationNs);
      if (delta !== null) addDuration(delta.durations, durationNs);
    }
  }

  #open(event: SocketOpen): void {
    if (event.family === 'other' || event.family === 'unix') return;
    if (event.cause === 'first-use') {
      if (this.#connections.has(event.socket)) return;
      this.#remember(this.#unattributed, event.socket, { open: event, sentBytes: 0, receivedBytes: 0 });
      return;
    }
    const failed = isFailure(event) ? 1 : 0;
    const known = use(this.#connections, event.socket);
    if (known !== undefined) {
      // connect() again on a socket that was in progress, or a record repeated because the program forgot the socket.
      if (failed === 1) this.#count(known, event.exitNs, { failedConnections: 1 });
      return;
    }
    const side = event.cause === 'connect' ? 'client' : 'server';
    const [client, server] = side === 'client' ? [event.local, event.remote] : [event.remote, event.local];
    const connection = this.#connect(event.socket, { process: processOf(event), side, client, server });
    this.#count(connection, event.exitNs, { connections: 1, failedConnections: failed });
  }

  #data(event: DataEvent): void {
    const connection = use(this.#connections, event.socket);
    if (connection !== undefined) {
      const isRequest = (event.direction === 'send') === (connection.side === 'client');
      this.#count(
        connection,
        event.exitNs,
        isRequest ? { requestBytes: event.length } : { responseBytes: event.length },
      );
      return;
    }
    const unattributed = use(this.#unattributed, event.socket);
    if (unattributed === undefined) return;
    if (event.direction === 'send') unattributed.sentBytes += event.length;
    else unattributed.receivedBytes += event.length;
  }

  /** An exchange says which end is the client where no connect or accept did. */
  #attribute(exchange: Exchange, timeNs: number): Connection {
    const { socket, side, client, server } = exchange;
    const earlier = this.#unattributed.get(socket);
    this.#unattributed.delete(socket);
    const [requestBytes, responseBytes] =
      side === 'client'
        ? [earlier?.sentBytes, earlier?.receivedBytes]
        : [earlier?.receivedBytes, earlier?.sentBytes];
    const process = processOf({ ...exchange, node: socket.node });
    const connection = this.#connect(socket, { process, side, client, server });
    this.#count(connection, timeNs, {
      connections: 1,
      requestBytes: requestBytes ?? 0,
      responseBytes: responseBytes ?? 0,
    });
    return connection;
  }

  #count(connection: Connection, timeNs: number, added: Partial<TrafficCounts>): void {
    const add = (counts: TrafficCounts) => {
      counts.connections += added.connections ?? 0;
      counts.failedConnections += added.failedConnections ?? 0;
      counts.requestBytes += added.requestBytes ?? 0;
      counts.responseBytes += added.responseBytes ?? 0;
    };
    add(connection.totals);
    const delta = this.#delta(connection, '', timeNs);
    if (delta !== null) add(delta);
  }

  #delta({ end }: Connection, protocol: ProtocolName | '', timeNs: number) {
    return end === null || this.#deltas === null ? null : this.#deltas.at(end, protocol, timeNs);
  }

  #connect(
    socket: SocketId,
    call: {
      readonly process: ProcessRef;
      readonly side: 'client' | 'server';
      readonly client: Endpoint;
      readonly server: Endpoint;
    },
  ): Connection {
    const own = this.#names.ofProcess(call.process);
    const nameOf = (endpoint: Endpoint) =>
      this.#names.ofEndpoint(endpoint) ?? (endpoint.address || '(unknown)');
    const edge: EdgeIdentity = {
      client: (call.side === 'client' ? own : null) ?? nameOf(call.client),
      server: (call.side === 'server' ? own : null) ?? nameOf(call.server),
      serverPort: call.server.port,
      side: call.side,
    };
    const end = this.#deltas?.end(edge, call.process) ?? null;
    const connection: Connection = { totals: this.#totals(edge), side: call.side, end };
    this.#remember(this.#connections, socket, connection);
    return connection;
  }

  #totals(edge: EdgeIdentity): Edge {
    const known = this.#edges.get(edgeKey(edge));
    if (known !== undefined) return known;
    let identity = edge;
    if (this.#edges.size >= this.#maxEdges) {
      this.#foldedEdges++;
      identity = withOtherPeer(edge);
      const other = this.#edges.get(edgeKey(identity));
      if (other !== undefined) return other;
    }
    const totals: Edge = {
      ...identity,
      connections: 0,
      failedConnections: 0,
      requestBytes: 0,
      responseBytes: 0,
      protocols: new Map(),
    };
    this.#edges.set(edgeKey(identity), totals);
    return totals;
  }

  /** Forgets the socket that was used longest ago when a table is full. */
  #remember<Value>(table: Map<SocketId, Value>, socket: SocketId, value: Value): void {
    if (table.size >= SOCKET_CAPACITY) {
      const [oldest] = table.keys();
      table.delete(oldest!);
      this.#forgottenSockets++;
    }
    table.set(socket, value);
  }
}

/** What is known of a socket, which is used by this: tables are kept in the order of last use. */
function use<Value>(table: Map<SocketId, Value>, socket: SocketId): Value | undefined {
  const value = table.get(socket);
  if (value === undefined) return undefined;
  table.delete(socket);
  table.set(socket, value);
  return value;
}

/** A connect() that is not over yet, or was over before, did not fail. */
const isFailure = ({ error }: SocketOpen) => !CONNECT_GOES_ON.has(error);

/** A copy, so that a connection does not keep the whole event. */
const processOf = ({ node, tgid, cgroupId }: ProcessRef): ProcessRef => ({ node, tgid, cgroupId });
