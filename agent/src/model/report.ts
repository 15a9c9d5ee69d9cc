/** What one batch to the collector tells: everything of one stretch of time, redacted and with its entities. */
import type { StageSnapshot } from '@sonde/ledger';
import type { Entity } from './entity.ts';
import type { ProtocolName } from './exchange.ts';
import type { DurationHistogram } from './histogram.ts';
import type { LogLine } from './log-line.ts';
import type { Span } from './span.ts';

export interface Report {
  readonly spans: readonly ReportedSpan[];
  readonly logs: readonly ReportedLog[];
  /** Of exactly the spans above. */
  readonly red: readonly RedDelta[];
  readonly edges: readonly EdgeDelta[];
  /** Totals since the start of the agent; empty in most batches. */
  readonly ledger: readonly StageSnapshot[];
}

export interface ReportedSpan {
  readonly span: Span;
  readonly entity: Entity;
  /** Service name of the other end; "" where nobody knows. */
  readonly peerService: string;
}

export interface ReportedLog {
  readonly line: LogLine;
  readonly entity: Entity;
}

/** What to add to the totals of one operation in one minute. */
export interface RedDelta {
  /** Minutes since the Unix epoch, of the span's end. */
  readonly minute: number;
  readonly entity: Entity;
  /** The span's name. */
  readonly name: string;
  readonly kind: Span['kind'];
  readonly protocol: ProtocolName;
  requests: number;
  errors: number;
  durationSumNs: number;
  readonly durations: DurationHistogram;
}

/** What to add to the totals of one edge in one minute, as one of its sides saw it. */
export interface EdgeDelta {
  readonly minute: number;
  readonly client: string;
  readonly server: string;
  readonly serverPort: number;
  /** The end that reports. */
  readonly entity: Entity;
  readonly side: 'client' | 'server';
  /** "": connections and bytes, which no protocol has. Else: what exchanges of the protocol add. */
  readonly protocol: ProtocolName | '';
  connections: number;
  failedConnections: number;
  requestBytes: number;
  responseBytes: number;
  requests: number;
  errors: number;
  durationSumNs: number;
  readonly durations: DurationHistogram;
}
