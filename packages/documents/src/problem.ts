/** What is wrong in a document, as its checks find it. */

/** Keys and indexes that lead to a value. */
export type Path = readonly (string | number)[];

export interface Problem {
  readonly path: Path;
  /** The last key of `path` itself is wrong, not its value. */
  readonly isKey?: boolean;
  /** Goes on after the path: "must be a number >= 0, got -1". */
  readonly message: string;
}

/** As people write it: `services[0].name`. */
export function showPath(path: Path): string {
  return path.reduce<string>((shown, part) => {
    if (typeof part === 'number') return `${shown}[${part}]`;
    return shown === '' ? part : `${shown}.${part}`;
  }, '');
}

const MAX_SHOWN_LETTERS = 60;

/** A value as a message shows it: short, on one line. */
export function showValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  if (value === null || value === undefined) return 'nothing';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > MAX_SHOWN_LETTERS ? `${value.slice(0, MAX_SHOWN_LETTERS)}...` : value);
}
