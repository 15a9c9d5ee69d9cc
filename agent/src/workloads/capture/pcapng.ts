/**
 * The block format: sections, each with its own byte order and interfaces, and packets that name their interface.
 *
 *     block: type u32 | length u32 | body | length u32        (the two lengths count the whole block)
 *
 * Blocks of no interest (names, statistics, secrets, custom ones) are passed over by their length.
 * @see https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html
 */
import type { Capture, CaptureEnd, CaptureInterface, CapturePacket } from './capture.ts';

const SECTION_HEADER = 0x0a0d0d0a; // the same in both byte orders
const INTERFACE_DESCRIPTION = 1;
const PACKET = 2; // obsolete, still found in old files
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const MIN_BLOCK_BYTES = 12;
const SECTION_HEADER_BYTES = 28;

const OPTION_END = 0;
const OPTION_IF_NAME = 2;
const OPTION_IF_TSRESOL = 9;
const OPTION_IF_TSOFFSET = 14;

interface Interface extends CaptureInterface {
  /** 0 = no limit. */
  readonly snapBytes: number;
  readonly toUnixNs: (ticks: bigint) => bigint;
}

/** One block in the file; `body` is the offset after type and length, `end` that of the second length. */
interface Block {
  readonly type: number;
  readonly at: number;
  readonly body: number;
  readonly end: number;
}

export const isPcapng = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === SECTION_HEADER;

export class PcapngReader implements Capture {
  readonly format = 'pcapng';
  end: CaptureEnd | null = null;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #littleEndian = true;
  #interfaces: Interface[] = [];
  #lastTimestampNs = 0n;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @returns why not, if the first section's header is not whole */
  static open(bytes: Uint8Array): PcapngReader | string {
    if (bytes.length < SECTION_HEADER_BYTES) {
      return `the first section header has ${bytes.length} of ${SECTION_HEADER_BYTES} bytes`;
    }
    const reader = new PcapngReader(bytes);
    if (reader.#beginSection(0)) return reader;
    return 'the first section header has no byte-order magic';
  }

  *[Symbol.iterator](): Generator<CapturePacket, void, void> {
    let at = 0;
    while (at < this.#bytes.length) {
      const block = this.#block(at);
      if (typeof block === 'string') {
        this.end = { kind: 'fault', fault: `pcapng: at offset ${at} ${block}`, fileOffset: at };
        return;
      }
      const packet = this.#read(block);
      if (typeof packet === 'string') {
        this.end = { kind: 'fault', fault: `pcapng: at offset ${at} ${packet}`, fileOffset: at };
        return;
      }
      if (packet !== null) {
        this.#lastTimestampNs = packet.timestampNs;
        yield packet;
      }
      at = block.end + 4;
    }
    this.end = { kind: 'complete' };
  }

  /** Checks the frame of the block at `at`; a section header also sets the byte order. @returns what is wrong */
  #block(at: number): Block | string {
    const left = this.#bytes.length - at;
    if (left < MIN_BLOCK_BYTES) return `the file ends within a block header (${left} bytes are left)`;
    const isSection = this.#u32(at) === SECTION_HEADER;
    if (isSection && !this.#beginSection(at)) return 'a section header has no byte-order magic';
    const blockBytes = this.#u32(at + 4);
    if (blockBytes < (isSection ? SECTION_HEADER_BYTES : MIN_BLOCK_BYTES) || blockBytes % 4 !== 0) {
      return `a block claims a length of ${blockBytes} bytes`;
    }
    if (blockBytes > left) return `a block claims ${blockBytes} bytes, but ${left} are left`;
    const end = at + blockBytes - 4;
    if (this.#u32(end) !== blockBytes) {
      return `the two lengths of a block differ (${blockBytes} and ${this.#u32(end)})`;
    }
    return { type: this.#u32(at), at, body: at + 8, end };
  }

  /** @returns the block's packet, null if it holds none, or what is wrong with it */
  #read(block: Block): CapturePacket | null | string {
    switch (block.type) {
      case SECTION_HEADER:
        this.#interfaces = [];
        return null;
      case INTERFACE_DESCRIPTION:
        return this.#describeInterface(block);
      case ENHANCED_PACKET:
        if (block.end - block.body < 20) return 'a packet block is too short';
        return this.#packet(block, this.#u32(block.body), block.body + 4);
      case PACKET:
        if (block.end - block.body < 20) return 'a packet block is too short';
        return this.#packet(block, this.#view.getUint16(block.body, this.#littleEndian), block.body + 4);
      case SIMPLE_PACKET:
        return this.#simplePacket(block);
      default:
        return null;
    }
  }

  #beginSection(at: number): boolean {
    if (this.#bytes.length - at < SECTION_HEADER_BYTES) return false;
    const magicAt = at + 8;
    if (this.#view.getUint32(magicAt, true) === BYTE_ORDER_MAGIC) this.#littleEndian = true;
    else if (this.#view.getUint32(magicAt, false) === BYTE_ORDER_MAGIC) this.#littleEndian = false;
    else return false;
    return true;
  }

  #describeInterface(block: Block): null | string {
    if (block.end - block.body < 8) return 'an interface block is too short';
    let resolution = 6;
    let offsetSeconds = 0n;
    let name = '';
    for (const { code, start, end } of this.#options(block.body + 8, block.end)) {
      if (code === OPTION_IF_NAME) name = new TextDecoder().decode(this.#bytes.subarray(start, end));
      if (code === OPTION_IF_TSRESOL && end - start === 1) resolution = this.#bytes[start]!;
      if (code === OPTION_IF_TSOFFSET && end - start === 8) {
        offsetSeconds = this.#view.getBigInt64(start, this.#littleEndian);
      }
    }
    this.#interfaces.push({
      index: this.#interfaces.length,
      linkType: this.#view.getUint16(block.body, this.#littleEndian),
      name,
      snapBytes: this.#u32(block.body + 4),
      toUnixNs: unixNsOf(resolution, offsetSeconds),
    });
    return null;
  }

  /** Options are (code u16, length u16, value padded to four); what does not fit in the block is not read. */
  *#options(from: number, blockEnd: number): Generator<{ code: number; start: number; end: number }> {
    for (let at = from; at + 4 <= blockEnd; ) {
      const code = this.#view.getUint16(at, this.#littleEndian);
      const valueBytes = this.#view.getUint16(at + 2, this.#littleEndian);
      const end = at + 4 + valueBytes;
      if (code === OPTION_END || end > blockEnd) return;
      yield { code, start: at + 4, end };
      at = end + ((4 - (valueBytes % 4)) % 4);
    }
  }

