/**
 * The rows that the batches of a block have for one table, as one table: each method makes a column of the block out of a
 * column of the batches. Nothing here makes an object a row.
 */
import type { Block } from '../../model/block.ts';
import type { AttributeColumns, BatchColumns, HistogramColumns } from '../../model/columns.ts';
import { type BatchStrings, BlockStrings } from '../native/block-strings.ts';
import {
  type ColumnData,
  type FixedType,
  fixed,
  LowCardinality,
  mapOf,
  Offsets,
  Texts,
} from '../native/columns.ts';
import { StringMap } from '../native/string-map.ts';
import { BatchEntities } from './batch-entities.ts';

export interface BatchPart<Columns> {
  readonly batch: BatchColumns;
  readonly columns: Columns;
  readonly strings: BatchStrings;
  readonly entities: BatchEntities;
}

export class BlockRows<Columns extends { readonly rows: number }> {
  readonly count: number;
  readonly strings = new BlockStrings();
  readonly parts: readonly BatchPart<Columns>[];
  readonly #ingestSeconds: number;

  /** @param of the rows of a batch for the table */
  constructor(block: Block, of: (batch: BatchColumns) => Columns) {
    const parts: BatchPart<Columns>[] = [];
    let count = 0;
    for (const batch of block.batches) {
      const columns = of(batch);
      if (columns.rows === 0) continue;
      const strings = this.strings.of(batch.strings);
      parts.push({ batch, columns, strings, entities: new BatchEntities(batch, strings, this.strings) });
      count += columns.rows;
    }
    this.parts = parts;
    this.count = count;
    this.#ingestSeconds = ingestSeconds(block);
  }

  uint64(of: (columns: Columns) => BigUint64Array, type: 'UInt64' | 'DateTime64(9)' = 'UInt64'): ColumnData {
    const values = new BigUint64Array(this.count);
    this.#eachPart((part, at) => values.set(of(part.columns), at));
    return fixed(type, values);
  }

  uint32(of: (columns: Columns) => Uint32Array, type: FixedType = 'UInt32'): ColumnData {
    const values = new Uint32Array(this.count);
    this.#eachPart((part, at) => values.set(of(part.columns), at));
    return fixed(type, values);
  }

  uint8(of: (columns: Columns) => Uint8Array): ColumnData {
    const values = new Uint8Array(this.count);
    this.#eachPart((part, at) => values.set(of(part.columns), at));
    return fixed('UInt8', values);
  }

  /** Minutes since the Unix epoch as a time; what no DateTime can say becomes the last that one can. */
  minutes(of: (columns: Columns) => Uint32Array): ColumnData {
    return this.uint32((columns) => of(columns).map((minute) => toDateTime(60 * minute)), `DateTime('UTC')`);
  }

  /** Ids as hexadecimal digits. */
  hexIds(of: (columns: Columns) => Uint8Array, idBytes: number): ColumnData {
    const values = new Texts();
    for (const part of this.parts) values.hexIds(of(part.columns), idBytes);
    return values;
  }

  texts(of: (columns: Columns) => readonly string[]): ColumnData {
    const values = new Texts();
    for (const part of this.parts) for (const text of of(part.columns)) values.text(text);
    return values;
  }

  attributes(of: (columns: Columns) => AttributeColumns): ColumnData {
    const map = new StringMap(this.strings, this.count);
    for (const { columns, strings } of this.parts) {
      const { offsets, key, value } = of(columns);
      for (let row = 0; row < columns.rows; row++) {
        for (let i = offsets[row]!; i < offsets[row + 1]!; i++)
          map.pair(strings.id(key[i]!), strings.id(value[i]!));
        map.endRow();
      }
    }
    return map;
  }

  /** Strings of the batches. */
  lowCardinality(of: (columns: Columns) => Uint32Array): ColumnData {
    const values = new LowCardinality(this.strings);
    for (const { columns, strings } of this.parts) {
      for (const index of of(columns)) values.push(strings.id(index));
    }
    return values;
  }

  /** Numbers of an enumeration by their names; '' for a number that has none. */
  names(of: (columns: Columns) => Uint8Array, names: readonly string[]): ColumnData {
    const values = new LowCardinality(this.strings);
    const ids = Array.from({ length: 256 }, (_, number) => names[number] ?? '').map((name) =>
      this.strings.idOf(name),
    );
    for (const { columns } of this.parts) for (const number of of(columns)) values.push(ids[number]!);
    return values;
  }

