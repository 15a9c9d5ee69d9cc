import type { Span } from '../model/span.ts';
import { type ClockOffset, toUnixNano } from '../model/time.ts';

/**
 * One JSON object for a span, without the line end. Field order is fixed and attributes are sorted by name, so equal
 * spans give equal bytes. 64-bit times are decimal strings, as in OTLP/JSON.
 */
export function toJsonLine(span: Span, clock: ClockOffset): string {
  const attributes = Object.fromEntries(Object.entries(span.attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({
    trace_id: span.traceId,
    span_id: span.spanId,
    parent_span_id: span.parentSpanId,
    name: span.name,
    kind: span.kind,
    protocol: span.protocol,
    start_unix_nano: toUnixNano(clock, span.startNs).toString(),
    duration_nano: BigInt(Math.round(span.durationNs)).toString(),
    status: span.status,
    platform: span.platform,
    client: span.client,
    server: span.server,
    attributes,
  });
}
