/**
 * A scenario after it has been read and checked: every default filled in, every address and port given, every time in
 * nanoseconds of simulated time from the start. `parse.ts` makes it, `start.ts` plays it.
 */
import type { ConcurrencyName } from './concurrency/registry.ts';
import type { Distribution } from './distribution.ts';
import type { SocketCalls } from './io/io.ts';
import type { ProtocolName } from './protocols/registry.ts';

export interface Scenario {
  readonly version: 1;
  readonly name: string;
  readonly seed: number;
  /** Wall time of the start, Unix ns. */
  readonly startUnixNs: bigint;
  /** How long the clients make requests. */
  readonly durationNs: number;
  /** One-way delay between two addresses. */
  readonly networkLatencyNs: number;
  readonly nodes: readonly ScenarioNode[];
  readonly services: readonly Service[];
  readonly clients: readonly Client[];
}

export interface ScenarioNode {
  readonly name: string;
  readonly cpus: number;
}

export interface Service {
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly concurrency: ConcurrencyName;
  /** Threads of a thread pool. */
  readonly workers: number;
  readonly socketCalls: SocketCalls;
  /** A connection without a request for so long is closed; Infinity: never. */
  readonly idleTimeoutNs: number;
  /** When it begins to listen; connections before that are refused. */
  readonly startsAtNs: number;
  /** At least one. */
  readonly replicas: readonly Replica[];
  readonly endpoints: readonly Endpoint[];
}

/** One process of a service. */
export interface Replica {
  readonly node: string;
  /** Of its network namespace; two replicas or clients with the same address share the namespace. */
  readonly address: string;
  readonly port: number;
  /** Address it binds: its own, a wildcard, or loopback. */
  readonly listen: string;
  /** Address that callers connect to. */
  readonly dial: string;
  /** cgroup v2 path. */
  readonly cgroup: string;
}

export interface Endpoint {
  /** The protocol's own keys: what is asked, how it is answered. Only the protocol knows its type. */
  readonly operation: unknown;
  /** One line for people, e.g. "GET /cart/{id}". */
  readonly label: string;
  /** Own work, before the calls. Ns. */
  readonly latencyNs: Distribution;
  /** Share of requests answered with an error, [0, 1]. */
  readonly errorRate: number;
  readonly responseBytes: Distribution;
  /** Steps in sequence; the calls of one step run in parallel. */
  readonly steps: readonly (readonly Call[])[];
  /** Templates of lines written to standard output once the status is known. */
  readonly log: readonly string[];
  readonly faults: readonly Fault[];
}

/** A request to a service. */
export interface Call {
  readonly service: string;
  /** The protocol's own keys, see Endpoint.operation. */
  readonly operation: unknown;
  readonly label: string;
  /** keep-alive: from the caller's pool; new: a connection for this request alone. */
  readonly connection: 'keep-alive' | 'new';
  /** Given up after so long; Infinity: never. */
  readonly timeoutNs: number;
  /** Whether the caller answers well although this failed. */
  readonly optional: boolean;
}

/** What goes wrong with an answer. A request suffers at most one, each with its own rate. */
export type Fault =
  /** RST after the first `afterBytes` of the answer. */
  | { readonly kind: 'reset'; readonly rate: number; readonly afterBytes: number }
  /** FIN after the first `afterBytes` of the answer. */
  | { readonly kind: 'truncate'; readonly rate: number; readonly afterBytes: number }
  /** The answer goes out in writes of `pieceBytes` with `pauseNs` between them. */
  | { readonly kind: 'slow'; readonly rate: number; readonly pieceBytes: number; readonly pauseNs: number }
  /** No answer; the connection stays open until the caller closes it. */
  | { readonly kind: 'silence'; readonly rate: number };

/** A process that makes requests of its own accord. */
export interface Client {
  readonly name: string;
  readonly node: string;
  readonly address: string;
  readonly cgroup: string;
  /** Threads, each with one request at a time. */
  readonly concurrency: number;
  /** Requests per second over all threads, evenly spaced; null: each thread as fast as answers and thinking allow. */
  readonly ratePerSecond: number | null;
  /** Most requests over all threads; Infinity: until the time is over. */
  readonly count: number;
  /** Between an answer and the same thread's next request. */
  readonly thinkNs: Distribution;
  readonly startsAtNs: number;
  /** From startsAtNs. */
  readonly durationNs: number;
  readonly socketCalls: SocketCalls;
  readonly requests: readonly WeightedCall[];
}

export interface WeightedCall extends Call {
  readonly weight: number;
}
