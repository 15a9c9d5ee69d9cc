/**
 * After a start: what the log says is not stored is stored. Blocks that were composed and perhaps not stored wholly are
 * made again, to the byte, and inserted again; batches in no block go through assembly; and assembly learns again what the
 * last blocks before the end had taught it.
 */
import type { Ledger } from '@sonde/ledger';
import type { BatchColumns, BatchId } from '../model/columns.ts';
import { type Wal, type WalAddress, WalDamage, type WalRecord } from '../wal/wal.ts';
import type { Assembler } from './assembler.ts';
import { type Composition, decodeComposition, decodeStored } from './composition.ts';
import { replaceTraces } from './replace-traces.ts';

/** What the log holds: gathered while it is opened, without the payloads of batches. */
export class LogContents {
  /** In the order of the log. */
  readonly batches: WalAddress[] = [];
  readonly compositions: Composition[] = [];
  readonly storedBlocks = new Set<string>();
  /** The oldest segment with a record; what lay before it was released. */
  firstSegment = 0;

  /** @throws CompositionUnreadable */
  add({ kind, address, payload }: WalRecord): void {
    if (this.firstSegment === 0) this.firstSegment = address.segment;
    switch (kind) {
      case 'batch':
        this.batches.push(address);
        return;
      case 'composition':
        this.compositions.push(decodeComposition(payload));
        return;
      case 'stored':
        this.storedBlocks.add(decodeStored(payload));
        return;
    }
  }
}

export interface RestoreOptions {
  readonly contents: LogContents;
  readonly wal: Pick<Wal, 'read'>;
  /** Its owner ticks it meanwhile. */
  readonly assembler: Pick<Assembler, 'ask' | 'holdBack' | 'recall' | 'reinsert' | 'add'>;
  readonly ledger: Ledger;
  /** The checks that a batch passed when it came. */
  decode(payload: Uint8Array): BatchColumns | { readonly fault: string };
  /** Stored blocks that were composed so long before the last one, or later, are learnt from again. Whole ms. */
  readonly recallMs: number;
  onNote(line: string): void;
  /** Resolved as soon as there is room for one more batch in memory; what is not read yet waits in the log. */
  room?(): Promise<void>;
}

export interface Restored {
  /** Batches that are durable: what the store has, as far as it tells, and all that the log has besides. */
  readonly durable: readonly BatchId[];
  /** Blocks that were inserted again. */
  readonly blocks: number;
  /** Batches that went to assembly. */
  readonly batches: number;
}

