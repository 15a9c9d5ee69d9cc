/** Sockets of every kind: the kernel structures they share, and the system calls they answer. */
import type { SystemCall } from '../calls/call.ts';
import { FileObject } from '../files/file-object.ts';
import { Inode } from '../files/inode.ts';
import type { OpenFile } from '../files/open-file.ts';
import type { Kernel } from '../kernel.ts';
import { writePointer } from '../memory/words.ts';
import { Errno, S_IFSOCK } from '../uapi.ts';
import type { Netns } from './netns.ts';

/** `enum sock_flags` (include/net/sock.h): bit numbers in skc_flags. */
const SOCK_DEAD = 0;
const SOCK_DONE = 1;

/** `socket_state` (include/uapi/linux/net.h). */
export const SocketState = { UNCONNECTED: 1, CONNECTING: 2, CONNECTED: 3, DISCONNECTING: 4 } as const;

export interface SocketKind {
  /** AF_* */
  readonly family: number;
  /** SOCK_* */
  readonly type: number;
  /** IPPROTO_*, 0 for AF_UNIX. */
  readonly protocol: number;
  /** Size of its structure: tcp_sock, udp_sock or unix_sock. */
  readonly structBytes: number;
}

/** Results of the methods are as in the system calls: a count or 0, -errno, or PARKED. */
export abstract class Socket extends FileObject {
  readonly kernel: Kernel;
  readonly netns: Netns;
  readonly kind: SocketKind;
  /** `struct sock`; 0 once it is freed. */
  #sock: number;
  /** `struct socket`; 0 while no descriptor refers to it: a connection not accepted yet, or closed. */
  #socket = 0;
  #inode: Inode | null = null;
  #flags = 0;

  constructor(netns: Netns, kind: SocketKind) {
    super();
    this.kernel = netns.kernel;
    this.netns = netns;
    this.kind = kind;
    const { memory, fields } = this.kernel;
    this.#sock = memory.alloc(kind.structBytes);
    const { view } = memory;
    view.setUint16(this.#sock + fields.sock.family, kind.family, true);
    view.setUint16(this.#sock + fields.sock.type, kind.type, true);
    view.setUint16(this.#sock + fields.sock.protocol, kind.protocol, true);
    writePointer(view, this.#sock + fields.sock.net, netns.offset);
  }

  /** Offset of `struct sock`. */
  get sock(): number {
    return this.#sock;
  }

  override get inode(): Inode {
    if (this.#inode === null) throw new Error('A socket without a descriptor has no inode');
    return this.#inode;
  }

  /** Whether no descriptor refers to it any more, or yet. */
  get orphaned(): boolean {
    return this.#socket === 0;
  }

  /** Gives it what a descriptor refers to: `struct socket` and an inode of its own. */
  graft(): this {
    const { memory, fields } = this.kernel;
    this.#inode = new Inode(this.kernel, 'sockfs', S_IFSOCK | 0o777);
    this.#socket = memory.alloc(fields.socket.bytes);
    this.privateData = this.#socket;
    const { view } = memory;
    view.setUint16(this.#socket + fields.socket.type, this.kind.type, true);
    view.setUint32(this.#socket + fields.socket.state, SocketState.UNCONNECTED, true);
    writePointer(view, this.#socket + fields.socket.sock, this.#sock);
    writePointer(view, this.#sock + fields.sock.socket, this.#socket);
    return this;
  }

  /** `socket->file`, once there is one. */
  set file(file: OpenFile) {
    writePointer(this.kernel.memory.view, this.#socket + this.kernel.fields.socket.file, file.offset);
  }

  set socketState(state: number) {
    if (this.#socket !== 0)
      this.kernel.memory.view.setUint32(this.#socket + this.kernel.fields.socket.state, state, true);
  }

  /** The reverse of graft(); the sock may live on. */
  protected orphan(): void {
    const { memory, fields } = this.kernel;
    this.#flag(SOCK_DEAD);
    writePointer(memory.view, this.#sock + fields.sock.socket, 0);
    memory.free(this.#socket);
    this.#socket = 0;
    this.#inode?.release();
    this.#inode = null;
  }

  protected freeSock(): void {
    this.kernel.memory.free(this.#sock);
    this.#sock = 0;
  }

  protected get freed(): boolean {
    return this.#sock === 0;
  }

  /** The peer sends no more. */
  protected markDone(): void {
    this.#flag(SOCK_DONE);
  }

  protected publishShutdown(receive: boolean, send: boolean): void {
    const bits = (receive ? 1 : 0) | (send ? 2 : 0);
    this.kernel.memory.view.setUint8(this.#sock + this.kernel.fields.sock.shutdown, bits);
  }

  override read(call: SystemCall): number {
    return this.receive(call);
  }

  override write(call: SystemCall, _position: number | null): number {
    return this.send(call);
  }

  abstract bind(address: Uint8Array): number;
  abstract connect(call: SystemCall, address: Uint8Array): number;
  /** Sends the call's buffer; the address and files are in call.message. */
  abstract send(call: SystemCall): number;
  /** Receives into the call's buffer; address, flags and files go to call.message. */
  abstract receive(call: SystemCall): number;
  abstract shutdown(how: number): number;
  /** getsockname() */
  abstract name(): Uint8Array;
  /** getpeername(): the address or -errno */
  abstract peerName(): Uint8Array | number;

  listen(_backlog: number): number {
    return -Errno.EOPNOTSUPP;
  }

  accept(_call: SystemCall): Socket | number {
    return -Errno.EOPNOTSUPP;
  }

  /** setsockopt(SOL_SOCKET); options that change nothing here are taken and forgotten. */
  setOption(_option: number, _value: Uint8Array): number {
    return 0;
  }

  /** SO_ERROR: the pending error, which is cleared. */
  takeError(): number {
    return 0;
  }

  #flag(bit: number): void {
    this.#flags |= 1 << bit;
    this.kernel.memory.view.setUint32(this.#sock + this.kernel.fields.sock.flags, this.#flags, true);
  }
}
