/** Bytes in the order they came: socket queues and pipes. It owns its chunks. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #head = 0;
  /** Bytes of the head chunk that are gone. */
  #skip = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Takes the chunk over: the caller must not change it afterwards. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Copies the first `bytes` into `into` at `at`, and leaves them. @param bytes <= length */
  peek(into: Uint8Array, at: number, bytes: number): void {
    let chunk = this.#head;
    let from = this.#skip;
    for (let left = bytes; left > 0; ) {
      const source = this.#chunks[chunk]!;
      const n = Math.min(left, source.length - from);
      // A typed-array copy costs more than the bytes themselves when a reader takes them one by one.
      if (n <= 16) for (let i = 0; i < n; i++) into[at + i] = source[from + i]!;
      else into.set(from === 0 && n === source.length ? source : source.subarray(from, from + n), at);
      at += n;
      left -= n;
      from = 0;
      chunk++;
    }
  }

  /** Drops the first `bytes`. @param bytes <= length */
  drop(bytes: number): void {
    this.#length -= bytes;
    let left = bytes + this.#skip;
    while (this.#head < this.#chunks.length && left >= this.#chunks[this.#head]!.length) {
      left -= this.#chunks[this.#head]!.length;
      this.#chunks[this.#head] = EMPTY;
      this.#head++;
    }
    this.#skip = left;
    if (this.#head > 64 && this.#head * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#head = 0;
    }
  }

  /** The first `bytes`, removed. A whole chunk is handed over without a copy. */
  take(bytes: number): Uint8Array {
    const first = this.#chunks[this.#head];
    if (first !== undefined && this.#skip === 0 && first.length === bytes) {
      this.drop(bytes);
      return first;
    }
    const taken = new Uint8Array(bytes);
    this.peek(taken, 0, bytes);
    this.drop(bytes);
    return taken;
  }

  clear(): void {
    this.#chunks = [];
    this.#head = 0;
    this.#skip = 0;
    this.#length = 0;
  }
}

const EMPTY = new Uint8Array(0);
