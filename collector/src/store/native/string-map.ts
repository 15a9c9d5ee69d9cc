/** Map(LowCardinality(String), String), as all attributes are stored, filled pair by pair. */
import type { BlockStrings } from './block-strings.ts';
import type { ByteWriter } from './byte-writer.ts';
import { type ColumnData, LowCardinality, mapOf, Offsets, Texts } from './columns.ts';

export class StringMap implements ColumnData {
  readonly #strings: BlockStrings;
  readonly #keys: LowCardinality;
  readonly #values = new Texts();
  readonly #offsets: Offsets;
  readonly #column: ColumnData;

  constructor(strings: BlockStrings, rows: number) {
    this.#strings = strings;
    this.#keys = new LowCardinality(strings);
    this.#offsets = new Offsets(rows);
    this.#column = mapOf(this.#offsets, this.#keys, this.#values);
  }

  get type(): string {
    return this.#column.type;
  }

  get rows(): number {
    return this.#column.rows;
  }

  /** A pair of the row that is filled; both are strings of the block. */
  pair(keyId: number, valueId: number): void {
    this.#keys.push(keyId);
    this.#values.string(this.#strings, valueId);
  }

  pairs(pairs: PreparedPairs): void {
    for (const key of pairs.keyIds) this.#keys.push(key);
    this.#values.prepared(pairs.values);
  }

  endRow(): void {
    this.#offsets.endRow(this.#values.rows);
  }

  prefix(out: ByteWriter): void {
    this.#column.prefix(out);
  }

  data(out: ByteWriter): void {
    this.#column.data(out);
  }
}

/** Pairs that many rows have. */
export interface PreparedPairs {
  readonly keyIds: readonly number[];
  readonly values: Texts;
}

export function preparePairs(
  strings: BlockStrings,
  pairs: Iterable<readonly [string, string]>,
): PreparedPairs {
  const keyIds: number[] = [];
  const values = new Texts();
  for (const [key, value] of pairs) {
    keyIds.push(strings.idOf(key));
    values.text(value);
  }
  return { keyIds, values };
}
