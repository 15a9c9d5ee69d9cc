/** Recognises HTTP/1.x from the first bytes of a message, and finds the next message in the midst of bytes. */
import { Buffer } from 'node:buffer';
import { type Inference, type Resync, type Role, SURE } from '../protocol.ts';
import { mayBeRequestLine, mayBeStatusLine, readRequestLine, readStatusLine } from './start-line.ts';
import { text } from './text.ts';
import { KNOWN_METHODS } from './types.ts';

const CR = 0x0d;
const LF = 0x0a;

// A line that is still not over after this much: judge by its beginning.
const LONG_LINE_BYTES = 2048;
const LONG_LINE = /^[A-Z]+ (?:\/|https?:\/\/)/;

const NO: Inference = { kind: 'no' };
const NEED: Inference = { kind: 'need' };

export function infer(bytes: Uint8Array): Inference {
  const line = bytes.subarray(skipLineEnds(bytes));
  if (line.length === 0) return bytes.length < 8 ? NEED : NO;
  const status = readStatusLine(line);
  // After the status must come something that is no digit, or the line may still be another.
  if (status !== null) return line.length < 13 ? NEED : response(line, status.version);
  if (mayBeStatusLine(line)) return NEED;
  const end = line.indexOf(LF);
  if (end >= 0) return request(line.subarray(0, line[end - 1] === CR ? end - 1 : end));
  if (!mayBeRequestLine(line)) return NO;
  if (line.length < LONG_LINE_BYTES) return NEED;
  const beginning = text(line.subarray(0, 64));
  const isKnown = LONG_LINE.test(beginning) && KNOWN_METHODS.has(beginning.split(' ')[0]!);
  return isKnown ? { kind: 'mine', role: 'request', confidence: SURE } : NO;
}

function response(line: Uint8Array, version: string): Inference {
  const isUsual = line[0] === 0x48 && (version === '1.1' || version === '1.0');
  return { kind: 'mine', role: 'response', confidence: isUsual ? 1 : 0.8 };
}

function request(line: Uint8Array): Inference {
  const found = readRequestLine(line);
  if (found === null) return NO;
  const { method, target, version } = found;
  const isKnown = KNOWN_METHODS.has(method);
  const mine = (confidence: number): Inference => ({ kind: 'mine', role: 'request', confidence });
  // HTTP/0.9 is hardly more than a word and a path: other protocols of lines look like that too.
  if (version === null) return method === 'GET' && target.startsWith('/') ? mine(0.5) : NO;
  if (version === '1.1' || version === '1.0') return mine(isKnown ? 1 : 0.9);
  return mine(isKnown ? 0.8 : 0.6);
}

/**
 * A start counts here only if it is plain: the bytes around may be a body that talks about HTTP. A request begins after a
 * line end, or at the first byte if `mayStart`; an answer is told by its first word, wherever it stands.
 */
export function resync(bytes: Uint8Array, role: Role, _state: unknown, mayStart: boolean): Resync {
  const first = mayStart || role === 'response' ? 0 : afterLineEnd(bytes, 0);
  for (let at = first; at >= 0 && at < bytes.length; ) {
    const rest = bytes.subarray(at);
    const inferred = infer(rest);
    if (inferred.kind === 'mine' && inferred.role === role && inferred.confidence >= SURE)
      return { kind: 'found', at };
    if (inferred.kind === 'need' && skipLineEnds(rest) < rest.length) return { kind: 'none', keep: at };
    const next = role === 'request' ? afterLineEnd(bytes, at) : nextStatusLine(bytes, at + 1);
    if (next < 0) break;
    at = next;
  }
  return { kind: 'none', keep: bytes.length };
}

function afterLineEnd(bytes: Uint8Array, from: number): number {
  const end = bytes.indexOf(LF, from);
  return end < 0 ? -1 : end + 1;
}

/** An answer may follow a body without a line end between them. */
function nextStatusLine(bytes: Uint8Array, from: number): number {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('HTTP/1.', from, 'latin1');
  if (found >= 0) return found;
  // The last bytes may be its beginning.
  for (let at = Math.max(from, bytes.length - 6); at < bytes.length; at++) {
    if (bytes[at] === 0x48 && mayBeStatusLine(bytes.subarray(at))) return at;
  }
  return -1;
}

/** Line ends before a message are to be ignored (RFC 9112 section 2.2). */
export function skipLineEnds(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && (bytes[at] === CR || bytes[at] === LF)) at++;
  return at;
}
