/** Bounds of the protocol engine. Times are event time. */
export interface EngineLimits {
  /** Connections whose state is kept; beyond, the one idle for longest is finished. */
  readonly maxConnections: number;
  /** Payload bytes buffered for one flow: out of order, or waiting for an answer. */
  readonly maxFlowBytes: number;
  /** Payload bytes buffered in total. */
  readonly maxTotalBytes: number;
  /** Requests of one connection that wait for their answer. */
  readonly maxPending: number;
  /** Bytes within which a protocol must recognise the start of a message. */
  readonly maxInferBytes: number;
  /** Consecutive places at which a protocol found its bytes bad before the connection counts as not its own. */
  readonly maxBad: number;
  /** Records out of order are held this long for what is missing before it counts as lost. */
  readonly reorderNs: number;
  /** A connection that is closed, or whose processes are gone, is finished after this long without data. */
  readonly lingerNs: number;
  /** A connection without data for this long: its unanswered requests are reported. */
  readonly idleNs: number;
  /** The kernel is told to stop copying a body that has this many bytes left, and of which as many have passed. */
  readonly skipBytes: number;
  /** Look for known protocols inside CONNECT tunnels too; their spans would name the proxy as the server. */
  readonly inspectTunnels: boolean;
}

export const DEFAULT_LIMITS: EngineLimits = {
  maxConnections: 65_536,
  maxFlowBytes: 1 << 20,
  maxTotalBytes: 64 << 20,
  maxPending: 1024,
  maxInferBytes: 8 << 10,
  maxBad: 32,
  reorderNs: 100e6,
  lingerNs: 5e9,
  idleNs: 300e9,
  skipBytes: 64 << 10,
  inspectTunnels: false,
};
