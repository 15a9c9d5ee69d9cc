/**
 * Private keys over several log lines: a line that begins a key in PEM form (RFC 7468) makes the lines behind it suspect
 * that the same thread writes to the same stream, until the key ends or could not be longer.
 */
import type { LogLine } from '../model/log-line.ts';

/** An RSA key of 16384 bits takes 200 lines of 64 characters. */
const MAX_LINES = 256;
const MAX_WRITERS = 1_024;

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,64}PRIVATE KEY(?: BLOCK)?-----/;
const END = /-----END [A-Z0-9 ]{0,64}-----/;
/** Base64 alone, or a long piece of it behind what a logger puts before each line, or a header of the key. */
const KEY_MATERIAL =
  /^\s*[A-Za-z0-9+/]+={0,2}\s*$|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}|^\s*(?:Proc-Type|DEK-Info):/;

export class KeyBlocks {
  /** Lines that may still belong to the key that a writer began. */
  readonly #open = new Map<string, number>();

  /** Whether the line is part of a key that an earlier line began. To be asked for each line once, in order. */
  take(line: LogLine): boolean {
    const { node, tgid, tid, stream, body } = line;
    const writer = `${node}/${tgid}/${tid}/${stream}`;
    const nLeft = this.#open.get(writer);
    const isEnd = END.test(body);
    if (nLeft !== undefined) {
      if (isEnd || nLeft === 1) this.#open.delete(writer);
      else this.#open.set(writer, nLeft - 1);
      if (isEnd || KEY_MATERIAL.test(body)) return true;
    }
    if (BEGIN.test(body) && !isEnd) this.#begin(writer);
    return false;
  }

  /** Forgets the writer that began first when there are too many. */
  #begin(writer: string): void {
    if (this.#open.size >= MAX_WRITERS) {
      const [oldest] = this.#open.keys();
      this.#open.delete(oldest!);
    }
    this.#open.set(writer, MAX_LINES);
  }
}
