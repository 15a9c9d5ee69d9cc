/** One line that a process wrote to its standard output or error. */
import type { ProcessRef } from './entity.ts';

export interface LogLine extends ProcessRef {
  readonly tid: number;
  /** When its last byte was written, monotonic ns. */
  readonly timeNs: number;
  readonly stream: 'stdout' | 'stderr';
  /** Without its line end; bytes that are no UTF-8 are replaced. */
  readonly body: string;
  /** OpenTelemetry severity number, 1 to 24; 0 where the line does not tell. */
  readonly severity: number;
  /** The span that was active on the thread that wrote; null where there was none, or more than one. */
  readonly span: { readonly traceId: string; readonly spanId: string } | null;
  /** Bytes of the line that are missing: it was longer than the bound, or records of it were lost. */
  readonly isTruncated: boolean;
}
