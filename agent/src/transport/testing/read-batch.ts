/** An encoded batch as plain rows, read from the wire contract alone: what a collector would understand. */
import { type Long, sonde } from '@sonde/proto';

const { EntityKind, EdgeSide, Platform, SpanKind, StatusCode, ValueType } = sonde.v1;

export type BatchRows = ReturnType<typeof readBatch>;

const big = (value: Long | undefined): bigint => BigInt(value?.toString() ?? '0');
const hex = (bytes: Uint8Array | undefined, row: number, size: number): string =>
  Buffer.from(bytes ?? new Uint8Array())
    .subarray(row * size, (row + 1) * size)
    .toString('hex');

/** The parts of a column of lists: `counts[i]` values belong to row i. */
function slices<T>(counts: readonly number[], values: readonly T[]): T[][] {
  let start = 0;
  return counts.map((count) => {
    start += count;
    return values.slice(start - count, start);
  });
}

/** @throws Error if a column of a table is shorter or longer than the others */
export function readBatch(payload: Uint8Array) {
  const batch = sonde.v1.Batch.decode(payload);
  const strings = batch.strings ?? [];
  const text = (index: number | undefined): string => strings[index!] ?? `no string ${index}`;

  const attributeRows = (columns: sonde.v1.Attributes.$Properties | undefined) => {
    const { count = [], key = [], value = [], type = [] } = columns ?? {};
    const pairs = key.map((_, i) => [text(key[i]), `${ValueType[type[i]!]} ${text(value[i])}`] as const);
    return slices(count, pairs).map((row) => Object.fromEntries(row));
  };
  const histogramRows = (columns: sonde.v1.Histogram.$Properties | undefined) => {
    const { count = [], bucket = [], n = [] } = columns ?? {};
    return slices(
      count,
      bucket.map((index, i) => [index, big(n[i])] as const),
    );
  };

  const { entities, spans, logs, red, edges, ledger } = batch;
  const entityAttributes = attributeRows(entities?.attributes);
  const entityRows = (entities?.id ?? []).map((id, i) => ({
    id: text(id),
    kind: EntityKind[entities!.kind![i]!],
    serviceName: text(entities!.serviceName![i]),
    serviceNamespace: text(entities!.serviceNamespace![i]),
    unnamed: text(entities!.unnamed![i]),
    validFromUnixNs: big(entities!.validFromUnixNano![i]),
    attributes: entityAttributes[i],
  }));
  const entityOf = (index: number | undefined): string => entityRows[index!]?.id ?? `no entity ${index}`;

  const spanAttributes = attributeRows(spans?.attributes);
  const logAttributes = attributeRows(logs?.attributes);
  const redHistograms = histogramRows(red?.durations);
  const edgeHistograms = histogramRows(edges?.durations);
  const ledgerReasons = slices(
    ledger?.reasonCount ?? [],
    (ledger?.reason ?? []).map((reason, i) => [text(reason), big(ledger!.dropped![i])] as const),
  );
  for (const [name, table] of Object.entries({ entities, spans, logs, red, edges, ledger }))
    checkColumns(name, table);

  return {
    header: batch.header
      ? {
          agentId: batch.header.agentId ?? '',
          bootEpoch: big(batch.header.bootEpoch),
          sequence: big(batch.header.sequence),
          node: batch.header.node ?? '',
          platform: Platform[batch.header.platform ?? 0],
        }
      : null,
    entities: entityRows,
    spans: (spans?.name ?? []).map((name, i) => ({
      traceId: hex(spans!.traceId, i, 16),
      spanId: hex(spans!.spanId, i, 8),
      parentSpanId: hex(spans!.parentSpanId, i, 8),
      startUnixNs: big(spans!.startUnixNano![i]),
      durationNs: big(spans!.durationNano![i]),
      name: text(name),
      kind: SpanKind[spans!.kind![i]!],
      status: StatusCode[spans!.status![i]!],
      protocol: text(spans!.protocol![i]),
      entity: entityOf(spans!.entity![i]),
      peerService: text(spans!.peerService![i]),
      client: `${text(spans!.clientAddress![i])} ${spans!.clientPort![i]}`,
      server: `${text(spans!.serverAddress![i])} ${spans!.serverPort![i]}`,
      request: `${spans!.requestPosition![i]} + ${big(spans!.requestBytes![i])}`,
      response: `${spans!.responsePosition![i]} + ${big(spans!.responseBytes![i])}`,
      attributes: spanAttributes[i],
    })),
    logs: (logs?.body ?? []).map((body, i) => ({
      timeUnixNs: big(logs!.timeUnixNano![i]),
      traceId: hex(logs!.traceId, i, 16),
      spanId: hex(logs!.spanId, i, 8),
      severity: logs!.severity![i],
      body,
      entity: entityOf(logs!.entity![i]),
      attributes: logAttributes[i],
    })),
    red: (red?.minute ?? []).map((minute, i) => ({
      minute,
      entity: entityOf(red!.entity![i]),
      name: text(red!.name![i]),
      kind: SpanKind[red!.kind![i]!],
      protocol: text(red!.protocol![i]),
      requests: big(red!.requests![i]),
      errors: big(red!.errors![i]),
      durationSumNs: big(red!.durationSumNano![i]),
      durations: redHistograms[i],
    })),
    edges: (edges?.minute ?? []).map((minute, i) => ({
      minute,
      ends: `${text(edges!.client![i])} -> ${text(edges!.server![i])}:${edges!.serverPort![i]}`,
      entity: entityOf(edges!.entity![i]),
      side: EdgeSide[edges!.side![i]!],
      protocol: text(edges!.protocol![i]),
      connections: big(edges!.connections![i]),
      failedConnections: big(edges!.failedConnections![i]),
      requestBytes: big(edges!.requestBytes![i]),
      responseBytes: big(edges!.responseBytes![i]),
      requests: big(edges!.requests![i]),
      errors: big(edges!.errors![i]),
      durationSumNs: big(edges!.durationSumNano![i]),
      durations: edgeHistograms[i],
    })),
    ledger: (ledger?.stage ?? []).map((stage, i) => ({
      timeUnixNs: big(ledger!.timeUnixNano![i]),
      stage: text(stage),
      unit: text(ledger!.unit![i]),
      in: big(ledger!.in![i]),
      out: big(ledger!.out![i]),
      held: big(ledger!.held![i]),
      dropped: ledgerReasons[i],
    })),
  };
}

/** Columns whose length is not the number of rows. */
const LISTS = new Set(['reason', 'dropped', 'traceId', 'spanId', 'parentSpanId']);

function checkColumns(name: string, table: object | undefined | null): void {
  const columns = Object.entries(table ?? {}).filter(
    ([column, value]) => Array.isArray(value) && !LISTS.has(column),
  );
  const lengths = new Set(columns.map(([, value]) => (value as unknown[]).length));
  if (lengths.size > 1) throw new Error(`Columns of "${name}" have ${[...lengths].join(' and ')} rows`);
}

/** For people and golden files. */
export const dump = (rows: BatchRows): string =>
  `${JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value), 2)}\n`;
