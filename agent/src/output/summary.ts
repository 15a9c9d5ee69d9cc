import type { Style } from '@sonde/cli';
import { formatBytes, formatDuration, toColumns } from '@sonde/cli';
import type { StageSnapshot } from '@sonde/ledger';
import type { Edge } from '../topology/edges.ts';

export interface Summary {
  /** What was observed, e.g. "capture demo-http.pcapng (simulated)". */
  readonly title: string;
  /** Time the totals cover, ns; rates are over it. */
  readonly elapsedNs: number;
  readonly edges: readonly Edge[];
  readonly ledger: readonly StageSnapshot[];
  readonly imbalances: number;
}

/** The service map and the ledger as lines for people. */
export function toSummaryLines(summary: Summary, style: Style): string[] {
  return [
    style.bold(summary.title),
    '',
    ...edgeLines(summary, style),
    '',
    ...toLedgerLines(summary.ledger, summary.imbalances, style),
  ];
}

function edgeLines(summary: Summary, style: Style): string[] {
  if (summary.edges.length === 0) return ['No connection was seen.'];
  const seconds = Math.max(summary.elapsedNs, 1) / 1e9;
  const rows = joinSides(summary.edges).map(({ edge, seenBy }) => {
    const [protocol, calls] = [...edge.protocols][0] ?? ['tcp', null];
    return [
      edge.client,
      `${edge.server}:${edge.serverPort}`,
      seenBy,
      protocol,
      String(edge.connections),
      calls === null ? '-' : String(calls.requests),
      calls === null ? '-' : (calls.requests / seconds).toFixed(1),
      calls === null ? '-' : `${((100 * calls.errors) / calls.requests).toFixed(1)} %`,
      calls === null ? '-' : formatDuration(calls.durationSumNs / Math.max(1, calls.requests)),
      calls === null ? '-' : formatDuration(calls.durationMaxNs),
      formatBytes(edge.requestBytes),
      formatBytes(edge.responseBytes),
    ];
  });
  const right = { align: 'right' } as const;
  const [header, ...lines] = toColumns(
    [
      { title: 'CLIENT', maxWidth: 40 },
      { title: 'SERVER', maxWidth: 46 },
      { title: 'SEEN BY' },
      { title: 'PROTO' },
      { title: 'CONN', ...right },
      { title: 'CALLS', ...right },
      { title: '/S', ...right },
      { title: 'ERRORS', ...right },
      { title: 'MEAN', ...right },
      { title: 'MAX', ...right },
      { title: 'SENT', ...right },
      { title: 'RECEIVED', ...right },
    ],
    rows,
    (cell, row, column) => (column === 7 && !/^\s*(0\.0 %|-)$/.test(rows[row]![7]!) ? style.red(cell) : cell),
  );
  return [style.bold(header!), ...lines];
}

interface Row {
  readonly edge: Edge;
  readonly seenBy: 'client' | 'server' | 'both';
}

/** One row an edge: where both ends report it the client's view stands, because it has the network's time in it. */
function joinSides(edges: readonly Edge[]): Row[] {
  const keyOf = ({ client, server, serverPort }: Edge) => `${client}\0${server}\0${serverPort}`;
  const sides = new Map<string, { client?: Edge; server?: Edge }>();
  for (const edge of edges) sides.set(keyOf(edge), { ...sides.get(keyOf(edge)), [edge.side]: edge });
  const rows = [...sides].map(([key, { client, server }]): [string, Row] => {
    const seenBy =
      client !== undefined && server !== undefined ? 'both' : client !== undefined ? 'client' : 'server';
    return [key, { edge: (client ?? server)!, seenBy }];
  });
  return rows.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

/** The ledger, a line a stage, and the verdict. */
export function toLedgerLines(ledger: readonly StageSnapshot[], imbalances: number, style: Style): string[] {
  const rows = ledger.map((stage) => [
    stage.stage,
    stage.unit,
    String(stage.in),
    String(stage.out),
    String(stage.held),
    Object.entries(stage.dropped)
      .filter(([, n]) => n > 0)
      .map(([reason, n]) => `${reason} ${n}`)
      .join(', '),
  ]);
  const right = { align: 'right' } as const;
  const [header, ...lines] = toColumns(
    [
      { title: 'LEDGER' },
      { title: 'UNIT' },
      { title: 'IN', ...right },
      { title: 'OUT', ...right },
      { title: 'HELD', ...right },
      { title: 'DROPPED' },
    ],
    rows,
  );
  const verdict =
    imbalances === 0
      ? style.green('The ledger balances: every stage accounts for all it took.')
      : style.red(
          `The ledger does not balance in ${imbalances} places: this is a defect of Sonde, please report it.`,
        );
  return [style.bold(header!), ...lines, verdict];
}
