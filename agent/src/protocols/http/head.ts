/** The header fields that framing and attributes need (RFC 9112 section 5). */
import { text } from './text.ts';

export interface Fields {
  host: string;
  userAgent: string | null;
  /** All Content-Length values, in order. */
  contentLengths: string[];
  /** Transfer codings, lower-cased, in order, without "identity". */
  codings: string[];
  upgrade: boolean;
  /**
   * A field that delimits the body, or one that some readers may take for such, is written in a way that others read
   * differently: folded, with a blank before the colon, with control characters, under a name that is nearly it.
   */
  isOdd: boolean;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const FRAMING_NAMES: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);
const OTHER_NAMES: ReadonlySet<string> = new Set(['host', 'upgrade', 'user-agent']);
// By length: most fields are passed over without making a string of them.
const LENGTHS_THAT_MATTER = new Set([...FRAMING_NAMES, ...OTHER_NAMES].map((name) => name.length));
/** A line that begins with such a name, if one does not look closely. */
const NEARLY_FRAMING = /^[^a-z:]*(?:content[^a-z:]*length|transfer[^a-z:]*encoding)[^a-z:]*(?::|$)/i;
/** The shortest such name, and the longest that is looked at. */
const [MIN_NEARLY_BYTES, MAX_NEARLY_BYTES] = ['contentlength'.length, 32];
const PLAIN_VALUE = /^[\t\x20-\x7e]*$/;

/** `bytes`: the head after its start line. Lines without a colon are passed over. */
export function readFields(bytes: Uint8Array): Fields {
  const fields: Fields = {
    host: '',
    userAgent: null,
    contentLengths: [],
    codings: [],
    upgrade: false,
    isOdd: false,
  };
  let cr = bytes.indexOf(CR);
  for (let from = 0; from < bytes.length; ) {
    const lineEnd = endOfLine(bytes, from);
    const end = endOfFolds(bytes, lineEnd);
    if (cr >= 0 && cr < from) cr = bytes.indexOf(CR, from);
    const isOneLine = end === lineEnd && (cr < 0 || cr >= lineEnd - 2);
    const colon = findColon(bytes, from, lineEnd);
    if (!noteField(fields, bytes, { from, colon, end }))
      fields.isOdd ||=
        (!isOneLine || mayBeNearlyFraming(bytes, from, colon)) && hidesFraming(bytes.subarray(from, end));
    from = end;
  }
  return fields;
}

function endOfLine(bytes: Uint8Array, from: number): number {
  const lf = bytes.indexOf(LF, from);
  return lf < 0 ? bytes.length : lf + 1;
}

/** After the lines that are folded into the one that ends at `lineEnd` (obs-fold). */
function endOfFolds(bytes: Uint8Array, lineEnd: number): number {
  let end = lineEnd;
  while (end < bytes.length && isBlank(bytes[end]!)) end = endOfLine(bytes, end);
  return end;
}

/** Where the name in the line ends; the end of the line if it has none. */
function findColon(bytes: Uint8Array, from: number, lineEnd: number): number {
  let at = from;
  while (at < lineEnd && bytes[at] !== COLON) at++;
  return at;
}

const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x09;

/** @returns whether it is one of those that delimit the body */
function noteField(
  fields: Fields,
  bytes: Uint8Array,
  { from, colon, end }: { readonly from: number; readonly colon: number; readonly end: number },
): boolean {
  // A space before the colon is not allowed, but seen.
  let nameEnd = colon;
  while (nameEnd > from && isBlank(bytes[nameEnd - 1]!)) nameEnd--;
  if (!LENGTHS_THAT_MATTER.has(nameEnd - from) || bytes[colon] !== COLON) return false;
  const name = text(bytes.subarray(from, nameEnd)).toLowerCase();
  const isFraming = FRAMING_NAMES.has(name);
  if (!isFraming && !OTHER_NAMES.has(name)) return false;
  let valueEnd = end;
  if (bytes[valueEnd - 1] === LF) valueEnd--;
  if (bytes[valueEnd - 1] === CR) valueEnd--;
  const raw = text(bytes.subarray(colon + 1, valueEnd));
  note(fields, name, unfold(raw));
  if (isFraming) fields.isOdd ||= nameEnd < colon || !PLAIN_VALUE.test(raw);
  return isFraming;
}

/** Spares most fields a closer look. */
function mayBeNearlyFraming(bytes: Uint8Array, from: number, colon: number): boolean {
  const nameBytes = colon - from;
  if (nameBytes < MIN_NEARLY_BYTES || nameBytes > MAX_NEARLY_BYTES) return false;
  const first = bytes[from]! | 0x20;
  const last = bytes[colon - 1]! | 0x20;
  // Content-Length, Transfer-Encoding.
  const beginsSo = !isLetter(first) || first === 0x63 || first === 0x74;
  return beginsSo && (!isLetter(last) || last === 0x68 || last === 0x67);
}

const isLetter = (lowerCase: number): boolean => lowerCase >= 0x61 && lowerCase <= 0x7a;

/** Whether a field that does not delimit the body may be read as if it, or a line of it, did. */
const hidesFraming = (field: Uint8Array): boolean =>
  text(field)
    .split(/[\r\n]+/)
    .some((line) => NEARLY_FRAMING.test(line));

function note(fields: Fields, name: string, value: string): void {
  if (name === 'host') fields.host ||= value;
  else if (name === 'user-agent') fields.userAgent ??= value;
  else if (name === 'upgrade') fields.upgrade = true;
  else if (name === 'content-length') fields.contentLengths.push(...list(value));
  else {
    const codings = list(value).map((coding) => coding.toLowerCase());
    fields.codings.push(...codings.filter((coding) => coding !== 'identity'));
    // It was a coding once (RFC 2616 section 3.6), and is an unknown one to who has never heard of it.
    fields.isOdd ||= codings.includes('identity');
  }
}

const unfold = (raw: string): string =>
  trimBlanks(raw.includes('\n') ? raw.split(/\r?\n/).map(trimBlanks).join(' ') : raw);

const list = (value: string): string[] => value.split(',').map(trimBlanks);

/**
 * Spaces and tabs only: a reader that sees a vertical tab sees another value. No regular expression, which would take
 * quadratic time over a value of nothing but blanks.
 */
function trimBlanks(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && isBlank(value.charCodeAt(from))) from++;
  while (to > from && isBlank(value.charCodeAt(to - 1))) to--;
  return value.slice(from, to);
}

/** Offset after the empty line that ends a head, or -1. `from`: what is before need not be searched again. */
export function endOfHead(bytes: Uint8Array, from: number): number {
  for (let lf = bytes.indexOf(LF, from); lf >= 0; lf = bytes.indexOf(LF, lf + 1)) {
    if (bytes[lf + 1] === LF) return lf + 2;
    if (bytes[lf + 1] === CR && bytes[lf + 2] === LF) return lf + 3;
  }
  return -1;
}

/** A head ends in two line ends of one kind. `hasCr`: its first line ends with a carriage return too. */
export function endsPlainly(head: Uint8Array, hasCr: boolean): boolean {
  const n = head.length;
  const isCrLf = head[n - 2] === CR && head[n - 4] === CR;
  return hasCr ? isCrLf : head[n - 2] === LF;
}
