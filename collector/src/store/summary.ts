/** The store at a glance, every number read back from its tables. */

export interface Summary {
  readonly simulated: boolean;
  readonly nodes: number;
  /** Distinct service names. */
  readonly services: number;
  /** Connections as the clients' side counted them; where only the server's side was observed, as that did. */
  readonly connections: number;
  /** Distinct pairs of client and server. */
  readonly edges: number;
  readonly spans: number;
  /** Distinct traces, aliases resolved. */
  readonly traces: number;
  readonly spansPerTraceMax: number;
  readonly logs: number;
  readonly logsWithSpan: number;
  /** The last snapshot of each stage of each agent and of the collector, added up over agents. */
  readonly ledger: readonly LedgerTotal[];
  /** Empty where no agent has told of itself yet. */
  readonly handovers: readonly Handover[];
}

export interface LedgerTotal {
  readonly stage: string;
  readonly unit: string;
  readonly in: number;
  readonly out: number;
  readonly held: number;
  readonly dropped: Readonly<Record<string, number>>;
}

/**
 * What one process gave to another, by the books of both: a stage of the ledger balances within one process, and no
 * process knows what became of its rows in the next one.
 *
 * The one of now is from agents to the manifest of what is stored: every row that a collector acknowledged is to be there
 * once. It holds at every moment, also after kills, because it relies on what is stored and on nothing that only memory
 * knew: an agent's snapshot counts what was acknowledged before it was taken, and all that is in batches which were sent
 * before the snapshot's own. A collector's counters end with it, so none of them is used here.
 */
export interface Handover {
  /** Stage of the agents. */
  readonly from: string;
  /** Table. */
  readonly to: string;
  readonly unit: string;
  /** Acknowledged, by the last stored snapshot of each start of each agent. */
  readonly out: number;
  /** Sent or waiting when that snapshot was taken: it may have come since, or not. */
  readonly held: number;
  /** Rows of the stored batches before that snapshot. */
  readonly in: number;
  /** Acknowledged and not stored, added up over agents that lack some; also where a stage says why. */
  readonly missing: number;
  /** Stored, and neither acknowledged nor held: added up over agents that have too many. */
  readonly surplus: number;
}
