/** Each table of a batch, column by column. The row count of a table is the length of its first column. */
import type { sonde } from '@sonde/proto';
import type {
  EdgeColumns,
  EntityColumns,
  LedgerColumns,
  LogColumns,
  RedColumns,
  SpanColumns,
} from '../../model/columns.ts';
import type { Faults } from './faults.ts';
import { TableReader, type Targets } from './table-reader.ts';

type Table<T> = T | null | undefined;

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
const LAST_SEVERITY = 24;

/**
 * Values of the enumerations of sonde.v1. 0 is allowed only where it means something: "unset" for a status. Elsewhere it
 * says that the writer does not know the column.
 */
const ENTITY_KINDS = [1, 3] as const;
const SPAN_KINDS = [1, 5] as const;
const STATUS_CODES = [0, 2] as const;
const EDGE_SIDES = [1, 2] as const;

export function entityColumns(
  table: Table<sonde.v1.Entities.$Properties>,
  targets: Targets,
  faults: Faults,
): EntityColumns {
  const reader = new TableReader('entities', table?.id?.length ?? 0, targets, faults);
  return {
    rows: reader.rows,
    id: reader.strings('id', table?.id),
    kind: reader.codes('kind', table?.kind, ...ENTITY_KINDS),
    serviceName: reader.strings('service_name', table?.serviceName),
    serviceNamespace: reader.strings('service_namespace', table?.serviceNamespace),
    unnamed: reader.strings('unnamed', table?.unnamed),
    validFromUnixNs: reader.times('valid_from_unix_nano', table?.validFromUnixNano),
    attributes: reader.attributes(table?.attributes),
  };
}

export function spanColumns(
  table: Table<sonde.v1.Spans.$Properties>,
  targets: Targets,
  faults: Faults,
): SpanColumns {
  const reader = new TableReader('spans', table?.startUnixNano?.length ?? 0, targets, faults);
  return {
    rows: reader.rows,
    traceId: reader.ids('trace_id', table?.traceId, TRACE_ID_BYTES),
    spanId: reader.ids('span_id', table?.spanId, SPAN_ID_BYTES),
    parentSpanId: reader.ids('parent_span_id', table?.parentSpanId, SPAN_ID_BYTES),
    startUnixNs: reader.times('start_unix_nano', table?.startUnixNano),
    durationNs: reader.counts('duration_nano', table?.durationNano),
    name: reader.strings('name', table?.name),
    kind: reader.codes('kind', table?.kind, ...SPAN_KINDS),
    status: reader.codes('status', table?.status, ...STATUS_CODES),
    protocol: reader.strings('protocol', table?.protocol),
    entity: reader.entities('entity', table?.entity),
    peerService: reader.strings('peer_service', table?.peerService),
    clientAddress: reader.strings('client_address', table?.clientAddress),
    clientPort: reader.ports('client_port', table?.clientPort),
    serverAddress: reader.strings('server_address', table?.serverAddress),
    serverPort: reader.ports('server_port', table?.serverPort),
    requestPosition: reader.words('request_position', table?.requestPosition),
    requestBytes: reader.counts('request_bytes', table?.requestBytes),
    responsePosition: reader.words('response_position', table?.responsePosition),
    responseBytes: reader.counts('response_bytes', table?.responseBytes),
    attributes: reader.attributes(table?.attributes),
  };
}

