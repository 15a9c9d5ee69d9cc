/**
 * How the body of a message is delimited (RFC 9112 section 6), and whether every reader would delimit it so. Where readers
 * differ, an attacker can hide a request inside a body ("request smuggling", section 11.2).
 */
import type { Body } from '../protocol.ts';
import type { Fields } from './head.ts';

/** Transfer codings that may stand before "chunked" (RFC 9112 section 7.2, with the old names). */
const COMPRESSIONS: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'compress', 'x-compress', 'deflate']);

/** Digits that every 64-bit number fits into. Some readers count digits, some overflow. */
const MAX_DECIMAL_DIGITS = 19;

export function requestBody(fields: Fields): Body {
  if (fields.codings.length > 0) return isChunked(fields) ? 'parts' : 'unclear';
  return contentLength(fields) ?? 0;
}

/** A request with this body leaves room for another opinion on where it ends. `version`: of the request line. */
export function isAmbiguous(fields: Fields, version: string): boolean {
  const { codings, contentLengths } = fields;
  if (fields.isOdd) return true;
  if (codings.length === 0) return contentLengths.some((digits) => digits.length > MAX_DECIMAL_DIGITS);
  // Those who know no transfer codings, as in HTTP/1.0, go by the length, if there is one, or see no body.
  if (contentLengths.length > 0 || version !== '1.1') return true;
  return codings.slice(0, -1).some((coding) => !COMPRESSIONS.has(coding));
}

/** Of an answer whose status and request let it have one. */
export function responseBody(fields: Fields): Body {
  if (fields.codings.length > 0) return isChunked(fields) ? 'parts' : Number.POSITIVE_INFINITY;
  const length = contentLength(fields);
  return length === null || length === 'unclear' ? Number.POSITIVE_INFINITY : length;
}

/** Bytes of a body by Content-Length; null if there is none, "unclear" if they contradict or are no sane number. */
function contentLength(fields: Fields): number | null | 'unclear' {
  if (fields.contentLengths.length === 0) return null;
  const lengths = new Set(
    fields.contentLengths.map((value) => (/^\d+$/.test(value) ? Number(value) : Number.NaN)),
  );
  const [length] = lengths;
  return lengths.size === 1 && Number.isSafeInteger(length) ? length! : 'unclear';
}

/** The codings end in "chunked", so the body delimits itself. */
const isChunked = (fields: Fields): boolean => fields.codings.at(-1) === 'chunked';
