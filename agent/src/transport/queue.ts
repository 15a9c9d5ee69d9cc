/**
 * Batches between the encoder and the acknowledgement, bounded in bytes.
 *
 * A batch waits without a sequence, and may be dropped from there. When it is first sent it is numbered: from then on
 * it keeps its sequence and its bytes, stays until the collector has acknowledged it, and is sent again on every new
 * stream. So the sequences of one stream have no gap, whatever was dropped, and no row can be stored twice.
 *
 * A numbered batch whose rows are given up (refused, or larger than what the collector takes now) is hollowed: it stays
 * in its place as a batch without rows, because its number would be missing on the next stream.
 */
import { crc32 } from 'node:zlib';
import type { Stage, StageSpec } from '@sonde/ledger';
import type { BatchContent, EncodedBatch } from './encode/batch.ts';
import { EMPTY_BODY, type HeaderOf, maxHeaderBytes } from './header.ts';
import { ProtocolViolation } from './violation.ts';

export const TRANSPORT_STAGE = {
  unit: 'rows',
  conversion: 'rows of all tables of the batches that a report became: entities and ledger rows count too',
  drops: {
    too_large:
      'a row, or a batch from before the collector told its limit, is larger than the collector takes',
    queue_full:
      'no room while the collector was away or slow: the oldest batch that was not sent yet gave way',
    refused_malformed: 'the collector could not read the batch',
    refused_oversized: 'the collector found the batch too large',
    refused_checksum: 'the batch came to the collector with other bytes than it was sent with',
    refused_identity: 'the collector found the batch to be of another agent, boot epoch or sequence',
    refused_unspecified: 'the collector gave no reason that this agent knows',
    closed: 'the agent ended before the collector acknowledged the batch',
  },
} as const satisfies StageSpec;

export type DropReason = keyof typeof TRANSPORT_STAGE.drops;

/** A batch as it goes on the wire. */
export interface SealedBatch {
  readonly sequence: number;
  /** A whole serialized sonde.v1.Batch. */
  readonly payload: Uint8Array;
  /** Of the payload. */
  readonly crc32: number;
}

export interface AcknowledgedBatch extends BatchContent {
  readonly sequence: number;
}

interface Numbered extends SealedBatch {
  /** null: hollowed, nobody waits for it. */
  readonly content: BatchContent | null;
}

export interface QueueOptions {
  readonly limitBytes: number;
  readonly header: HeaderOf;
  /** Counts rows by TRANSPORT_STAGE. */
  readonly stage: Stage;
}

export class BatchQueue {
  readonly #limitBytes: number;
  readonly #header: HeaderOf;
  readonly #headerBytes: number;
  readonly #stage: Stage;
  /** By rising sequence, without a gap. */
  readonly #numbered: Numbered[] = [];
  readonly #waiting: EncodedBatch[] = [];
  #numberedBytes = 0;
  #waitingBytes = 0;
  #lastSequence = 0;
  /** How many of `#numbered`, from the front, went out on the stream of now. */
  #sentOnStream = 0;
  /** Up to here the stream of now may acknowledge. */
  #lastOnStream = 0;

  constructor({ limitBytes, header, stage }: QueueOptions) {
    this.#limitBytes = limitBytes;
    this.#header = header;
    this.#headerBytes = maxHeaderBytes(header);
    this.#stage = stage;
  }

  /** Payload bytes of all batches, those without a header counted with the longest one. */
  get bytes(): number {
    return this.#numberedBytes + this.#waitingBytes;
  }

  /** Nothing here needs the collector any more. */
  get isDrained(): boolean {
    return this.#waiting.length === 0 && this.#numbered.every((batch) => batch.content === null);
  }

  /** Something went out on the stream of now, and nothing about it has come back. */
  get isAwaiting(): boolean {
    const oldest = this.#numbered.findIndex((batch) => batch.content !== null);
    return oldest >= 0 && oldest < this.#sentOnStream;
  }

