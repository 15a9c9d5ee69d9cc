/** Spans as columns. */
import { type Long, sonde } from '@sonde/proto';
import type { ReportedSpan } from '../../model/report.ts';
import type { Span } from '../../model/span.ts';
import { AttributeColumns } from './attributes.ts';
import { IdColumn, SPAN_ID_BYTES, TRACE_ID_BYTES } from './ids.ts';
import { unsigned } from './integers.ts';
import type { SharedTables } from './tables.ts';

export const SPAN_KINDS = {
  server: sonde.v1.SpanKind.SPAN_KIND_SERVER,
  client: sonde.v1.SpanKind.SPAN_KIND_CLIENT,
} as const satisfies Record<Span['kind'], sonde.v1.SpanKind>;

const STATUSES = {
  unset: sonde.v1.StatusCode.STATUS_CODE_UNSPECIFIED,
  ok: sonde.v1.StatusCode.STATUS_CODE_OK,
  error: sonde.v1.StatusCode.STATUS_CODE_ERROR,
} as const satisfies Record<Span['status'], sonde.v1.StatusCode>;

/** One pass over the rows: spans are most of what is sent. */
export function spanColumns(
  rows: readonly ReportedSpan[],
  { strings, entities, times }: SharedTables,
): sonde.v1.Spans.$Properties {
  const traceIds = new IdColumn(TRACE_ID_BYTES, rows.length);
  const spanIds = new IdColumn(SPAN_ID_BYTES, rows.length);
  const parentSpanIds = new IdColumn(SPAN_ID_BYTES, rows.length);
  const attributes = new AttributeColumns(strings);
  const columns = {
    traceId: traceIds.bytes,
    spanId: spanIds.bytes,
    parentSpanId: parentSpanIds.bytes,
    startUnixNano: [] as Long[],
    durationNano: [] as Long[],
    name: [] as number[],
    kind: [] as sonde.v1.SpanKind[],
    status: [] as sonde.v1.StatusCode[],
    protocol: [] as number[],
    entity: [] as number[],
    peerService: [] as number[],
    clientAddress: [] as number[],
    clientPort: [] as number[],
    serverAddress: [] as number[],
    serverPort: [] as number[],
    requestPosition: [] as number[],
    requestBytes: [] as Long[],
    responsePosition: [] as number[],
    responseBytes: [] as Long[],
    attributes: attributes.columns,
  };
  for (const { span, entity, peerService } of rows) {
    traceIds.push(span.traceId);
    spanIds.push(span.spanId);
    parentSpanIds.push(span.parentSpanId);
    columns.startUnixNano.push(times.at(span.startNs));
    columns.durationNano.push(unsigned(span.durationNs));
    columns.name.push(strings.indexOf(span.name));
    columns.kind.push(SPAN_KINDS[span.kind]);
    columns.status.push(STATUSES[span.status]);
    columns.protocol.push(strings.indexOf(span.protocol));
    columns.entity.push(entities.rowOf(entity));
    columns.peerService.push(strings.indexOf(peerService));
    columns.clientAddress.push(strings.indexOf(span.client.address));
    columns.clientPort.push(span.client.port);
    columns.serverAddress.push(strings.indexOf(span.server.address));
    columns.serverPort.push(span.server.port);
    columns.requestPosition.push(span.request?.position ?? 0);
    columns.requestBytes.push(unsigned(span.request?.bytes ?? 0));
    columns.responsePosition.push(span.response?.position ?? 0);
    columns.responseBytes.push(unsigned(span.response?.bytes ?? 0));
    attributes.addRow(span.attributes);
  }
  return columns;
}
