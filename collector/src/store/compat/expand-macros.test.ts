import { expect, test } from '@jest/globals';
import { expandMacros } from './expand-macros.ts';

const VALUES = {
  fromUnixMs: 1_700_000_000_999,
  toUnixMs: 1_700_000_060_000,
  variables: { service: ['cart', "o'neil"], operation: null, id: ['ab'] },
  parameters: { start: 5 },
};

const check = (what: string, sql: string, wanted: string) =>
  test(what, () => expect(expandMacros(sql, VALUES)).toBe(wanted));

check(
  'times are seconds',
  't >= $__fromTime AND t <= $__toTime',
  't >= toDateTime(1700000000) AND t <= toDateTime(1700000060)',
);
check(
  'a time filter names its column twice',
  '$__timeFilter(a.t) x',
  'a.t >= toDateTime(1700000000) AND a.t <= toDateTime(1700000060) x',
);
check(
  'a condition stands where something was chosen',
  '$__conditionalAll(f(S) IN ($service), $service) x',
  "f(S) IN ('cart','o\\'neil') x",
);
check(
  'a condition falls away where all were chosen',
  '$__conditionalAll(S IN ($operation), $operation) x',
  '1=1 x',
);
check('a variable in braces is bare', `'\${id}'`, "'ab'");
check('parameters are numbers', 'f({start:Int64})', 'f(5)');
check(
  'the rest stays as it is',
  'SELECT \'{}\' AS "a", 1::Tuple(a String)',
  'SELECT \'{}\' AS "a", 1::Tuple(a String)',
);

const refuse = (what: string, sql: string, message: RegExp) =>
  test(`${what} is refused`, () => expect(() => expandMacros(sql, VALUES)).toThrow(message));

refuse('an unknown macro', '$__timeGroup(t)', /"\$__timeGroup": not known/);
refuse('an unknown variable', '$toString', /"toString": has no value/);
refuse('an unknown parameter', '{end:Int64}', /"end": has no value/);
refuse('a macro without its end', '$__timeFilter(t', /does not end/);
