/** What a run prints: spans as they come, the summary and the ledger at the end. */

import type { Terminal } from '@sonde/cli';
import type { StageSnapshot } from '@sonde/ledger';
import type { Agent } from './app.ts';
import type { Span } from './model/span.ts';
import type { ClockOffset } from './model/time.ts';
import { toJsonLine } from './output/jsonl.ts';
import { toSpanTable } from './output/span-table.ts';
import { toLedgerLines, toSummaryLines } from './output/summary.ts';
import { addEdges } from './topology/edges.ts';

export type OutputFormat = 'jsonl' | 'table' | 'summary';

/** Spans that a summary shows above the map: enough to see what spans are. */
const SUMMARY_SPANS = 20;
/** A table is laid out once its rows are known; so many are kept for it. */
const TABLE_SPANS = 100_000;

export class Report {
  readonly #terminal: Terminal;
  readonly #format: OutputFormat;
  readonly #clock: ClockOffset;
  #lines: string[] = [];
  readonly #spans: Span[] = [];
  spanCount = 0;

  constructor(options: {
    readonly terminal: Terminal;
    readonly format: OutputFormat;
    readonly clock: ClockOffset;
  }) {
    this.#terminal = options.terminal;
    this.#format = options.format;
    this.#clock = options.clock;
  }

  span(span: Span): void {
    this.spanCount++;
    if (this.#format === 'jsonl') this.#lines.push(toJsonLine(span, this.#clock));
    else if (this.#spans.length < (this.#format === 'table' ? TABLE_SPANS : SUMMARY_SPANS))
      this.#spans.push(span);
  }

  /** Prints the spans that are whole lines already. */
  flush(): void {
    if (this.#lines.length === 0) return;
    this.#terminal.print(this.#lines);
    this.#lines = [];
  }

  /** @param agents whose edges and ledgers are shown together. @returns defects: imbalances of the ledgers, stopped programs */
  finish(
    agents: readonly Agent[],
    options: { readonly title: string; readonly elapsedNs: number; readonly printsLedger: boolean },
  ): number {
    this.flush();
    const { style } = this.#terminal;
    const ledger = sumLedgers(agents);
    const imbalances = agents.flatMap((agent) => agent.ledger.imbalances());
    if (this.#format === 'table' || (this.#format === 'summary' && this.#spans.length > 0)) {
      this.#terminal.print(toSpanTable(this.#spans, this.#clock, style));
      const more = this.spanCount - this.#spans.length;
      if (more > 0) this.#terminal.print([style.dim(`... and ${more} more spans`)]);
    }
    if (this.#format === 'summary') this.#terminal.print(['', ...this.summaryLines(agents, options)]);
    else if (options.printsLedger) {
      for (const line of toLedgerLines(ledger, imbalances.length, style)) this.#terminal.note(line);
    }
    for (const { stage, rule, expected, found } of imbalances) {
      this.#terminal.fail(`defect: ledger stage ${stage} breaks "${rule}": ${expected} against ${found}`);
    }
    const faults = agents.flatMap((agent) => agent.faults());
    for (const fault of faults) this.#terminal.fail(`defect: ${fault}`);
    return imbalances.length + faults.length;
  }

  summaryLines(
    agents: readonly Agent[],
    options: { readonly title: string; readonly elapsedNs: number },
  ): string[] {
    const edges = addEdges(agents.flatMap((agent) => agent.topology.edges()));
    const imbalances = agents.reduce((sum, agent) => sum + agent.ledger.imbalances().length, 0);
    const { title, elapsedNs } = options;
    return toSummaryLines(
      { title, elapsedNs, edges, ledger: sumLedgers(agents), imbalances },
      this.#terminal.style,
    );
  }
}

/** The same stages of several agents, added up. */
function sumLedgers(agents: readonly Agent[]): StageSnapshot[] {
  const sums = new Map<string, StageSnapshot>();
  for (const stage of agents.flatMap((agent) => agent.ledger.snapshot())) {
    const sum = sums.get(stage.stage);
    sums.set(stage.stage, sum === undefined ? stage : addStages(sum, stage));
  }
  return [...sums.values()];
}

const addStages = (a: StageSnapshot, b: StageSnapshot): StageSnapshot => ({
  ...a,
  in: a.in + b.in,
  out: a.out + b.out,
  held: a.held + b.held,
  dropped: Object.fromEntries(
    Object.entries(a.dropped).map(([reason, n]) => [reason, n + (b.dropped[reason] ?? 0)]),
  ),
});
