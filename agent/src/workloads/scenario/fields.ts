/** Kinds of values in a scenario file. Each says in its own words what it takes; `problems.ts` adds what it got. */
import { z } from 'zod';

/** A mapping that refuses keys it does not know. */
export const mapping = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => (issue.code === 'invalid_type' ? 'must be a mapping' : undefined),
  });

export const list = <Item extends z.ZodType>(item: Item, maxItems: number) =>
  z.array(item, 'must be a list').max(maxItems, `must have at most ${maxItems} items`);

export const listOfSome = <Item extends z.ZodType>(item: Item, maxItems: number) =>
  list(item, maxItems).min(1, 'must have at least one item');

export function atLeast(min: number) {
  const error = `must be a number >= ${min}`;
  return z.number(error).min(min, error);
}

export function between(min: number, max: number) {
  const error = `must be a number from ${min} to ${max}`;
  return z.number(error).min(min, error).max(max, error);
}

export function moreThan(min: number, max: number) {
  const error = `must be a number > ${min} and <= ${max}`;
  return z.number(error).gt(min, error).max(max, error);
}

export function integer(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.number(error).int(error).min(min, error).max(max, error);
}

/** A share of all requests. */
export const rate = () => between(0, 1);

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** Size of a body. */
export const bytes = () => integer(0, MAX_BODY_BYTES);

export const oneOf = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  z.enum(names, `must be ${names.length > 1 ? 'one of ' : ''}${names.map((name) => `"${name}"`).join(', ')}`);

export const text = (pattern: RegExp, error: string) => z.string(error).regex(pattern, error);

/** Name of a node, service or client: it stands in cgroup paths and host names. */
export const name = () =>
  text(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a name of at most 63 letters a-z, digits and "-"');

export function address() {
  const error = 'must be an IPv4 or IPv6 address';
  return z.union([z.ipv4(error), z.ipv6(error)], error);
}

/** A number, or how it varies. @param value one number of it, @param expected in words */
export function distribution(value: () => z.ZodNumber, expected: string) {
  const forms = `one of "fixed", "uniform", "lognormal"`;
  const varying = mapping({
    fixed: value().optional().describe('Always this.'),
    uniform: mapping({ min: value(), max: value() })
      .refine(({ min, max }) => min <= max, 'must have min <= max')
      .optional()
      .describe('Any value from min to max.'),
    lognormal: mapping({
      median: value(),
      sigma: between(0, 5).describe('Deviation of the logarithm: 0.5 is a moderate tail, 1 a long one.'),
      max: value().optional().describe('Larger values are cut to this.'),
    })
      .optional()
      .describe('Most values near the median, a tail of large ones.'),
  }).refine((given) => Object.keys(given).length === 1, `must have ${forms}`);
  return z.union([value(), varying], `${expected}, or a mapping with ${forms}`);
}
