/** Bytes of messages, written and read field by field. */

/** Appends fields; numbers are little-endian unless the name says `be`. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  u8(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** The low `nBytes` bytes of a whole number up to 2^53. */
  uint(value: number, nBytes: number): this {
    for (let rest = value, at = 0; at < nBytes; at++, rest = Math.floor(rest / 256)) this.u8(rest % 256);
    return this;
  }

  uintBe(value: number, nBytes: number): this {
    for (let at = nBytes - 1; at >= 0; at--) this.u8(Math.floor(value / 256 ** at) % 256);
    return this;
  }

  int64(value: bigint): this {
    const part = new DataView(new ArrayBuffer(8));
    part.setBigInt64(0, value, true);
    return this.bytes(new Uint8Array(part.buffer));
  }

  float64(value: number): this {
    const part = new DataView(new ArrayBuffer(8));
    part.setFloat64(0, value, true);
    return this.bytes(new Uint8Array(part.buffer));
  }

  bytes(part: Uint8Array): this {
    this.#reserve(part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
    return this;
  }

  text(value: string): this {
    return this.bytes(encodeText(value));
  }

  /** A text and the zero byte that ends it. */
  zeroEnded(value: string): this {
    return this.text(value).u8(0);
  }

  get length(): number {
    return this.#length;
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(nBytes: number): void {
    if (this.#length + nBytes <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + nBytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/**
 * Takes fields off a whole message; numbers are little-endian unless the name says `be`. Reading past the end gives
 * zeros and marks the message as broken: a decoder asks once, at its end.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #isBroken = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.bytes(1)[0] ?? 0;
  }

  uint(nBytes: number): number {
    return this.bytes(nBytes).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  uintBe(nBytes: number): number {
    return this.bytes(nBytes).reduce((value, byte) => value * 256 + byte, 0);
  }

  int32(): number {
    return this.uint(4) | 0;
  }

  int64(): bigint {
    return this.#view(8).getBigInt64(0, true);
  }

  float64(): number {
    return this.#view(8).getFloat64(0, true);
  }

  bytes(nBytes: number): Uint8Array {
    if (nBytes > this.left) {
      this.#isBroken = true;
      return new Uint8Array(0);
    }
    const taken = this.#bytes.subarray(this.#at, this.#at + nBytes);
    this.#at += nBytes;
    return taken;
  }

  text(nBytes: number): string {
    return decodeText(this.bytes(nBytes));
  }

  zeroEnded(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0) this.#isBroken = true;
    const value = this.text(Math.max(end, this.#at) - this.#at);
    this.bytes(end < 0 ? 0 : 1);
    return value;
  }

  /** The message is not what it should be. */
  breakOff(): void {
    this.#isBroken = true;
  }

  #view(nBytes: number): DataView {
    const taken = this.bytes(nBytes);
    return taken.length === nBytes
      ? new DataView(taken.buffer, taken.byteOffset, nBytes)
      : new DataView(new ArrayBuffer(nBytes));
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeText = (text: string): Uint8Array => encoder.encode(text);
export const decodeText = (bytes: Uint8Array): string => decoder.decode(bytes);

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
