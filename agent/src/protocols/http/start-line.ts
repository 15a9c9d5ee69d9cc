/**
 * Start lines, read as they occur and not only as RFC 9112 section 3 and 4 allow: several spaces, lower case, odd
 * versions, targets with spaces or bytes beyond ASCII.
 */
import { text } from './text.ts';
import { KNOWN_METHODS } from './types.ts';

export interface RequestLine {
  readonly method: string;
  readonly target: string;
  /** "" if what follows "HTTP/" is no number; null if there is no "HTTP/": a request of HTTP/0.9. */
  readonly version: string | null;
}

export interface StatusLine {
  readonly version: string;
  readonly status: number;
}

const MAX_METHOD_BYTES = 32;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VERSION = /^HTTP\/(?:(\d{1,3}(?:\.\d{1,3})?)(?![\d.]))?/i;
const STATUS_LINE = /^HTTP\/(\d{1,3}(?:\.\d{1,3})?) +(\d{3})(?=[ \t\r\n]|$)/i;

/** `line` without its end. null: no request line. */
export function readRequestLine(line: Uint8Array): RequestLine | null {
  if (line[0] === 0x20) return null;
  const words = text(line)
    .split(' ')
    .filter((word) => word !== '');
  const [method, target] = words;
  if (method === undefined || method.length > MAX_METHOD_BYTES || !TOKEN.test(method) || words.length < 2)
    return null;
  const last = VERSION.exec(words.at(-1)!);
  // HTTP/2 starts with what looks like a request, so that HTTP/1 servers refuse it.
  if (method === 'PRI' && target === '*') return null;
  if (last !== null) {
    const hasTarget = words.length > 2;
    // Two words at the end of some line, if the method is none that is known.
    if (!hasTarget && !KNOWN_METHODS.has(method)) return null;
    return { method, target: hasTarget ? target! : '', version: last[1] ?? '' };
  }
  return words.length === 2 ? { method, target: target!, version: null } : null;
}

/** `line`: at least the first 16 bytes of it, or all. null: no status line. */
export function readStatusLine(line: Uint8Array): StatusLine | null {
  const found = STATUS_LINE.exec(text(line.subarray(0, 32)));
  return found === null ? null : { version: found[1]!, status: Number(found[2]) };
}

/** Whether more bytes could make a request line of these, which hold no line end. */
export function mayBeRequestLine(bytes: Uint8Array): boolean {
  const space = bytes.indexOf(0x20);
  if (space === 0) return false;
  const method = space < 0 ? bytes : bytes.subarray(0, space);
  return method.length <= MAX_METHOD_BYTES && TOKEN.test(text(method));
}

const PREFIX = 'HTTP/';

/** Whether more bytes could make a status line of these. */
export function mayBeStatusLine(bytes: Uint8Array): boolean {
  const start = text(bytes.subarray(0, PREFIX.length)).toUpperCase();
  if (!PREFIX.startsWith(start)) return false;
  return (
    bytes.length <= PREFIX.length || /^HTTP\/\d*\.?\d* *\d{0,3}$/i.test(text(bytes.subarray(0, 20)).trimEnd())
  );
}
