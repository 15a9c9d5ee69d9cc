/** Network namespaces: addresses, bound ports and connections of the sockets in them. */

import { formatAddress, parseAddress } from '../../../model/address.ts';
import type { Netns as NetnsHandle } from '../contract.ts';
import type { Kernel } from '../kernel.ts';
import { writePointer } from '../memory/words.ts';
import { addressKey, type InetAddress } from './address.ts';
import { isAny, isLoopback, unmapped } from './ip.ts';

/** net.ipv4.ip_local_port_range. */
const FIRST_EPHEMERAL_PORT = 32768;
const LAST_EPHEMERAL_PORT = 60999;
/** TCP_TIMEWAIT_LEN: how long a connection's addresses stay taken after it closed. */
const TIME_WAIT_NS = 60e9;

/** What a namespace must know of a socket to keep others off its address. */
export interface Bound {
  readonly local: InetAddress;
  readonly reuseAddress: boolean;
  readonly listening: boolean;
}

type Transport = 'tcp' | 'udp';

export class Netns implements NetnsHandle {
  readonly kernel: Kernel;
  readonly inode: number;
  readonly addresses: readonly string[];
  /** `struct net`. */
  readonly offset: number;
  /** `struct nsproxy` of the processes in it. */
  readonly nsproxy: number;
  readonly #own: readonly Uint8Array[];
  readonly #bound: Readonly<Record<Transport, Map<number, Set<Bound>>>> = { tcp: new Map(), udp: new Map() };
  /** TCP connections by addresses; a number is the end of its TIME_WAIT, ns. */
  readonly #connections = new Map<string, 'open' | number>();
  #nextPort: number;

  /** @throws RangeError if an address is none */
  constructor(kernel: Kernel, addresses: readonly string[], inode: number) {
    this.kernel = kernel;
    this.inode = inode;
    this.#own = addresses.map((text) => {
      const bytes = parseAddress(text);
      if (bytes === null)
        throw new RangeError(`Cannot add network namespace: "${text}" is not an IP address`);
      return unmapped(bytes);
    });
    this.addresses = this.#own.map(formatAddress);
    const { memory, fields } = kernel;
    this.offset = memory.alloc(fields.net.bytes);
    this.nsproxy = memory.alloc(fields.nsproxy.bytes);
    memory.view.setUint32(this.offset + fields.net.inode, inode, true);
    writePointer(memory.view, this.nsproxy + fields.nsproxy.net, this.offset);
    this.#nextPort = FIRST_EPHEMERAL_PORT + kernel.random.below(LAST_EPHEMERAL_PORT - FIRST_EPHEMERAL_PORT);
  }

  /** Whether a socket here can have this address. */
  has(bytes: Uint8Array): boolean {
    if (isAny(bytes) || isLoopback(bytes)) return true;
    return this.addresses.includes(formatAddress(bytes));
  }

  /** The address a packet to `destination` leaves from; null if the namespace has none of that family. */
  sourceFor(destination: Uint8Array): Uint8Array | null {
    if (isLoopback(destination) || this.addresses.includes(formatAddress(destination))) return destination;
    return this.#own.find((own) => own.length === destination.length) ?? null;
  }

  /** The namespace that has an address, as seen from here: loopback is always one's own; null for nobody. */
  route(destination: Uint8Array): Netns | null {
    if (isLoopback(destination) || this.addresses.includes(formatAddress(destination))) return this;
    return this.kernel.network.ownerOf(destination);
  }

  /** Whether bind() may give this address to a socket. */
  isFree(transport: Transport, wanted: InetAddress, reuseAddress: boolean): boolean {
    for (const other of this.#bound[transport].get(wanted.port) ?? []) {
      const clash =
        isAny(other.local.bytes) || isAny(wanted.bytes) || sameBytes(other.local.bytes, wanted.bytes);
      const shared = reuseAddress && other.reuseAddress && !other.listening;
      if (clash && !shared) return false;
    }
    return true;
  }

  bind(transport: Transport, socket: Bound): void {
    const { port } = socket.local;
    const sockets = this.#bound[transport].get(port);
    if (sockets === undefined) this.#bound[transport].set(port, new Set([socket]));
    else sockets.add(socket);
  }

  unbind(transport: Transport, socket: Bound): void {
    const sockets = this.#bound[transport].get(socket.local.port);
    sockets?.delete(socket);
    if (sockets?.size === 0) this.#bound[transport].delete(socket.local.port);
  }

  /** Sockets bound to a port, whatever their address. */
  boundTo(transport: Transport, port: number): Iterable<Bound> {
    return this.#bound[transport].get(port) ?? [];
  }

  /** A port that `isTaken` does not refuse, from the range for outgoing connections; 0 if there is none left. */
  ephemeralPort(isTaken: (port: number) => boolean): number {
    const ports = LAST_EPHEMERAL_PORT - FIRST_EPHEMERAL_PORT + 1;
    for (let tried = 0; tried < ports; tried++) {
      const port = this.#nextPort;
      this.#nextPort = port === LAST_EPHEMERAL_PORT ? FIRST_EPHEMERAL_PORT : port + 1;
      if (!isTaken(port)) return port;
    }
    return 0;
  }

  /** Takes the addresses of a TCP connection. @returns false if another has them (one in TIME_WAIT gives way) */
  connect(local: InetAddress, remote: InetAddress): boolean {
    const key = connectionKey(local, remote);
    if (this.#connections.get(key) === 'open') return false;
    this.#connections.set(key, 'open');
    return true;
  }

  /** Whether a new connection should rather not use these addresses. */
  isConnected(local: InetAddress, remote: InetAddress): boolean {
    const key = connectionKey(local, remote);
    const state = this.#connections.get(key);
    if (typeof state === 'number' && state <= this.kernel.clock.nowNs) this.#connections.delete(key);
    return this.#connections.has(key);
  }

  disconnect(local: InetAddress, remote: InetAddress, timeWait: boolean): void {
    const key = connectionKey(local, remote);
    if (timeWait) this.#connections.set(key, this.kernel.clock.nowNs + TIME_WAIT_NS);
    else this.#connections.delete(key);
  }
}

const connectionKey = (local: InetAddress, remote: InetAddress) =>
  `${addressKey(local)} ${addressKey(remote)}`;

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
