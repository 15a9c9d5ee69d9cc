/**
 * How the conversations of a capture come to be: a server that listens at each endpoint that was connected to, a
 * client thread for each connection, and connections in mid-stream that are simply there.
 */
import type { Call, IpEndpoint, Os } from '../../../hooks/sim/contract.ts';
import {
  AF_INET,
  AF_INET6,
  Errno,
  SO_REUSEADDR,
  SOCK_STREAM,
  SOL_SOCKET,
  SOMAXCONN,
} from '../../../hooks/sim/uapi.ts';
import { formatEndpoint, formatIpv4, formatIpv6 } from '../../../model/address.ts';
import { endpointsKey, type ReplayPlan } from '../plan.ts';
import type { Conversation } from '../tcp/script.ts';
import type { ReplayProgress } from './progress.ts';
import { StreamEnd, type StreamEndOptions } from './stream-end.ts';

const SYS_ACCEPT4 = 288;
const SYS_SETSOCKOPT = 54;
const SOCKADDR_IN6_BYTES = 28;

/** One conversation on its way. */
export interface Connection {
  readonly conversation: Conversation;
  readonly index: number;
  /** The connection before it between the same endpoints: it must have gone from the kernel first. */
  readonly previous: Connection | null;
  /** The client has called connect(), with whatever success. */
  hasTried: boolean;
  /** Ends that have not closed their socket. */
  nOpenEnds: number;
}

/** Waits for a state of another thread: 1, 2, 4, ... us, about a second in all, so that nothing waits for ever. */
export function* waitFor(os: Os, isReached: () => boolean): Call<boolean> {
  for (let waitNs = 1000; waitNs < 1e9; waitNs *= 2) {
    if (isReached()) return true;
    yield* os.sleep(waitNs);
  }
  return isReached();
}

/** The connection before it between the same endpoints must have gone from the kernel. */
export function* waitForPrevious(os: Os, { previous }: Connection): Call<void> {
  if (previous !== null) yield* waitFor(os, () => previous.nOpenEnds === 0);
}

/** A socket bound to the endpoint that the capture has. @returns the descriptor, or -errno */
export function* boundSocket(os: Os, type: number, endpoint: IpEndpoint): Call {
  const fd = yield* os.socket(endpoint.address.includes(':') ? AF_INET6 : AF_INET, type);
  if (fd < 0) return fd;
  const enabled = os.alloc(4);
  os.poke(enabled, Uint8Array.of(1, 0, 0, 0));
  // The capture may use the endpoint again at once.
  yield* os.syscall(SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_REUSEADDR, enabled, 4);
  os.free(enabled);
  const bound = yield* os.bind(fd, endpoint);
  if (bound >= 0) return fd;
  yield* os.close(fd);
  return bound;
}

/** The server at one endpoint: accepts what was accepted there, and does not listen while a connection was refused. */
export class Listener {
  isListening = false;
  readonly #endpoint: IpEndpoint;
  /** By the time of their first packets. */
  readonly #connections: readonly Connection[];
  /** Not accepted yet, by the client's endpoint; the same one can connect more than once. */
  readonly #expected = new Map<string, Connection[]>();
  #nExpected = 0;
  readonly #progress: ReplayProgress;
  readonly #serve: (connection: Connection, fd: number) => void;

  constructor(
    endpoint: IpEndpoint,
    connections: readonly Connection[],
    progress: ReplayProgress,
    serve: (connection: Connection, fd: number) => void,
  ) {
    this.#endpoint = endpoint;
    this.#connections = connections;
    this.#progress = progress;
    this.#serve = serve;
  }

  /** The client could not connect: nobody waits for it any more. */
  forget(connection: Connection): void {
    const waiting = this.#expected.get(formatEndpoint(connection.conversation.a)) ?? [];
    const at = waiting.indexOf(connection);
    if (at < 0) return;
    waiting.splice(at, 1);
    this.#nExpected--;
  }

  *run(os: Os): Call<void> {
    for (let at = 0; at < this.#connections.length; ) {
      const connection = this.#connections[at]!;
      if (connection.conversation.opening === 'refused') {
        yield* waitForTime(os, connection.conversation.openedNs);
        yield* waitFor(os, () => connection.hasTried);
        at++;
        continue;
      }
      let end = at;
      while (this.#connections[end]?.conversation.opening === 'handshake') end++;
      const failed = yield* this.#acceptAll(
        os,
        this.#connections.slice(at, end),
        end === this.#connections.length,
      );
      if (failed < 0) {
        this.#progress.fault(`${formatEndpoint(this.#endpoint)}: cannot listen: error ${-failed}`);
        return;
      }
      at = end;
    }
  }