  /** Takes a batch. What then does not fit is dropped: waiting batches from the oldest, else the one that is offered. */
  offer(batch: EncodedBatch): void {
    const bytes = this.#waitingSize(batch);
    this.#stage.take(batch.content.rows);
    if (this.#numberedBytes + bytes > this.#limitBytes) {
      this.#stage.drop('queue_full' satisfies DropReason, batch.content.rows);
      return;
    }
    while (this.bytes + bytes > this.#limitBytes) this.#dropOldestWaiting('queue_full');
    this.#waiting.push(batch);
    this.#waitingBytes += bytes;
    this.#stage.hold(batch.content.rows);
  }

  /**
   * A new stream begins: batches up to `durableSequence` are the collector's, all others are to be sent again.
   * @throws ProtocolViolation if that is more than was ever sent
   */
  resume(durableSequence: number): AcknowledgedBatch[] {
    const isFirst = this.#lastSequence === 0 && Number.isSafeInteger(durableSequence);
    // An agent that starts twice within one boot epoch goes on behind what its predecessor sent.
    if (isFirst) this.#lastSequence = durableSequence;
    if (durableSequence > this.#lastSequence)
      throw new ProtocolViolation(
        `Collector has batch ${durableSequence} of an agent that sent none after ${this.#lastSequence}: is there another agent with its id?`,
      );
    this.#sentOnStream = 0;
    this.#lastOnStream = durableSequence;
    return this.#release(durableSequence);
  }

  /**
   * The batch to send next on this stream, numbered if it was not. Null: there is none, or it needs more credit.
   * @param creditBytes largest payload that may go now
   * @param maxBatchBytes largest payload that the collector ever takes
   */
  next(creditBytes: number, maxBatchBytes: number): SealedBatch | null {
    const batch = this.#nextNumbered(creditBytes, maxBatchBytes);
    if (batch === null || batch.payload.length > creditBytes) return null;
    this.#sentOnStream++;
    this.#lastOnStream = batch.sequence;
    return batch;
  }

  /**
   * Everything up to `sequence` is durable, or was refused.
   * @returns what it frees, oldest first
   * @throws ProtocolViolation if it was not sent on this stream
   */
  acknowledge(sequence: number): AcknowledgedBatch[] {
    if (sequence > this.#lastOnStream)
      throw new ProtocolViolation(
        `Collector acknowledged batch ${sequence}, the last one sent is ${this.#lastOnStream}`,
      );
    return this.#release(sequence);
  }

  /** The collector will never take this batch. @throws ProtocolViolation if it does not wait for an answer on this stream */
  refuse(sequence: number, reason: DropReason): void {
    const index = this.#numbered.findIndex((batch) => batch.sequence === sequence);
    if (index < 0 || index >= this.#sentOnStream)
      throw new ProtocolViolation(
        `Collector refused batch ${sequence}, which was not sent or is acknowledged`,
      );
    this.#hollow(index, reason);
  }

  /** Drops everything. */
  clear(reason: DropReason): void {
    while (this.#waiting.length > 0) this.#dropOldestWaiting(reason);
    for (const index of this.#numbered.keys()) this.#hollow(index, reason);
    this.#numbered.length = 0;
    this.#numberedBytes = 0;
    this.#sentOnStream = 0;
  }

  #nextNumbered(creditBytes: number, maxBatchBytes: number): Numbered | null {
    const again = this.#numbered[this.#sentOnStream];
    if (again === undefined) return this.#number(creditBytes, maxBatchBytes);
    if (again.payload.length <= maxBatchBytes) return again;
    return this.#hollow(this.#sentOnStream, 'too_large');
  }

  /** Numbers the oldest waiting batch that the collector would take; null if there is none or credit is short. */
  #number(creditBytes: number, maxBatchBytes: number): Numbered | null {
    const sequence = this.#lastSequence + 1;
    const headerBytes = this.#header(sequence).length;
    for (;;) {
      const [oldest] = this.#waiting;
      if (oldest === undefined) return null;
      const payloadBytes = oldest.body.length + headerBytes;
      if (payloadBytes > maxBatchBytes) {
        this.#dropOldestWaiting('too_large');
        continue;
      }
      if (payloadBytes > creditBytes) return null;
      this.#waiting.shift();
      this.#waitingBytes -= this.#waitingSize(oldest);
      this.#lastSequence = sequence;
      const batch = this.#seal(oldest.body, sequence, oldest.content);
      this.#numbered.push(batch);
      this.#numberedBytes += payloadBytes;
      return batch;
    }
  }

  #seal(body: Uint8Array, sequence: number, content: BatchContent | null): Numbered {
    const payload = Buffer.concat([body, this.#header(sequence)]);
    return { sequence, payload, crc32: crc32(payload), content };
  }

  #waitingSize(batch: EncodedBatch): number {
    return batch.body.length + this.#headerBytes;
  }

  #dropOldestWaiting(reason: DropReason): void {
    const oldest = this.#waiting.shift()!;
    this.#waitingBytes -= this.#waitingSize(oldest);
    this.#stage.hold(-oldest.content.rows);
    this.#stage.drop(reason, oldest.content.rows);
  }

  #release(upTo: number): AcknowledgedBatch[] {
    const end = this.#numbered.findIndex((batch) => batch.sequence > upTo);
    const released = this.#numbered.splice(0, end < 0 ? this.#numbered.length : end);
    this.#sentOnStream = Math.max(0, this.#sentOnStream - released.length);
    const acknowledged: AcknowledgedBatch[] = [];
    for (const { sequence, payload, content } of released) {
      this.#numberedBytes -= payload.length;
      if (content === null) continue;
      this.#stage.hold(-content.rows);
      this.#stage.give(content.rows);
      acknowledged.push({ sequence, ...content });
    }
    return acknowledged;
  }

  /** Gives up the rows of a numbered batch, once. */
  #hollow(index: number, reason: DropReason): Numbered {
    const { sequence, payload, content } = this.#numbered[index]!;
    if (content !== null) {
      this.#stage.hold(-content.rows);
      this.#stage.drop(reason, content.rows);
    }
    const hollow = this.#seal(EMPTY_BODY, sequence, null);
    this.#numberedBytes += hollow.payload.length - payload.length;
    this.#numbered[index] = hollow;
    return hollow;
  }
}
