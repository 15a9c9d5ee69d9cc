/**
 * The collector's end of one stream, without gRPC, disk or clock: requests and the outcomes of writes come in as calls,
 * responses and writes go out through `StreamEffects`.
 *
 *     greeting --Hello--> admitted --(predecessor settled)--> open --> ended
 *
 * Batches are looked at and written one after the other. So verdicts come in order, and no batch is ever durable before
 * one that came before it: a full disk cannot leave a hole behind what was acknowledged.
 */
import { crc32 } from 'node:zlib';
import type { Stage } from '@sonde/ledger';
import { Long, PROTOCOL_VERSION, sonde } from '@sonde/proto';
import { type WalAddress, WalFull } from '../wal/wal.ts';
import { allRowsOf, type ClockSample, clockSample, decodeBatch, type GoodBatch } from './decode/batch.ts';
import { safeNumber } from './decode/table-reader.ts';
import type { DurableSequences } from './durable-sequences.ts';
import type { Outbox } from './outbox.ts';
import type { Roster, RosterMember } from './roster.ts';
import type { StreamCode, StreamStatus } from './stream-status.ts';

export interface StreamOptions {
  readonly maxBatchBytes: number;
  /** What the agent may send ahead of its acknowledgements. */
  readonly creditBytes: number;
  /** Whether there is room for more behind ingest; credit is withheld while there is none. */
  readonly hasRoom: () => boolean;
  readonly durable: DurableSequences;
  readonly roster: Roster;
  /** Unit: batches. */
  readonly batches: Stage;
  /** Unit: rows. */
  readonly rows: Stage;
}

/** What a stream does to the world. Of the stream's methods, they may call back `resume` alone before they return. */
export interface StreamEffects {
  readonly outbox: Pick<Outbox, 'welcome' | 'refuse' | 'acknowledge' | 'grant' | 'answerClock'>;
  /** Writes a batch to the log; `written` or `writeFailed` is called with the outcome, even after the stream has ended. */
  write(payload: Uint8Array): void;
  /** A batch that is durable, in order. */
  handOn(batch: GoodBatch, address: WalAddress, payloadBytes: number): void;
  /** A clock sample; its answer, if there is one. */
  clock(sample: ClockSample): sonde.v1.ClockSample.$Properties | null;
  pauseReading(): void;
  resumeReading(): void;
  /** After this nothing goes out any more. */
  end(status: StreamStatus): void;
  note(line: string): void;
}

/** A stream that has been welcomed, for people. */
export interface ConnectedAgent {
  readonly agentId: string;
  readonly bootEpoch: number;
  readonly agentVersion: string;
  /** Address and port of its end of the connection. */
  readonly peer: string;
  /** Up to here batches are settled. */
  readonly durableSequence: number;
  /** Batches that were received and are not settled. */
  readonly waitingBatches: number;
}

/** Reasons why a received batch goes no further, for the ledger. */
export const BATCH_DROPS = {
  malformed: 'the payload is no batch, or its columns contradict each other',
  oversized: 'the payload is larger than the agent was told it may be',
  checksum: 'the payload does not have the checksum it came with',
  identity: 'the payload belongs to another agent, boot epoch or sequence than the stream says',
  duplicate: 'it was settled before, and the agent had not learned so',
  disk_full: 'the disk below the write-ahead log was full',
  log_failed: 'the write-ahead log could not be written',
  stream_ended: 'the stream ended before it was written; the agent sends it again',
} as const;

export const ROW_DROPS = { no_table: 'the store has no table for rows of this kind' } as const;

/** Batches in line from which on nothing more is read: those without payload cost no credit. */
const MAX_WAITING = 256;
/** What can stand in a header and in a line of text. */
const AGENT_ID = /^[A-Za-z0-9._-]{1,128}$/;
const MAX_VERSION_LENGTH = 64;

type State = 'greeting' | 'admitted' | 'open' | 'ended';
type RefusalName = 'malformed' | 'oversized' | 'checksum' | 'identity';

const REFUSAL_REASON: Readonly<Record<RefusalName, sonde.v1.RefusalReason>> = {
  malformed: sonde.v1.RefusalReason.REFUSAL_REASON_MALFORMED,
  oversized: sonde.v1.RefusalReason.REFUSAL_REASON_OVERSIZED,
  checksum: sonde.v1.RefusalReason.REFUSAL_REASON_CHECKSUM,
  identity: sonde.v1.RefusalReason.REFUSAL_REASON_IDENTITY,
};

