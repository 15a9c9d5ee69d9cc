/** A span as it leaves the agent. Ids are lower-case hex; times monotonic ns of the node (model/time.ts for wall). */
import type { Attributes } from './attributes.ts';
import type { MessagePart, ProtocolName } from './exchange.ts';
import type { Endpoint } from './socket.ts';

/** What names a span from elsewhere. */
export interface SpanRef {
  readonly traceId: string;
  readonly spanId: string;
}

export interface Span extends SpanRef {
  readonly node: string;
  /** What ran the programs: everything of `sim` happened in the simulated kernel, and says so wherever it shows. */
  readonly platform: 'sim' | 'linux';
  /** "" for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'server' | 'client';
  readonly protocol: ProtocolName;
  readonly startNs: number;
  readonly durationNs: number;
  readonly status: 'ok' | 'error' | 'unset';
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly tgid: number;
  readonly cgroupId: bigint;
  /** The two messages; null where one was not seen. */
  readonly request: MessagePart | null;
  readonly response: MessagePart | null;
  readonly attributes: Attributes;
}
