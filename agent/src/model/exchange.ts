/** One request and its answer, as a protocol's parser found them on one side of one connection. */
import type { Attributes } from './attributes.ts';
import type { Endpoint, SocketId } from './socket.ts';

/** Names of `protocol` in spans. A protocol that is added joins this list and `protocols/registry.ts`. */
export type ProtocolName = 'http';

/** One message of an exchange: where and when its bytes passed. */
export interface MessagePart {
  /** First byte passed: exit of a receive, enter (else exit) of a send. Monotonic ns. */
  readonly startNs: number;
  /** Last byte passed, likewise. */
  readonly endNs: number;
  /** Low 32 bits of the TCP sequence number of the first byte, or bytes since first sight. */
  readonly position: number;
  /** Bytes on the wire, head and body. */
  readonly bytes: number;
  /** Thread that moved the first byte. */
  readonly tid: number;
}

/** One end of one call, as it is known from the request on. */
export interface CallEnd {
  readonly protocol: ProtocolName;
  readonly socket: SocketId;
  /** Which end of the call the observed process is. */
  readonly side: 'client' | 'server';
  /** Process that moved the request's first byte. */
  readonly tgid: number;
  readonly cgroupId: bigint;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly netnsInode: number;
  /** True if positions are TCP sequence numbers, which both ends agree on. */
  readonly sequenced: boolean;
}

/**
 * A request that was recognised; its answer is still to come. The object is its identity: whoever was told of it is told
 * with the same object what became of it. An exchange, or nothing: it was no request after all.
 */
export interface OpenRequest {
  /** The same that the exchange will have. */
  readonly end: CallEnd;
  /** Thread that moved the first byte. */
  readonly tid: number;
  /** As in MessagePart; it may be a while ago. */
  readonly startNs: number;
  /** As in MessagePart. */
  readonly position: number;
  /** False while it may stand inside another message, behind unclear framing. Becomes true, never false again. */
  readonly isConfirmed: boolean;
}

export interface Exchange extends CallEnd {
  /** At least one of the two is there. */
  readonly request: MessagePart | null;
  readonly response: MessagePart | null;
  /** Span name: low cardinality, e.g. "GET". */
  readonly name: string;
  readonly status: 'ok' | 'error' | 'unset';
  readonly attributes: Attributes;
  /** Why it is not whole ("no response", "joined late", "gap in body"), or null. Also set as `sonde.incomplete`. */
  readonly incomplete: string | null;
}
