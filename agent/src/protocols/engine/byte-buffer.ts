/**
 * Bytes that wait to be parsed. The first chunk is borrowed, not copied: most heads arrive whole in one record. Further
 * ones are appended with doubling growth, so that arrival byte by byte stays linear.
 */
export class ByteBuffer {
  #bytes: Uint8Array = EMPTY;
  #from = 0;
  #to = 0;
  #owned = false;

  get length(): number {
    return this.#to - this.#from;
  }

  /** A view, valid until the next append. */
  view(): Uint8Array {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  /** `chunk` must not change afterwards. */
  append(chunk: Uint8Array): void {
    if (this.length === 0) {
      this.#bytes = chunk;
      this.#from = 0;
      this.#to = chunk.length;
      this.#owned = false;
      return;
    }
    if (!this.#owned || this.#to + chunk.length > this.#bytes.length) this.#grow(chunk.length);
    this.#bytes.set(chunk, this.#to);
    this.#to += chunk.length;
  }

  /** Removes `n` bytes, at most `length`, from the front. */
  consume(n: number): void {
    this.#from += n;
    if (this.#from >= this.#to) this.clear();
  }

  clear(): void {
    this.#bytes = EMPTY;
    this.#from = 0;
    this.#to = 0;
    this.#owned = false;
  }

  #grow(more: number): void {
    const grown = new Uint8Array(Math.max(256, 2 * (this.length + more)));
    grown.set(this.view());
    this.#to = this.length;
    this.#from = 0;
    this.#bytes = grown;
    this.#owned = true;
  }
}

const EMPTY = new Uint8Array(0);
