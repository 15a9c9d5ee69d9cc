/**
 * TCP sockets: the state machine of RFC 9293 as Linux goes through it (net/ipv4/tcp.c, tcp_input.c), with its sequence
 * numbers kept in the kernel's structures. Nothing is lost on the simulated network, so there is no retransmission but
 * that of an unanswered SYN.
 */

import { TcpState } from '../../../model/socket.ts';
import type { SystemCall } from '../calls/call.ts';
import type { Timer } from '../clock.ts';
import { writeAll } from '../files/file-object.ts';
import { ByteQueue } from '../memory/byte-queue.ts';
import {
  AF_INET,
  AF_INET6,
  Errno,
  IPPROTO_TCP,
  MSG_PEEK,
  MSG_WAITALL,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  SHUT_RD,
  SHUT_WR,
  SO_LINGER,
  SO_RCVBUF,
  SO_SNDBUF,
  SOCK_STREAM,
  SOMAXCONN,
} from '../uapi.ts';
import type { InetAddress } from './address.ts';
import { InetSocket } from './inet-socket.ts';
import { isAny } from './ip.ts';
import type { Netns } from './netns.ts';
import type { Path } from './network.ts';
import { SocketState } from './socket.ts';

/** net.ipv4.tcp_syn_retries: after 1, 2, 4, ... 32 s; given up after 127 s. */
const SYN_RETRIES = 6;
const FIRST_RETRY_NS = 1e9;
/** What a change of state takes: two of them never have the same time. */
const STATE_CHANGE_NS = 10;

/** Where one end of a connection begins: used for connections that existed before the world did. */
export interface ConnectedEnd {
  readonly netns: Netns;
  readonly address: InetAddress;
  /** Sequence number of the next byte it sends. */
  readonly sendSequence: number;
}

export class TcpSocket extends InetSocket {
  override readonly transport = 'tcp';
  #state: number = TcpState.CLOSE;
  #peer: TcpSocket | null = null;
  /** To the peer. */
  #path: Path | null = null;

  /** Written, not sent: the peer's window is closed. */
  readonly #outgoing = new ByteQueue();
  /** Totals of this direction since it began, bytes. */
  #written = 0;
  #sent = 0;
  #acknowledged = 0;
  /** The peer takes bytes up to this total. */
  #windowEdge: number;
  #transmitting = false;
  #fin: 'none' | 'queued' | 'sent' = 'none';
  #sendBufferBytes: number;

  readonly #incoming = new ByteQueue();
  #received = 0;
  /** What this end told the peer about its window: a total. */
  #advertised: number;
  #receiveBufferBytes: number;
  #finReceived = false;
  /** A reader has come to the peer's FIN. */
  #finEaten = false;

  #sendShut = false;
  #receiveShut = false;
  #error = 0;
  /** No descriptor will come back to it. */
  #dead = false;
  #reset = false;

  #connecting = false;
  #synRetry: Timer | null = null;

  #backlog = 0;
  #acceptQueue: TcpSocket[] = [];

  constructor(netns: Netns, family: number) {
    const { kernel } = netns;
    super(netns, { family, type: SOCK_STREAM, protocol: IPPROTO_TCP, structBytes: kernel.fields.tcp.bytes });
    this.#sendBufferBytes = kernel.network.sendBufferBytes;
    this.#receiveBufferBytes = kernel.network.receiveBufferBytes;
    this.#windowEdge = kernel.network.receiveBufferBytes;
    this.#advertised = kernel.network.receiveBufferBytes;
    kernel.memory.view.setUint8(this.sock + kernel.fields.sock.state, TcpState.CLOSE);
    this.#setSequence('segmentBytes', kernel.network.segmentBytes);
  }

