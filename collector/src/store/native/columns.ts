/**
 * The data of columns in ClickHouse's format "Native". Source: ClickHouse, src/DataTypes/Serializations:
 * SerializationNumber, SerializationString, SerializationLowCardinality, SerializationMap, SerializationArray. Where a
 * type has nothing of its own to say before its data, its prefix is empty.
 */
import type { BlockStrings } from './block-strings.ts';
import { ByteWriter } from './byte-writer.ts';

export interface ColumnData {
  /** As in DDL. */
  readonly type: string;
  readonly rows: number;
  /** What stands before the data of the whole column, also where it is inside of another. */
  prefix(out: ByteWriter): void;
  data(out: ByteWriter): void;
}

/** Values of a fixed width, as they lie in memory: numbers, Bool, DateTime (seconds), DateTime64(9) (nanoseconds). */
export const fixed = (type: FixedType, values: FixedArray): ColumnData => ({
  type,
  rows: values.length,
  prefix() {},
  data: (out) => out.memory(values),
});

export type FixedType =
  | 'Bool'
  | 'UInt8'
  | 'UInt16'
  | 'UInt32'
  | 'UInt64'
  | 'DateTime64(9)'
  | 'DateTime'
  | `DateTime('UTC')`;

export type FixedArray = Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** String: each value with its length before it, as a varint. */
export class Texts implements ColumnData {
  readonly type = 'String';
  readonly #out = new ByteWriter(1 << 16);
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  text(text: string): void {
    this.#out.text(text);
    this.#rows++;
  }

  /** Ids of `idBytes` bytes each, as hexadecimal digits; an id of zeros, which means none, as the empty string. */
  hexIds(ids: Uint8Array, idBytes: number): void {
    for (let at = 0; at < ids.length; at += idBytes) {
      if (isZero(ids, at, idBytes)) this.#out.varint(0);
      else {
        this.#out.varint(2 * idBytes);
        this.#out.hex(ids, at, at + idBytes);
      }
    }
    this.#rows += ids.length / idBytes;
  }

  /** One string of the block. */
  string(strings: BlockStrings, id: number): void {
    strings.write(this.#out, id);
    this.#rows++;
  }

  prefix(): void {}

  data(out: ByteWriter): void {
    out.memory(this.#out.bytes());
  }

  /** Values that were written before, to be appended often. */
  prepared(values: Texts): void {
    this.#out.copy(values.#out, 0, values.#out.length);
    this.#rows += values.rows;
  }
}

function isZero(bytes: Uint8Array, start: number, n: number): boolean {
  for (let i = start; i < start + n; i++) if (bytes[i] !== 0) return false;
  return true;
}

/**
 * LowCardinality(String): a dictionary of the values that occur, in the order in which they do, and an index a row. All of
 * it is one granule with keys of its own, as SerializationLowCardinality reads it.
 */
export class LowCardinality implements ColumnData {
  readonly type = 'LowCardinality(String)';
  readonly #strings: BlockStrings;
  #rows = 0;
  #indices = new Uint32Array(1024);
  /** Ids of strings in the order of the dictionary. */
  readonly #keys: number[] = [];
  /** By the id of a string: its index in the dictionary + 1. */
  #indexOf = new Uint32Array(1024);

  constructor(strings: BlockStrings) {
    this.#strings = strings;
  }

  get rows(): number {
    return this.#rows;
  }

  /** @param id of a string of the block */
  push(id: number, n = 1): void {
    const index = this.index(id);
    if (this.#rows + n > this.#indices.length) this.#indices = grown(this.#indices, this.#rows + n);
    if (n === 1) this.#indices[this.#rows] = index;
    else this.#indices.fill(index, this.#rows, this.#rows + n);
    this.#rows += n;
  }

  /** Where the string stands in the dictionary; it is put there if it does not yet. */
  index(id: number): number {
    const known = this.#indexOf[id];
    if (known !== undefined && known > 0) return known - 1;
    if (id >= this.#indexOf.length) this.#indexOf = grown(this.#indexOf, id + 1);
    this.#keys.push(id);
    this.#indexOf[id] = this.#keys.length;
    return this.#keys.length - 1;
  }

  prefix(out: ByteWriter): void {
    out.uint64(SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS);
  }

  data(out: ByteWriter): void {
    // Without rows the engine reads nothing, not even an empty dictionary.
    if (this.#rows === 0) return;
    const indices = this.#indices.subarray(0, this.#rows);
    const width = this.#keys.length <= 0x100 ? UINT8 : this.#keys.length <= 0x1_0000 ? UINT16 : UINT32;
    out.uint64(width.type | HAS_ADDITIONAL_KEYS | NEEDS_UPDATE_OF_DICTIONARY);
    out.uint64(this.#keys.length);
    for (const id of this.#keys) this.#strings.write(out, id);
    out.uint64(this.#rows);
    out.memory(width.of(indices));
  }
}

/** The version that a column's prefix names. */
const SHARED_DICTIONARIES_WITH_ADDITIONAL_KEYS = 1;
const HAS_ADDITIONAL_KEYS = 1 << 9;
const NEEDS_UPDATE_OF_DICTIONARY = 1 << 10;
/** The type of indices is in the low byte of the same number. */
const UINT8 = { type: 0, of: (indices: Uint32Array) => Uint8Array.from(indices) };
const UINT16 = { type: 1, of: (indices: Uint32Array) => Uint16Array.from(indices) };
const UINT32 = { type: 2, of: (indices: Uint32Array) => indices };

function grown(array: Uint32Array<ArrayBuffer>, wanted: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(wanted, 2 * array.length));
  larger.set(array);
  return larger;
}

/** Where the pairs of each row end, counted from those of the first row. */
export class Offsets {
  readonly #rows: number;
  /** Numbers of 64 bits of which the high half is 0: a block has fewer than 2^32 pairs. */
  readonly #halves: Uint32Array;
  #row = 0;

  constructor(rows: number) {
    this.#rows = rows;
    this.#halves = new Uint32Array(2 * rows);
  }

  get rows(): number {
    return this.#rows;
  }

  endRow(pairs: number): void {
    this.#halves[2 * this.#row++] = pairs;
  }

  data(out: ByteWriter): void {
    out.memory(this.#halves);
  }
}

/** Map: the pairs of all rows as two columns, and where those of each row end. */
export const mapOf = (offsets: Offsets, keys: ColumnData, values: ColumnData): ColumnData => ({
  type: `Map(${keys.type}, ${values.type})`,
  rows: offsets.rows,
  prefix(out) {
    keys.prefix(out);
    values.prefix(out);
  },
  data(out) {
    offsets.data(out);
    keys.data(out);
    values.data(out);
  },
});
