/** Bytes of HTTP/1.1 messages (RFC 9112), in the parts that a program writes them in. */
import { filler } from '../../filler.ts';
import { join } from '../bytes.ts';

export type Framing = 'content-length' | 'chunked' | 'close-delimited';

/** A head and a body no larger than this leave in one write, as most servers do. */
const ONE_WRITE_BYTES = 16 * 1024;
const CHUNK_BYTES = 4096;

const encoder = new TextEncoder();

/**
 * A message with a filler body.
 * @param framing how the body's end is told; null: the message has no body and says nothing of one
 */
export function message(
  startLine: string,
  headers: readonly (readonly [string, string])[],
  framing: Framing | null,
  bodyBytes: number,
): Uint8Array[] {
  const framed = framing === null ? headers : [...headers, ...framingHeaders(framing, bodyBytes)];
  const head = encoder.encode(
    [startLine, ...framed.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n'),
  );
  if (framing === null) return [head];
  const body = filler(bodyBytes);
  if (framing === 'chunked') return [head, ...chunks(body)];
  return head.length + bodyBytes <= ONE_WRITE_BYTES ? [join([head, body])] : [head, body];
}

/** Headers that tell the body's end; of a HEAD answer too, which has none. */
export function framingHeaders(framing: Framing, bodyBytes: number): (readonly [string, string])[] {
  if (framing === 'content-length') return [['Content-Length', String(bodyBytes)]];
  return framing === 'chunked' ? [['Transfer-Encoding', 'chunked']] : [];
}

function* chunks(body: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < body.length; at += CHUNK_BYTES) {
    const chunk = body.subarray(at, at + CHUNK_BYTES);
    yield join([encoder.encode(`${chunk.length.toString(16)}\r\n`), chunk, encoder.encode('\r\n')]);
  }
  yield encoder.encode('0\r\n\r\n');
}
