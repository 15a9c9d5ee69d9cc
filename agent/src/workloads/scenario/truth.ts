/**
 * What really happened, counted by the workload itself: tests compare the agent's spans and edges with it. Nothing of
 * it comes from the kernel's hooks.
 */
import type { Delivery } from './io/delivery.ts';
import type { Answer, Failure } from './protocols/protocol.ts';

export interface GroundTruth {
  /** One for each caller and service that it called, sorted by names. */
  readonly edges: readonly EdgeTruth[];
  /** One for each service, sorted by name. */
  readonly services: readonly ServiceTruth[];
  /** Every call, by number, where startScenario() was asked to record them; else empty. */
  readonly calls: readonly CallTruth[];
}

/** attempts = sum(statuses) + sum(failures) + inProgress. */
export interface EdgeTruth {
  readonly from: string;
  readonly to: string;
  /** Connections that connect() opened, or began to open. */
  connections: number;
  attempts: number;
  /** Attempts whose request was wholly handed to the kernel. Those in progress are not in it yet. */
  sent: number;
  /** Whole answers by their status. */
  readonly statuses: Record<string, number>;
  readonly failures: Partial<Record<Failure, number>>;
  inProgress: number;
}

/** requests = sum(statuses) + cut + lost + inProgress. */
export interface ServiceTruth {
  readonly service: string;
  /** Requests read by its processes. */
  requests: number;
  /** Answers wholly written, by status. */
  readonly statuses: Record<string, number>;
  /** Answers that a fault of the scenario cut off or kept back. */
  cut: number;
  /** Answers that could not be written because the caller was gone. */
  lost: number;
  inProgress: number;
  /** Log lines that its processes wrote to their standard output. */
  lines: number;
}

export interface CallTruth {
  /** Number of the call, from 1. */
  readonly id: number;
  /** The call that the caller was serving; null for a client's own, or if the request could not carry it. */
  readonly parent: number | null;
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** The calling thread. */
  readonly tgid: number;
  readonly tid: number;
  /** Monotonic, before the first and after the last system call of the call (its connect and close among them). */
  readonly startNs: number;
  readonly endNs: number;
  /** A status or a failure. */
  readonly outcome: string;
}

/** Counts while a scenario runs. */
export class TruthRecorder {
  readonly #edges = new Map<string, EdgeTruth>();
  readonly #services = new Map<string, ServiceTruth>();
  readonly #calls: CallTruth[] = [];
  readonly #recordsCalls: boolean;
  #lastCall = 0;

  constructor(options: { readonly recordCalls: boolean }) {
    this.#recordsCalls = options.recordCalls;
  }

  /** The live counters of one edge. */
  edge(from: string, to: string): EdgeTruth {
    const key = JSON.stringify([from, to]);
    let edge = this.#edges.get(key);
    if (edge === undefined) {
      edge = { from, to, connections: 0, attempts: 0, sent: 0, statuses: {}, failures: {}, inProgress: 0 };
      this.#edges.set(key, edge);
    }
    return edge;
  }

  begin(edge: EdgeTruth): void {
    edge.attempts++;
    edge.inProgress++;
  }

  end(edge: EdgeTruth, answer: Answer): void {
    edge.inProgress--;
    if (answer.kind === 'answered') {
      edge.sent++;
      increment(edge.statuses, answer.status);
    } else {
      if (answer.isSent) edge.sent++;
      increment(edge.failures, answer.failure);
    }
  }

  /** A number for a call that will be recorded; null if none are. */
  nextCall(): number | null {
    return this.#recordsCalls ? ++this.#lastCall : null;
  }

  record(call: CallTruth): void {
    this.#calls.push(call);
  }

  /** The live counters of one service. */
  service(name: string): ServiceTruth {
    let service = this.#services.get(name);
    if (service === undefined) {
      service = { service: name, requests: 0, statuses: {}, cut: 0, lost: 0, inProgress: 0, lines: 0 };
      this.#services.set(name, service);
    }
    return service;
  }

  received(service: ServiceTruth): void {
    service.requests++;
    service.inProgress++;
  }

  logged(service: ServiceTruth): void {
    service.lines++;
  }

  answered(service: ServiceTruth, status: string, delivery: Delivery): void {
    service.inProgress--;
    if (delivery === 'whole') increment(service.statuses, status);
    else service[delivery]++;
  }

  /** A copy of all counters, in an order that does not depend on the run. */
  snapshot(): GroundTruth {
    const edges = [...this.#edges.values()].sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
    const services = [...this.#services.values()].sort((a, b) => compare(a.service, b.service));
    const calls = [...this.#calls].sort((a, b) => a.id - b.id);
    return structuredClone({ edges, services, calls });
  }
}

function increment(counters: Partial<Record<string, number>>, key: string): void {
  counters[key] = (counters[key] ?? 0) + 1;
}

/** By UTF-16 units: the same on every machine, unlike localeCompare. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
