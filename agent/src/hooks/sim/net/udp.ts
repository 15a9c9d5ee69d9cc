/** UDP sockets: datagrams with their boundaries, connected or not. */
import type { SystemCall } from '../calls/call.ts';
import {
  AF_INET6,
  Errno,
  IPPROTO_UDP,
  MSG_PEEK,
  MSG_TRUNC,
  POLLERR,
  POLLIN,
  POLLOUT,
  SHUT_WR,
  SOCK_DGRAM,
} from '../uapi.ts';
import { addressKey, encodeInetAddress, type InetAddress } from './address.ts';
import { InetSocket } from './inet-socket.ts';
import { isAny } from './ip.ts';
import type { Netns } from './netns.ts';
import type { Path } from './network.ts';
import { accepts } from './tcp.ts';

/** Most payload of a datagram: 65535 less the headers of IP and UDP. */
const MAX_DATAGRAM_BYTES = 65507;
/** net.core.rmem_default. */
const RECEIVE_BUFFER_BYTES = 212_992;

interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: InetAddress;
}

export class UdpSocket extends InetSocket {
  override readonly transport = 'udp';
  override readonly listening = false;
  readonly #queue: Datagram[] = [];
  #queuedBytes = 0;
  #error = 0;
  #receiveShut = false;
  /** To the destination of the last datagram: most sockets have one. */
  #path: { readonly target: Netns; readonly path: Path } | null = null;

  constructor(netns: Netns, family: number) {
    super(netns, {
      family,
      type: SOCK_DGRAM,
      protocol: IPPROTO_UDP,
      structBytes: netns.kernel.fields.udp.bytes,
    });
  }

  override connect(_call: SystemCall, address: Uint8Array): number {
    const remote = this.decode(address);
    if (typeof remote === 'number') return remote;
    const source = this.#sourceFor(remote);
    if (typeof source === 'number') return source;
    this.releasePort();
    this.setLocal({ bytes: source, port: this.local.port || this.#freePort() });
    this.hold();
    this.setRemote(remote);
    return 0;
  }

  override send(call: SystemCall): number {
    if (this.#error !== 0) return -this.takeError();
    const named = call.message.address;
    const to = named === null ? this.remote : this.decode(named);
    if (to === null) return -Errno.EDESTADDRREQ;
    if (typeof to === 'number') return to;
    if (call.buffer.bytes > MAX_DATAGRAM_BYTES) return -Errno.EMSGSIZE;
    const source = this.#sourceFor(to);
    if (typeof source === 'number') return source;
    if (!this.isBound) {
      this.setLocal({ ...this.anyAddress, port: this.#freePort() });
      this.hold();
    }
    const bytes = call.buffer.copyIn(0, call.buffer.bytes);
    if (bytes === null) return -Errno.EFAULT;
    this.#dispatch({ bytes, from: { bytes: source, port: this.local.port } }, to);
    return bytes.length;
  }

  override receive(call: SystemCall): number {
    if (this.#error !== 0) return -this.takeError();
    const first = this.#queue[0];
    if (first === undefined) return this.#receiveShut ? 0 : call.waitOrAgain(this.waiters);
    const bytes = Math.min(call.buffer.bytes, first.bytes.length);
    if (!call.buffer.copyOut(0, first.bytes.subarray(0, bytes))) return -Errno.EFAULT;
    if ((call.flags & MSG_PEEK) === 0) {
      this.#queue.shift();
      this.#queuedBytes -= first.bytes.length;
    }
    call.message.address = encodeInetAddress(first.from, this.kind.family);
    // What does not fit is lost; recvmsg() says so, and MSG_TRUNC asks for the full length.
    if (bytes < first.bytes.length) call.message.flags |= MSG_TRUNC;
    return (call.flags & MSG_TRUNC) === 0 ? bytes : first.bytes.length;
  }

  override shutdown(how: number): number {
    if (this.remote === null) return -Errno.ENOTCONN;
    if (how !== SHUT_WR) this.#receiveShut = true;
    this.waiters.wake();
    return 0;
  }

  override room(): number {
    return this.remote === null ? -Errno.EDESTADDRREQ : MAX_DATAGRAM_BYTES;
  }

  override append(bytes: Uint8Array): void {
    if (this.remote !== null) this.#dispatch({ bytes, from: this.local }, this.remote);
  }

  override take(): number {
    return -Errno.EINVAL;
  }

  override poll(): number {
    return (
      POLLOUT | (this.#queue.length > 0 || this.#receiveShut ? POLLIN : 0) | (this.#error === 0 ? 0 : POLLERR)
    );
  }

  override takeError(): number {
    const error = this.#error;
    this.#error = 0;
    return error;
  }

  override release(): void {
    this.releasePort();
    this.orphan();
    this.freeSock();
  }

  /** @returns bytes of the source address, or -errno */
  #sourceFor(to: InetAddress): Uint8Array | number {
    if (!isAny(this.local.bytes)) return this.local.bytes;
    return this.netns.sourceFor(to.bytes) ?? -Errno.ENETUNREACH;
  }

  #freePort(): number {
    return this.netns.ephemeralPort((port) => !this.netns.isFree('udp', { ...this.local, port }, false));
  }

  #dispatch(datagram: Datagram, to: InetAddress): void {
    const target = this.netns.route(to.bytes);
    if (target === null) return; // nobody there: lost, as datagrams may be
    if (this.#path?.target !== target)
      this.#path = { target, path: this.kernel.network.path(this.netns, target) };
    this.#path.path.send(() => {
      const receiver = findReceiver(target, to, datagram.from);
      if (receiver !== null) receiver.#enqueue(datagram);
      else this.#onUnreachable(target, to);
    });
  }

  #enqueue(datagram: Datagram): void {
    if (this.#queuedBytes + datagram.bytes.length > RECEIVE_BUFFER_BYTES) return;
    this.#queue.push(datagram);
    this.#queuedBytes += datagram.bytes.length;
    this.waiters.wake();
  }

  /** ICMP says that nobody listens; a connected socket hears it. */
  #onUnreachable(from: Netns, to: InetAddress): void {
    this.kernel.network.path(from, this.netns).send(() => {
      if (this.remote === null || this.freed || addressKey(this.remote) !== addressKey(to)) return;
      this.#error = Errno.ECONNREFUSED;
      this.waiters.wake();
    });
  }
}

/** The socket that hears a datagram: connected to the sender, else bound to the address, else to any. */
function findReceiver(target: Netns, to: InetAddress, from: InetAddress): UdpSocket | null {
  let best: UdpSocket | null = null;
  let bestScore = 0;
  for (const bound of target.boundTo('udp', to.port)) {
    if (!(bound instanceof UdpSocket) || !accepts(bound, to)) continue;
    if (bound.remote !== null && addressKey(bound.remote) !== addressKey(from)) continue;
    const score =
      1 +
      (bound.remote === null ? 0 : 4) +
      (isAny(bound.local.bytes) ? 0 : 2) +
      (bound.kind.family === AF_INET6 ? 0 : 1);
    if (score > bestScore) {
      best = bound;
      bestScore = score;
    }
  }
  return best;
}
