/** Builds the packets that tests decode: each function puts one header before a payload. */
import { parseAddress } from '../../../model/address.ts';
import { Writer } from './write-capture.ts';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Writer(false);
  for (const part of parts) out.bytes(part);
  return out.finish();
};

/** Hexadecimal digits; spaces between them do not count. */
export const hex = (digits: string): Uint8Array => {
  const pairs = digits.replaceAll(/\s/g, '').match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
};

export interface TcpFields {
  readonly fromPort: number;
  readonly toPort: number;
  readonly sequence?: number;
  readonly acknowledged?: number;
  readonly flags?: number;
  /** Padded to four bytes by the caller. */
  readonly options?: Uint8Array;
}

export function tcp(payload: Uint8Array, fields: TcpFields): Uint8Array {
  const {
    fromPort,
    toPort,
    sequence = 0,
    acknowledged = 0,
    flags = 0x10,
    options = new Uint8Array(0),
  } = fields;
  const header = new Writer(false).u16(fromPort).u16(toPort).u32(sequence).u32(acknowledged);
  header
    .u8((5 + options.length / 4) << 4)
    .u8(flags)
    .u16(65535)
    .u16(0)
    .u16(0);
  return header.bytes(options).bytes(payload).finish();
}

export function udp(payload: Uint8Array, fromPort: number, toPort: number): Uint8Array {
  return new Writer(false)
    .u16(fromPort)
    .u16(toPort)
    .u16(8 + payload.length)
    .u16(0)
    .bytes(payload)
    .finish();
}

export interface IpFields {
  readonly from: string;
  readonly to: string;
  readonly protocol: number;
}

export interface Ipv4Fields extends IpFields {
  readonly options?: Uint8Array;
  readonly id?: number;
  /** Of the fragment, bytes. */
  readonly offset?: number;
  readonly moreFragments?: boolean;
  /** Default: the true one. */
  readonly totalBytes?: number;
}

export function ipv4(payload: Uint8Array, fields: Ipv4Fields): Uint8Array {
  const {
    from,
    to,
    protocol,
    options = new Uint8Array(0),
    id = 0,
    offset = 0,
    moreFragments = false,
  } = fields;
  const headerBytes = 20 + options.length;
  const header = new Writer(false).u8(0x40 | (headerBytes / 4)).u8(0);
  header.u16(fields.totalBytes ?? headerBytes + payload.length).u16(id);
  header
    .u16((moreFragments ? 0x2000 : 0) | (offset / 8))
    .u8(64)
    .u8(protocol)
    .u16(0);
  return header.bytes(parseAddress(from)!).bytes(parseAddress(to)!).bytes(options).bytes(payload).finish();
}

/** `protocol`: of the next header, which may be an extension that begins the payload. */
export function ipv6(payload: Uint8Array, { from, to, protocol }: IpFields): Uint8Array {
  const header = new Writer(false).u32(0x60000000).u16(payload.length).u8(protocol).u8(64);
  return header.bytes(parseAddress(from)!).bytes(parseAddress(to)!).bytes(payload).finish();
}

export const ETHERTYPE = {
  ipv4: 0x0800,
  arp: 0x0806,
  vlan: 0x8100,
  ipv6: 0x86dd,
  serviceVlan: 0x88a8,
} as const;

export function ethernet(payload: Uint8Array, type: number): Uint8Array {
  return new Writer(false).bytes(new Uint8Array(12)).u16(type).bytes(payload).finish();
}
