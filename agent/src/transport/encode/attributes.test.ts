import { describe, expect, test } from '@jest/globals';
import { sonde } from '@sonde/proto';
import type { AttributeValue } from '../../model/attributes.ts';
import { AttributeColumns } from './attributes.ts';
import { StringTable } from './strings.ts';

describe('AttributeColumns', () => {
  const check = (value: AttributeValue | undefined, want: string) => {
    const strings = new StringTable();
    const attributes = new AttributeColumns(strings);
    attributes.addRow({ name: value });
    const { count, key, value: values, type } = attributes.columns;
    const pairs = key.map(
      (name, i) =>
        `${strings.texts[name]} ${sonde.v1.ValueType[type[i]!]?.slice('VALUE_TYPE_'.length)} ${strings.texts[values[i]!]}`,
    );
    expect([...count, ...pairs].join(' ')).toBe(want);
  };

  test('text is a string', () => check('GET', '1 name STRING GET'));
  test('an empty text is one too', () => check('', '1 name STRING '));
  test('a whole number is an integer', () => check(-200, '1 name INT -200'));
  test('the largest exact whole number is an integer', () =>
    check(2 ** 53 - 1, '1 name INT 9007199254740991'));
  test('a whole number that may be rounded is a double with an exponent', () =>
    check(2 ** 53, '1 name DOUBLE 9.007199254740992e+15'));
  test('a fraction is a double', () => check(0.25, '1 name DOUBLE 0.25'));
  test('a large number keeps its exponent', () => check(1e21, '1 name DOUBLE 1e+21'));
  test('what is no number is a string', () => check(Number.NaN, '1 name STRING NaN'));
  test('a truth value is a boolean', () => check(false, '1 name BOOL false'));
  test('a list is a JSON array', () => check(['a', 'b"'], '1 name STRINGS ["a","b\\""]'));
  test('half a surrogate pair is replaced', () => check('a\ud800', '1 name STRING a\ufffd'));
  test('half a surrogate pair in a list is replaced', () => check(['\udc00'], '1 name STRINGS ["\ufffd"]'));
  test('an attribute that is undefined is none', () => check(undefined, '0'));
});
