/**
 * RESP2, the Redis serialization protocol (https://redis.io/docs/latest/develop/reference/protocol-spec/): lines end
 * with CR LF; `+` a line, `-` an error, `:` a number, `$` a string of that many bytes (-1: null), `*` a list.
 */
import type { Io } from '../../io/io.ts';
import { faultOf, type ReadFault } from '../../io/read.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { ByteWriter, decodeText } from '../bytes.ts';

export type Value =
  | { readonly kind: 'simple' | 'error'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'bulk'; readonly bytes: Uint8Array }
  | { readonly kind: 'null' }
  | { readonly kind: 'array'; readonly items: readonly Value[] };

/** As redis-server: proto-max-bulk-len is larger, but no scenario needs it. */
const MAX_BULK_BYTES = 32 * 1024 * 1024;
const MAX_LINE_BYTES = 64 * 1024;
const MAX_DEPTH = 8;

export function encode(value: Value): Uint8Array {
  const out = new ByteWriter();
  write(out, value);
  return out.finish();
}

function write(out: ByteWriter, value: Value): void {
  switch (value.kind) {
    case 'simple':
      out.text(`+${value.text}\r\n`);
      return;
    case 'error':
      out.text(`-${value.text}\r\n`);
      return;
    case 'integer':
      out.text(`:${value.value}\r\n`);
      return;
    case 'null':
      out.text('$-1\r\n');
      return;
    case 'bulk':
      out.text(`$${value.bytes.length}\r\n`).bytes(value.bytes).text('\r\n');
      return;
    case 'array':
      out.text(`*${value.items.length}\r\n`);
      for (const item of value.items) write(out, item);
  }
}

/** The next whole value. */
export function* readValue(io: Io, stream: Stream, untilNs?: number): Task<Value | ReadFault> {
  for (let needed = 1; ; ) {
    while (stream.buffered.length < needed) {
      const got = yield* stream.fill(io, untilNs);
      if (got <= 0) return faultOf(got, stream.buffered.length === 0);
    }
    const decoded = decode(stream.buffered);
    if (decoded === 'malformed') return decoded;
    if (typeof decoded === 'object') {
      stream.take(decoded.end);
      return decoded.value;
    }
    needed = decoded;
  }
}

interface Decoded {
  readonly value: Value;
  /** Offset after it. */
  readonly end: number;
}

/** @returns the value, or how many bytes there must be at least */
export function decode(bytes: Uint8Array, start = 0, depth = 0): Decoded | number | 'malformed' {
  const end = bytes.indexOf(10, start);
  if (end < 0) return bytes.length - start > MAX_LINE_BYTES ? 'malformed' : bytes.length + 1;
  if (end - start < 2 || bytes[end - 1] !== 13) return 'malformed';
  const text = decodeText(bytes.subarray(start + 1, end - 1));
  const next = end + 1;
  switch (String.fromCharCode(bytes[start]!)) {
    case '+':
      return { value: { kind: 'simple', text }, end: next };
    case '-':
      return { value: { kind: 'error', text }, end: next };
    case ':':
      return /^-?[0-9]{1,15}$/.test(text)
        ? { value: { kind: 'integer', value: Number(text) }, end: next }
        : 'malformed';
    case '$':
      return decodeBulk(bytes, text, next);
    case '*':
      return depth < MAX_DEPTH ? decodeArray(bytes, text, next, depth) : 'malformed';
    default:
      return 'malformed';
  }
}

function decodeBulk(bytes: Uint8Array, size: string, start: number): Decoded | number | 'malformed' {
  if (size === '-1') return { value: { kind: 'null' }, end: start };
  if (!/^[0-9]{1,9}$/.test(size) || Number(size) > MAX_BULK_BYTES) return 'malformed';
  const end = start + Number(size);
  if (bytes.length < end + 2) return end + 2;
  if (bytes[end] !== 13 || bytes[end + 1] !== 10) return 'malformed';
  return { value: { kind: 'bulk', bytes: bytes.subarray(start, end) }, end: end + 2 };
}

function decodeArray(
  bytes: Uint8Array,
  count: string,
  start: number,
  depth: number,
): Decoded | number | 'malformed' {
  if (count === '-1') return { value: { kind: 'null' }, end: start };
  if (!/^[0-9]{1,6}$/.test(count)) return 'malformed';
  const items: Value[] = [];
  let at = start;
  while (items.length < Number(count)) {
    const item = decode(bytes, at, depth + 1);
    if (typeof item !== 'object') return item;
    items.push(item.value);
    at = item.end;
  }
  return { value: { kind: 'array', items }, end: at };
}
