/** Key-value pairs of the rows of one table, with the type that each value had. */
import { sonde } from '@sonde/proto';
import type { AttributeValue } from '../../model/attributes.ts';
import type { StringTable } from './strings.ts';

const { ValueType } = sonde.v1;

export class AttributeColumns {
  readonly columns = {
    count: [] as number[],
    key: [] as number[],
    value: [] as number[],
    type: [] as sonde.v1.ValueType[],
  };
  readonly #strings: StringTable;

  constructor(strings: StringTable) {
    this.#strings = strings;
  }

  /** The pairs of the next row; an attribute that is `undefined` is none. */
  addRow(attributes: Readonly<Record<string, AttributeValue | undefined>>): void {
    const { count, key, value, type } = this.columns;
    let pairs = 0;
    for (const name in attributes) {
      const typed = attributes[name];
      if (typed === undefined) continue;
      key.push(this.#strings.indexOf(name));
      value.push(this.#strings.indexOf(textOf(typed)));
      type.push(typeOf(typed));
      pairs++;
    }
    count.push(pairs);
  }
}

function typeOf(value: AttributeValue): sonde.v1.ValueType {
  if (typeof value === 'string') return ValueType.VALUE_TYPE_STRING;
  if (typeof value === 'boolean') return ValueType.VALUE_TYPE_BOOL;
  if (typeof value !== 'number') return ValueType.VALUE_TYPE_STRINGS;
  if (Number.isSafeInteger(value)) return ValueType.VALUE_TYPE_INT;
  // Decimal digits cannot say "not a number" or "infinite"; a word can.
  return Number.isFinite(value) ? ValueType.VALUE_TYPE_DOUBLE : ValueType.VALUE_TYPE_STRING;
}

function textOf(value: AttributeValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object') return JSON.stringify(value.map((text) => text.toWellFormed()));
  const text = String(value);
  // Numbers from 2^53 to 10^21 print without point and exponent, as if they were exact.
  const looksWhole = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(text);
  return looksWhole ? value.toExponential() : text;
}
