/** The texts of one batch, each once; rows hold their indices. */
export class StringTable {
  /** Entry 0 is "". */
  readonly texts: string[] = [''];
  readonly #indices = new Map([['', 0]]);

  indexOf(text: string): number {
    const known = this.#indices.get(text);
    if (known !== undefined) return known;
    const index = this.texts.push(wireText(text)) - 1;
    this.#indices.set(text, index);
    return index;
  }
}

/**
 * Text that has a UTF-8 form: half a surrogate pair has none, and a single one would make the whole batch unreadable.
 * Such halves come from texts that were cut.
 */
export const wireText = (text: string): string => text.toWellFormed();
