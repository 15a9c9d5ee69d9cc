import type { SocketId } from '../model/socket.ts';

/**
 * Interns sockets: one SocketId object for each (address, inode) of a node while it is remembered, so that rooms can
 * key maps by the object. Bounded: the socket that was used longest ago is forgotten first.
 */
export class SocketTable {
  readonly #node: string;
  readonly #capacity: number;
  /** By `struct sock` address; insertion order is order of last use. */
  readonly #byAddress = new Map<number, SocketId>();
  /** Sockets forgotten because the table was full; their later events appear as a new socket. */
  evicted = 0;

  constructor(node: string, capacity = 65_536) {
    this.#node = node;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#byAddress.size;
  }

  /** @param address low 48 bits of the kernel address. An address with another inode is another socket: it was reused. */
  intern(address: number, inode: number): SocketId {
    const known = this.#byAddress.get(address);
    this.#byAddress.delete(address);
    if (known !== undefined && known.inode === inode) {
      this.#byAddress.set(address, known);
      return known;
    }
    if (this.#byAddress.size >= this.#capacity) {
      const [oldest] = this.#byAddress.keys();
      this.#byAddress.delete(oldest!);
      this.evicted++;
    }
    const socket: SocketId = { node: this.#node, address, inode };
    this.#byAddress.set(address, socket);
    return socket;
  }
}
