/**
 * What the log says of blocks. From a composition and the batches that it names the very same block is made again, so
 * that the store recognises it. Layout, all numbers big-endian:
 *
 *     1    version of this layout: 1
 *     2+n  block id: its length, then ASCII
 *     8    when it was composed, Unix ns
 *     4    batches; for each: segment 8, offset 8
 *     4    replaced trace ids; for each: the one that it came with 16, the one that it got 16
 *     4    aliases; for each: alias 16, trace 16
 *
 * The record of a stored block is its version byte and its id, as above.
 */
import type { TraceAliases } from '../model/block.ts';
import type { WalAddress } from '../wal/wal.ts';

export interface Composition {
  readonly blockId: string;
  readonly composedUnixNs: bigint;
  /** In the order in which they stand in the block. */
  readonly batches: readonly WalAddress[];
  /** Trace ids of the batches: `alias` was replaced by `trace`. */
  readonly replacements: TraceAliases;
  readonly aliases: TraceAliases;
}

/**
 * A record that this version cannot read. Nobody may go on without it: it is not known which batches are stored in part,
 * and to store them anew would double rows.
 */
export class CompositionUnreadable extends Error {
  override readonly name = 'CompositionUnreadable';
}

const VERSION = 1;
const PAIR_BYTES = 32;
const ADDRESS_BYTES = 16;

export function encodeComposition(composition: Composition): Uint8Array {
  const { blockId, batches, replacements, aliases } = composition;
  const pairs = replacements.rows + aliases.rows;
  const bytes = Buffer.alloc(
    1 + 2 + blockId.length + 8 + 3 * 4 + batches.length * ADDRESS_BYTES + pairs * PAIR_BYTES,
  );
  let at = writeHead(bytes, blockId);
  at = bytes.writeBigUInt64BE(composition.composedUnixNs, at);
  at = bytes.writeUInt32BE(batches.length, at);
  for (const { segment, offset } of batches) {
    at = bytes.writeBigUInt64BE(BigInt(segment), at);
    at = bytes.writeBigUInt64BE(BigInt(offset), at);
  }
  at = writePairs(bytes, at, replacements);
  writePairs(bytes, at, aliases);
  return bytes;
}

/** @throws CompositionUnreadable */
export function decodeComposition(payload: Uint8Array): Composition {
  const reader = new Reader(payload, 'composition');
  const blockId = reader.head();
  const composedUnixNs = reader.take(8).readBigUInt64BE();
  const addresses = reader.rows(ADDRESS_BYTES);
  const batches = Array.from({ length: addresses.length / ADDRESS_BYTES }, (_, i) => ({
    segment: Number(addresses.readBigUInt64BE(i * ADDRESS_BYTES)),
    offset: Number(addresses.readBigUInt64BE(i * ADDRESS_BYTES + 8)),
  }));
  const replacements = pairsOf(reader.rows(PAIR_BYTES));
  const aliases = pairsOf(reader.rows(PAIR_BYTES));
  reader.end();
  return { blockId, composedUnixNs, batches, replacements, aliases };
}

export function encodeStored(blockId: string): Uint8Array {
  const bytes = Buffer.alloc(1 + 2 + blockId.length);
  writeHead(bytes, blockId);
  return bytes;
}

/** @returns the block's id. @throws CompositionUnreadable */
export function decodeStored(payload: Uint8Array): string {
  const reader = new Reader(payload, 'stored');
  const blockId = reader.head();
  reader.end();
  return blockId;
}

function writeHead(bytes: Buffer, blockId: string): number {
  const at = bytes.writeUInt16BE(blockId.length, bytes.writeUInt8(VERSION, 0));
  return at + bytes.write(blockId, at, 'ascii');
}

function writePairs(bytes: Buffer, start: number, { rows, alias, trace }: TraceAliases): number {
  let at = bytes.writeUInt32BE(rows, start);
  for (let row = 0; row < rows; row++, at += PAIR_BYTES) {
    bytes.set(alias.subarray(row * 16, row * 16 + 16), at);
    bytes.set(trace.subarray(row * 16, row * 16 + 16), at + 16);
  }
  return at;
}

function pairsOf(pairs: Buffer): TraceAliases {
  const rows = pairs.length / PAIR_BYTES;
  const alias = new Uint8Array(rows * 16);
  const trace = new Uint8Array(rows * 16);
  for (let row = 0; row < rows; row++) {
    const at = row * PAIR_BYTES;
    alias.set(pairs.subarray(at, at + 16), row * 16);
    trace.set(pairs.subarray(at + 16, at + PAIR_BYTES), row * 16);
  }
  return { rows, alias, trace };
}

class Reader {
  readonly #bytes: Buffer;
  readonly #what: string;
  #at = 0;

  constructor(payload: Uint8Array, what: string) {
    this.#bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    this.#what = what;
  }

  /** Version and block id. */
  head(): string {
    const version = this.take(1).readUInt8();
    if (version !== VERSION)
      throw new CompositionUnreadable(
        `The write-ahead log was written by another version of Sonde: a ${this.#what} record has layout ${version}, this one knows ${VERSION}`,
      );
    return this.take(this.take(2).readUInt16BE()).toString('ascii');
  }

  rows(bytesEach: number): Buffer {
    return this.take(this.take(4).readUInt32BE() * bytesEach);
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw this.#misshapen(`ends after ${this.#bytes.length} of ${end} bytes`);
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  end(): void {
    const rest = this.#bytes.length - this.#at;
    if (rest > 0) throw this.#misshapen(`has ${rest} bytes too many`);
  }

  #misshapen(how: string): CompositionUnreadable {
    return new CompositionUnreadable(`The write-ahead log holds a ${this.#what} record that ${how}`);
  }
}
