/** A file with a line of JSON for each batch that the collector acknowledged, for those who check delivery. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { ExitCode, UserError } from '@sonde/cli';

export class AckLog {
  readonly #file: string;
  readonly #descriptor: number;
  /** null: every line was written. */
  #fault: string | null = null;

  /** Appends to what is there. @throws UserError */
  constructor(file: string) {
    this.#file = file;
    try {
      this.#descriptor = openSync(file, 'a');
    } catch (cause) {
      throw new UserError(`Cannot write ${file}: ${(cause as Error).message}`, ExitCode.UNREADABLE, cause);
    }
  }

  /** In one call, so that lines of several processes do not mix. A fault is kept: acknowledgements go on. */
  add(line: object): void {
    try {
      writeSync(this.#descriptor, `${JSON.stringify(line)}\n`);
    } catch (error) {
      this.#fault ??= `Cannot write ${this.#file}, so it lacks lines: ${(error as Error).message}`;
    }
  }

  /** @returns what to tell people, one line; null if nothing is missing */
  close(): string | null {
    closeSync(this.#descriptor);
    return this.#fault;
  }
}
