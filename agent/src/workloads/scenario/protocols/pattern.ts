/** Texts that an endpoint answers: `{name}` in the pattern matches anything but nothing, all else itself. */
const CAPTURE = /\{([A-Za-z][A-Za-z0-9_]*)\}/g;
/** What placeholders of a request may become, see template.ts. */
const PLACEHOLDER = /\{(?:[A-Za-z][A-Za-z0-9_]*|[0-9]{1,9}\.\.[0-9]{1,9})\}/g;

export const captureNames = (pattern: string): string[] =>
  [...pattern.matchAll(CAPTURE)].map((capture) => capture[1]!);

/** Captured texts by name, or null if the text is not of the pattern. */
export function match(pattern: string, text: string): Record<string, string> | null {
  const literals = pattern.split(CAPTURE).filter((_, index) => index % 2 === 0);
  const source = literals.map((literal) => literal.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('(.+?)');
  const found = new RegExp(`^${source}$`, 's').exec(text);
  if (found === null) return null;
  return Object.fromEntries(captureNames(pattern).map((name, index) => [name, found[index + 1]!]));
}

/** Whether a request's text with placeholders, which may become anything, can be of the pattern. */
export function mayMatch(template: string, pattern: string): boolean {
  return overlap(lettersOf(template, PLACEHOLDER), lettersOf(pattern, CAPTURE));
}

/** Letters, and null for what may be any letters. */
function lettersOf(text: string, wild: RegExp): (string | null)[] {
  const marked = text.split(new RegExp(wild.source.replace(/\((?!\?)/g, '(?:'), 'g'));
  return marked.flatMap((literal, index) => (index === 0 ? [...literal] : [null, ...literal]));
}

/** Whether some text is of both. A table over both texts: pairs of offsets from which the rests overlap. */
function overlap(a: readonly (string | null)[], b: readonly (string | null)[]): boolean {
  let below: boolean[] = [];
  for (let atA = a.length; atA >= 0; atA--) {
    const row: boolean[] = [];
    for (let atB = b.length; atB >= 0; atB--) {
      const letterA = a[atA];
      const letterB = b[atB];
      if (atA === a.length && atB === b.length) row[atB] = true;
      else {
        const both = atA < a.length && atB < b.length;
        row[atB] =
          (both && (letterA === null || letterB === null || letterA === letterB) && below[atB + 1]!) ||
          (letterA === null && atB < b.length && row[atB + 1]!) ||
          (letterB === null && atA < a.length && below[atB]!);
      }
    }
    below = row;
  }
  return below[0]!;
}
