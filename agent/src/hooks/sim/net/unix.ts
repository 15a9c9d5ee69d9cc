/** AF_UNIX sockets: streams and datagrams between processes of one node, which may pass descriptors along. */

import { TcpState } from '../../../model/socket.ts';
import type { SystemCall } from '../calls/call.ts';
import { NO_FILES } from '../calls/call.ts';
import { writeAll } from '../files/file-object.ts';
import type { OpenFile } from '../files/open-file.ts';
import { writePointer } from '../memory/words.ts';
import {
  AF_UNIX,
  Errno,
  MSG_PEEK,
  MSG_TRUNC,
  MSG_WAITALL,
  POLLHUP,
  POLLIN,
  POLLOUT,
  SHUT_RD,
  SHUT_WR,
  SOCK_STREAM,
  SOMAXCONN,
} from '../uapi.ts';
import { decodeSocketAddress, encodeUnixAddress } from './address.ts';
import type { Netns } from './netns.ts';
import { Socket, SocketState } from './socket.ts';

/** net.core.wmem_default: what a sender may have under way. */
const BUFFER_BYTES = 212_992;

/** What one send put into the peer's queue. A stream reads on into the next one, unless files came with it. */
interface Piece {
  bytes: Uint8Array;
  readonly from: string;
  files: readonly OpenFile[];
}

export class UnixSocket extends Socket {
  #path = '';
  #peer: UnixSocket | null = null;
  readonly #queue: Piece[] = [];
  #queuedBytes = 0;
  #sendShut = false;
  #receiveShut = false;
  #listening = false;
  #closed = false;
  #backlog = 0;
  readonly #acceptQueue: UnixSocket[] = [];
  #error = 0;
  /** Files of the send in progress that have not been queued yet. */
  #passing: readonly OpenFile[] = NO_FILES;

  constructor(netns: Netns, type: number) {
    super(netns, { family: AF_UNIX, type, protocol: 0, structBytes: netns.kernel.fields.unix.bytes });
    this.#publishState(TcpState.CLOSE);
  }

  /** socketpair(). */
  static pair(netns: Netns, type: number): readonly [UnixSocket, UnixSocket] {
    const [a, b] = [new UnixSocket(netns, type).graft(), new UnixSocket(netns, type).graft()];
    a.#join(b);
    b.#join(a);
    return [a, b];
  }

