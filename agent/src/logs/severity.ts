/**
 * How bad a line says that it is, in the forms that most logging libraries write. A line tells if one of these matches,
 * tried in this order:
 *
 * | form         | like                                                      | where                      |
 * | ------------ | --------------------------------------------------------- | -------------------------- |
 * | a named level| `level=info`, `"level":"error"`, `severity: WARN`, `"level":50` | the first 1024 letters |
 * | klog, glog   | `E0102 15:04:05.000000 ...`                               | the beginning              |
 * | in brackets  | `[warn]`, `[ERROR]`                                       | the first 100 letters      |
 * | in capitals  | `2026-01-01 12:00:00 ERROR ...`, `WARN: ...`              | the first 100 letters      |
 *
 * Elsewhere in a line such a word says nothing about the line: "no ERROR found".
 */

/** OpenTelemetry severity numbers by the names that libraries and syslog (RFC 5424) use. */
const BY_NAME: Readonly<Record<string, number>> = {
  trace: 1,
  verbose: 1,
  debug: 5,
  info: 9,
  information: 9,
  notice: 10,
  warn: 13,
  warning: 13,
  error: 17,
  err: 17,
  severe: 17,
  crit: 18,
  critical: 18,
  alert: 21,
  fatal: 21,
  panic: 21,
  emerg: 22,
  emergency: 22,
};
/** Numbers that pino and bunyan write. Those of syslog are not told from them by the line, and are none of these. */
const BY_NUMBER: Readonly<Record<string, number>> = { 10: 1, 20: 5, 30: 9, 40: 13, 50: 17, 60: 21 };
const BY_KLOG_LETTER: Readonly<Record<string, number>> = { I: 9, W: 13, E: 17, F: 21 };

const NAMED_LETTERS = 1024;
const HEAD_LETTERS = 100;

const NAMED =
  /(?:^|[\s,;{"'])(?:level|lvl|severity|loglevel|log[._]level|severity_?text)["']?\s*[=:]\s*["']?([a-z]+|\d+)\b/i;
const KLOG = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;
const BRACKETS = /\[\s*([a-z]+)\s*\]/gi;
const CAPITALS = /(?:^|[\s|])([A-Z]{3,11})(?=[\s:|]|$)/g;

/** @returns OpenTelemetry severity number, 1 to 24; 0 if the line does not tell */
export function severityOf(line: string): number {
  const named = NAMED.exec(line.slice(0, NAMED_LETTERS))?.[1]?.toLowerCase();
  if (named !== undefined) {
    const severity = lookUp(BY_NAME, named) || lookUp(BY_NUMBER, named);
    if (severity > 0) return severity;
  }
  const letter = KLOG.exec(line)?.[1];
  if (letter !== undefined) return lookUp(BY_KLOG_LETTER, letter);
  const head = line.slice(0, HEAD_LETTERS);
  return firstNamed(head, BRACKETS) || firstNamed(head, CAPITALS);
}

function firstNamed(text: string, form: RegExp): number {
  for (const [, word] of text.matchAll(form)) {
    const severity = lookUp(BY_NAME, word!.toLowerCase());
    if (severity > 0) return severity;
  }
  return 0;
}

const lookUp = (table: Readonly<Record<string, number>>, key: string): number =>
  Object.hasOwn(table, key) ? table[key]! : 0;
