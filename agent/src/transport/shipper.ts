/**
 * Ships reports to the collector: one stream at a time, batches as far as credit goes, each kept until the collector has
 * it on its disk. Whatever ends a stream, the next one begins with Hello and goes on behind what the collector says is
 * durable (docs/adr/0006, proto/sonde/v1/ingest.proto).
 */
import { status } from '@grpc/grpc-js';
import type { Ledger, Stage } from '@sonde/ledger';
import { PROTOCOL_VERSION, sonde } from '@sonde/proto';
import type { Report } from '../model/report.ts';
import type { ClockOffset } from '../model/time.ts';
import { Backoff } from './backoff.ts';
import { encodeReport } from './encode/batch.ts';
import { fromUnsigned, unsigned } from './encode/integers.ts';
import { UnixTimes } from './encode/unix-times.ts';
import { type AgentIdentity, headerOf, maxHeaderBytes } from './header.ts';
import { type AcknowledgedBatch, BatchQueue, type DropReason, TRANSPORT_STAGE } from './queue.ts';
import { Silence } from './silence.ts';
import { IngestStream, type StreamEnd } from './stream.ts';
import { ProtocolViolation } from './violation.ts';

export interface ShipperOptions extends AgentIdentity {
  /** host:port */
  readonly collector: string;
  /** Of the agent's software, for people. */
  readonly agentVersion: string;
  readonly clock: () => ClockOffset;
  /** Monotonic time of the observed node, ns; by default that of this machine. */
  readonly monotonicNs?: () => number;
  /** Bound of all batches that are not acknowledged. */
  readonly queueBytes: number;
  /** Longest pause between two tries to reach the collector. */
  readonly retryMaxMs: number;
  /** How long the collector may say nothing while it owes an answer; 30 s by default. */
  readonly silenceMs?: number;
  readonly ledger: Ledger;
  /** Lines for people: once when the collector is away, once when it is back. */
  readonly onNote?: (line: string) => void;
  readonly onAcknowledged?: (batch: AcknowledgedBatch) => void;
  readonly onConfiguration?: (configuration: Configuration) => void;
  /** From 0 to below 1; Math.random by default. */
  readonly random?: () => number;
}

export type ShipperState = 'connecting' | 'streaming' | 'waiting' | 'closed';

/** Settings that the collector pushed. */
export interface Configuration {
  readonly revision: number;
  /** Keys are those of the agent's configuration file, dotted. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Larger batches cost less by the row only a little, and memory in lumps. */
const BATCH_BYTES = 1 << 20;
/** A queue that drops gives up one batch at a time, so one must be a small part of it. */
const QUEUE_PARTS = 4;
const RETRY_MIN_MS = 100;
const SILENCE_MS = 30_000;

const REFUSALS: Readonly<Record<sonde.v1.RefusalReason, DropReason>> = {
  [sonde.v1.RefusalReason.REFUSAL_REASON_UNSPECIFIED]: 'refused_unspecified',
  [sonde.v1.RefusalReason.REFUSAL_REASON_MALFORMED]: 'refused_malformed',
  [sonde.v1.RefusalReason.REFUSAL_REASON_OVERSIZED]: 'refused_oversized',
  [sonde.v1.RefusalReason.REFUSAL_REASON_CHECKSUM]: 'refused_checksum',
  [sonde.v1.RefusalReason.REFUSAL_REASON_IDENTITY]: 'refused_identity',
};

/** Ends of a stream that the next try will meet again unless a person changes something. */
const LASTING: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.FAILED_PRECONDITION,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.UNIMPLEMENTED,
]);

export class Shipper {
  readonly #options: ShipperOptions;
  readonly #monotonicNs: () => number;
  readonly #stage: Stage;
  readonly #queue: BatchQueue;
  readonly #backoff: Backoff;
  readonly #silence: Silence;
  readonly #maxHeaderBytes: number;
  readonly #drained: (() => void)[] = [];
  #state: ShipperState = 'waiting';
  #stream: IngestStream | null = null;
  #retry: NodeJS.Timeout | undefined;
  /** What the collector takes at most; before its first Welcome nobody knows. */
  #maxBatchBytes = Number.POSITIVE_INFINITY;
  #creditBytes = 0;
  #hasRoom = true;
  /** Kinds of absence that people were told of since the collector was last there. */
  readonly #noted = new Set<status>();
  #configuration: Configuration | null = null;