  *#acceptAll(os: Os, connections: readonly Connection[], isLast: boolean): Call {
    const fd = yield* boundSocket(os, SOCK_STREAM, this.#endpoint);
    if (fd < 0) return fd;
    const listening = yield* os.listen(fd, SOMAXCONN);
    if (listening < 0) return listening;
    for (const connection of connections) {
      const key = formatEndpoint(connection.conversation.a);
      this.#expected.set(key, [...(this.#expected.get(key) ?? []), connection]);
    }
    this.#nExpected = connections.length;
    this.isListening = true;
    const address = os.alloc(SOCKADDR_IN6_BYTES + 4);
    const addressBytes = address + BigInt(SOCKADDR_IN6_BYTES);
    while (this.#nExpected > 0) {
      os.poke(addressBytes, Uint8Array.of(SOCKADDR_IN6_BYTES, 0, 0, 0));
      const accepted = yield* os.syscall(SYS_ACCEPT4, fd, address, addressBytes, 0);
      if (accepted < 0) return accepted;
      const peer = endpointOf(os.peek(address, SOCKADDR_IN6_BYTES));
      const connection = this.#expected.get(formatEndpoint(peer))?.shift();
      if (connection === undefined) continue;
      this.#nExpected--;
      this.#serve(connection, accepted);
    }
    os.free(address);
    // The capture does not say that the server stopped listening, unless it refused somebody next.
    if (isLast) return 0;
    this.isListening = false;
    return yield* os.close(fd);
  }
}

export interface ClientContext {
  /** Null where no host has the other address. */
  readonly listener: Listener | null;
  readonly connecting: ReplayPlan['connecting'];
  readonly end: Omit<StreamEndOptions, 'side'>;
}

/** The end that connects, from its SYN on. */
export function* runClient(os: Os, connection: Connection, context: ClientContext): Call<void> {
  const { conversation } = connection;
  const { listener, connecting, end } = context;
  const { progress } = end;
  yield* waitForTime(os, conversation.openedNs);
  yield* waitForPrevious(os, connection);
  if (listener !== null) {
    const mustListen = conversation.opening === 'handshake';
    yield* waitFor(os, () => listener.isListening === mustListen);
  }
  const fd = yield* boundSocket(os, SOCK_STREAM, conversation.a);
  if (conversation.opening === 'unanswered' && fd >= 0) yield* os.setNonBlocking(fd, true);
  connecting.set(endpointsKey(conversation.a, conversation.b), conversation);
  const result = fd < 0 ? fd : yield* os.connect(fd, conversation.b);
  connection.hasTried = true;
  switch (conversation.opening) {
    case 'handshake':
      if (result >= 0) {
        progress.opened();
        yield* new StreamEnd(os, fd, { ...end, side: 'a' }).play();
        return;
      }
      break;
    case 'refused':
      if (fd >= 0) yield* os.close(fd);
      if (result === -Errno.ECONNREFUSED) {
        progress.opened();
        return;
      }
      break;
    default:
      if (result === -Errno.EINPROGRESS) {
        progress.opened();
        return;
      }
  }
  listener?.forget(connection);
  connection.nOpenEnds = 0;
  progress.notOpened('not_played');
  progress.fault(
    `${formatEndpoint(conversation.a)} > ${formatEndpoint(conversation.b)}: cannot connect (${conversation.opening} in the capture): ` +
      `${result < 0 ? `error ${-result}` : 'it was accepted'}`,
  );
}

export function* waitForTime(os: Os, ns: number): Call<void> {
  if (ns > os.nowNs) yield* os.sleepUntil(ns);
}

/** From `struct sockaddr_in` or `sockaddr_in6`: family u16 in the machine's order, port u16 big-endian, address. */
function endpointOf(sockaddr: Uint8Array): IpEndpoint {
  const port = (sockaddr[2]! << 8) | sockaddr[3]!;
  const family = sockaddr[0]! | (sockaddr[1]! << 8);
  return {
    port,
    address: family === AF_INET6 ? formatIpv6(sockaddr.subarray(8, 24)) : formatIpv4(sockaddr.subarray(4)),
  };
}
