/** The summary as JSON says it: keys in snake case, and whether the ledger adds up. */
import type { StoreEngine } from '../store/store.ts';
import type { Handover, LedgerTotal, Summary } from '../store/summary.ts';

export interface SummaryJson {
  readonly simulated: boolean;
  readonly nodes: number;
  readonly services: number;
  readonly connections: number;
  readonly edges: number;
  readonly spans: number;
  readonly traces: number;
  readonly spans_per_trace_max: number;
  readonly logs: number;
  readonly logs_with_span: number;
  readonly store: { readonly engine: string; readonly version: string; readonly path: string };
  readonly ledger: {
    readonly stages: readonly LedgerTotal[];
    readonly handovers: readonly Handover[];
    /** Every stage balances, and whatever was acknowledged is stored once. */
    readonly balanced: boolean;
  };
}

export const summaryJson = (summary: Summary, engine: StoreEngine): SummaryJson => ({
  simulated: summary.simulated,
  nodes: summary.nodes,
  services: summary.services,
  connections: summary.connections,
  edges: summary.edges,
  spans: summary.spans,
  traces: summary.traces,
  spans_per_trace_max: summary.spansPerTraceMax,
  logs: summary.logs,
  logs_with_span: summary.logsWithSpan,
  store: { engine: engine.name, version: engine.version, path: engine.path },
  ledger: {
    stages: summary.ledger,
    handovers: summary.handovers,
    balanced:
      summary.ledger.length > 0 && summary.ledger.every(isBalanced) && summary.handovers.every(isComplete),
  },
});

const isBalanced = (stage: LedgerTotal): boolean =>
  stage.in === stage.out + stage.held + Object.values(stage.dropped).reduce((sum, n) => sum + n, 0);

const isComplete = ({ missing, surplus }: Handover): boolean => missing === 0 && surplus === 0;