  constructor(options: ShipperOptions) {
    const header = headerOf(options);
    this.#options = options;
    this.#monotonicNs = options.monotonicNs ?? (() => Number(process.hrtime.bigint()));
    this.#stage = options.ledger.stage('transport', TRANSPORT_STAGE);
    this.#queue = new BatchQueue({ limitBytes: options.queueBytes, header, stage: this.#stage });
    this.#backoff = new Backoff({
      minMs: RETRY_MIN_MS,
      maxMs: options.retryMaxMs,
      random: options.random ?? Math.random,
    });
    const silenceMs = options.silenceMs ?? SILENCE_MS;
    this.#silence = new Silence(silenceMs, () =>
      this.#disconnect({ code: status.DEADLINE_EXCEEDED, reason: `no answer for ${silenceMs / 1000} s` }),
    );
    this.#maxHeaderBytes = maxHeaderBytes(header);
    this.#connect();
  }

  /** Encodes a report and queues it; the report may be changed afterwards. */
  send(report: Report): void {
    const { batches, tooLargeRows } = encodeReport(report, {
      offset: this.#options.clock(),
      nowNs: this.#monotonicNs(),
      maxBodyBytes: this.#targetBytes() - this.#maxHeaderBytes,
    });
    this.#stage.take(tooLargeRows);
    this.#stage.drop('too_large' satisfies DropReason, tooLargeRows);
    for (const batch of batches) this.#queue.offer(batch);
    if (this.#state === 'closed') this.#queue.clear('closed');
    this.#pump();
  }

  /** Resolves when all that was sent so far is acknowledged, refused or dropped. */
  drained(): Promise<void> {
    if (this.#queue.isDrained) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained.push(resolve);
    return promise;
  }

  /** Payload bytes that are not acknowledged. */
  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  /** Rows that were given up since the start, by reason. */
  get dropped(): Readonly<Record<string, number>> {
    return this.#stage.dropped;
  }

  get state(): ShipperState {
    return this.#state;
  }

  /** The newest configuration that the collector pushed. */
  get lastConfiguration(): Configuration | null {
    return this.#configuration;
  }

  /** Ends the stream and all timers; what is still queued is dropped and counted. */
  async close(): Promise<void> {
    const stream = this.#stream;
    const isIdle = this.#state === 'streaming' && !this.#queue.isAwaiting;
    this.#state = 'closed';
    this.#stream = null;
    clearTimeout(this.#retry);
    this.#silence.settled();
    this.#queue.clear('closed');
    this.#settle();
    if (isIdle) await stream?.finish();
    else stream?.abort();
  }

  #targetBytes(): number {
    return Math.min(BATCH_BYTES, Math.floor(this.#options.queueBytes / QUEUE_PARTS), this.#maxBatchBytes);
  }

  #connect(): void {
    const { collector, agentId, bootEpoch, agentVersion } = this.#options;
    this.#state = 'connecting';
    this.#hasRoom = true;
    this.#stream = new IngestStream(collector, {
      message: (response) => this.#receive(response),
      drain: () => {
        this.#hasRoom = true;
        this.#pump();
      },
      end: (end) => this.#disconnect(end),
    });
    this.#stream.send({
      hello: {
        protocolVersion: PROTOCOL_VERSION,
        agentId,
        bootEpoch: unsigned(bootEpoch),
        agentVersion,
      },
    });
    this.#watch();
  }

  #disconnect(end: StreamEnd): void {
    this.#silence.settled();
    this.#stream?.abort();
    this.#stream = null;
    this.#state = 'waiting';
    this.#noteAway(end);
    const pauseMs = LASTING.has(end.code) ? this.#backoff.longest() : this.#backoff.next();
    this.#retry = setTimeout(() => this.#connect(), pauseMs);
  }

  #receive(response: sonde.v1.StreamResponse.$Properties): void {
    this.#silence.heard();
    try {
      this.#apply(response);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#disconnect({ code: status.INTERNAL, reason: error.message });
      return;
    }
    this.#settle();
    this.#pump();
  }

  /** A message of a kind that this agent does not know changes nothing. */
  #apply(response: sonde.v1.StreamResponse.$Properties): void {
    const { welcome, acknowledgement, refusal, credit, configuration, clock } = response;
    if (welcome) this.#begin(welcome);
    if (configuration) this.#configure(configuration);
    if (clock) this.#answer(clock);
    if (!acknowledgement && !refusal && !credit) return;
    if (this.#state !== 'streaming') throw new ProtocolViolation('Collector answered before its Welcome');
    if (acknowledgement) this.#acknowledged(this.#queue.acknowledge(fromUnsigned(acknowledgement.sequence)));
    if (refusal)
      this.#queue.refuse(
        fromUnsigned(refusal.sequence),
        REFUSALS[refusal.reason ?? sonde.v1.RefusalReason.REFUSAL_REASON_UNSPECIFIED] ??
          'refused_unspecified',
      );
    if (credit) this.#creditBytes += fromUnsigned(credit.bytes);
  }

  #begin(welcome: sonde.v1.Welcome.$Properties): void {
    if (this.#state !== 'connecting') throw new ProtocolViolation('Collector said Welcome twice');
    if (welcome.protocolVersion !== PROTOCOL_VERSION) {
      const reason = `it speaks version ${welcome.protocolVersion ?? 0} of the protocol, this agent ${PROTOCOL_VERSION}`;
      this.#disconnect({ code: status.FAILED_PRECONDITION, reason });
      return;
    }
    const acknowledged = this.#queue.resume(fromUnsigned(welcome.durableSequence));
    this.#state = 'streaming';
    this.#creditBytes = fromUnsigned(welcome.creditBytes);
    this.#maxBatchBytes = welcome.maxBatchBytes || Number.POSITIVE_INFINITY;
    this.#noteBack();
    this.#acknowledged(acknowledged);
  }

  #acknowledged(batches: readonly AcknowledgedBatch[]): void {
    // Only now: a collector that says Welcome and fails each time would be asked again without a pause.
    if (batches.length > 0) this.#backoff.reset();
    for (const batch of batches) this.#options.onAcknowledged?.(batch);
  }

  #configure({ revision, settings }: sonde.v1.Configuration.$Properties): void {
    const configuration = { revision: fromUnsigned(revision), settings: { ...settings } };
    if (configuration.revision <= (this.#configuration?.revision ?? 0)) return;
    this.#configuration = configuration;
    this.#options.onConfiguration?.(configuration);
  }

  #answer(question: sonde.v1.ClockSample.$Properties): void {
    // This agent asks nothing, so an answer to a question has nobody who waits for it.
    if (question.answeredUnixNano?.isZero() === false) return;
    const offset = this.#options.clock();
    const monotonicNs = this.#monotonicNs();
    this.#stream?.send({
      clock: {
        bootId: offset.bootId,
        monotonicNano: unsigned(monotonicNs),
        unixNano: new UnixTimes(offset).at(monotonicNs),
        ...(question.unixNano ? { answeredUnixNano: question.unixNano } : {}),
      },
    });
  }

  /** Sends what credit and the stream take. */
  #pump(): void {
    while (this.#state === 'streaming' && this.#hasRoom) {
      const batch = this.#queue.next(this.#creditBytes, this.#maxBatchBytes);
      if (batch === null) break;
      this.#creditBytes -= batch.payload.length;
      this.#hasRoom = this.#stream!.send({ batch: { ...batch, sequence: unsigned(batch.sequence) } });
    }
    this.#settle();
    this.#watch();
  }

  #settle(): void {
    if (!this.#queue.isDrained) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  #watch(): void {
    const isOwed = this.#state === 'connecting' || (this.#state === 'streaming' && this.#queue.isAwaiting);
    if (isOwed) this.#silence.owed();
    else this.#silence.settled();
  }

  #noteAway({ code, reason }: StreamEnd): void {
    const isLasting = LASTING.has(code);
    // A lasting reason is news even while the collector is away already; another passing one is not.
    const isNews = isLasting ? !this.#noted.has(code) : this.#noted.size === 0;
    this.#noted.add(code);
    if (!isNews) return;
    const { collector, onNote } = this.#options;
    onNote?.(`Collector ${collector} ${isLasting ? 'does not take data' : 'is away'}: ${reason}`);
  }

  #noteBack(): void {
    if (this.#noted.size === 0) return;
    this.#noted.clear();
    this.#options.onNote?.(`Collector ${this.#options.collector} is back`);
  }
}
