/** How the numbers of a summary are read from the tables. The queries name tables without a database. */
import type { Handover, LedgerTotal, Summary } from './summary.ts';

type Row = Record<string, unknown>;

/**
 * @param query answers SQL with rows whose numbers may be numbers or decimal strings, and whose maps are objects
 * @throws what `query` throws
 */
export async function summaryOf(query: (sql: string) => Promise<readonly Row[]>): Promise<Summary> {
  const one = async (sql: string): Promise<Row> => (await query(sql))[0] ?? {};
  const entities = await one(ENTITIES);
  const edges = await one(EDGES);
  const traces = await one(TRACES);
  const logs = await one(LOGS);
  const ledger = await query(LEDGER);
  const handover = await one(HANDOVER);
  return {
    simulated: Number(entities.simulated) === 1,
    nodes: Number(entities.nodes),
    services: Number(entities.services),
    connections: Number(edges.connections),
    edges: Number(edges.edges),
    spans: Number(traces.spans),
    traces: Number(traces.traces),
    spansPerTraceMax: Number(traces.spansPerTraceMax),
    logs: Number(logs.logs),
    logsWithSpan: Number(logs.logsWithSpan),
    ledger: ledger.map(ledgerTotal),
    handovers: Number(handover.agents) > 0 ? [handoverOf(handover)] : [],
  };
}

const ledgerTotal = (row: Row): LedgerTotal => ({
  stage: String(row.stage),
  unit: String(row.unit),
  in: Number(row.in),
  out: Number(row.out),
  held: Number(row.held),
  dropped: Object.fromEntries(
    Object.entries(row.dropped as Record<string, unknown>).map(([reason, n]) => [reason, Number(n)]),
  ),
});

const handoverOf = (row: Row): Handover => ({
  from: 'transport',
  to: 'batches',
  unit: 'rows',
  out: Number(row.out),
  held: Number(row.held),
  in: Number(row.in),
  missing: Number(row.missing),
  surplus: Number(row.surplus),
});

/** Each batch names the entities of its rows, so this small table knows of every service and node that has rows. */
const ENTITIES = `
SELECT
  toUInt8(max(Simulated)) AS simulated,
  uniqExact(Node) AS nodes,
  uniqExactIf(ServiceName, ServiceName != '') AS services
FROM entities FINAL`;

/**
 * Both sides of an edge count the same connections. The port is not part of an edge: with destination NAT its sides see
 * different ones.
 */
const EDGES = `
SELECT count() AS edges, sum(connections) AS connections
FROM
(
  SELECT
    if(countIf(Side = 'Client') > 0,
       sumIf(Connections, Side = 'Client'),
       sumIf(Connections, Side = 'Server')) AS connections
  FROM edges_1m
  GROUP BY Client, Server
)`;

/**
 * Every alias with the trace it leads to in the end. Steps are bounded, so that not even a circle of aliases, which
 * assembly does not make, could keep a query from ending.
 */
export const TRACE_ROOTS = `
WITH RECURSIVE
  steps AS
  (
    SELECT Alias, max(TraceId) AS TraceId FROM trace_alias GROUP BY Alias
  ),
  chains AS
  (
    SELECT Alias, TraceId, 1 AS Steps FROM steps
    UNION ALL
    SELECT chains.Alias, steps.TraceId, chains.Steps + 1
    FROM chains INNER JOIN steps ON steps.Alias = chains.TraceId
    WHERE chains.Steps < 64
  )
SELECT Alias, argMax(TraceId, Steps) AS Root FROM chains GROUP BY Alias`;

const TRACES = `
SELECT sum(spansOfTrace) AS spans, count() AS traces, max(spansOfTrace) AS spansPerTraceMax
FROM
(
  SELECT if(roots.Root = '', times.TraceId, roots.Root) AS trace, sum(times.Spans) AS spansOfTrace
  FROM otel_traces_trace_id_ts AS times
  LEFT JOIN (${TRACE_ROOTS}) AS roots ON roots.Alias = times.TraceId
  GROUP BY trace
)`;

const LOGS = `SELECT count() AS logs, countIf(SpanId != '') AS logsWithSpan FROM otel_logs`;

/** Snapshots are totals since the start of an agent, so the last one of each start counts. */
const LEDGER = `
SELECT
  Stage AS stage, Unit AS unit,
  sum(lastIn) AS in, sum(lastOut) AS out, sum(lastHeld) AS held,
  sumMap(lastDropped) AS dropped
FROM
(
  SELECT
    Stage, Unit,
    argMax(In, (Time, BatchSequence)) AS lastIn,
    argMax(Out, (Time, BatchSequence)) AS lastOut,
    argMax(Held, (Time, BatchSequence)) AS lastHeld,
    argMax(Dropped, (Time, BatchSequence)) AS lastDropped
  FROM ledger
  GROUP BY Agent, BootEpoch, Stage, Unit
)
GROUP BY Stage, Unit
ORDER BY Stage, Unit`;

/**
 * Snapshots that came with a batch whose row in the manifest is still being written do not count yet. Agents whose first
 * batch has expired cannot be told any more: their counters go back further than the manifest.
 */
const HANDOVER = `
SELECT
  count() AS agents,
  sum(acknowledged) AS out, sum(underWay) AS held, sum(stored) AS in,
  sum(if(acknowledged > stored, acknowledged - stored, 0)) AS missing,
  sum(if(stored > acknowledged + underWay, stored - acknowledged - underWay, 0)) AS surplus
FROM
(
  SELECT
    any(told.lastOut) AS acknowledged,
    any(told.lastHeld) AS underWay,
    sumIf(batches.Rows, batches.Sequence < told.sequence) AS stored
  FROM batches
  INNER JOIN
  (
    SELECT
      ledger.Agent AS agent, ledger.BootEpoch AS bootEpoch,
      max(ledger.BatchSequence) AS sequence,
      argMax(ledger.Out, ledger.BatchSequence) AS lastOut,
      argMax(ledger.Held, ledger.BatchSequence) AS lastHeld
    FROM ledger
    INNER JOIN
    (
      SELECT AgentId, BootEpoch, min(Sequence) AS first, max(Sequence) AS last
      FROM batches
      GROUP BY AgentId, BootEpoch
      HAVING first = 1
    ) AS manifest ON manifest.AgentId = ledger.Agent AND manifest.BootEpoch = ledger.BootEpoch
    WHERE ledger.Stage = 'transport' AND ledger.Unit = 'rows' AND ledger.BatchSequence <= manifest.last
    GROUP BY agent, bootEpoch
  ) AS told ON told.agent = batches.AgentId AND told.bootEpoch = batches.BootEpoch
  GROUP BY batches.AgentId, batches.BootEpoch
)`;
