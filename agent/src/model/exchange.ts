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

export interface Exchange {
  readonly protocol: ProtocolName;
  readonly socket: SocketId;
  /** Which end of the call the observed process is. */
  readonly side: 'client' | 'server';
  readonly tgid: number;
  readonly cgroupId: bigint;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly netnsInode: number;
  /** True if positions are TCP sequence numbers, which both ends agree on. */
  readonly sequenced: boolean;
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
