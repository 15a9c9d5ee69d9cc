/**
 * From batches to stored blocks. A batch waits a window long for the rows of other agents that belong to the same calls;
 * then whole batches are composed into a block under their final trace ids. The composition is durable before the insert
 * begins, so that after a crash the very same block is made again and the store recognises what it has of it.
 *
 * Nothing is given up while log or store are away: the block at hand is tried again for ever, what comes in waits in
 * memory, and the owner stops giving credit by `heldBytes`.
 */
import { randomBytes } from 'node:crypto';
import type { Ledger, Stage } from '@sonde/ledger';
import type { Block } from '../model/block.ts';
import { type BatchColumns, rowsOf } from '../model/columns.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';
import { type Wal, type WalAddress, WalFull } from '../wal/wal.ts';
import { encodeComposition, encodeStored } from './composition.ts';
import { randomSeed } from './id-words.ts';
import { Pauses } from './pauses.ts';
import { type AddedBatch, type JoinCounters, type Resolution, TraceJoiner } from './trace-joiner.ts';

export interface AssemblerOptions {
  readonly wal: Wal;
  readonly store: Store;
  readonly ledger: Ledger;
  /** How long a batch waits from its arrival. */
  readonly windowMs: number;
  /** Payload bytes that may wait for their window; above it the oldest batches are composed early. */
  readonly windowBytes: number;
  /** Rows of batches whose window is over, from which a block is composed at once. */
  readonly blockRows: number;
  /** Longest pause between two blocks. */
  readonly blockMs: number;
  /** Client spans, and traces, that are remembered; as many rows may wait for their window. At least 4. */
  readonly indexSpans: number;
  /** Stands in the ids of blocks. Lower-case letters, digits and "-", at most 64. */
  readonly collectorId: string;
  /** Monotonic. */
  now(): number;
  unixNs(): bigint;
  /** One line for people, when something changes. */
  onNote(line: string): void;
  /** `heldBytes` went down. */
  onReleased?(): void;
}

export interface AssemblerCounters extends Readonly<JoinCounters> {
  readonly blocks: number;
  /** Batches composed before their window was over. */
  readonly early: number;
}

/** A block on its way, and what its batches cost. */
interface Shipment {
  readonly block: Block;
  readonly resolution: Resolution;
  readonly batches: readonly WalAddress[];
  readonly rows: number;
  readonly bytes: number;
}

interface Waiting {
  readonly added: AddedBatch;
  readonly address: WalAddress;
  readonly rows: number;
  readonly bytes: number;
  readonly arrivedMs: number;
}

/** A refusal may be the engine's mood as well as a defect: so often a block is offered before its rows are given up. */
const OFFERS_BEFORE_DROP = 8;

export class Assembler {
  readonly #options: AssemblerOptions;
  readonly #stage: Stage;
  readonly #joiner: TraceJoiner;
  readonly #pauses: Pauses;
  readonly #blockPrefix: string;
  #blockCount = 0;
  #early = 0;
  /** Oldest first. */
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #waitingRows = 0;
  #heldBytes = 0;
  /** Of the last batch that came. Segments before it hold no batch that is still to come. */
  #lastSegment = 0;
  #releasedBefore = 0;
  #composedMs: number;
  /** The block that is on its way; one at a time. */
  #shipping: Promise<void> | null = null;
  #isDraining = false;
  #isHeldBack = false;
  #failure: Error | null = null;

