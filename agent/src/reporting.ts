/** What one node's agent has found becomes reports to the collector: redacted, with entities, in batches. */
import type { Ledger } from '@sonde/ledger';
import type { RedDeltas } from './metrics/red.ts';
import type { EntitySource } from './model/entity.ts';
import type { LogLine } from './model/log-line.ts';
import type { ReportedLog, ReportedSpan } from './model/report.ts';
import type { Span } from './model/span.ts';
import type { Redactor } from './redact/redact.ts';
import type { NameSource, Topology } from './topology/edges.ts';
import type { Shipper } from './transport/shipper.ts';

export interface ReportingOptions {
  readonly shipper: Shipper;
  readonly entities: EntitySource;
  readonly names: NameSource;
  readonly redactor: Redactor;
  readonly red: RedDeltas;
  readonly topology: Topology;
  readonly ledger: Ledger;
  /** Brings what is counted elsewhere into the ledger. */
  readonly refreshLedger: () => void;
  /** Minutes since the Unix epoch of a monotonic time of the node. */
  readonly minuteOf: (monotonicNs: number) => number;
  /** Spans after which a report is sent at once. */
  readonly batchRows: number;
  /** Time of the node after which it is sent anyway. */
  readonly batchNs: number;
  readonly startNs: number;
}

/** Between two snapshots of the ledger, in the node's time. */
const LEDGER_INTERVAL_NS = 5e9;

export class Reporting {
  readonly #options: ReportingOptions;
  #spans: ReportedSpan[] = [];
  #logs: ReportedLog[] = [];
  #sentNs: number;
  #ledgerNs: number;

  constructor(options: ReportingOptions) {
    this.#options = options;
    this.#sentNs = options.startNs;
    this.#ledgerNs = options.startNs;
  }

  span(span: Span): void {
    const { entities, names, redactor, red, minuteOf, batchRows } = this.#options;
    const entity = entities.of(span);
    const outgoing = redactor.span(span, entity.serviceName);
    const peer = span.kind === 'client' ? span.server : span.client;
    this.#spans.push({ span: outgoing, entity, peerService: names.ofEndpoint(peer) ?? '' });
    red.add(outgoing, entity, minuteOf(span.startNs + span.durationNs));
    if (this.#spans.length >= batchRows) this.#send(span.startNs, false);
  }

  line(line: LogLine): void {
    const { entities, redactor, batchRows } = this.#options;
    this.#logs.push({ line: redactor.line(line), entity: entities.of(line) });
    if (this.#logs.length >= batchRows) this.#send(line.timeNs, false);
  }

  /** Sends what is due. @param nowNs the node's monotonic time */
  tick(nowNs: number): void {
    const { batchNs } = this.#options;
    const isLedgerDue = nowNs - this.#ledgerNs >= LEDGER_INTERVAL_NS;
    if (nowNs - this.#sentNs >= batchNs || isLedgerDue) this.#send(nowNs, isLedgerDue);
  }

  /** Sends the rest, and once that has arrived the last word of the ledger, which then holds nothing any more. */
  async finish(nowNs: number): Promise<void> {
    const { shipper } = this.#options;
    this.#send(nowNs, false);
    await shipper.drained();
    this.#send(nowNs, true);
    await shipper.drained();
  }

  #send(nowNs: number, withLedger: boolean): void {
    const { shipper, red, topology, ledger, refreshLedger } = this.#options;
    this.#sentNs = nowNs;
    if (withLedger) {
      this.#ledgerNs = nowNs;
      refreshLedger();
    }
    const report = {
      spans: this.#spans,
      logs: this.#logs,
      red: red.take(),
      edges: topology.take(),
      ledger: withLedger ? ledger.snapshot() : [],
    };
    this.#spans = [];
    this.#logs = [];
    const isEmpty = Object.values(report).every((rows) => rows.length === 0);
    if (!isEmpty) shipper.send(report);
  }
}
