/** Bytes written one after the other into memory that grows. Numbers are little-endian. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor(capacityBytes = 1024) {
    this.#buffer = Buffer.allocUnsafe(capacityBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far. A view: valid until the next write. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Unsigned LEB128, "VarUInt" in ClickHouse. Of numbers below 2^32. */
  varint(n: number): void {
    this.#reserve(5);
    let rest = n;
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  /** 8 bytes. Of numbers below 2^53. */
  uint64(n: number): void {
    this.#reserve(8);
    this.#buffer.writeUInt32LE(n % 0x1_0000_0000, this.#length);
    this.#buffer.writeUInt32LE(Math.floor(n / 0x1_0000_0000), this.#length + 4);
    this.#length += 8;
  }

  /** The bytes of a typed array as they lie in memory, which is little-endian on every machine that Node runs on here. */
  memory(view: ArrayBufferView): void {
    this.#reserve(view.byteLength);
    this.#buffer.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), this.#length);
    this.#length += view.byteLength;
  }

  /** What `source` wrote from byte `start` to before `end`. */
  copy(source: ByteWriter, start: number, end: number): void {
    const n = end - start;
    this.#reserve(n);
    const from = source.#buffer;
    const to = this.#buffer;
    const at = this.#length;
    if (n > SHORT_BYTES) to.set(from.subarray(start, end), at);
    else for (let i = 0; i < n; i++) to[at + i] = from[start + i]!;
    this.#length = at + n;
  }

  /** Length of the UTF-8 form as varint, then the form. What has none (half of a surrogate pair) becomes U+FFFD. */
  text(text: string): void {
    const n = Buffer.byteLength(text);
    this.varint(n);
    this.#reserve(n);
    this.#buffer.write(text, this.#length, n, 'utf8');
    this.#length += n;
  }

  /** 2 lower-case hexadecimal digits for each byte of `source` from `start` to before `end`. */
  hex(source: Uint8Array, start: number, end: number): void {
    this.#reserve(2 * (end - start));
    for (let i = start; i < end; i++) {
      const byte = source[i]!;
      this.#buffer[this.#length++] = HIGH_DIGIT[byte]!;
      this.#buffer[this.#length++] = LOW_DIGIT[byte]!;
    }
  }

  #reserve(n: number): void {
    const wanted = this.#length + n;
    if (wanted <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(wanted, 2 * this.#buffer.length));
    larger.set(this.bytes());
    this.#buffer = larger;
  }
}

/** Up to here a loop is quicker than a call that makes a view. */
const SHORT_BYTES = 32;

const digits = (nibble: (byte: number) => number) =>
  Uint8Array.from({ length: 256 }, (_, byte) => '0123456789abcdef'.charCodeAt(nibble(byte)));
const HIGH_DIGIT = digits((byte) => byte >> 4);
const LOW_DIGIT = digits((byte) => byte & 15);
