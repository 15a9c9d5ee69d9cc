/**
 * The contract of a protocol that simulated services speak. A protocol is a folder here that exports one
 * `ScenarioProtocol`, plus one line in `registry.ts`.
 *
 * You supply: the keys that scenario files may use for it, and both halves of a connection, byte for byte as real
 * clients and servers of the protocol write them (handshake, framing, errors). You get for free: connections and
 * pools, every concurrency model, latencies, calls to other services, log lines, faults, ground truth.
 *
 * This code never shares a line with the agent's parsers: two implementations check each other.
 */
import type { ZodType } from 'zod';
import type { Delivery } from '../io/delivery.ts';
import type { Io } from '../io/io.ts';
import type { Stream } from '../io/stream.ts';
import type { Task } from '../io/task-loop.ts';
import type { Fault } from '../scenario.ts';
import type { Values } from '../template.ts';

/** `Operation` is what a request's keys say, `Offer` what an endpoint's keys say, after `requestShape`, `endpointShape`. */
export interface ScenarioProtocol<Operation = unknown, Offer = unknown> {
  /** Where a service listens if its file says no port. */
  readonly defaultPort: number;
  /** A connection takes many requests at once: an event loop's tasks share one, and ClientSide must bear it. */
  readonly multiplexes?: boolean;
  /**
   * Keys of a request, beside those that every protocol has. Strings, those in lists and mappings too, may hold
   * placeholders, see template.ts. One key at
   * least is required and no other protocol's: that tells requests of different protocols apart.
   */
  readonly requestShape: Readonly<Record<string, ZodType>>;
  /** Keys of an endpoint, beside those that every protocol has. */
  readonly endpointShape: Readonly<Record<string, ZodType>>;
  /** One line for people, e.g. "GET /cart/{id}". */
  requestLabel(operation: Operation): string;
  endpointLabel(offer: Offer): string;
  /** Names of the values that a request to this endpoint has (see ServerSide.work). */
  valueNames(offer: Offer): readonly string[];
  /** Whether a request may reach an endpoint; placeholders may become anything. */
  reaches(operation: Operation, offer: Offer): boolean;
  client(stream: Stream, host: string): ClientSide<Operation>;
  /** Serves one connection until it ends; closes it. Bad input ends the connection, and nothing else. */
  serve(io: Io, stream: Stream, server: ServerSide<Offer>): Task<void>;
}

/** A client's half of one connection. */
export interface ClientSide<Operation> {
  /** Makes one request and reads its answer. The first one does the protocol's handshake, if it has any. */
  ask(io: Io, ask: Ask<Operation>): Task<Answer>;
}

export interface Ask<Operation> {
  readonly operation: Operation;
  /** Fills a string's placeholders. */
  readonly fill: (text: string) => string;
  /** No other request will follow on the connection. */
  readonly isLast: boolean;
  /** Simulated time at which the caller gives up; Infinity: never. */
  readonly untilNs: number;
  /** Number of the call in the ground truth, to be carried in the request where the protocol has room; null: carry none. */
  readonly mark: number | null;
}

export type Answer =
  /** `status` is the protocol's own; `isReusable`: the connection can take another request. */
  | {
      readonly kind: 'answered';
      readonly status: string;
      readonly isOk: boolean;
      readonly isReusable: boolean;
    }
  | Failed;

export interface Failed {
  readonly kind: 'failed';
  readonly failure: Failure;
  /** Whether all bytes of the request were handed to the kernel. */
  readonly isSent: boolean;
}

/**
 * refused: nobody listens. unreachable: no way to the address. reset: RST came. timeout: the caller gave up.
 * truncated: the answer ended early. malformed: the answer's bytes are wrong.
 */
export type Failure = 'refused' | 'unreachable' | 'reset' | 'timeout' | 'truncated' | 'malformed';

/** @param isSent whether all bytes of the request were handed to the kernel */
export const failed = (failure: Failure, isSent: boolean): Failed => ({ kind: 'failed', failure, isSent });

/** What a connection's server half asks of the service. */
export interface ServerSide<Offer> {
  readonly endpoints: readonly Offer[];
  /** How long a connection may be without a request, ns; Infinity: for ever. */
  readonly idleTimeoutNs: number;
  /**
   * Does an endpoint's work (waits, calls, log lines).
   * @param endpoint index in `endpoints`
   * @param values of the request, by the names that valueNames() gave
   * @param mark what the request carried, see Ask.mark
   * @param statusOf the status that an outcome will be answered with, for log lines
   */
  work(
    io: Io,
    endpoint: number,
    request: { readonly values: Values; readonly mark: number | null },
    statusOf: (outcome: Outcome) => string,
  ): Task<Work>;
  /** Counts a request that was wholly read. */
  received(): void;
  /** Counts how its answer left, after deliver(). */
  answered(status: string, delivery: Delivery): void;
}

/** error: the endpoint's own error rate struck. failed-call: a service it needs did not answer well. */
export type Outcome = 'ok' | 'error' | 'failed-call';

export interface Work {
  readonly outcome: Outcome;
  /** Size of the answer's body. */
  readonly bodyBytes: number;
  /** To be handed to deliver(). */
  readonly fault: Fault | null;
}
