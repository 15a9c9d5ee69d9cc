/** Ids of a column side by side as bytes. */
export class IdColumn {
  readonly bytes: Buffer;
  readonly #idBytes: number;
  #end = 0;

  constructor(idBytes: number, rows: number) {
    this.bytes = Buffer.alloc(idBytes * rows);
    this.#idBytes = idBytes;
  }

  /** The id of the next row in hex; zeros stand for "". */
  push(hex: string): void {
    this.bytes.write(hex, this.#end, this.#idBytes, 'hex');
    this.#end += this.#idBytes;
  }
}

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;