  constructor(options: AssemblerOptions) {
    if (!/^[a-z0-9-]{1,64}$/.test(options.collectorId))
      throw new RangeError(
        `Collector id "${options.collectorId}" has other characters than a-z, 0-9 and "-"`,
      );
    this.#options = options;
    this.#stage = options.ledger.stage('assembly', {
      unit: 'rows',
      drops: { refused: 'in a block that the store does not take' },
    });
    this.#joiner = new TraceJoiner({ indexSpans: options.indexSpans, seed: randomSeed() });
    this.#pauses = new Pauses(options.now);
    this.#composedMs = options.now();
    // Time and chance: a clock that was set back must not bring back the ids of blocks, for the store would take a new
    // block for one that it has.
    const start = `${options.unixNs().toString(36)}-${randomBytes(5).toString('hex')}`;
    this.#blockPrefix = `${options.collectorId}-${start}`;
  }

  /** Payload bytes of batches that are not stored. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Why nothing is composed any more; null: all is well. */
  get failure(): Error | null {
    return this.#failure;
  }

  get counters(): AssemblerCounters {
    return { ...this.#joiner.counters, blocks: this.#blockCount, early: this.#early };
  }

  /**
   * Takes a batch that is durable in the log. Batches come in the order of their addresses. The assembler owns the
   * columns from here.
   */
  add(batch: BatchColumns, address: WalAddress, payloadBytes: number): void {
    const rows = rowsOf(batch);
    const added = this.#joiner.add(batch);
    this.#waiting.push({ added, address, rows, bytes: payloadBytes, arrivedMs: this.#options.now() });
    this.#waitingRows += rows;
    this.#waitingBytes += payloadBytes;
    this.#lastSegment = address.segment;
    this.#hold(rows, payloadBytes);
  }

  /** Does what is due. Called by the owner every 100 ms or so. */
  tick(): void {
    this.#pauses.tick();
    if (this.#isHeldBack || this.#shipping !== null || this.#failure !== null) return;
    const shipment = this.#compose();
    if (shipment !== null) this.#ship(shipment);
  }

  /**
   * Composes and stores all that is held, without waiting for windows. While log or store are away it waits for them, in
   * the owner's ticks.
   * @throws what the log threw, if it broke for good
   */
  async drain(): Promise<void> {
    this.#isDraining = true;
    do {
      this.tick();
      await this.#shipping;
      if (this.#failure !== null) throw this.#failure;
    } while (this.#waiting.length > 0 || this.#shipping !== null);
  }

  /**
   * Learns from a block of an earlier life, so that rows which come now find their trace.
   * @param batches with the trace ids that they came with; they are not changed
   */
  recall(batches: readonly BatchColumns[], resolution: Resolution): void {
    this.#joiner.recall(batches, resolution);
  }

  /**
   * While held back nothing new is composed: a block that was cut off must come again before any other one, by which the
   * store knows what it has of it.
   */
  holdBack(isHeldBack: boolean): void {
    this.#isHeldBack = isHeldBack;
  }

  /**
   * Stores a block of an earlier life whose composition is in the log; again, if need be.
   * @throws what the log threw, if it broke for good
   */
  async reinsert(block: Block): Promise<void> {
    await this.#shipping;
    const rows = block.batches.reduce((sum, batch) => sum + rowsOf(batch), 0);
    this.#hold(rows, 0);
    this.#shipping = this.#guard(this.#store(block, rows));
    await this.#shipping;
    if (this.#failure !== null) throw this.#failure;
  }

  /** Tries until the store answers; for the questions of recovery. */
  async ask<T>(question: (store: Store) => Promise<T>): Promise<T> {
    const { store } = this.#options;
    return this.#insist(() => question(store), isStoreAway, 'Store');
  }

  #hold(rows: number, bytes: number): void {
    this.#stage.take(rows);
    this.#stage.hold(rows);
    this.#heldBytes += bytes;
  }

  #compose(): Shipment | null {
    const nowMs = this.#options.now();
    const { count, rows } = this.#due(nowMs);
    const isTime = nowMs - this.#composedMs >= this.#options.blockMs || this.#isDraining;
    if (rows < this.#options.blockRows && !isTime) return null;
    if (count === 0 && !this.#joiner.hasLateFacts) return null;
    this.#composedMs = nowMs;
    const due = this.#waiting.splice(0, count);
    const resolution = this.#joiner.compose(addedOf(due), addedOf(this.#waiting));
    if (count === 0 && resolution.aliases.rows === 0) return null;
    let bytes = 0;
    for (const waiting of due) {
      bytes += waiting.bytes;
      if (nowMs - waiting.arrivedMs < this.#options.windowMs) this.#early += 1;
    }
    this.#waitingBytes -= bytes;
    this.#waitingRows -= rows;
    this.#blockCount += 1;
    const block: Block = {
      id: `${this.#blockPrefix}-${this.#blockCount}`,
      composedUnixNs: this.#options.unixNs(),
      batches: due.map(({ added }) => added.batch),
      aliases: resolution.aliases,
    };
    return { block, resolution, batches: due.map(({ address }) => address), rows, bytes };
  }

  /** How many of the oldest batches go into a block now. */
  #due(nowMs: number): { count: number; rows: number } {
    const { windowMs, windowBytes, indexSpans, blockRows } = this.#options;
    let count = 0;
    let rows = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      const isOver = nowMs - waiting.arrivedMs >= windowMs || this.#isDraining;
      const isTooMuch = this.#waitingBytes - bytes > windowBytes || this.#waitingRows - rows > indexSpans;
      if (rows >= blockRows || !(isOver || isTooMuch)) break;
      count += 1;
      rows += waiting.rows;
      bytes += waiting.bytes;
    }
    return { count, rows };
  }

  #ship(shipment: Shipment): void {
    this.#shipping = this.#guard(this.#commitAndStore(shipment));
  }

  /** Ends in any case: then the next block goes, or nothing goes any more. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#failure = error as Error;
      this.#options.onNote(`Assembly stopped: ${(error as Error).message}`);
    } finally {
      this.#shipping = null;
    }
    // A full block may be due already; a tick would come only later.
    this.tick();
  }

  async #commitAndStore({ block, resolution, batches, rows, bytes }: Shipment): Promise<void> {
    const { id: blockId, composedUnixNs } = block;
    const record = encodeComposition({ blockId, composedUnixNs, batches, ...resolution });
    const { wal } = this.#options;
    await this.#insist(() => wal.append('composition', record), isLogFull, 'Write-ahead log');
    await this.#store(block, rows);
    this.#heldBytes -= bytes;
    this.#release();
    this.#options.onReleased?.();
  }

  async #store(block: Block, rows: number): Promise<void> {
    const { store, wal, onNote } = this.#options;
    let offers = 0;
    const isWorthATry = (error: unknown) => isStoreAway(error) || ++offers < OFFERS_BEFORE_DROP;
    try {
      await this.#insist(() => store.insert(block), isWorthATry, 'Store');
      this.#stage.give(rows);
    } catch (error) {
      onNote(`Store does not take block ${block.id}; its ${rows} rows are lost: ${(error as Error).message}`);
      this.#stage.drop('refused', rows);
    }
    this.#stage.hold(-rows);
    // Without this record the block is inserted again after a restart, and the store recognises it. So nobody waits, and
    // a full disk is no reason to stop; a log that is broken will tell so at the next composition.
    wal
      .append('stored', encodeStored(block.id))
      .catch((error: Error) =>
        onNote(`Block ${block.id} is stored, which the log does not know: ${error.message}`),
      );
  }

  /** Lets go of the segments that hold nothing but stored batches. */
  #release(): void {
    const { wal, onNote } = this.#options;
    let needed = this.#lastSegment;
    for (const { address } of this.#waiting) needed = Math.min(needed, address.segment);
    if (needed <= this.#releasedBefore) return;
    this.#releasedBefore = needed;
    wal
      .release(needed)
      .catch((error: Error) => onNote(`Old segments of the write-ahead log stay: ${error.message}`));
  }

  /** Tries until it works or fails in a way that is not worth another try; says once that it waits, and when it is over. */
  async #insist<T>(
    attempt: () => Promise<T>,
    isWorthATry: (error: unknown) => boolean,
    whose: string,
  ): Promise<T> {
    for (let failures = 0; ; ) {
      try {
        const answer = await attempt();
        if (failures > 0) this.#options.onNote(`${whose}: works again`);
        return answer;
      } catch (error) {
        if (!isWorthATry(error)) throw error;
        failures += 1;
        if (failures === 1) this.#options.onNote(`${whose}: ${(error as Error).message}; trying again`);
        await this.#pauses.after(failures);
      }
    }
  }
}

const addedOf = (waiting: readonly Waiting[]): readonly AddedBatch[] => waiting.map(({ added }) => added);

const isStoreAway = (error: unknown): boolean => error instanceof StoreUnavailable;

const isLogFull = (error: unknown): boolean => error instanceof WalFull;