  /** What the entities of the rows have: strings of the block, by rows of the batch's entities. */
  ofEntities(
    entityOf: (columns: Columns) => Uint32Array,
    of: (entities: BatchEntities) => ArrayLike<number>,
  ): ColumnData {
    const values = new LowCardinality(this.strings);
    for (const { columns, entities } of this.parts) {
      const ids = of(entities);
      for (const entity of entityOf(columns)) values.push(ids[entity]!);
    }
    return values;
  }

  /** Attributes of the entities of the rows. */
  resourceAttributes(entityOf: (columns: Columns) => Uint32Array): ColumnData {
    const map = new StringMap(this.strings, this.count);
    for (const { columns, entities } of this.parts) {
      for (const entity of entityOf(columns)) {
        map.pairs(entities.resource(entity));
        map.endRow();
      }
    }
    return map;
  }

  histograms(of: (columns: Columns) => HistogramColumns): ColumnData {
    const histograms = this.parts.map((part) => of(part.columns));
    const total = histograms.reduce((sum, { bucket }) => sum + bucket.length, 0);
    const offsets = new Offsets(this.count);
    const buckets = new Uint8Array(total);
    const counts = new BigUint64Array(total);
    let at = 0;
    for (const histogram of histograms) {
      for (const end of histogram.offsets.subarray(1)) offsets.endRow(at + end);
      buckets.set(histogram.bucket, at);
      counts.set(histogram.n, at);
      at += histogram.bucket.length;
    }
    return mapOf(offsets, fixed('UInt8', buckets), fixed('UInt64', counts));
  }

  /** The same text in every row. */
  constant(text: string): ColumnData {
    return this.#constants(() => text);
  }

  node(): ColumnData {
    return this.#constants((batch) => batch.node);
  }

  agentId(): ColumnData {
    return this.#constants((batch) => batch.id.agentId);
  }

  simulated(): ColumnData {
    const values = new Uint8Array(this.count);
    this.#eachPart(({ batch, columns }, at) =>
      values.fill(batch.platform === 'simulated' ? 1 : 0, at, at + columns.rows),
    );
    return fixed('Bool', values);
  }

  bootEpoch(): ColumnData {
    return this.#numbers((batch) => batch.id.bootEpoch);
  }

  sequence(): ColumnData {
    return this.#numbers((batch) => batch.id.sequence);
  }

  ingestTime(): ColumnData {
    return fixed(`DateTime('UTC')`, new Uint32Array(this.count).fill(this.#ingestSeconds));
  }

  /** Of which batch each row is, as `ORIGIN` declares. */
  origin(): Record<'AgentId' | 'BootEpoch' | 'BatchSequence' | 'IngestTime', ColumnData> {
    return {
      AgentId: this.agentId(),
      BootEpoch: this.bootEpoch(),
      BatchSequence: this.sequence(),
      IngestTime: this.ingestTime(),
    };
  }

  #constants(of: (batch: BatchColumns) => string): ColumnData {
    const values = new LowCardinality(this.strings);
    for (const { batch, columns } of this.parts) values.push(this.strings.idOf(of(batch)), columns.rows);
    return values;
  }

  #numbers(of: (batch: BatchColumns) => number): ColumnData {
    const values = new BigUint64Array(this.count);
    this.#eachPart(({ batch, columns }, at) => values.fill(BigInt(of(batch)), at, at + columns.rows));
    return fixed('UInt64', values);
  }

  #eachPart(visit: (part: BatchPart<Columns>, at: number) => void): void {
    let at = 0;
    for (const part of this.parts) {
      visit(part, at);
      at += part.columns.rows;
    }
  }
}

export const unixSeconds = (unixNs: bigint): number => Number(unixNs / 1_000_000_000n);

/** Seconds since the Unix epoch as a DateTime has them, which ends in 2106: what it cannot say becomes its last one. */
export const toDateTime = (seconds: number): number => Math.min(seconds, 0xffff_ffff);

/** The IngestTime of all rows of a block. */
export const ingestSeconds = ({ composedUnixNs }: Pick<Block, 'composedUnixNs'>): number =>
  toDateTime(unixSeconds(composedUnixNs));
