/**
 * What the eBPF programs saw, decoded: one record type per `enum event_kind` of bpf/events.h. Field meanings are those
 * of that header; here are only the differences.
 *
 * Times are monotonic nanoseconds of the node as a JavaScript number: exact for 104 days of uptime, to 2 ns after.
 * Wall time is added on output (see model/time.ts).
 */
import type { Endpoint, SocketFamily, SocketId, SocketType } from './socket.ts';

export interface EventHead {
  readonly node: string;
  readonly cpu: number;
  readonly tgid: number;
  readonly tid: number;
  readonly cgroupId: bigint;
  /** 0 where no enter program ran. */
  readonly enterNs: number;
  readonly exitNs: number;
  /** System call number of the node's architecture; -1 outside a call. */
  readonly syscallNr: number;
  readonly rung: 'btf' | 'raw' | 'tracepoint';
  /** Bits of `enum event_flag`, see EventFlag. */
  readonly flags: number;
}

/** `enum event_flag` of bpf/events.h; a test holds the two equal. */
export const EventFlag = {
  TRUNCATED: 1 << 0,
  OPAQUE: 1 << 1,
  COMPAT: 1 << 2,
  DATAGRAM: 1 << 3,
  COUNTED: 1 << 4,
  CONTINUED: 1 << 5,
  FAULT: 1 << 6,
  SKIPPED: 1 << 7,
  END_OF_FILE: 1 << 8,
  NO_PEER: 1 << 9,
  LAST_REFERENCE: 1 << 10,
} as const;

export type Direction = 'send' | 'receive';

/** Bytes moved through a socket. `payload` holds the first `payload.length` of the `length` bytes; the rest is unknown. */
export interface DataEvent extends EventHead {
  readonly kind: 'data';
  readonly socket: SocketId;
  readonly fd: number;
  readonly direction: Direction;
  /** Of the first byte: low 32 bits of the TCP sequence number, or bytes since first sight (EventFlag.COUNTED). */
  readonly position: number;
  /** Bytes of the stream this record stands for, >= payload.length; 0 with END_OF_FILE. */
  readonly length: number;
  readonly callBytes: number;
  readonly callOffset: number;
  /** Datagrams: the other side; null for streams, or where the caller did not ask (EventFlag.NO_PEER). */
  readonly peer: Endpoint | null;
  /** A copy: the receiver may keep it. */
  readonly payload: Uint8Array;
}

export interface SocketOpen extends EventHead {
  readonly kind: 'socket-open';
  readonly cause: 'first-use' | 'connect' | 'accept';
  readonly socket: SocketId;
  /** AF_UNIX: address of the other end's `struct sock`, low 48 bits; 0 if unknown. */
  readonly peerAddress: number;
  readonly fd: number;
  /** connect: 0, -EINPROGRESS (-115) or the error; 0 otherwise. */
  readonly error: number;
  readonly family: SocketFamily;
  readonly type: SocketType;
  readonly protocol: number;
  readonly tcpState: number;
  readonly netnsInode: number;
  readonly sendPosition: number;
  readonly receivePosition: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export interface SocketClose extends EventHead {
  readonly kind: 'socket-close';
  readonly cause: 'close' | 'shutdown-read' | 'shutdown-write' | 'shutdown-both';
  readonly socket: SocketId;
  readonly fd: number;
  /**
   * close: where the socket stood in each direction, as DataEvent.position of a next byte; absent where that is not
   * known. A flow of which less was seen has lost its tail.
   */
  readonly positions?: Readonly<Record<Direction, number>>;
}

export interface TcpStateChange extends EventHead {
  readonly kind: 'tcp-state';
  readonly socket: SocketId;
  readonly oldState: number;
  readonly newState: number;
}

export interface DescriptorChange extends EventHead {
  readonly kind: 'descriptor';
  readonly socket: SocketId;
  readonly oldFd: number;
  readonly newFd: number;
}

export interface ProcessFork extends EventHead {
  readonly kind: 'process-fork';
  readonly childTgid: number;
  readonly startNs: number;
  readonly comm: string;
}

export interface ProcessExec extends EventHead {
  readonly kind: 'process-exec';
  readonly startNs: number;
  readonly comm: string;
  readonly path: string;
}

export interface ProcessExit extends EventHead {
  readonly kind: 'process-exit';
  readonly startNs: number;
  readonly exitCode: number;
  readonly comm: string;
}

/** Bytes moved through a file, pipe or terminal. */
export interface FileData extends EventHead {
  readonly kind: 'file';
  readonly inode: number;
  readonly device: number;
  readonly mode: number;
  readonly fd: number;
  readonly direction: Direction;
  readonly length: number;
  readonly callBytes: number;
  readonly callOffset: number;
  readonly payload: Uint8Array;
}

export type KernelEvent =
  | DataEvent
  | SocketOpen
  | SocketClose
  | TcpStateChange
  | DescriptorChange
  | ProcessFork
  | ProcessExec
  | ProcessExit
  | FileData;