  get #stream(): boolean {
    return this.kind.type === SOCK_STREAM;
  }

  override bind(address: Uint8Array): number {
    const path = unixPath(address);
    if (typeof path === 'number') return path;
    if (this.#path !== '' || path === '') return -Errno.EINVAL;
    const { unixPaths } = this.kernel;
    const key = this.#key(path);
    if (unixPaths.has(key)) return -Errno.EADDRINUSE;
    unixPaths.set(key, this);
    this.#path = path;
    return 0;
  }

  override listen(backlog: number): number {
    if (!this.#stream) return -Errno.EOPNOTSUPP;
    if (this.#path === '' || this.#peer !== null) return -Errno.EINVAL;
    this.#listening = true;
    this.#backlog = Math.min(backlog >>> 0, SOMAXCONN);
    this.#publishState(TcpState.LISTEN);
    return 0;
  }

  override connect(call: SystemCall, address: Uint8Array): number {
    const path = unixPath(address);
    if (typeof path === 'number') return path;
    const found = this.kernel.unixPaths.get(this.#key(path));
    if (found === undefined) return path.startsWith('\0') ? -Errno.ECONNREFUSED : -Errno.ENOENT;
    if (!(found instanceof UnixSocket) || found.#closed) return -Errno.ECONNREFUSED;
    if (found.kind.type !== this.kind.type) return -Errno.EPROTOTYPE;
    if (!this.#stream) {
      this.#join(found);
      return 0;
    }
    if (this.#peer !== null) return -Errno.EISCONN;
    if (!found.#listening) return -Errno.ECONNREFUSED;
    if (found.#acceptQueue.length > found.#backlog) return call.waitOrAgain(found.waiters);
    const child = new UnixSocket(found.netns, SOCK_STREAM);
    child.#path = found.#path;
    child.#join(this);
    this.#join(child);
    found.#acceptQueue.push(child);
    found.waiters.wake();
    return 0;
  }

  override accept(call: SystemCall): UnixSocket | number {
    if (!this.#stream) return -Errno.EOPNOTSUPP;
    if (!this.#listening) return -Errno.EINVAL;
    const child = this.#acceptQueue.shift();
    if (child === undefined) return call.waitOrAgain(this.waiters);
    this.waiters.wake();
    child.graft();
    child.socketState = SocketState.CONNECTED;
    return child;
  }

  override send(call: SystemCall): number {
    if (!this.#stream) return this.#sendDatagram(call);
    // Files travel with the first byte (unix(7)); from then on they are the queue's.
    this.#passing = call.message.files;
    const sent = writeAll(call, this, call.buffer.bytes, (skip, bytes) => call.buffer.copyIn(skip, bytes));
    call.message.files = this.#passing;
    this.#passing = NO_FILES;
    return sent;
  }

  override room(): number {
    if (this.#sendShut) return -Errno.EPIPE;
    const peer = this.#peer;
    if (peer === null) return -Errno.ENOTCONN;
    if (peer.#closed || peer.#receiveShut) return -Errno.EPIPE;
    return Math.max(0, BUFFER_BYTES - peer.#queuedBytes);
  }

  override append(bytes: Uint8Array): void {
    if (this.#peer === null) return;
    this.#peer.#enqueue({ bytes, from: this.#path, files: this.#passing });
    this.#passing = NO_FILES;
  }

  override receive(call: SystemCall): number {
    if (this.#listening) return -Errno.EINVAL;
    if (this.#error !== 0) return -this.takeError();
    return this.#stream ? this.#receiveStream(call) : this.#receiveDatagram(call);
  }

  override take(maxBytes: number): Uint8Array | number {
    const first = this.#queue[0];
    if (!this.#stream) return -Errno.EINVAL;
    if (first === undefined) return this.#ended ? new Uint8Array(0) : -Errno.EAGAIN;
    const taken = first.bytes.slice(0, maxBytes);
    this.#consume(taken.length);
    return taken;
  }

  override shutdown(how: number): number {
    if (this.#stream && this.#peer === null) return -Errno.ENOTCONN;
    const peer = this.#peer;
    if (how !== SHUT_RD) this.#sendShut = true;
    if (how !== SHUT_WR) this.#receiveShut = true;
    if (peer !== null && this.#stream) {
      if (how !== SHUT_RD) peer.#receiveShut = true;
      if (how !== SHUT_WR) peer.#sendShut = true;
      peer.publishShutdown(peer.#receiveShut, peer.#sendShut);
      peer.waiters.wake();
    }
    this.publishShutdown(this.#receiveShut, this.#sendShut);
    this.waiters.wake();
    return 0;
  }

  override poll(): number {
    if (this.#listening) return this.#acceptQueue.length > 0 ? POLLIN : 0;
    const hangup = this.#sendShut && this.#receiveShut ? POLLHUP : 0;
    const room = this.room();
    return (
      hangup |
      (this.#queue.length > 0 || this.#ended ? POLLIN : 0) |
      (room > 0 || this.#sendShut ? POLLOUT : 0)
    );
  }

  override takeError(): number {
    const error = this.#error;
    this.#error = 0;
    return error;
  }

  override name(): Uint8Array {
    return encodeUnixAddress(this.#path);
  }

  override peerName(): Uint8Array | number {
    return this.#peer === null ? -Errno.ENOTCONN : encodeUnixAddress(this.#peer.#path);
  }

  override release(): void {
    // A path stays until somebody unlinks it; an abstract name goes with its socket.
    const key = this.#key(this.#path);
    if (this.#path.startsWith('\0') && this.kernel.unixPaths.get(key) === this)
      this.kernel.unixPaths.delete(key);
    for (const child of this.#acceptQueue.splice(0)) {
      child.#end();
      child.freeSock();
    }
    this.#end();
    this.orphan();
    this.freeSock();
  }

  /** Tells the peer, and lets go of what was never read. */
  #end(): void {
    this.#closed = true;
    const peer = this.#peer;
    const unread = this.#queue.length > 0;
    for (const piece of this.#queue.splice(0)) for (const file of piece.files) file.drop();
    if (peer !== null && !peer.#closed) {
      if (peer.#peer === this && this.#stream) {
        peer.#receiveShut = true;
        peer.#sendShut = true;
        if (unread) peer.#error = Errno.ECONNRESET;
        peer.publishShutdown(true, true);
      }
      if (peer.#peer === this) peer.#publishPeer(0);
      peer.waiters.wake();
    }
    this.waiters.wake();
  }

  #sendDatagram(call: SystemCall): number {
    const named = call.message.address;
    let to = this.#peer;
    if (named !== null) {
      const path = unixPath(named);
      if (typeof path === 'number') return path;
      const found = this.kernel.unixPaths.get(this.#key(path));
      if (found === undefined) return -Errno.ENOENT;
      if (!(found instanceof UnixSocket) || found.kind.type !== this.kind.type) return -Errno.EPROTOTYPE;
      to = found;
    }
    if (to === null) return -Errno.ENOTCONN;
    if (to.#closed) return -Errno.ECONNREFUSED;
    if (call.buffer.bytes > BUFFER_BYTES) return -Errno.EMSGSIZE;
    if (to.#queuedBytes + call.buffer.bytes > BUFFER_BYTES) return call.waitOrAgain(to.waiters);
    const bytes = call.buffer.copyIn(0, call.buffer.bytes);
    if (bytes === null) return -Errno.EFAULT;
    to.#enqueue({ bytes, from: this.#path, files: call.message.files });
    call.message.files = NO_FILES;
    return bytes.length;
  }

  #receiveDatagram(call: SystemCall): number {
    const first = this.#queue[0];
    if (first === undefined) return this.#receiveShut ? 0 : call.waitOrAgain(this.waiters);
    const bytes = Math.min(call.buffer.bytes, first.bytes.length);
    if (!call.buffer.copyOut(0, first.bytes.subarray(0, bytes))) return -Errno.EFAULT;
    call.message.address = encodeUnixAddress(first.from);
    if (bytes < first.bytes.length) call.message.flags |= MSG_TRUNC;
    if ((call.flags & MSG_PEEK) === 0) {
      call.message.files = first.files;
      this.#queue.shift();
      this.#queuedBytes -= first.bytes.length;
      this.waiters.wake();
    }
    return (call.flags & MSG_TRUNC) === 0 ? bytes : first.bytes.length;
  }

  #receiveStream(call: SystemCall): number {
    if (this.#peer === null) return -Errno.EINVAL;
    const wanted = call.buffer.bytes;
    const peek = (call.flags & MSG_PEEK) !== 0;
    let filesCame = false;
    for (let index = 0; call.progress < wanted && !filesCame; ) {
      const piece = this.#queue[index];
      // A piece that brings files ends the read before it, so that they come with its first byte.
      if (piece === undefined || (call.progress > 0 && piece.files.length > 0)) break;
      const bytes = Math.min(wanted - call.progress, piece.bytes.length);
      if (!call.buffer.copyOut(call.progress, piece.bytes.subarray(0, bytes)))
        return call.failed(-Errno.EFAULT);
      call.progress += bytes;
      if (peek) {
        index++;
        continue;
      }
      filesCame = piece.files.length > 0;
      if (filesCame) call.message.files = piece.files;
      piece.files = NO_FILES;
      this.#consume(bytes);
    }
    const all = (call.flags & MSG_WAITALL) !== 0 && !peek && !filesCame;
    if (call.progress === wanted || (call.progress > 0 && !all)) return call.progress;
    return this.#ended ? call.progress : call.waitOrAgain(this.waiters);
  }

  get #ended(): boolean {
    return this.#receiveShut;
  }

  #consume(bytes: number): void {
    const first = this.#queue[0]!;
    if (bytes === first.bytes.length) this.#queue.shift();
    else first.bytes = first.bytes.subarray(bytes);
    this.#queuedBytes -= bytes;
    this.#peer?.waiters.wake();
  }

  #enqueue(piece: Piece): void {
    this.#queue.push(piece);
    this.#queuedBytes += piece.bytes.length;
    this.waiters.wake();
  }

  #join(peer: UnixSocket): void {
    this.#peer = peer;
    this.#publishPeer(peer.sock);
    this.#publishState(TcpState.ESTABLISHED);
    this.socketState = SocketState.CONNECTED;
  }

  #publishPeer(sock: number): void {
    writePointer(this.kernel.memory.view, this.sock + this.kernel.fields.unix.peer, sock);
  }

  #publishState(state: number): void {
    this.kernel.memory.view.setUint8(this.sock + this.kernel.fields.sock.state, state);
  }

  /** Abstract names belong to the network namespace, paths to the file system. */
  #key(path: string): string {
    return path.startsWith('\0') ? `${this.netns.inode}${path}` : path;
  }
}

function unixPath(address: Uint8Array): string | number {
  const decoded = decodeSocketAddress(address);
  if (decoded === null) return -Errno.EINVAL;
  return decoded.family === 'unix' ? decoded.path : -Errno.EINVAL;
}
