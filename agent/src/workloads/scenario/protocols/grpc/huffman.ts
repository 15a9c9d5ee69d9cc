/** HPACK's Huffman code (RFC 7541, appendix B). It is canonical, so the lengths of its codes are all there is to it. */

/** Bits of the code of each byte, 0 to 255, and of the end of a string. */
export const CODE_BITS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

const END = 256;

/** Codes in the order of their lengths, then of their symbols: each is the one before plus one, made longer with zeros. */
const codes = new Map<number, number>();
/** Symbols by `length:code`. */
const symbols = new Map<string, number>();
{
  const order = CODE_BITS.map((bits, symbol) => ({ bits, symbol })).sort(
    (a, b) => a.bits - b.bits || a.symbol - b.symbol,
  );
  let next = 0;
  let length = 0;
  for (const { bits, symbol } of order) {
    next *= 2 ** (bits - length);
    length = bits;
    codes.set(symbol, next);
    symbols.set(`${bits}:${next}`, symbol);
    next++;
  }
}

export function encodeHuffman(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let held = 0;
  let nHeld = 0;
  const put = (code: number, bits: number) => {
    for (let bit = bits - 1; bit >= 0; bit--) {
      held = (held << 1) | (Math.floor(code / 2 ** bit) & 1);
      if (++nHeld < 8) continue;
      out.push(held);
      held = 0;
      nHeld = 0;
    }
  };
  for (const byte of bytes) put(codes.get(byte)!, CODE_BITS[byte]!);
  // The rest of the last byte is the beginning of the end's code: ones.
  if (nHeld > 0) put(0xff, 8 - nHeld);
  return Uint8Array.from(out);
}

/** @returns null for what is no code */
export function decodeHuffman(bytes: Uint8Array): Uint8Array | null {
  const out: number[] = [];
  let code = 0;
  let bits = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      bits++;
      const symbol = symbols.get(`${bits}:${code}`);
      if (symbol === END || bits > 30) return null;
      if (symbol === undefined) continue;
      out.push(symbol);
      code = 0;
      bits = 0;
    }
  }
  return bits < 8 && code === 2 ** bits - 1 ? Uint8Array.from(out) : null;
}
