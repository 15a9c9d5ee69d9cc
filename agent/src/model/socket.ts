/** Identity and addresses of sockets, as every room uses them. */

/**
 * A kernel socket: the address of its `struct sock` with its inode number as generation. Interned by the decoder: one
 * object per socket while it is known, so rooms key maps by the object itself.
 */
export interface SocketId {
  /** The node (kernel) it lives on. */
  readonly node: string;
  /** Kernel address of `struct sock`, its low 48 bits; where the kernel has no BTF, tgid << 24 | descriptor. */
  readonly address: number;
  /** Number of the socket's inode: the generation. Without BTF, how many sockets the descriptor has named so far. */
  readonly inode: number;
}

/** An IP or UNIX endpoint. */
export interface Endpoint {
  /** Textual address: dotted IPv4 (also for v4-mapped IPv6), RFC 5952 IPv6, or "" for UNIX and unknown. */
  readonly address: string;
  /** Host byte order; 0 for UNIX. */
  readonly port: number;
}

export type SocketFamily = 'inet' | 'inet6' | 'unix' | 'other';
export type SocketType = 'stream' | 'datagram' | 'other';

/** Answers of connect() that leave the connection alive: 0, EINPROGRESS, EALREADY, EISCONN, EINTR. */
export const CONNECT_GOES_ON: ReadonlySet<number> = new Set([0, -115, -114, -106, -4]);

/** TCP states, numbered as in Linux `include/net/tcp_states.h`. */
export const TcpState = {
  ESTABLISHED: 1,
  SYN_SENT: 2,
  SYN_RECV: 3,
  FIN_WAIT1: 4,
  FIN_WAIT2: 5,
  TIME_WAIT: 6,
  CLOSE: 7,
  CLOSE_WAIT: 8,
  LAST_ACK: 9,
  LISTEN: 10,
  CLOSING: 11,
  NEW_SYN_RECV: 12,
} as const;
