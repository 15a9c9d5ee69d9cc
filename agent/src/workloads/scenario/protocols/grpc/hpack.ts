/**
 * HPACK, header compression of HTTP/2 (RFC 7541). Both ends of one direction keep the same table of headers sent
 * before; a header in it is a number.
 */
import { ByteWriter, decodeText, encodeText } from '../bytes.ts';
import { decodeHuffman, encodeHuffman } from './huffman.ts';

export type Header = readonly [name: string, value: string];

/** Appendix A, from number 1. */
const STATIC_TABLE: readonly Header[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  ...['200', '204', '206', '304', '400', '404', '500'].map((status): Header => [':status', status]),
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ...(
    'accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control ' +
    'content-disposition content-encoding content-language content-length content-location content-range ' +
    'content-type cookie date etag expect expires from host if-match if-modified-since if-none-match if-range ' +
    'if-unmodified-since last-modified link location max-forwards proxy-authenticate proxy-authorization range ' +
    'referer refresh retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary via ' +
    'www-authenticate'
  )
    .split(' ')
    .map((name): Header => [name, '']),
];

/** SETTINGS_HEADER_TABLE_SIZE of both ends: the default. */
const TABLE_BYTES = 4096;
/** What an entry counts beside its letters (section 4.1). */
const ENTRY_BYTES = 32;

/** Values that differ from one request to the next are not worth a place in the table. */
const NEVER_KEPT = new Set(['grpc-timeout', 'grpc-message', 'x-scenario-call']);

/** First bits of a field and how many bits of its first byte a number has (section 6). */
const INDEXED = { bits: 0x80, prefix: 7 };
const KEPT = { bits: 0x40, prefix: 6 };
const TABLE_SIZE = { bits: 0x20, prefix: 5 };
const NOT_KEPT = { bits: 0x00, prefix: 4 };
const HUFFMAN = { bits: 0x80, prefix: 7 };
const RAW = { bits: 0x00, prefix: 7 };

/** Headers sent before, the newest first. */
class DynamicTable {
  readonly #entries: Header[] = [];
  #bytes = 0;

  add(header: Header): void {
    this.#entries.unshift(header);
    this.#bytes += sizeOf(header);
    while (this.#bytes > TABLE_BYTES) this.#bytes -= sizeOf(this.#entries.pop()!);
  }

  /** By its number over both tables. */
  at(number: number): Header | undefined {
    return STATIC_TABLE[number - 1] ?? this.#entries[number - 1 - STATIC_TABLE.length];
  }

  /** Number of the first entry that `isIt` accepts; 0 if none does. */
  find(isIt: (header: Header) => boolean): number {
    return [...STATIC_TABLE, ...this.#entries].findIndex(isIt) + 1;
  }
}

const sizeOf = ([name, value]: Header): number => name.length + value.length + ENTRY_BYTES;

/** The sending end of one direction. Blocks must reach the other end in the order in which they were made. */
export class HpackEncoder {
  readonly #table = new DynamicTable();

  encode(headers: readonly Header[]): Uint8Array {
    const out = new ByteWriter();
    for (const [name, value] of headers) {
      const whole = this.#table.find((known) => known[0] === name && known[1] === value);
      if (whole > 0) {
        writeInt(out, whole, INDEXED);
        continue;
      }
      const isKept = !NEVER_KEPT.has(name);
      const named = this.#table.find((known) => known[0] === name);
      writeInt(out, named, isKept ? KEPT : NOT_KEPT);
      if (named === 0) writeText(out, name);
      writeText(out, value);
      if (isKept) this.#table.add([name, value]);
    }
    return out.finish();
  }
}

/** The receiving end of one direction. */
export class HpackDecoder {
  readonly #table = new DynamicTable();

  /** @returns null for a block that is none; the connection cannot go on after that */
  decode(block: Uint8Array): Header[] | null {
    const reader = { bytes: block, at: 0, isBroken: false };
    const headers: Header[] = [];
    while (reader.at < block.length && !reader.isBroken) {
      const first = block[reader.at]!;
      if (first >= INDEXED.bits) {
        const header = this.#table.at(readInt(reader, INDEXED.prefix));
        if (header === undefined) return null;
        headers.push(header);
      } else if (first >= KEPT.bits) {
        const header = this.#readLiteral(reader, KEPT.prefix);
        headers.push(header);
        this.#table.add(header);
      } else if (first >= TABLE_SIZE.bits) {
        // Our encoder keeps the default size, and nobody else speaks here.
        return null;
      } else headers.push(this.#readLiteral(reader, NOT_KEPT.prefix));
    }
    return reader.isBroken ? null : headers;
  }

  #readLiteral(reader: BlockReader, prefix: number): Header {
    const number = readInt(reader, prefix);
    const name = number === 0 ? readText(reader) : this.#table.at(number)?.[0];
    if (name === undefined) reader.isBroken = true;
    return [name ?? '', readText(reader)];
  }
}

interface BlockReader {
  readonly bytes: Uint8Array;
  at: number;
  isBroken: boolean;
}

/** Section 5.1: what does not fit into the prefix follows, seven bits a byte, the lowest first. */
function writeInt(
  out: ByteWriter,
  value: number,
  { bits, prefix }: { readonly bits: number; readonly prefix: number },
): void {
  const most = 2 ** prefix - 1;
  if (value < most) {
    out.u8(bits | value);
    return;
  }
  out.u8(bits | most);
  let rest = value - most;
  for (; rest >= 128; rest >>>= 7) out.u8((rest & 127) | 128);
  out.u8(rest);
}

function readInt(reader: BlockReader, prefix: number): number {
  const most = 2 ** prefix - 1;
  let value = (reader.bytes[reader.at++] ?? 0) & most;
  if (value < most) return value;
  for (let shift = 0; shift <= 21; shift += 7) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) break;
    value += (byte & 127) << shift;
    if (byte < 128) return value;
  }
  reader.isBroken = true;
  return 0;
}

/** Huffman's code where it is shorter, as encoders do. */
function writeText(out: ByteWriter, text: string): void {
  const raw = encodeText(text);
  const coded = encodeHuffman(raw);
  const isShorter = coded.length < raw.length;
  writeInt(out, isShorter ? coded.length : raw.length, isShorter ? HUFFMAN : RAW);
  out.bytes(isShorter ? coded : raw);
}

function readText(reader: BlockReader): string {
  const isCoded = (reader.bytes[reader.at] ?? 0) >= HUFFMAN.bits;
  const nBytes = readInt(reader, HUFFMAN.prefix);
  const end = reader.at + nBytes;
  const bytes = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  const decoded = isCoded ? decodeHuffman(bytes) : bytes;
  if (end > reader.bytes.length || decoded === null) {
    reader.isBroken = true;
    return '';
  }
  return decodeText(decoded);
}