  /** Two ends of an established connection. No hook fires. @throws RangeError if the addresses are taken */
  static establish(client: ConnectedEnd, server: ConnectedEnd): readonly [TcpSocket, TcpSocket] {
    const family = (end: ConnectedEnd) => (end.address.bytes.length === 4 ? AF_INET : AF_INET6);
    const sockets = [
      new TcpSocket(client.netns, family(client)),
      new TcpSocket(server.netns, family(server)),
    ] as const;
    for (const [socket, own, other] of [
      [sockets[0], client, server],
      [sockets[1], server, client],
    ] as const) {
      socket.setLocal(own.address);
      socket.setRemote(other.address);
      if (!own.netns.connect(own.address, other.address)) {
        throw new RangeError('Cannot establish a connection: its addresses are taken');
      }
      socket.#storeState(TcpState.ESTABLISHED);
      socket.#path = own.netns.kernel.network.path(own.netns, other.netns);
      socket.#beginSequences(own.sendSequence, other.sendSequence);
    }
    sockets[0].#peer = sockets[1];
    sockets[1].#peer = sockets[0];
    return sockets;
  }

  override get listening(): boolean {
    return this.#state === TcpState.LISTEN;
  }

  get state(): number {
    return this.#state;
  }

  // Opening

  override connect(call: SystemCall, address: Uint8Array): number {
    if (call.progress === 0) {
      if (this.#connecting && this.#state === TcpState.SYN_SENT && call.nonBlocking) return -Errno.EALREADY;
      if (!this.#connecting) {
        if (this.#state !== TcpState.CLOSE || this.remote !== null) return -Errno.EISCONN;
        const refused = this.#startConnect(address);
        if (refused < 0) return refused;
        // Linux answers so even where the peer is quicker: the socket is locked until the call is over.
        if (call.nonBlocking) return -Errno.EINPROGRESS;
      }
      call.progress = 1;
    }
    if (this.#state === TcpState.SYN_SENT) return call.wait(this.waiters);
    this.#connecting = false;
    if (this.#error !== 0) return -this.takeError();
    if (this.#state === TcpState.CLOSE) return -Errno.ECONNABORTED;
    this.socketState = SocketState.CONNECTED;
    return 0;
  }

  override listen(backlog: number): number {
    if (this.#state !== TcpState.CLOSE && this.#state !== TcpState.LISTEN) return -Errno.EINVAL;
    if (this.#state === TcpState.CLOSE) {
      if (!this.isBound) {
        const port = this.netns.ephemeralPort((candidate) => !this.#mayBind(candidate));
        this.setLocal({ ...this.anyAddress, port });
        this.hold();
      }
      for (const other of this.netns.boundTo('tcp', this.local.port)) {
        if (other.listening && !other.reuseAddress) return -Errno.EADDRINUSE;
      }
      this.#setState(TcpState.LISTEN);
    }
    this.#backlog = Math.min(backlog >>> 0, SOMAXCONN);
    return 0;
  }

  override accept(call: SystemCall): TcpSocket | number {
    if (this.#state !== TcpState.LISTEN) return -Errno.EINVAL;
    const child = this.#acceptQueue.shift();
    if (child === undefined) return call.waitOrAgain(this.waiters);
    child.graft();
    child.socketState = SocketState.CONNECTED;
    return child;
  }

  #startConnect(address: Uint8Array): number {
    const decoded = this.decode(address);
    if (typeof decoded === 'number') return decoded;
    const remote = isAny(decoded.bytes) ? { ...decoded, bytes: loopbackOf(decoded.bytes) } : decoded;
    const source = isAny(this.local.bytes) ? this.netns.sourceFor(remote.bytes) : this.local.bytes;
    if (source === null) return -Errno.ENETUNREACH;
    this.setRemote(remote);
    this.setLocal({ bytes: source, port: this.local.port });
    // The state changes before a port is chosen: tracers see port 0 here.
    this.#setState(TcpState.SYN_SENT);
    if (!this.#takePort(source, remote)) {
      this.setRemote(null);
      this.#setState(TcpState.CLOSE);
      return -Errno.EADDRNOTAVAIL;
    }
    const [own, peer] = this.kernel.network.initialSequences(this.local, remote);
    this.#setSequence('sendUnacknowledged', own);
    this.#setSequence('sendNext', own + 1);
    this.#setSequence('writeSeq', own + 1);
    this.#connecting = true;
    this.socketState = SocketState.CONNECTING;
    this.#sendSyn(peer, 0);
    return 0;
  }

  /** Chooses a local port unless one is bound, and takes the connection's addresses. */
  #takePort(source: Uint8Array, remote: InetAddress): boolean {
    if (this.local.port === 0) {
      const taken = (port: number) =>
        !this.#mayBind(port) || this.netns.isConnected({ bytes: source, port }, remote);
      const port = this.netns.ephemeralPort(taken);
      if (port === 0) return false;
      this.setLocal({ bytes: source, port });
    }
    return this.netns.connect(this.local, remote);
  }

  #mayBind(port: number): boolean {
    return this.netns.isFree('tcp', { ...this.local, port }, false);
  }

  #sendSyn(serverSequence: number, attempt: number): void {
    const target = this.netns.route(this.remote!.bytes);
    this.#path = this.kernel.network.path(this.netns, target);
    this.#path.send(() => {
      if (target !== null) answerSyn(target, this, serverSequence);
    });
    if (this.#state !== TcpState.SYN_SENT) return;
    this.#synRetry = this.kernel.clock.at(this.kernel.clock.nowNs + FIRST_RETRY_NS * 2 ** attempt, () => {
      if (attempt < SYN_RETRIES) this.#sendSyn(serverSequence, attempt + 1);
      else this.#fail(Errno.ETIMEDOUT);
    });
  }

  /** A SYN came to this listener. */
  onSyn(client: TcpSocket, serverSequence: number): void {
    // As Linux: a full queue drops the SYN, and the client tries again.
    if (this.#acceptQueue.length > this.#backlog) return;
    const back = this.kernel.network.path(this.netns, client.netns);
    back.send(() => client.#onSynAck(this, serverSequence, back));
  }

  #onSynAck(listener: TcpSocket, serverSequence: number, back: Path): void {
    if (this.#state !== TcpState.SYN_SENT) return;
    this.#synRetry?.cancel();
    this.#setSequence('copiedSeq', serverSequence + 1);
    this.#setSequence('receiveNext', serverSequence + 1);
    this.#addSequence('sendUnacknowledged', 1);
    this.#setState(TcpState.ESTABLISHED);
    this.#path!.send(() => listener.#onHandshakeEnd(this, serverSequence, back));
    this.waiters.wake();
  }

  /** The client's ACK of our SYN-ACK: the listener's child comes to life. */
  #onHandshakeEnd(client: TcpSocket, serverSequence: number, back: Path): void {
    if (this.#state !== TcpState.LISTEN) {
      back.send(() => client.onReset());
      return;
    }
    const child = new TcpSocket(this.netns, this.kind.family);
    child.#sendBufferBytes = this.#sendBufferBytes;
    child.#receiveBufferBytes = this.#receiveBufferBytes;
    child.#path = back;
    child.#storeState(TcpState.LISTEN); // a copy of the listener, at first
    child.setLocal(client.remote!);
    child.#setState(TcpState.SYN_RECV);
    child.setRemote(client.local);
    child.netns.connect(child.local, client.local);
    child.#beginSequences(serverSequence + 1, client.#sequence('writeSeq') - client.#written);
    child.#peer = client;
    client.#peer = child;
    child.#setState(TcpState.ESTABLISHED);
    this.#acceptQueue.push(child);
    this.waiters.wake();
  }

  // Sending

  override send(call: SystemCall): number {
    if (this.#state === TcpState.SYN_SENT) return call.waitOrAgain(this.waiters);
    const sent = writeAll(call, this, call.buffer.bytes, (skip, bytes) => call.buffer.copyIn(skip, bytes));
    if (sent < 0 && sent === -this.#error) this.takeError();
    return sent;
  }

  override room(): number {
    if (this.#error !== 0) return -this.#error;
    if (this.#sendShut || (this.#state !== TcpState.ESTABLISHED && this.#state !== TcpState.CLOSE_WAIT)) {
      return -Errno.EPIPE;
    }
    return Math.max(0, this.#sendBufferBytes - (this.#written - this.#acknowledged));
  }

  override append(bytes: Uint8Array): void {
    this.#outgoing.push(bytes);
    this.#written += bytes.length;
    this.#addSequence('writeSeq', bytes.length);
    this.#transmit();
  }

  #transmit(): void {
    // An acknowledgement that comes at once must not start a second loop inside this one.
    if (this.#transmitting) return;
    this.#transmitting = true;
    const mostBytes = this.#path!.immediate ? Number.POSITIVE_INFINITY : this.kernel.network.segmentBytes;
    while (this.#outgoing.length > 0 && this.#windowEdge > this.#sent) {
      const segment = this.#outgoing.take(
        Math.min(this.#outgoing.length, this.#windowEdge - this.#sent, mostBytes),
      );
      this.#sent += segment.length;
      this.#addSequence('sendNext', segment.length);
      this.#tell((peer) => peer.#onData(segment));
    }
    if (this.#fin === 'queued' && this.#outgoing.length === 0 && this.#state !== TcpState.CLOSE) {
      this.#fin = 'sent';
      this.#addSequence('sendNext', 1);
      this.#tell((peer) => peer.#onFin());
    }
    this.#transmitting = false;
  }

  /** @param edge the total up to which the peer takes bytes */
  #onAck(acknowledged: number, edge: number): void {
    if (this.#state === TcpState.CLOSE) return;
    const before = this.#acknowledged;
    this.#acknowledged = Math.max(before, acknowledged);
    this.#windowEdge = Math.max(this.#windowEdge, edge);
    this.#addSequence('sendUnacknowledged', this.#acknowledged - before);
    // As Linux: writers wake when a third of the buffer is free, not for every byte.
    if (this.#acknowledged > before && 3 * this.room() >= this.#sendBufferBytes) this.waiters.wake();
    this.#transmit();
  }

  // Receiving

  override receive(call: SystemCall): number {
    if (this.#state === TcpState.LISTEN) return -Errno.ENOTCONN;
    const wanted = call.buffer.bytes;
    const peek = (call.flags & MSG_PEEK) !== 0;
    const all = (call.flags & MSG_WAITALL) !== 0 && !peek;
    const bytes = Math.min(wanted - call.progress, this.#incoming.length);
    if (bytes > 0) {
      if (!call.buffer.fillFrom(this.#incoming, call.progress, bytes)) return call.failed(-Errno.EFAULT);
      if (!peek) this.#consume(bytes);
      call.progress += bytes;
    }
    if (call.progress === wanted) return wanted;
    if (this.#finReceived && (peek ? bytes === this.#incoming.length : this.#incoming.length === 0)) {
      // A read that has room left goes on to the FIN, and eats its sequence number too.
      if (!peek) this.#eatFin();
      return call.progress;
    }
    if (call.progress > 0 && !all) return call.progress;
    const ended = this.#receiveEnd();
    return ended === null ? call.waitOrAgain(this.waiters) : call.failed(ended);
  }

  override take(maxBytes: number): Uint8Array | number {
    const bytes = Math.min(maxBytes, this.#incoming.length);
    if (bytes > 0) {
      const taken = this.#incoming.take(bytes);
      this.#consumed(bytes);
      return taken;
    }
    if (this.#finReceived) this.#eatFin();
    const ended = this.#finReceived ? 0 : this.#receiveEnd();
    return ended === null ? -Errno.EAGAIN : ended === 0 ? new Uint8Array(0) : ended;
  }

  /** What a read of an empty queue returns; null to wait. */
  #receiveEnd(): number | null {
    if (this.#error !== 0) return -this.takeError();
    if (this.#receiveShut) return 0;
    return this.#state === TcpState.CLOSE ? -Errno.ENOTCONN : null;
  }

  #consume(bytes: number): void {
    this.#incoming.drop(bytes);
    this.#consumed(bytes);
  }

  #consumed(bytes: number): void {
    if (this.freed) return;
    this.#addSequence('copiedSeq', bytes);
    const edge = this.#received + this.#receiveBufferBytes - this.#incoming.length;
    const worthTelling = Math.min(this.#receiveBufferBytes / 2, 2 * this.kernel.network.segmentBytes);
    if (edge - this.#advertised >= worthTelling) this.#acknowledge();
  }

  #eatFin(): void {
    if (this.#finEaten) return;
    this.#finEaten = true;
    this.#addSequence('copiedSeq', 1);
  }

  #onData(segment: Uint8Array): void {
    const abortsOnData =
      this.#receiveShut && (this.#state === TcpState.FIN_WAIT1 || this.#state === TcpState.FIN_WAIT2);
    if (abortsOnData || this.#state === TcpState.CLOSE) {
      // Nobody will ever read it: the peer learns by a reset.
      if (this.#state !== TcpState.CLOSE) this.#fail(Errno.ECONNRESET);
      this.#sendReset();
      return;
    }
    this.#incoming.push(segment);
    this.#received += segment.length;
    this.#addSequence('receiveNext', segment.length);
    this.waiters.wake();
    this.#acknowledge();
  }

  #acknowledge(): void {
    const received = this.#received;
    const edge = received + Math.max(0, this.#receiveBufferBytes - this.#incoming.length);
    this.#advertised = edge;
    this.#tell((peer) => peer.#onAck(received, edge));
  }

  // Closing

  override shutdown(how: number): number {
    if (this.#state === TcpState.CLOSE) return -Errno.ENOTCONN;
    if (this.#state === TcpState.LISTEN) {
      if (how !== SHUT_WR) this.#stopListening();
      return 0;
    }
    if (how !== SHUT_WR) this.#receiveShut = true;
    const sendEnds = how !== SHUT_RD && !this.#sendShut;
    if (sendEnds) this.#sendShut = true;
    this.publishShutdown(this.#receiveShut, this.#sendShut);
    this.waiters.wake();
    if (sendEnds && this.#state === TcpState.SYN_SENT) this.#fail(0);
    else if (sendEnds) this.#sendFin(() => {});
    return 0;
  }

  override release(): void {
    this.releasePort();
    const connected = !IDLE_STATES.has(this.#state);
    if (this.#state === TcpState.LISTEN) this.#stopListening();
    else if (this.#state === TcpState.SYN_SENT) this.#fail(0);
    this.#receiveShut = true;
    if (connected && (this.#incoming.length > 0 || this.#reset)) {
      this.#incoming.clear();
      this.#fail(0);
      this.#abandon();
      this.#sendReset();
    } else if (connected && !this.#sendShut) {
      this.#sendShut = true;
      this.#sendFin(() => this.#abandon());
    } else {
      this.#abandon();
      if (this.#state === TcpState.FIN_WAIT2) this.#timeWait();
    }
    this.#freeWhenDone();
  }

  /** The last descriptor goes. In Linux the socket is locked meanwhile: what the peer answers is seen afterwards. */
  #abandon(): void {
    this.#dead = true;
    this.publishShutdown(true, true);
    this.orphan();
  }

  /** Queues a FIN if the state calls for one. @param before runs when the state is changed and nothing is sent yet */
  #sendFin(before: () => void): void {
    if (this.#state === TcpState.ESTABLISHED) this.#setState(TcpState.FIN_WAIT1);
    else if (this.#state === TcpState.CLOSE_WAIT) this.#setState(TcpState.LAST_ACK);
    before();
    this.#addSequence('writeSeq', 1);
    this.#fin = 'queued';
    this.#transmit();
  }

  #onFin(): void {
    if (this.#state !== TcpState.CLOSE) {
      this.#finReceived = true;
      this.#receiveShut = true;
      this.markDone();
      this.publishShutdown(true, this.#sendShut);
      this.#addSequence('receiveNext', 1);
      if (this.#state === TcpState.ESTABLISHED) this.#setState(TcpState.CLOSE_WAIT);
      else if (this.#state === TcpState.FIN_WAIT1) this.#setState(TcpState.CLOSING);
      else if (this.#state === TcpState.FIN_WAIT2) this.#timeWait();
      this.waiters.wake();
    }
    this.#tell((peer) => peer.#onFinAck());
  }

  #onFinAck(): void {
    if (this.#state === TcpState.CLOSE) return;
    this.#addSequence('sendUnacknowledged', 1);
    if (this.#state === TcpState.FIN_WAIT1) {
      this.#setState(TcpState.FIN_WAIT2);
      if (this.#dead) this.#timeWait();
    } else if (this.#state === TcpState.CLOSING) {
      this.#timeWait();
    } else if (this.#state === TcpState.LAST_ACK) {
      this.#closed(false);
    }
    this.waiters.wake();
  }

  /** The peer refused or reset the connection. */
  onReset(): void {
    if (this.#state === TcpState.CLOSE) return;
    const errors: Readonly<Record<number, number>> = {
      [TcpState.SYN_SENT]: Errno.ECONNREFUSED,
      [TcpState.CLOSE_WAIT]: Errno.EPIPE,
    };
    this.#fail(errors[this.#state] ?? Errno.ECONNRESET);
  }

  #sendReset(): void {
    this.#tell((peer) => peer.onReset());
  }

  #stopListening(): void {
    this.#setState(TcpState.CLOSE);
    for (const child of this.#acceptQueue.splice(0)) {
      child.#dead = true;
      child.#fail(0);
      child.#sendReset();
      child.#freeWhenDone();
    }
    this.waiters.wake();
  }

  /** Ends the connection at once. @param error for the next call on the socket; 0 for none */
  #fail(error: number): void {
    this.#synRetry?.cancel();
    this.#error = error;
    this.kernel.memory.view.setUint32(this.sock + this.kernel.fields.sock.error, error, true);
    this.#outgoing.clear();
    this.#closed(false);
    this.waiters.wake();
  }

  /** The rest of TIME_WAIT is not this structure's any more: Linux keeps a smaller one. */
  #timeWait(): void {
    this.#closed(true);
  }

  #closed(timeWait: boolean): void {
    this.#setState(TcpState.CLOSE);
    this.#sendShut = true;
    this.#receiveShut = true;
    this.publishShutdown(true, true);
    if (this.remote !== null) this.netns.disconnect(this.local, this.remote, timeWait);
    this.#freeWhenDone();
  }

  #freeWhenDone(): void {
    if (this.#dead && this.#state === TcpState.CLOSE && !this.freed) this.freeSock();
  }

  // The rest

  /** Sends the other end something: a segment, if you like. */
  #tell(what: (peer: TcpSocket) => void): void {
    this.#path?.send(() => {
      if (this.#peer !== null) what(this.#peer);
    });
  }

  override poll(): number {
    if (this.#state === TcpState.LISTEN) return this.#acceptQueue.length > 0 ? POLLIN : 0;
    let mask = this.#error === 0 ? 0 : POLLERR;
    if (this.#state === TcpState.CLOSE || (this.#sendShut && this.#receiveShut)) mask |= POLLHUP;
    if (this.#incoming.length > 0 || this.#receiveShut) mask |= POLLIN;
    if (this.#state !== TcpState.SYN_SENT && (this.#sendShut || 3 * this.room() >= this.#sendBufferBytes))
      mask |= POLLOUT;
    return mask;
  }

  override setOption(option: number, value: Uint8Array): number {
    const word = (at: number) => new DataView(value.buffer, value.byteOffset).getUint32(at, true);
    if (option === SO_LINGER) {
      if (value.length < 8) return -Errno.EINVAL;
      this.#reset = word(0) !== 0 && word(4) === 0;
      return 0;
    }
    if (option === SO_SNDBUF || option === SO_RCVBUF) {
      if (value.length < 4) return -Errno.EINVAL;
      // As Linux: the half of it is for the kernel's own use, so twice as much is taken and shown.
      if (option === SO_SNDBUF) this.#sendBufferBytes = Math.max(2048, word(0));
      else this.#receiveBufferBytes = Math.max(1024, word(0));
      return 0;
    }
    return super.setOption(option, value);
  }

  override takeError(): number {
    const error = this.#error;
    this.#error = 0;
    if (!this.freed) this.kernel.memory.view.setUint32(this.sock + this.kernel.fields.sock.error, 0, true);
    return error;
  }

  /** As Linux: the hook sees the old state in the structure still. */
  #setState(next: number): void {
    const old = this.#state;
    if (old === next) return;
    this.kernel.hooks.inetSockSetState(this, old, next);
    this.kernel.clock.tick(STATE_CHANGE_NS);
    this.#storeState(next);
  }

  #storeState(state: number): void {
    this.#state = state;
    this.kernel.memory.view.setUint8(this.sock + this.kernel.fields.sock.state, state);
  }

  #beginSequences(send: number, receive: number): void {
    for (const field of ['writeSeq', 'sendNext', 'sendUnacknowledged'] as const)
      this.#setSequence(field, send);
    for (const field of ['copiedSeq', 'receiveNext'] as const) this.#setSequence(field, receive);
  }

  #sequence(field: SequenceField): number {
    return this.kernel.memory.view.getUint32(this.sock + this.kernel.fields.tcp[field], true);
  }

  /** Sequence numbers wrap at 2^32; setUint32 does that. */
  #setSequence(field: SequenceField, value: number): void {
    this.kernel.memory.view.setUint32(this.sock + this.kernel.fields.tcp[field], value, true);
  }

  #addSequence(field: SequenceField, bytes: number): void {
    this.#setSequence(field, this.#sequence(field) + bytes);
  }
}

type SequenceField =
  | 'writeSeq'
  | 'copiedSeq'
  | 'receiveNext'
  | 'sendNext'
  | 'sendUnacknowledged'
  | 'segmentBytes';

/** States in which no peer has to be told of a close. */
const IDLE_STATES: ReadonlySet<number> = new Set([TcpState.CLOSE, TcpState.LISTEN, TcpState.SYN_SENT]);

/** A SYN comes to a namespace: a listener takes it, or the client is refused. */
function answerSyn(target: Netns, client: TcpSocket, serverSequence: number): void {
  const wanted = client.remote!;
  let best: TcpSocket | null = null;
  for (const bound of target.boundTo('tcp', wanted.port)) {
    if (!(bound instanceof TcpSocket) || !bound.listening || !accepts(bound, wanted)) continue;
    if (best === null || isAny(best.local.bytes)) best = bound;
  }
  if (best === null) target.kernel.network.path(target, client.netns).send(() => client.onReset());
  else best.onSyn(client, serverSequence);
}

/** Whether a bound socket hears what is sent to an address: its own, or any of a family it speaks. */
export function accepts(bound: InetSocket, to: InetAddress): boolean {
  const own = bound.local.bytes;
  if (!isAny(own)) return own.length === to.bytes.length && own.every((byte, i) => byte === to.bytes[i]);
  return bound.kind.family !== AF_INET || to.bytes.length === 4;
}

/** Connecting to the any-address means this host. */
function loopbackOf(any: Uint8Array): Uint8Array {
  const bytes = any.slice();
  if (bytes.length === 4) bytes.set([127, 0, 0, 1]);
  else bytes[15] = 1;
  return bytes;
}
