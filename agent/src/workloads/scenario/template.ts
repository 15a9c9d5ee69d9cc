/**
 * Texts with placeholders, as paths and log lines have them: `{name}` stands for a value of the request in hand,
 * `{1..500}` for a random whole number. Any other brace is itself, so that a log line may be JSON.
 */
import type { Random } from './random.ts';

/** Values of the request in hand, by placeholder name. */
export type Values = Readonly<Record<string, string>>;

const PLACEHOLDER = /\{(?:([A-Za-z][A-Za-z0-9_]*)|([0-9]{1,9})\.\.([0-9]{1,9}))\}/g;

/** Names that a text's placeholders refer to, in order. */
export function placeholderNames(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
}

/** Replaces every placeholder; a name without a value (the parser refuses those) stays as it is. */
export function fill(text: string, values: Values, random: Random): string {
  return text.replace(PLACEHOLDER, (whole, name: string | undefined, first: string, last: string) => {
    if (name !== undefined) return values[name] ?? whole;
    return String(
      random.integer(Math.min(Number(first), Number(last)), Math.max(Number(first), Number(last))),
    );
  });
}