interface WaitingBatch {
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly crc32: number;
}

export class AgentStream implements RosterMember {
  readonly #options: StreamOptions;
  readonly #effects: StreamEffects;
  #state: State = 'greeting';
  #agentId = '';
  #bootEpoch = 0;
  #agentVersion = '';
  /** Of the last batch that was received; 0: none. */
  #lastSequence = 0;
  /** What the agent may still send. */
  #creditBytes = 0;
  /** Credit that the agent has coming as soon as there is room. */
  #owedBytes = 0;
  #waiting: WaitingBatch[] = [];
  #writing: { readonly batch: GoodBatch; readonly payloadBytes: number } | null = null;
  #isPaused = false;
  /** With this the stream ends as soon as nothing waits. */
  #finalStatus: StreamStatus | null = null;
  readonly #noted = new Set<RefusalName>();

  constructor(options: StreamOptions, effects: StreamEffects) {
    this.#options = options;
    this.#effects = effects;
  }

  get bootEpoch(): number {
    return this.#bootEpoch;
  }

  get isGreeting(): boolean {
    return this.#state === 'greeting';
  }

  /** Null before Welcome and after the end. */
  describe(peer: string): ConnectedAgent | null {
    if (this.#state !== 'open') return null;
    return {
      agentId: this.#agentId,
      bootEpoch: this.#bootEpoch,
      agentVersion: this.#agentVersion,
      peer,
      durableSequence: this.#options.durable.highest(this.#agentId, this.#bootEpoch),
      waitingBatches: this.#waiting.length + (this.#writing === null ? 0 : 1),
    };
  }

  /** One message of the agent: an encoded sonde.v1.StreamRequest, or whatever else came. */
  receive(message: Uint8Array): void {
    if (this.#state === 'ended') return;
    let request: sonde.v1.StreamRequest.$Properties;
    try {
      request = sonde.v1.StreamRequest.decode(message);
    } catch (error) {
      this.#end('INVALID_ARGUMENT', `a message is no StreamRequest: ${(error as Error).message}`);
      return;
    }
    if (request.hello != null) this.#greet(request.hello);
    else if (request.batch != null) this.#take(request.batch);
    else if (this.#state === 'greeting') this.#end('INVALID_ARGUMENT', 'the first message must be Hello');
    else if (request.clock != null) this.#answer(request.clock);
    // Anything else is a kind of message that a newer agent knows: it asks nothing of a collector that does not.
  }

  /** The agent sends no more; it still gets the verdicts on what it sent. */
  halfClosed(): void {
    this.finish({ code: 'OK', details: '' });
  }

  /** Reads no more, settles what was received, then ends. */
  finish(status: StreamStatus): void {
    if (this.#state === 'ended' || this.#finalStatus !== null) return;
    this.#finalStatus = status;
    this.#pause();
    this.#endIfDone();
  }

  /** The connection is gone, or gRPC has ended the stream by itself. */
  lost(): void {
    if (this.#state !== 'ended') this.#leave();
  }

  fail(status: StreamStatus): void {
    this.#end(status.code, status.details);
  }

  supersede(): void {
    this.#end('ABORTED', 'another stream of this agent took over');
  }

  proceed(): void {
    if (this.#state !== 'admitted') return;
    this.#state = 'open';
    const { creditBytes, maxBatchBytes, durable, hasRoom } = this.#options;
    if (hasRoom()) this.#creditBytes = creditBytes;
    else this.#owedBytes = creditBytes;
    this.#effects.outbox.welcome({
      protocolVersion: PROTOCOL_VERSION,
      durableSequence: Long.fromNumber(durable.highest(this.#agentId, this.#bootEpoch), true),
      creditBytes: Long.fromNumber(this.#creditBytes, true),
      // A batch larger than all credit could never be sent.
      maxBatchBytes: Math.min(maxBatchBytes, creditBytes),
    });
    this.#endIfDone();
  }

  /** There may be room again behind ingest. */
  resume(): void {
    if (this.#state !== 'open' || this.#owedBytes === 0 || !this.#options.hasRoom()) return;
    const bytes = this.#owedBytes;
    this.#owedBytes = 0;
    this.#creditBytes += bytes;
    this.#effects.outbox.grant(bytes);
  }

  written(address: WalAddress): void {
    const { batch, payloadBytes } = this.#writing!;
    const { durable, batches, rows } = this.#options;
    batches.give();
    rows.take(allRowsOf(batch));
    rows.drop('no_table', batch.unstoredRows);
    rows.give(allRowsOf(batch) - batch.unstoredRows);
    durable.advance(batch.columns.id);
    this.#writeEnded();
    this.#effects.handOn(batch, address, payloadBytes);
    for (const sample of batch.clocks) this.#effects.clock(sample);
    this.#acknowledge(batch.columns.id.sequence, payloadBytes);
    this.#work();
  }

  writeFailed(error: unknown): void {
    const { sequence } = this.#writing!.batch.columns.id;
    const isFull = error instanceof WalFull;
    this.#options.batches.drop(isFull ? 'disk_full' : 'log_failed');
    this.#writeEnded();
    const reason = isFull ? 'disk full' : 'the write-ahead log failed';
    this.#effects.note(
      `${this.#name()}: batch ${sequence} not taken: ${reason}: ${(error as Error).message}`,
    );
    this.#end('UNAVAILABLE', reason);
  }

  #greet(hello: sonde.v1.Hello.$Properties): void {
    if (this.#state !== 'greeting') {
      this.#end('INVALID_ARGUMENT', 'a second Hello');
      return;
    }
    const version = hello.protocolVersion ?? 0;
    const agentId = hello.agentId ?? '';
    const bootEpoch = safeNumber(hello.bootEpoch ?? Long.UZERO);
    if (version !== PROTOCOL_VERSION) {
      this.#end(
        'FAILED_PRECONDITION',
        `the agent speaks protocol version ${version}, the collector ${PROTOCOL_VERSION}`,
      );
      return;
    }
    if (!AGENT_ID.test(agentId) || bootEpoch === null) {
      const fault =
        bootEpoch === null
          ? 'the boot epoch must be below 2^53'
          : 'the agent id must be 1 to 128 letters, digits, ".", "_" or "-"';
      this.#end('INVALID_ARGUMENT', fault);
      return;
    }
    const objection = this.#options.durable.objection(agentId, bootEpoch);
    if (objection !== null) {
      this.#end('FAILED_PRECONDITION', objection);
      return;
    }
    this.#agentId = agentId;
    this.#bootEpoch = bootEpoch;
    this.#agentVersion = (hello.agentVersion ?? '').slice(0, MAX_VERSION_LENGTH);
    const admission = this.#options.roster.enter(agentId, this);
    if (typeof admission === 'object') {
      this.#end('FAILED_PRECONDITION', admission.refused);
      return;
    }
    this.#state = 'admitted';
    if (admission === 'now') this.proceed();
  }

  #take(sealed: sonde.v1.SealedBatch.$Properties): void {
    const { batches } = this.#options;
    batches.take();
    const payload = sealed.payload ?? new Uint8Array(0);
    const violation = this.#violation(sealed.sequence ?? Long.UZERO, payload.length);
    if (violation !== null) {
      batches.drop('stream_ended');
      this.#end(violation.code, violation.details);
      return;
    }
    const sequence = safeNumber(sealed.sequence!)!;
    batches.hold(1);
    this.#lastSequence = sequence;
    this.#creditBytes -= payload.length;
    this.#waiting.push({ sequence, payload, crc32: sealed.crc32 ?? 0 });
    if (this.#waiting.length >= MAX_WAITING) this.#pause();
    this.#work();
  }

  /** What ends the stream, unlike faults of the batch itself. */
  #violation(sequence: Long, payloadBytes: number): StreamStatus | null {
    if (this.#state !== 'open')
      return { code: 'INVALID_ARGUMENT', details: 'a batch came before Hello was answered' };
    const number = safeNumber(sequence) ?? 0;
    const expected = this.#lastSequence + 1;
    if (number === 0 || (this.#lastSequence !== 0 && number !== expected))
      return { code: 'OUT_OF_RANGE', details: `expected batch ${expected}, got ${sequence}` };
    if (payloadBytes > this.#creditBytes)
      return {
        code: 'RESOURCE_EXHAUSTED',
        details: `batch ${number} has ${payloadBytes} bytes, but the credit left is ${this.#creditBytes}`,
      };
    return null;
  }

  /** Settles batches in order, until one is being written. */
  #work(): void {
    while (this.#writing === null && this.#state === 'open') {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#settle(next);
    }
    if (this.#isPaused && this.#finalStatus === null && this.#waiting.length < MAX_WAITING / 2) {
      this.#isPaused = false;
      this.#effects.resumeReading();
    }
    this.#endIfDone();
  }

  #settle(batch: WaitingBatch): void {
    const { batches, durable, maxBatchBytes, creditBytes, roster } = this.#options;
    const { sequence, payload } = batch;
    if (sequence <= durable.highest(this.#agentId, this.#bootEpoch)) {
      batches.hold(-1);
      batches.drop('duplicate');
      this.#acknowledge(sequence, payload.length);
      return;
    }
    const limit = Math.min(maxBatchBytes, creditBytes);
    if (payload.length > limit) {
      this.#refuse(batch, 'oversized', `${payload.length} bytes, but at most ${limit} are taken`);
      return;
    }
    if (crc32(payload) !== batch.crc32) {
      this.#refuse(batch, 'checksum', 'the payload was changed on its way');
      return;
    }
    const decoded = decodeBatch(payload);
    if ('fault' in decoded) {
      this.#refuse(batch, 'malformed', decoded.fault);
      return;
    }
    const { id } = decoded.columns;
    if (id.agentId !== this.#agentId || id.bootEpoch !== this.#bootEpoch || id.sequence !== sequence) {
      this.#refuse(
        batch,
        'identity',
        `the payload says batch ${id.sequence} of boot epoch ${id.bootEpoch} of ${JSON.stringify(id.agentId)}`,
      );
      return;
    }
    this.#writing = { batch: decoded, payloadBytes: payload.length };
    roster.writeBegun(this.#agentId);
    this.#effects.write(payload);
  }

  #refuse(batch: WaitingBatch, reason: RefusalName, message: string): void {
    const { batches, durable } = this.#options;
    const { sequence, payload } = batch;
    batches.hold(-1);
    batches.drop(reason);
    // Settled too: sending it again is of no use.
    durable.advance({ agentId: this.#agentId, bootEpoch: this.#bootEpoch, sequence });
    if (!this.#noted.has(reason)) {
      this.#noted.add(reason);
      this.#effects.note(`${this.#name()}: batch ${sequence} refused: ${reason}: ${message}`);
    }
    const refusal = { sequence: Long.fromNumber(sequence, true), reason: REFUSAL_REASON[reason], message };
    if (this.#effects.outbox.refuse(refusal)) this.#acknowledge(sequence, payload.length);
    else this.#end('RESOURCE_EXHAUSTED', 'the agent does not read its refusals');
  }

  #acknowledge(sequence: number, payloadBytes: number): void {
    if (this.#state !== 'open') return;
    this.#effects.outbox.acknowledge(sequence);
    this.#owedBytes += payloadBytes;
    this.resume();
  }

  #answer(sample: sonde.v1.ClockSample.$Properties): void {
    const answer = this.#effects.clock(clockSample(sample));
    if (answer !== null) this.#effects.outbox.answerClock(answer);
  }

  #writeEnded(): void {
    this.#writing = null;
    this.#options.batches.hold(-1);
    this.#options.roster.writeEnded(this.#agentId);
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#effects.pauseReading();
  }

  #endIfDone(): void {
    const isDone = this.#writing === null && this.#waiting.length === 0 && this.#state !== 'admitted';
    if (this.#finalStatus !== null && isDone) this.#end(this.#finalStatus.code, this.#finalStatus.details);
  }

  #end(code: StreamCode, details: string): void {
    if (this.#state === 'ended') return;
    this.#leave();
    if (code !== 'OK') this.#effects.note(`${this.#name()}: stream ended: ${code}: ${details}`);
    this.#effects.end({ code, details });
  }

  /** What is being written goes on; what only waits will be sent again. */
  #leave(): void {
    this.#state = 'ended';
    this.#options.batches.hold(-this.#waiting.length);
    this.#options.batches.drop('stream_ended', this.#waiting.length);
    this.#waiting = [];
    this.#options.roster.leave(this.#agentId, this);
  }

  #name(): string {
    return this.#agentId === '' ? 'an agent' : `agent ${this.#agentId}`;
  }
}
