/** The protocol engine: kernel events in, exchanges out. Connections are kernel sockets, seen from one end each. */
import type { Ledger } from '@sonde/ledger';
import {
  type DataEvent,
  type Direction,
  EventFlag,
  type KernelEvent,
  type ProcessExit,
  type SocketClose,
  type SocketOpen,
  type TcpStateChange,
} from '../../model/events.ts';
import type { Exchange, OpenRequest } from '../../model/exchange.ts';
import { CONNECT_GOES_ON, type SocketId, TcpState } from '../../model/socket.ts';
import type { Protocol } from '../protocol.ts';
import { protocols } from '../registry.ts';
import { Books } from './books.ts';
import { Connection, type ConnectionContext } from './connection.ts';
import { DEFAULT_LIMITS, type EngineLimits } from './limits.ts';

export interface EngineOptions {
  /** Gets the stages "streams", "messages" and "exchanges". */
  readonly ledger: Ledger;
  /** A request's head was read. Each is followed, once, by its onExchange() or its onWithdrawn(). */
  onRequest?(request: OpenRequest): void;
  /** Called as soon as an exchange is complete, or known never to be. */
  onExchange(exchange: Exchange, request: OpenRequest): void;
  /** What looked like a request was none, or nobody can tell: there will be no exchange. */
  onWithdrawn?(request: OpenRequest): void;
  /**
   * The bytes of a flow before `untilPosition` (low 32 bits, at most 1 GiB ahead) belong to a body that no parser
   * reads: the kernel need not copy them. Said again where it still holds further on.
   */
  onSkip?(socket: SocketId, direction: Direction, untilPosition: number): void;
  readonly limits?: Partial<EngineLimits>;
  /** Default: all of the registry. */
  readonly protocols?: readonly Protocol[];
}

export class ProtocolEngine {
  readonly #books: Books;
  readonly #limits: EngineLimits;
  readonly #context: ConnectionContext;
  /** In the order of their last data: the first has been idle for longest. */
  readonly #connections = new Map<SocketId, Connection>();
  /** Sockets that were closed: what still comes from them came too late. */
  readonly #closed = new WeakSet<SocketId>();
  /** Connections with held bytes, the first since longest. */
  readonly #holding = new Map<Connection, number>();
  #heldBytes = 0;
  /** Connections by the processes that moved bytes through them. */
  readonly #usedBy = new Map<string, Set<Connection>>();
  /** Connections that peer or process have left. */
  readonly #left = new Set<Connection>();
  /** Connections whose last descriptor is gone, with the time of that: the state that the close leads to is due. */
  readonly #closing = new Map<Connection, number>();

