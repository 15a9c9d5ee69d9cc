/**
 * The columns of one table: arrays of the generated codec become typed arrays, and each value is checked against what the
 * column may hold. A fault is noted and the column comes back empty; the caller looks at the faults at the end and gives
 * the whole batch up. So nothing here throws, and later columns can be read without asking whether earlier ones were good.
 *
 * Nothing is kept of the arrays and bytes that are given: they may be part of a network buffer.
 */
import type { Long, sonde } from '@sonde/proto';
import type { AttributeColumns, HistogramColumns } from '../../model/columns.ts';
import type { Faults } from './faults.ts';

export type Numbers = readonly number[] | null | undefined;
export type Longs = readonly Long[] | null | undefined;

/** What indices of a batch may point to. */
export interface Targets {
  readonly strings: number;
  /** Rows of the entities table. */
  readonly entities: number;
}

const LAST_BUCKET = 255;
const LAST_PORT = 65_535;
/** The engine's seconds end after 32 bits, in the year 2106. */
const LAST_MINUTE = Math.floor(0xffff_ffff / 60);
const UINT32_VALUES = 2 ** 32;
const FIRST_VALUE_TYPE = 1;
const LAST_VALUE_TYPE = 5;

const NO_NUMBERS: readonly number[] = [];
const NO_LONGS: readonly Long[] = [];
const NO_BYTES = new Uint8Array(0);

export class TableReader {
  readonly rows: number;
  readonly #table: string;
  readonly #targets: Targets;
  readonly #faults: Faults;
  /** What an entry is called in faults: "row", "pair", "bucket". */
  readonly #entry: string;

  constructor(table: string, rows: number, targets: Targets, faults: Faults, entry = 'row') {
    this.#table = table;
    this.rows = rows;
    this.#targets = targets;
    this.#faults = faults;
    this.#entry = entry;
  }

