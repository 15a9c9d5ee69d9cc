import { PATTERNS, type Pattern, type PatternName, replacementOf } from './patterns.ts';

/**
 * `text` with everything that fits a pattern replaced by `[redacted:<name>]`. Patterns are tried in the order of the table.
 *
 * @param onFound called for each replacement
 */
export function scan(text: string, onFound: (name: PatternName) => void): string {
  return PATTERNS.reduce((scanned, pattern) => replaceAll(scanned, pattern, onFound), text);
}

function replaceAll(
  text: string,
  { name, expression, measure }: Pattern,
  onFound: (name: PatternName) => void,
): string {
  let scanned = '';
  let copied = 0;
  expression.lastIndex = 0;
  for (let match = expression.exec(text); match !== null; match = expression.exec(text)) {
    const start = match.index + (match.groups?.keep?.length ?? 0);
    const candidate = text.slice(start, match.index + match[0].length);
    const length = measure === undefined ? candidate.length : measure(candidate);
    if (length === 0) {
      // A secret may begin inside of what was none.
      expression.lastIndex = match.index + 1;
      continue;
    }
    scanned += text.slice(copied, start) + replacementOf(name);
    copied = start + length;
    expression.lastIndex = copied;
    onFound(name);
  }
  return copied === 0 ? text : scanned + text.slice(copied);
}