export function edgeColumns(
  table: Table<sonde.v1.Edges.$Properties>,
  targets: Targets,
  faults: Faults,
): EdgeColumns {
  const reader = new TableReader('edges', table?.minute?.length ?? 0, targets, faults);
  return {
    rows: reader.rows,
    minute: reader.minutes('minute', table?.minute),
    client: reader.strings('client', table?.client),
    server: reader.strings('server', table?.server),
    serverPort: reader.ports('server_port', table?.serverPort),
    entity: reader.entities('entity', table?.entity),
    side: reader.codes('side', table?.side, ...EDGE_SIDES),
    protocol: reader.strings('protocol', table?.protocol),
    connections: reader.counts('connections', table?.connections),
    failedConnections: reader.counts('failed_connections', table?.failedConnections),
    requestBytes: reader.counts('request_bytes', table?.requestBytes),
    responseBytes: reader.counts('response_bytes', table?.responseBytes),
    requests: reader.counts('requests', table?.requests),
    errors: reader.counts('errors', table?.errors),
    durationSumNs: reader.counts('duration_sum_nano', table?.durationSumNano),
    durations: reader.histogram(table?.durations),
  };
}

export function redColumns(
  table: Table<sonde.v1.Red.$Properties>,
  targets: Targets,
  faults: Faults,
): RedColumns {
  const reader = new TableReader('red', table?.minute?.length ?? 0, targets, faults);
  return {
    rows: reader.rows,
    minute: reader.minutes('minute', table?.minute),
    entity: reader.entities('entity', table?.entity),
    name: reader.strings('name', table?.name),
    kind: reader.codes('kind', table?.kind, ...SPAN_KINDS),
    protocol: reader.strings('protocol', table?.protocol),
    requests: reader.counts('requests', table?.requests),
    errors: reader.counts('errors', table?.errors),
    durationSumNs: reader.counts('duration_sum_nano', table?.durationSumNano),
    durations: reader.histogram(table?.durations),
  };
}

export function logColumns(
  table: Table<sonde.v1.Logs.$Properties>,
  targets: Targets,
  faults: Faults,
): LogColumns {
  const reader = new TableReader('logs', table?.timeUnixNano?.length ?? 0, targets, faults);
  return {
    rows: reader.rows,
    timeUnixNs: reader.times('time_unix_nano', table?.timeUnixNano),
    traceId: reader.ids('trace_id', table?.traceId, TRACE_ID_BYTES),
    spanId: reader.ids('span_id', table?.spanId, SPAN_ID_BYTES),
    severity: reader.codes('severity', table?.severity, 0, LAST_SEVERITY),
    body: reader.texts('body', table?.body),
    entity: reader.entities('entity', table?.entity),
    attributes: reader.attributes(table?.attributes),
  };
}

export function ledgerColumns(
  table: Table<sonde.v1.Ledger.$Properties>,
  strings: readonly string[],
  targets: Targets,
  faults: Faults,
): LedgerColumns {
  const reader = new TableReader('ledger', table?.timeUnixNano?.length ?? 0, targets, faults);
  const time = reader.times('time_unix_nano', table?.timeUnixNano);
  const stage = reader.strings('stage', table?.stage);
  const unit = reader.strings('unit', table?.unit);
  const taken = reader.safeCounts('in', table?.in);
  const given = reader.safeCounts('out', table?.out);
  const held = reader.safeCounts('held', table?.held);
  const { offsets, entries } = reader.counted('reason_count', table?.reasonCount, 'reason');
  const reason = entries.strings('reason', table?.reason);
  const dropped = entries.safeCounts('dropped', table?.dropped);
  // Records are made of good columns only: a column with a fault is shorter than its table.
  if (faults.first !== null) return { rows: [] };

  const reasonsOf = (row: number) => {
    const pairs: [string, number][] = [];
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) pairs.push([strings[reason[i]!]!, dropped[i]!]);
    const byReason = Object.fromEntries(pairs);
    if (Object.keys(byReason).length < pairs.length)
      faults.add(`ledger.reason: row ${row} names a reason twice`);
    return byReason;
  };
  return {
    rows: Array.from({ length: reader.rows }, (_, row) => ({
      timeUnixNs: time[row]!,
      snapshot: {
        stage: strings[stage[row]!]!,
        unit: strings[unit[row]!]!,
        in: taken[row]!,
        out: given[row]!,
        held: held[row]!,
        dropped: reasonsOf(row),
      },
    })),
  };
}
