/** A TCP listener whose failure to start says in one line what is wrong. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Nobody can connect: the address is in use, not of this machine, or not allowed. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly address: string;

  constructor(address: string, reason: string, cause?: unknown) {
    super(`Cannot listen on ${address}: ${reason}`, { cause });
    this.address = address;
  }
}

export interface ListenerOptions {
  readonly maxConnections: number;
  readonly onConnection: (socket: Socket) => void;
  /** Troubles after it has begun to listen. */
  readonly onError: (error: Error) => void;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EADDRNOTAVAIL: 'this machine does not have the address',
  EACCES: 'this user may not use the port',
  ENOTFOUND: 'the host name is unknown',
};

/** "host:port", "[IPv6 address]:port". */
const ADDRESS = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/;

export class Listener {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor({ maxConnections, onConnection, onError }: ListenerOptions) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      onConnection(socket);
    });
    this.#server.maxConnections = maxConnections;
    this.#server.on('error', onError);
  }

  /**
   * @param address host and port, port 0 for any free one
   * @returns the port
   * @throws ListenError
   */
  listen(address: string): Promise<number> {
    const [, ipv6, name, port] = ADDRESS.exec(address) ?? [];
    const host = ipv6 ?? name;
    if (host === undefined || Number(port) > 65_535)
      return Promise.reject(new ListenError(address, 'it is not host:port'));
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) =>
        reject(new ListenError(address, REASONS[error.code ?? ''] ?? error.message, error));
      this.#server.once('error', fail);
      this.#server.listen({ host, port: Number(port) }, () => {
        this.#server.off('error', fail);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Takes no new connection; those that are there stay. */
  stop(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Resolved: of the connections that are there now, all are closed. */
  async allClosed(): Promise<void> {
    const closed = [...this.#sockets].map(
      (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
    );
    await Promise.all(closed);
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