  /** Bytes of fixed width a row, as a copy. */
  ids(column: string, bytes: Uint8Array | null | undefined, width: number): Uint8Array {
    const given = bytes ?? NO_BYTES;
    if (given.length !== this.rows * width) {
      this.#faults.add(
        `${this.#table}.${column}: ${given.length} bytes, but ${this.rows} ${this.#entry}s take ${this.rows * width}`,
      );
      return new Uint8Array(0);
    }
    return new Uint8Array(given);
  }

  /** Indices of strings. */
  strings(column: string, values: Numbers): Uint32Array {
    return this.#indices(column, values, this.#targets.strings, 'string');
  }

  /** Rows of the entities table. */
  entities(column: string, values: Numbers): Uint32Array {
    return this.#indices(column, values, this.#targets.entities, 'entity');
  }

  /** Any 32 bits. */
  words(column: string, values: Numbers): Uint32Array {
    return this.#below(column, values, UINT32_VALUES, 'value');
  }

  ports(column: string, values: Numbers): Uint32Array {
    return this.#below(column, values, LAST_PORT + 1, 'port');
  }

  /** Minutes since the Unix epoch. */
  minutes(column: string, values: Numbers): Uint32Array {
    return this.#below(column, values, LAST_MINUTE + 1, 'minute');
  }

  /** Values of an enumeration, both ends included. */
  codes(column: string, values: Numbers, first: number, last: number): Uint8Array {
    const given = this.#column(column, values);
    const out = new Uint8Array(given.length);
    for (let i = 0; i < given.length; i++) {
      const value = given[i]!;
      if (value < first || value > last) {
        this.#fault(column, i, `has the unknown value ${value}`);
        return out;
      }
      out[i] = value;
    }
    return out;
  }

  /** Unix times in ns: after 1970 began, before 2^63 (in 2262). */
  times(column: string, values: Longs): BigUint64Array {
    return this.#wide(column, values, 1, 'time');
  }

  /** Counts and durations: below 2^63, so that signed readers take them too. */
  counts(column: string, values: Longs): BigUint64Array {
    return this.#wide(column, values, 0, 'count');
  }

  /** Counts that take part in arithmetic of numbers: below 2^53. */
  safeCounts(column: string, values: Longs): number[] {
    const given = this.#longs(column, values);
    const out: number[] = [];
    for (let i = 0; i < given.length; i++) {
      const value = safeNumber(given[i]!);
      if (value === null) {
        this.#fault(column, i, 'has a count of 2^53 or more');
        return out;
      }
      out.push(value);
    }
    return out;
  }

  /** Texts of their own, one a row. */
  texts(column: string, values: readonly string[] | null | undefined): readonly string[] {
    const given = values ?? [];
    if (given.length !== this.rows) this.#lengthFault(column, given.length);
    return given;
  }

  /** An absent message: no row has a pair. */
  attributes(message: sonde.v1.Attributes.$Properties | null | undefined): AttributeColumns {
    const offsets = this.#offsets('attributes.count', message?.count, message == null);
    const pairs = this.#entries('attributes', offsets, 'pair');
    return {
      offsets,
      key: pairs.strings('key', message?.key),
      value: pairs.strings('value', message?.value),
      type: pairs.codes('type', message?.type, FIRST_VALUE_TYPE, LAST_VALUE_TYPE),
    };
  }

  /** An absent message: no row has a bucket. */
  histogram(message: sonde.v1.Histogram.$Properties | null | undefined): HistogramColumns {
    const offsets = this.#offsets('durations.count', message?.count, message == null);
    const buckets = this.#entries('durations', offsets, 'bucket');
    const bucket = buckets.codes('bucket', message?.bucket, 0, LAST_BUCKET);
    const n = buckets.#wide('n', message?.n, 1, 'count');
    this.#checkRising(offsets, bucket);
    return { offsets, bucket, n };
  }

  /** What lists of a row's entries begin with: a count a row, of which `entries` come in all. */
  counted(column: string, values: Numbers, entry: string): { offsets: Uint32Array; entries: TableReader } {
    const offsets = this.#offsets(column, values, false);
    return {
      offsets,
      entries: new TableReader(this.#table, offsets.at(-1)!, this.#targets, this.#faults, entry),
    };
  }

  #entries(table: string, offsets: Uint32Array, entry: string): TableReader {
    return new TableReader(`${this.#table}.${table}`, offsets.at(-1)!, this.#targets, this.#faults, entry);
  }

  /** Running sums of a column of counts. They must stay below 2^32; more entries than that fit no payload. */
  #offsets(column: string, values: Numbers, isAbsent: boolean): Uint32Array {
    const offsets = new Uint32Array(this.rows + 1);
    if (isAbsent) return offsets;
    const given = this.#column(column, values);
    let sum = 0;
    for (let i = 0; i < given.length; i++) {
      sum += given[i]!;
      if (sum >= UINT32_VALUES) {
        this.#fault(column, i, 'brings the count beyond 2^32');
        return new Uint32Array(this.rows + 1);
      }
      offsets[i + 1] = sum;
    }
    return offsets;
  }

  #checkRising(offsets: Uint32Array, bucket: Uint8Array): void {
    for (let row = 0; row < this.rows; row++) {
      const end = Math.min(offsets[row + 1]!, bucket.length);
      for (let i = offsets[row]! + 1; i < end; i++) {
        if (bucket[i]! <= bucket[i - 1]!) {
          this.#fault('durations.bucket', row, `has bucket ${bucket[i]} after bucket ${bucket[i - 1]}`);
          return;
        }
      }
    }
  }

  #indices(column: string, values: Numbers, limit: number, target: string): Uint32Array {
    const given = this.#column(column, values);
    const out = new Uint32Array(given.length);
    for (let i = 0; i < given.length; i++) {
      const value = given[i]!;
      if (value >= limit) {
        this.#fault(column, i, `names ${target} ${value} of ${limit}`);
        return out;
      }
      out[i] = value;
    }
    return out;
  }

  #below(column: string, values: Numbers, limit: number, what: string): Uint32Array {
    const given = this.#column(column, values);
    const out = new Uint32Array(given.length);
    for (let i = 0; i < given.length; i++) {
      const value = given[i]!;
      if (value >= limit) {
        this.#fault(column, i, `has the ${what} ${value}, but the last is ${limit - 1}`);
        return out;
      }
      out[i] = value;
    }
    return out;
  }

  /** 64-bit values from `least` to 2^63 - 1. Both halves are written as they are: no bigint is made for a value. */
  #wide(column: string, values: Longs, least: 0 | 1, what: string): BigUint64Array {
    const given = this.#longs(column, values);
    const out = new BigUint64Array(given.length);
    // Little-endian, as every machine is that this runs on.
    const halves = new Uint32Array(out.buffer);
    for (let i = 0; i < given.length; i++) {
      const { low, high } = given[i]!;
      if (high < 0 || (least === 1 && (low | high) === 0)) {
        this.#fault(column, i, high < 0 ? `has a ${what} of 2^63 or more` : `has a ${what} of 0`);
        return out;
      }
      halves[2 * i] = low;
      halves[2 * i + 1] = high;
    }
    return out;
  }

  #column(column: string, values: Numbers): readonly number[] {
    const given = values ?? NO_NUMBERS;
    if (given.length === this.rows) return given;
    this.#lengthFault(column, given.length);
    return NO_NUMBERS;
  }

  #longs(column: string, values: Longs): readonly Long[] {
    const given = values ?? NO_LONGS;
    if (given.length === this.rows) return given;
    this.#lengthFault(column, given.length);
    return NO_LONGS;
  }

  #lengthFault(column: string, length: number): void {
    this.#faults.add(`${this.#table}.${column}: ${length} values for ${this.rows} ${this.#entry}s`);
  }

  #fault(column: string, index: number, what: string): void {
    this.#faults.add(`${this.#table}.${column}: ${this.#entry} ${index} ${what}`);
  }
}

/** As a number, or null if it is 2^53 or more. */
export function safeNumber(value: Long): number | null {
  const { high } = value;
  return high >= 0 && high < 0x20_0000 ? high * UINT32_VALUES + (value.low >>> 0) : null;
}