/**
 * Returns when every open block is stored and every open batch is with the assembler. Waits for a store that is away.
 * @throws what the log threw, if it broke for good
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  return new Restoration(options, await options.assembler.ask((store) => store.storedBatches())).run();
}

class Restoration {
  readonly #options: RestoreOptions;
  readonly #stage;
  readonly #durable: BatchId[];
  /** Agent and boot epoch to the highest sequence in the store, asked before anything was inserted again. */
  readonly #storedUpTo = new Map<string, number>();
  /** Batches of blocks, and of the log so far. */
  readonly #known = new Set<string>();
  #firstUnreadable = '';

  constructor(options: RestoreOptions, stored: readonly BatchId[]) {
    this.#options = options;
    this.#durable = [...stored];
    for (const id of stored) this.#storedUpTo.set(streamOf(id), id.sequence);
    this.#stage = options.ledger.stage('recovery', {
      unit: 'batches',
      drops: {
        undecodable: 'acknowledged, but cannot be read from the log any more',
        stored: 'in the store already',
        repeated: 'in the log before',
      },
    });
  }

  async run(): Promise<Restored> {
    this.#options.assembler.holdBack(true);
    const blocks = await this.#restoreBlocks();
    this.#options.assembler.holdBack(false);
    const batches = await this.#restoreBatches();
    const lost = this.#stage.dropped.undecodable!;
    if (lost > 0)
      this.#options.onNote(
        `${lost} batches of the write-ahead log cannot be read any more; the first: ${this.#firstUnreadable}`,
      );
    return { durable: this.#durable, blocks, batches };
  }

  async #restoreBlocks(): Promise<number> {
    const { contents, assembler, recallMs } = this.#options;
    const readable = new Set(contents.batches.map(keyOf));
    const last = contents.compositions.at(-1)?.composedUnixNs ?? 0n;
    const recalledFrom = last - BigInt(recallMs) * 1_000_000n;
    let inserted = 0;
    for (const composition of contents.compositions) {
      const isStored = contents.storedBlocks.has(composition.blockId);
      if (isStored && composition.composedUnixNs < recalledFrom) continue;
      const batches: BatchColumns[] = [];
      for (const address of composition.batches) {
        // Segments are released after their blocks are stored, even if the log could not be told so.
        if (address.segment < contents.firstSegment) continue;
        const batch = await this.#read(address, readable.has(keyOf(address)), isStored);
        if (batch !== null) batches.push(batch);
      }
      assembler.recall(batches, composition);
      if (isStored) continue;
      this.#stage.give(batches.length);
      if (batches.length === 0 && composition.aliases.rows === 0) continue;
      replaceTraces(batches, composition.replacements);
      const { blockId: id, composedUnixNs, aliases } = composition;
      // What lacks a batch that is lost goes in under the same id all the same: tables that have the block keep it whole.
      await assembler.reinsert({ id, composedUnixNs, batches, aliases });
      inserted += 1;
    }
    return inserted;
  }

  async #restoreBatches(): Promise<number> {
    const { contents, assembler } = this.#options;
    const composed = new Set(contents.compositions.flatMap(({ batches }) => batches.map(keyOf)));
    let added = 0;
    for (const address of contents.batches) {
      if (composed.has(keyOf(address))) continue;
      await this.#options.room?.();
      const read = await this.#readOpen(address);
      if (read === null) continue;
      assembler.add(read.batch, address, read.payloadBytes);
      this.#stage.give();
      added += 1;
    }
    return added;
  }

  /** A batch of a block; null if it cannot be read. */
  async #read(address: WalAddress, isReadable: boolean, isStored: boolean): Promise<BatchColumns | null> {
    if (!isStored) this.#stage.take();
    const read = isReadable ? await this.#decode(address) : 'the log was damaged there';
    if (typeof read === 'string') {
      if (!isStored) this.#drop(address, read);
      return null;
    }
    this.#known.add(nameOf(read.batch.id));
    this.#durable.push(read.batch.id);
    return read.batch;
  }

  /** A batch of no block; null if it is not to be stored. */
  async #readOpen(address: WalAddress): Promise<{ batch: BatchColumns; payloadBytes: number } | null> {
    this.#stage.take();
    const read = await this.#decode(address);
    if (typeof read === 'string') {
      this.#drop(address, read);
      return null;
    }
    const { id } = read.batch;
    // In the store and in no block: the log lost the block's composition.
    const isStored = id.sequence <= (this.#storedUpTo.get(streamOf(id)) ?? 0);
    const isRepeated = this.#known.has(nameOf(id));
    if (isStored || isRepeated) {
      this.#stage.drop(isRepeated ? 'repeated' : 'stored');
      return null;
    }
    this.#known.add(nameOf(id));
    this.#durable.push(id);
    return read;
  }

  /** @returns why not, if it cannot be */
  async #decode(address: WalAddress): Promise<{ batch: BatchColumns; payloadBytes: number } | string> {
    const { wal, decode } = this.#options;
    try {
      const payload = await wal.read(address);
      const batch = decode(payload);
      return 'fault' in batch ? batch.fault : { batch, payloadBytes: payload.length };
    } catch (error) {
      if (error instanceof WalDamage) return error.message;
      throw error;
    }
  }

  #drop({ segment, offset }: WalAddress, reason: string): void {
    this.#stage.drop('undecodable');
    this.#firstUnreadable ||= `segment ${segment}, offset ${offset}: ${reason}`;
  }
}

const keyOf = ({ segment, offset }: WalAddress): string => `${segment}:${offset}`;

const streamOf = ({ agentId, bootEpoch }: BatchId): string => `${bootEpoch}/${agentId}`;

const nameOf = (id: BatchId): string => `${id.sequence}/${streamOf(id)}`;
