/** Standard output and error, and what a person sees on them. */
import type { WriteStream } from 'node:tty';
import { type Style, styleFor } from './style.ts';

/** What a user can mend; its message is one clear line. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: 1 | 2 | 3;

  constructor(message: string, exitCode: 1 | 2 | 3, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

const CLEAR_LINE = '\r\x1b[K';
/** Between two states of a progress line; more often, nobody could read it. */
const PROGRESS_INTERVAL_MS = 100;

export class Terminal {
  readonly #command: string;
  readonly #out: Stream;
  readonly #err: Stream;
  readonly style: Style;
  #progressAtMs = 0;
  #hasProgress = false;
  #screenLines = 0;

  /** @param command stands before every failure, e.g. "sonde-agent" */
  constructor(
    command: string,
    out: Stream,
    err: Stream,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#command = command;
    this.#out = out;
    this.#err = err;
    this.style = styleFor(
      out.isTTY === true && (environment.NO_COLOR ?? '') === '' && environment.TERM !== 'dumb',
    );
  }

  /** True if standard output is a terminal that can be drawn over. */
  get isLive(): boolean {
    return this.#out.isTTY === true;
  }

  /** Lines of the result, on standard output. */
  print(lines: readonly string[]): void {
    this.#clearProgress();
    if (lines.length > 0) this.#out.write(`${lines.join('\n')}\n`);
  }

  /** Lines that replace those of the last call, where the terminal can; elsewhere nothing: only the end counts there. */
  redraw(lines: readonly string[]): void {
    if (!this.isLive) return;
    this.#clearProgress();
    const up = this.#screenLines === 0 ? '' : `\x1b[${this.#screenLines}A\x1b[J`;
    this.#out.write(`${up}${lines.join('\n')}\n`);
    // A line wider than the terminal takes several of its rows.
    const columns = this.#out.columns ?? 80;
    this.#screenLines = lines.reduce(
      (rows, line) => rows + Math.max(1, Math.ceil(visibleLength(line) / columns)),
      0,
    );
  }

  /** A line for people, on standard error. */
  note(line: string): void {
    this.#clearProgress();
    this.#err.write(`${line}\n`);
  }

  fail(line: string): void {
    this.note(`${this.#command}: ${line}`);
  }

  /** Shows how far a long piece of work is; only on a terminal, and not too often. */
  progress(what: string, done: number, total: number, nowMs: number): void {
    if (this.#err.isTTY !== true || nowMs - this.#progressAtMs < PROGRESS_INTERVAL_MS) return;
    this.#progressAtMs = nowMs;
    this.#hasProgress = true;
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    this.#err.write(`${CLEAR_LINE}${what}: ${percent} % (${done} of ${total})`);
  }

  #clearProgress(): void {
    if (this.#hasProgress) this.#err.write(CLEAR_LINE);
    this.#hasProgress = false;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const ESCAPE = /\x1b\[[0-9;]*m/g;
const visibleLength = (line: string) => line.replace(ESCAPE, '').length;
