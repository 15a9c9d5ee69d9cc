/**
 * TCP segments and UDP datagrams. Checksums are not verified: a capture taken on the sending machine has them unset,
 * because the network card fills them in.
 * @see RFC 9293 section 3.1, RFC 768
 */
import type { IpEndpoint } from '../../../hooks/sim/contract.ts';

export interface TcpSegment {
  readonly kind: 'tcp';
  /** Monotonic ns of the replay. */
  readonly atNs: number;
  readonly from: IpEndpoint;
  readonly to: IpEndpoint;
  /** Of the first byte (of the SYN, if it has one); u32. */
  readonly sequence: number;
  /** Next byte expected from the other side, u32; null without the ACK flag. */
  readonly acknowledged: number | null;
  /** Bits of TcpFlag. */
  readonly flags: number;
  /** The captured part of the payload: a view into the capture. */
  readonly bytes: Uint8Array;
  /** Bytes of payload behind it that the snap length cut. */
  readonly missingBytes: number;
}

export interface Datagram {
  readonly kind: 'udp';
  /** Monotonic ns of the replay. */
  readonly atNs: number;
  readonly from: IpEndpoint;
  readonly to: IpEndpoint;
  readonly bytes: Uint8Array;
  readonly missingBytes: number;
}

export const TcpFlag = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;

export type TcpHeader = Pick<TcpSegment, 'sequence' | 'acknowledged' | 'flags' | 'bytes' | 'missingBytes'>;
export type UdpHeader = Pick<Datagram, 'bytes' | 'missingBytes'>;

export type TransportOutcome<T> =
  | { readonly kind: 'ok'; readonly sourcePort: number; readonly destinationPort: number; readonly value: T }
  | { readonly kind: 'drop'; readonly reason: 'truncated_header' | 'bad_header' };

const TCP_HEADER_BYTES = 20;
const UDP_HEADER_BYTES = 8;

/** `wireBytes` >= bytes.length counts from the header on, with what the snap length cut. */
export function parseTcp(bytes: Uint8Array, wireBytes: number): TransportOutcome<TcpHeader> {
  if (wireBytes < TCP_HEADER_BYTES) return { kind: 'drop', reason: 'bad_header' };
  if (bytes.length < TCP_HEADER_BYTES) return { kind: 'drop', reason: 'truncated_header' };
  const headerBytes = (bytes[12]! >> 4) * 4;
  if (headerBytes < TCP_HEADER_BYTES || headerBytes > wireBytes)
    return { kind: 'drop', reason: 'bad_header' };
  const flags = bytes[13]! & 0x1f;
  // A snap length within the options still leaves the numbers, hence how many bytes are missing.
  const payload = bytes.subarray(Math.min(headerBytes, bytes.length));
  return {
    kind: 'ok',
    sourcePort: u16(bytes, 0),
    destinationPort: u16(bytes, 2),
    value: {
      sequence: u32(bytes, 4),
      acknowledged: (flags & TcpFlag.ACK) === 0 ? null : u32(bytes, 8),
      flags,
      bytes: payload,
      missingBytes: wireBytes - headerBytes - payload.length,
    },
  };
}

/** `wireBytes` >= bytes.length counts from the header on, with what the snap length cut. */
export function parseUdp(bytes: Uint8Array, wireBytes: number): TransportOutcome<UdpHeader> {
  if (wireBytes < UDP_HEADER_BYTES) return { kind: 'drop', reason: 'bad_header' };
  if (bytes.length < UDP_HEADER_BYTES) return { kind: 'drop', reason: 'truncated_header' };
  // 0 is a jumbogram's length (RFC 2675).
  const claimedBytes = u16(bytes, 4) === 0 ? wireBytes : u16(bytes, 4);
  if (claimedBytes < UDP_HEADER_BYTES || claimedBytes > wireBytes)
    return { kind: 'drop', reason: 'bad_header' };
  const payload = bytes.subarray(UDP_HEADER_BYTES, Math.min(claimedBytes, bytes.length));
  return {
    kind: 'ok',
    sourcePort: u16(bytes, 0),
    destinationPort: u16(bytes, 2),
    value: { bytes: payload, missingBytes: claimedBytes - UDP_HEADER_BYTES - payload.length },
  };
}

const u16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
const u32 = (bytes: Uint8Array, at: number): number => ((u16(bytes, at) << 16) | u16(bytes, at + 2)) >>> 0;
