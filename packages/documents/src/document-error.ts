/** A problem with its place in the text: line and column from 1. */
export interface PlacedProblem {
  readonly line: number;
  readonly column: number;
  /** Path of the value, e.g. "services[0].port"; "" for the whole document. */
  readonly key: string;
  readonly message: string;
}

/**
 * A document that a person must correct. The message is its first problem on one line, as a compiler writes it;
 * `problems` has all of them, in the order of the text.
 */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly key: string;
  readonly problems: readonly PlacedProblem[];

  /** @param problems at least one, in any order */
  constructor(file: string, problems: readonly PlacedProblem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
    const first = sorted[0]!;
    const more = sorted.length > 1 ? ` (and ${sorted.length - 1} more)` : '';
    super(`${describe(file, first)}${more}`);
    this.file = file;
    this.line = first.line;
    this.column = first.column;
    this.key = first.key;
    this.problems = sorted;
  }

  /** All problems, one a line. */
  report(): string {
    return this.problems.map((problem) => describe(this.file, problem)).join('\n');
  }
}

function describe(file: string, { line, column, key, message }: PlacedProblem): string {
  return `${file}:${line}:${column}: ${key === '' ? '' : `${key}: `}${message}`;
}
