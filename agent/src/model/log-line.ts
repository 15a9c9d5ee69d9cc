/** One line that a process wrote to its standard output or error. */
import type { ProcessRef } from './entity.ts';
import type { SpanRef } from './span.ts';

export interface LogLine extends ProcessRef {
  /** Thread that wrote its first byte. */
  readonly tid: number;
  /** When its last byte was written, monotonic ns. */
  readonly timeNs: number;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line end; bytes that are no UTF-8 are replaced. */
  readonly body: string;
  /** OpenTelemetry severity number, 1 to 24; 0 where the line does not tell. */
  readonly severity: number;
  /** The span that was active on that thread then; null where there was none, or more than one. */
  readonly span: SpanRef | null;
  /** Bytes of the line are missing, or may be: it was longer than the bound, or something before its end was lost. */
  readonly isTruncated: boolean;
}
