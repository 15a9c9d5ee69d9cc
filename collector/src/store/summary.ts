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
}

export interface LedgerTotal {
  readonly stage: string;
  readonly unit: string;
  readonly in: number;
  readonly out: number;
  readonly held: number;
  readonly dropped: Readonly<Record<string, number>>;
}
