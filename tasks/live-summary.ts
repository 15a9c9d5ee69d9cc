/** The store at a glance, as lines for people: asked of a running collector. */
import { formatBytes, formatDuration, type Style, toColumns } from '@sonde/cli';
import type { SummaryJson } from '../collector/src/api/summary-json.ts';

export interface Glance {
  readonly summary: SummaryJson;
  readonly edges: readonly EdgeRow[];
}

/** A store that does not answer by then shows nothing this time. */
const ANSWER_LIMIT_MS = 10_000;

interface EdgeRow {
  readonly client: string;
  readonly server: string;
  readonly port: number;
  readonly protocol: string;
  readonly connections: number;
  readonly requests: number;
  readonly errors: number;
  readonly meanNs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** An edge counts as its client's side saw it; where only the server was observed, as that did. */
const EDGES = `
  SELECT client, server, port, argMin(total, rank) AS t,
    t.1 AS protocol, t.2 AS connections, t.3 AS requests, t.4 AS errors, t.5 AS meanNs, t.6 AS requestBytes, t.7 AS responseBytes
  FROM (
    SELECT Client AS client, Server AS server, ServerPort AS port, if(Side = 'Client', 0, 1) AS rank,
      (anyIf(Protocol, Protocol != ''), toFloat64(sum(Connections)), toFloat64(sum(Requests)), toFloat64(sum(Errors)),
       sum(DurationSum) / greatest(1, sum(arraySum(mapValues(Durations)))), toFloat64(sum(RequestBytes)), toFloat64(sum(ResponseBytes))) AS total
    FROM edges_1m GROUP BY Client, Server, ServerPort, Side
  ) GROUP BY client, server, port ORDER BY client, server, port LIMIT 60`;

/** @throws if the collector does not answer */
export async function glance(api: string, signal: AbortSignal): Promise<Glance> {
  const [summary, edges] = await Promise.all([
    fetchJson<SummaryJson>(`${api}/api/v1/summary`, signal),
    fetchJson<{ readonly data: EdgeRow[] }>(`${api}/api/v1/sql`, signal, { query: EDGES, format: 'JSON' }),
  ]);
  return { summary, edges: edges.data };
}

async function fetchJson<T>(url: string, signal: AbortSignal, body?: unknown): Promise<T> {
  const question =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(url, {
    ...question,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

export function glanceLines({ summary, edges }: Glance, style: Style): string[] {
  const right = { align: 'right' } as const;
  const rows = edges.map((edge) => [
    edge.client,
    `${edge.server}:${edge.port}`,
    edge.protocol || 'tcp',
    String(edge.connections),
    edge.requests === 0 ? '-' : String(edge.requests),
    edge.requests === 0 ? '-' : `${((100 * edge.errors) / edge.requests).toFixed(1)} %`,
    edge.requests === 0 ? '-' : formatDuration(edge.meanNs),
    formatBytes(edge.requestBytes),
    formatBytes(edge.responseBytes),
  ]);
  const [header, ...lines] = toColumns(
    [
      { title: 'CLIENT', maxWidth: 40 },
      { title: 'SERVER', maxWidth: 46 },
      { title: 'PROTO' },
      { title: 'CONN', ...right },
      { title: 'CALLS', ...right },
      { title: 'ERRORS', ...right },
      { title: 'MEAN', ...right },
      { title: 'SENT', ...right },
      { title: 'RECEIVED', ...right },
    ],
    rows,
  );
  const { ledger } = summary;
  const dropped = ledger.stages.flatMap(({ stage, unit, dropped: reasons }) =>
    Object.entries(reasons)
      .filter(([, n]) => n > 0)
      .map(([reason, n]) => `${stage}: ${n} ${unit} ${reason}`),
  );
  return [
    `${summary.simulated ? style.bold('Simulated: ') : ''}${summary.nodes} nodes, ${summary.services} services, ${summary.connections} connections, ${summary.edges} edges`,
    `${summary.spans} spans in ${summary.traces} traces (longest ${summary.spans_per_trace_max}), ${summary.logs} log lines, ${summary.logs_with_span} with their span`,
    '',
    // Without the edges there is no table to show.
    ...(edges.length === 0 ? [] : [style.bold(header!), ...lines, '']),
    ledger.balanced ? style.green('The ledger adds up.') : style.red('The ledger does not add up.'),
    ...(dropped.length === 0 ? [] : [style.dim(`Not taken further: ${dropped.join('; ')}`)]),
  ];
}
