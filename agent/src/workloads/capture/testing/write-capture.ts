/** Writes small captures: for tests, and for tasks/record-demo.ts. */

export interface WrittenPacket {
  /** Unix time, ns. Default 0. */
  readonly timestampNs?: bigint;
  readonly bytes: Uint8Array;
  /** Default bytes.length. */
  readonly originalBytes?: number;
  /** pcapng only. Default 0. */
  readonly interface?: number;
}

export interface PcapOptions {
  readonly linkType?: number;
  readonly littleEndian?: boolean;
  readonly magic?: 0xa1b2c3d4 | 0xa1b23c4d | 0xa1b2cd34;
  readonly minorVersion?: number;
  readonly snapBytes?: number;
}

const ETHERNET = 1;

export function writePcap(packets: readonly WrittenPacket[], options: PcapOptions = {}): Uint8Array {
  const {
    linkType = ETHERNET,
    littleEndian = true,
    magic = 0xa1b2c3d4,
    minorVersion = 4,
    snapBytes = 65535,
  } = options;
  const out = new Writer(littleEndian);
  out.u32(magic).u16(2).u16(minorVersion).u32(0).u32(0).u32(snapBytes).u32(linkType);
  const nsPerFraction = magic === 0xa1b23c4d ? 1n : 1000n;
  for (const { timestampNs = 0n, bytes, originalBytes = bytes.length } of packets) {
    out.u32(Number(timestampNs / 1_000_000_000n)).u32(Number((timestampNs % 1_000_000_000n) / nsPerFraction));
    out.u32(bytes.length).u32(originalBytes);
    if (magic === 0xa1b2cd34) out.u32(0).u32(0);
    out.bytes(bytes);
  }
  return out.finish();
}

export interface PcapngInterface {
  readonly linkType?: number;
  readonly snapBytes?: number;
  /** Encoded options, without their end. */
  readonly options?: Uint8Array;
}

/** One section of nanosecond resolution, with Enhanced Packet Blocks. */
export function writePcapng(
  packets: readonly WrittenPacket[],
  {
    littleEndian = true,
    interfaces = [{}],
  }: { littleEndian?: boolean; interfaces?: readonly PcapngInterface[] } = {},
): Uint8Array {
  const out = new Writer(littleEndian);
  out.bytes(sectionHeader(littleEndian));
  const nanoseconds = option(9, Uint8Array.of(9), littleEndian);
  for (const { linkType = ETHERNET, snapBytes = 0, options = nanoseconds } of interfaces) {
    out.bytes(interfaceBlock(linkType, snapBytes, options, littleEndian));
  }
  for (const { timestampNs = 0n, bytes, originalBytes = bytes.length, interface: index = 0 } of packets) {
    const body = new Writer(littleEndian).u32(index);
    body.u32(Number(timestampNs >> 32n)).u32(Number(timestampNs & 0xffffffffn));
    body.u32(bytes.length).u32(originalBytes).bytes(bytes);
    out.bytes(block(6, body.finish(), littleEndian));
  }
  return out.finish();
}

/** Version 1.0, of unknown length. */
export function sectionHeader(littleEndian: boolean): Uint8Array {
  const body = new Writer(littleEndian).u32(0x1a2b3c4d).u16(1).u16(0).u32(0xffffffff).u32(0xffffffff);
  return block(0x0a0d0d0a, body.finish(), littleEndian);
}

export function interfaceBlock(
  linkType: number,
  snapBytes: number,
  options: Uint8Array,
  littleEndian: boolean,
): Uint8Array {
  const body = new Writer(littleEndian).u16(linkType).u16(0).u32(snapBytes);
  if (options.length > 0) body.bytes(options).u32(0);
  return block(1, body.finish(), littleEndian);
}

/** A block of any type; the body is padded to four bytes. */
export function block(type: number, body: Uint8Array, littleEndian: boolean): Uint8Array {
  const paddedBytes = (body.length + 3) & ~3;
  const out = new Writer(littleEndian)
    .u32(type)
    .u32(paddedBytes + 12)
    .bytes(body);
  out.bytes(new Uint8Array(paddedBytes - body.length));
  return out.u32(paddedBytes + 12).finish();
}

export function option(code: number, value: Uint8Array, littleEndian: boolean): Uint8Array {
  const padding = new Uint8Array((4 - (value.length % 4)) % 4);
  return new Writer(littleEndian).u16(code).u16(value.length).bytes(value).bytes(padding).finish();
}

/** Appends numbers in one byte order. */
export class Writer {
  readonly #littleEndian: boolean;
  readonly #parts: Uint8Array[] = [];

  constructor(littleEndian: boolean) {
    this.#littleEndian = littleEndian;
  }

  u8(value: number): this {
    return this.bytes(Uint8Array.of(value));
  }

  u16(value: number): this {
    const part = new Uint8Array(2);
    new DataView(part.buffer).setUint16(0, value, this.#littleEndian);
    return this.bytes(part);
  }

  u32(value: number): this {
    const part = new Uint8Array(4);
    new DataView(part.buffer).setUint32(0, value, this.#littleEndian);
    return this.bytes(part);
  }

  bytes(part: Uint8Array): this {
    this.#parts.push(part);
    return this;
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}