  /** Body of the two blocks with a time, from the time on: high u32, low u32, captured u32, original u32, bytes. */
  #packet(block: Block, interfaceIndex: number, at: number): CapturePacket | string {
    const capturedBytes = this.#u32(at + 8);
    const start = at + 16;
    if (capturedBytes > block.end - start) {
      return `a packet claims ${capturedBytes} bytes, but its block holds ${block.end - start}`;
    }
    const device = this.#interfaces[interfaceIndex] ?? null;
    const ticks = (BigInt(this.#u32(at)) << 32n) | BigInt(this.#u32(at + 4));
    return {
      timestampNs: device === null ? this.#lastTimestampNs : device.toUnixNs(ticks),
      interface: device,
      bytes: this.#bytes.subarray(start, start + capturedBytes),
      originalBytes: Math.max(this.#u32(at + 12), capturedBytes),
      fileOffset: block.at,
    };
  }

  /** Belongs to interface 0; how much was captured follows from the block's length and the interface's limit. */
  #simplePacket(block: Block): CapturePacket | string {
    if (block.end - block.body < 4) return 'a packet block is too short';
    const device = this.#interfaces[0] ?? null;
    const originalBytes = this.#u32(block.body);
    const start = block.body + 4;
    const snapBytes = device === null || device.snapBytes === 0 ? originalBytes : device.snapBytes;
    const capturedBytes = Math.min(originalBytes, snapBytes, block.end - start);
    return {
      timestampNs: this.#lastTimestampNs,
      interface: device,
      bytes: this.#bytes.subarray(start, start + capturedBytes),
      originalBytes,
      fileOffset: block.at,
    };
  }

  #u32(offset: number): number {
    return this.#view.getUint32(offset, this.#littleEndian);
  }
}

/** `resolution` is if_tsresol: a tick is 10^-n s, or 2^-n s if the highest bit is set, n being the other bits. */
function unixNsOf(resolution: number, offsetSeconds: bigint): (ticks: bigint) => bigint {
  const offsetNs = offsetSeconds * 1_000_000_000n;
  const exponent = BigInt(resolution & 0x7f);
  if ((resolution & 0x80) !== 0) return (ticks) => ((ticks * 1_000_000_000n) >> exponent) + offsetNs;
  if (exponent <= 9n) {
    const nsPerTick = 10n ** (9n - exponent);
    return (ticks) => ticks * nsPerTick + offsetNs;
  }
  const ticksPerNs = 10n ** (exponent - 9n);
  return (ticks) => ticks / ticksPerNs + offsetNs;
}
