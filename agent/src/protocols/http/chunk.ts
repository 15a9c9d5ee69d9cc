/** The framing of chunked bodies (RFC 9112 section 7.1). */
import type { Parsed, ParseInput } from '../protocol.ts';
import { endOfHead, endsPlainly } from './head.ts';
import { text } from './text.ts';
import type { HttpMessage } from './types.ts';

const LF = 0x0a;
const CR = 0x0d;
const MAX_CHUNK_LINE_BYTES = 4096;

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const EXTENSION = String.raw`[ \t]*;[ \t]*${TOKEN}(?:[ \t]*=[ \t]*(?:${TOKEN}|"(?:[^"\\]|\\.)*"))?`;
/** Of a number of 64 bits, however it is padded: some readers count digits, some overflow. */
const MAX_SIZE_DIGITS = 16;
/** A size, and extensions as in the grammar. */
const PLAIN_LINE = new RegExp(`^[0-9A-Fa-f]{1,${MAX_SIZE_DIGITS}}(?:${EXTENSION})*$`);
const PRINTABLE = /^[\t\x20-\x7e]*$/;

/**
 * One chunk's size line, with the line end of the chunk before it; for the last one also the trailers. The size is
 * hexadecimal, may have blanks around it and extensions behind it.
 */
export function parseChunk({ bytes, scanned, nParts }: ParseInput<HttpMessage>): Parsed<HttpMessage> {
  let from = 0;
  if (bytes[0] === CR && bytes.length === 1) return { kind: 'need', scanned: 0 };
  if (bytes[0] === CR && bytes[1] === LF) from = 2;
  else if (bytes[0] === LF) from = 1;
  else if (nParts > 0) return { kind: 'bad', why: 'no line end after a chunk' };
  const lf = bytes.indexOf(LF, from);
  if (lf < 0) {
    return bytes.length <= MAX_CHUNK_LINE_BYTES && isHexDigitOrBlank(bytes[from])
      ? { kind: 'need', scanned: 0 }
      : { kind: 'bad', why: 'no chunk size' };
  }
  const line = bytes.subarray(from, lf);
  const size = chunkSize(line);
  if (size === null) return { kind: 'bad', why: 'no chunk size' };
  const isPlain = () => from === (nParts > 0 ? 2 : 0) && isPlainLine(line);
  if (size > 0) return { kind: 'part', end: lf + 1, bodyBytes: size, isAmbiguous: !isPlain() };
  const end = endOfHead(bytes, Math.max(lf, scanned));
  if (end < 0) return { kind: 'need', scanned: Math.max(lf, bytes.length - 2) };
  const isAmbiguous = !isPlain() || !endsPlainly(bytes.subarray(0, end), true);
  return { kind: 'done', end, isAmbiguous };
}

/** Every reader finds the same size in it, and the same end. */
function isPlainLine(line: Uint8Array): boolean {
  if (line.at(-1) !== CR || line.length > MAX_CHUNK_LINE_BYTES) return false;
  let nDigits = 0;
  while (hexValue(line[nDigits]!) >= 0) nDigits++;
  if (nDigits === line.length - 1) return nDigits <= MAX_SIZE_DIGITS;
  const content = text(line.subarray(0, -1));
  return PRINTABLE.test(content) && PLAIN_LINE.test(content);
}

const isHexDigitOrBlank = (byte: number | undefined): boolean =>
  byte === undefined || /[0-9a-fA-F \t]/.test(String.fromCharCode(byte));

/** null: there stands none. */
function chunkSize(line: Uint8Array): number | null {
  let at = 0;
  while (isBlank(line[at])) at++;
  const from = at;
  while (at < line.length && hexValue(line[at]!) >= 0) at++;
  const digits = line.subarray(from, at);
  while (isBlank(line[at]) || line[at] === CR) at++;
  const isOver = at === line.length || line[at] === 0x3b;
  if (digits.length === 0 || !isOver) return null;
  const size = digits.reduce((sum, digit) => sum * 16 + hexValue(digit), 0);
  return Number.isSafeInteger(size) ? size : null;
}

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