  constructor(options: EngineOptions) {
    this.#books = new Books(options.ledger);
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#context = {
      books: this.#books,
      limits: this.#limits,
      protocols: options.protocols ?? Object.values(protocols),
      onRequest: (request) => options.onRequest?.(request),
      onExchange: (exchange, request) => options.onExchange(exchange, request),
      onWithdrawn: (request) => options.onWithdrawn?.(request),
      onSkip: (socket, direction, untilPosition) => options.onSkip?.(socket, direction, untilPosition),
    };
  }

  /** Events come in order of time; within one flow small disorder is put right by position. */
  onEvent(event: KernelEvent): void {
    switch (event.kind) {
      case 'data':
        this.#onData(event);
        break;
      case 'socket-open':
        this.#onOpen(event);
        break;
      case 'socket-close':
        this.#onClose(event);
        break;
      case 'tcp-state':
        this.#onTcpState(event);
        break;
      case 'process-exit':
        this.#onExit(event);
        break;
    }
  }

  /** Lets time pass: what was waited for long enough counts as lost. `nowNs`: monotonic, as in the events. */
  advance(nowNs: number): void {
    for (const connection of this.#holding.keys()) {
      const sinceNs = connection.waitingSinceNs;
      if (sinceNs === null || nowNs - sinceNs < this.#limits.reorderNs) continue;
      connection.skipGaps();
      this.#noteHeld(connection);
    }
    for (const [connection, sinceNs] of this.#closing) {
      if (nowNs - sinceNs >= this.#limits.lingerNs) this.#finishClosed(connection);
    }
    for (const connection of this.#left) {
      if (connection.isInUse) this.#left.delete(connection);
      else if (nowNs - connection.lastNs >= this.#limits.lingerNs) this.#finish(connection, true);
    }
    for (const connection of this.#connections.values()) {
      if (nowNs - connection.lastNs < this.#limits.idleNs) break;
      connection.giveUpWaiting('timed out');
      this.#noteHeld(connection);
      this.#touch(connection, nowNs);
    }
  }

  /** The end: reports everything that is still open. */
  flush(nowNs: number): void {
    this.advance(nowNs);
    for (const connection of [...this.#connections.values()])
      this.#finish(connection, this.#left.has(connection) || this.#closing.has(connection));
  }

  #onData(event: DataEvent): void {
    this.#books.bytesTaken(event.length);
    if ((event.flags & EventFlag.DATAGRAM) !== 0) {
      this.#books.bytesDropped('datagram', event.length);
      return;
    }
    if (this.#closed.has(event.socket)) {
      this.#books.bytesDropped('after_end', event.length);
      return;
    }
    const connection = this.#connectionOf(event.socket, event.exitNs);
    this.#noteUser(connection, event);
    connection.data(event);
    this.#touch(connection, connection.lastNs);
    this.#noteHeld(connection);
    this.#keepWithinLimits();
  }

  #onOpen(event: SocketOpen): void {
    if (event.type === 'datagram') return;
    const known = this.#connections.get(event.socket);
    if (event.cause === 'connect' && !CONNECT_GOES_ON.has(event.error)) {
      if (known !== undefined) this.#finish(known, true);
      return;
    }
    if (known !== undefined && this.#closing.has(known)) this.#finishClosed(known);
    else if (known?.isOther(event)) this.#finish(known, true);
    this.#closed.delete(event.socket);
    this.#connectionOf(event.socket, event.exitNs).opened(event);
    this.#keepWithinLimits();
  }

  #onClose(event: SocketClose): void {
    const connection = this.#connections.get(event.socket);
    if (connection === undefined) return;
    if (event.cause === 'close') {
      // While another descriptor is there (fork, dup), its owner goes on.
      if ((event.flags & EventFlag.LAST_REFERENCE) === 0) return;
      connection.close(event);
      // A close is recorded before what it does: the state that follows tells whether it sent a FIN or a reset.
      const followsState = event.positions !== undefined && !connection.hasEndedSending;
      if (followsState) this.#closing.set(connection, event.exitNs);
      else this.#finishClosed(connection);
      return;
    }
    if (event.cause !== 'shutdown-read') connection.shutDown('send', event.exitNs);
    if (event.cause !== 'shutdown-write') connection.shutDown('receive', event.exitNs);
    this.#noteHeld(connection);
  }

  #onTcpState(event: TcpStateChange): void {
    const connection = this.#connections.get(event.socket);
    if (connection === undefined) return;
    connection.tcpState(event);
    this.#noteHeld(connection);
    if (this.#closing.has(connection) && connection.hasEndedSending) {
      this.#finishClosed(connection);
      return;
    }
    if (event.newState === TcpState.CLOSE) this.#leave(connection, event.exitNs);
  }

  /** The last descriptor is gone: nothing that comes now is about this connection. */
  #finishClosed(connection: Connection): void {
    this.#finish(connection, true);
    this.#closed.add(connection.socket);
  }

  #leave(connection: Connection, nowNs: number): void {
    this.#touch(connection, nowNs);
    this.#left.add(connection);
  }

  #onExit(event: ProcessExit): void {
    const key = processKey(event);
    const used = this.#usedBy.get(key);
    this.#usedBy.delete(key);
    for (const connection of used ?? []) {
      if (connection.userLeft(event.tgid, event.exitNs)) this.#leave(connection, event.exitNs);
    }
  }

  #noteUser(connection: Connection, event: DataEvent): void {
    if (connection.users.has(event.tgid)) return;
    const key = processKey(event);
    const used = this.#usedBy.get(key);
    if (used === undefined) this.#usedBy.set(key, new Set([connection]));
    else used.add(connection);
  }

  #connectionOf(socket: SocketId, nowNs: number): Connection {
    let connection = this.#connections.get(socket);
    if (connection === undefined) {
      connection = new Connection(socket, this.#context, nowNs);
      this.#connections.set(socket, connection);
    }
    return connection;
  }

  /** Makes it the last to be taken for idle. */
  #touch(connection: Connection, nowNs: number): void {
    connection.lastNs = Math.max(connection.lastNs, nowNs);
    this.#connections.delete(connection.socket);
    this.#connections.set(connection.socket, connection);
  }

  #noteHeld(connection: Connection): void {
    const before = this.#holding.get(connection) ?? 0;
    const now = connection.heldBytes;
    if (now === before) return;
    this.#heldBytes += now - before;
    if (now === 0) this.#holding.delete(connection);
    else this.#holding.set(connection, now);
  }

  #keepWithinLimits(): void {
    if (this.#heldBytes > this.#limits.maxTotalBytes) {
      for (const connection of this.#holding.keys()) {
        connection.shed();
        this.#noteHeld(connection);
        if (this.#heldBytes <= this.#limits.maxTotalBytes) break;
      }
    }
    if (this.#connections.size > this.#limits.maxConnections) {
      for (const oldest of this.#connections.values()) {
        this.#finish(oldest, false);
        break;
      }
    }
  }

  #finish(connection: Connection, hasEnded: boolean): void {
    connection.finish(hasEnded);
    for (const tgid of connection.users) {
      const key = processKey({ node: connection.socket.node, tgid });
      const used = this.#usedBy.get(key);
      if (used?.delete(connection) && used.size === 0) this.#usedBy.delete(key);
    }
    this.#connections.delete(connection.socket);
    this.#left.delete(connection);
    this.#closing.delete(connection);
    this.#noteHeld(connection);
  }
}

const processKey = ({ node, tgid }: { readonly node: string; readonly tgid: number }): string =>
  `${node}/${tgid}`;
