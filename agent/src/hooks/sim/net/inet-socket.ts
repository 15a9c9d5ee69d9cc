/** What TCP and UDP sockets share: addresses, ports and binding. */
import { AF_INET6, Errno, SO_REUSEADDR, SO_REUSEPORT } from '../uapi.ts';
import { decodeSocketAddress, encodeInetAddress, type InetAddress } from './address.ts';
import { toV6 } from './ip.ts';
import type { Bound } from './netns.ts';
import { Socket } from './socket.ts';

export abstract class InetSocket extends Socket implements Bound {
  #local: InetAddress | null = null;
  #remote: InetAddress | null = null;
  #bound = false;
  reuseAddress = false;

  abstract readonly transport: 'tcp' | 'udp';
  abstract readonly listening: boolean;

  /** Port 0 and the any-address until it is bound. */
  get local(): InetAddress {
    return this.#local ?? this.anyAddress;
  }

  get remote(): InetAddress | null {
    return this.#remote;
  }

  get isBound(): boolean {
    return this.#local !== null;
  }

  protected get anyAddress(): InetAddress {
    return { bytes: new Uint8Array(this.kind.family === AF_INET6 ? 16 : 4), port: 0 };
  }

  override bind(address: Uint8Array): number {
    const wanted = this.decode(address);
    if (typeof wanted === 'number') return wanted;
    if (this.#local !== null) return -Errno.EINVAL;
    if (!this.netns.has(wanted.bytes)) return -Errno.EADDRNOTAVAIL;
    const free = (port: number) => this.netns.isFree(this.transport, { ...wanted, port }, this.reuseAddress);
    const port = wanted.port || this.netns.ephemeralPort((candidate) => !free(candidate));
    if (port === 0 || !free(port)) return -Errno.EADDRINUSE;
    this.setLocal({ bytes: wanted.bytes, port });
    this.hold();
    return 0;
  }

  override name(): Uint8Array {
    return encodeInetAddress(this.local, this.kind.family);
  }

  override peerName(): Uint8Array | number {
    return this.#remote === null ? -Errno.ENOTCONN : encodeInetAddress(this.#remote, this.kind.family);
  }

  override setOption(option: number, value: Uint8Array): number {
    if (option === SO_REUSEADDR || option === SO_REUSEPORT)
      this.reuseAddress = value.some((byte) => byte !== 0);
    return 0;
  }

  /** An address in the form of this family, or -errno. */
  protected decode(bytes: Uint8Array): InetAddress | number {
    const address = decodeSocketAddress(bytes);
    if (address === null) return -Errno.EINVAL;
    if (address.family !== 'inet') return -Errno.EAFNOSUPPORT;
    return address.bytes.length === 16 && this.kind.family !== AF_INET6 ? -Errno.EAFNOSUPPORT : address;
  }

  /** Keeps others off the local port, from bind() or the first use on. */
  protected hold(): void {
    this.netns.bind(this.transport, this);
    this.#bound = true;
  }

  protected releasePort(): void {
    if (this.#bound) this.netns.unbind(this.transport, this);
    this.#bound = false;
  }

  protected setLocal(address: InetAddress): void {
    this.#local = address;
    const fields = this.kernel.fields.sock;
    this.kernel.memory.view.setUint16(this.sock + fields.localPort, address.port, true);
    this.#publishAddress(fields.localV4, fields.localV6, address.bytes);
  }

  protected setRemote(address: InetAddress | null): void {
    this.#remote = address;
    const fields = this.kernel.fields.sock;
    const { bytes, port } = address ?? this.anyAddress;
    this.kernel.memory.view.setUint16(this.sock + fields.remotePort, port);
    this.#publishAddress(fields.remoteV4, fields.remoteV6, bytes);
  }

  /** An AF_INET6 socket holds v4 addresses mapped, and the v4 field as well. */
  #publishAddress(v4: number, v6: number, bytes: Uint8Array): void {
    const { u8 } = this.kernel.memory;
    if (bytes.length === 4) u8.set(bytes, this.sock + v4);
    if (this.kind.family === AF_INET6) u8.set(toV6(bytes), this.sock + v6);
  }
}
