/**
 * The headers of IPv4 and IPv6: who sends to whom, what the payload is, and whether it is a fragment. Header checksums
 * are not verified: a capture taken on the sending machine has them unset, because the network card fills them in.
 * @see RFC 791, RFC 8200
 */
import { formatIpv4, formatIpv6 } from '../../../model/address.ts';

export interface IpPacket {
  readonly source: string;
  readonly destination: string;
  /** IANA protocol number of the payload, after all extension headers. */
  readonly protocol: number;
  /** The captured part of the payload. */
  readonly payload: Uint8Array;
  /** Bytes of payload on the wire, >= payload.length. */
  readonly payloadBytes: number;
  readonly fragment: Fragment | null;
}

export interface Fragment {
  readonly id: number;
  /** Of this part in the whole payload, bytes. */
  readonly offset: number;
  readonly isLast: boolean;
}

export type IpOutcome =
  | { readonly kind: 'packet'; readonly packet: IpPacket }
  | { readonly kind: 'drop'; readonly reason: 'truncated_header' | 'bad_header' | 'other_transport' };

const IPV4_HEADER_BYTES = 20;
const IPV6_HEADER_BYTES = 40;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
const HOST_IDENTITY = 139;
const SHIM6 = 140;

const MAX_EXTENSION_HEADERS = 32;

const TRUNCATED: IpOutcome = { kind: 'drop', reason: 'truncated_header' };
const BAD: IpOutcome = { kind: 'drop', reason: 'bad_header' };

/** `wireBytes` counts from the header on, with what the snap length cut. */
export function parseIpv4(bytes: Uint8Array, wireBytes: number): IpOutcome {
  if (bytes.length < IPV4_HEADER_BYTES) return wireBytes < IPV4_HEADER_BYTES ? BAD : TRUNCATED;
  const headerBytes = (bytes[0]! & 0x0f) * 4;
  if (bytes[0]! >> 4 !== 4 || headerBytes < IPV4_HEADER_BYTES) return BAD;
  // Segmentation offload: the length does not fit or is not set yet, so the frame's own length stands in.
  const totalBytes = u16(bytes, 2) === 0 ? wireBytes : u16(bytes, 2);
  if (totalBytes < headerBytes || totalBytes > wireBytes) return BAD;
  if (bytes.length < headerBytes) return TRUNCATED;

  const flagsAndOffset = u16(bytes, 6);
  const offset = (flagsAndOffset & 0x1fff) * 8;
  const moreFragments = (flagsAndOffset & 0x2000) !== 0;
  return {
    kind: 'packet',
    packet: {
      source: formatIpv4(bytes.subarray(12)),
      destination: formatIpv4(bytes.subarray(16)),
      protocol: bytes[9]!,
      payload: bytes.subarray(headerBytes, Math.min(totalBytes, bytes.length)),
      payloadBytes: totalBytes - headerBytes,
      fragment: moreFragments || offset > 0 ? { id: u16(bytes, 4), offset, isLast: !moreFragments } : null,
    },
  };
}

/** `wireBytes` counts from the header on, with what the snap length cut. */
export function parseIpv6(bytes: Uint8Array, wireBytes: number): IpOutcome {
  if (bytes.length < IPV6_HEADER_BYTES) return wireBytes < IPV6_HEADER_BYTES ? BAD : TRUNCATED;
  if (bytes[0]! >> 4 !== 6) return BAD;
  // 0 stands for a jumbogram, and for segmentation offload: again the frame's own length.
  const claimedBytes = u16(bytes, 4);
  const totalBytes = claimedBytes === 0 ? wireBytes : IPV6_HEADER_BYTES + claimedBytes;
  if (totalBytes > wireBytes) return BAD;

  let next = bytes[6]!;
  let at = IPV6_HEADER_BYTES;
  let fragment: Fragment | null = null;
  for (let headers = 0; isExtension(next); headers++) {
    if (headers === MAX_EXTENSION_HEADERS) return BAD;
    if (at + 8 > totalBytes) return BAD;
    if (at + 8 > bytes.length) return TRUNCATED;
    const following = bytes[at]!;
    if (next === FRAGMENT) {
      const offsetAndFlag = u16(bytes, at + 2);
      const id = ((bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | u16(bytes, at + 6)) >>> 0;
      const isLast = (offsetAndFlag & 1) === 0;
      const offset = offsetAndFlag & 0xfff8;
      if (!isLast || offset > 0) fragment = { id, offset, isLast };
      at += 8;
      next = following;
      // The headers that follow belong to the whole payload: they stand in the first part only.
      if (fragment !== null) break;
      continue;
    }
    // Lengths count units of 8 bytes after the first; the authentication header's counts 4, less 2.
    at += next === AUTHENTICATION ? (bytes[at + 1]! + 2) * 4 : (bytes[at + 1]! + 1) * 8;
    next = following;
    if (at > totalBytes) return BAD;
  }
  if (at > bytes.length) return TRUNCATED;
  return {
    kind: 'packet',
    packet: {
      source: formatIpv6(bytes.subarray(8, 24)),
      destination: formatIpv6(bytes.subarray(24, 40)),
      protocol: next,
      payload: bytes.subarray(at, Math.min(totalBytes, bytes.length)),
      payloadBytes: totalBytes - at,
      fragment,
    },
  };
}

/**
 * Passes over the extension headers that stand in a reassembled payload.
 * @returns the transport's number and offset, or null if they do not fit
 */
export function skipExtensions(
  protocol: number,
  payload: Uint8Array,
): { protocol: number; at: number } | null {
  let next = protocol;
  let at = 0;
  for (let headers = 0; isExtension(next); headers++) {
    if (headers === MAX_EXTENSION_HEADERS || next === FRAGMENT || at + 8 > payload.length) return null;
    const following = payload[at]!;
    at += next === AUTHENTICATION ? (payload[at + 1]! + 2) * 4 : (payload[at + 1]! + 1) * 8;
    next = following;
  }
  return at <= payload.length ? { protocol: next, at } : null;
}

const isExtension = (protocol: number): boolean =>
  protocol === HOP_BY_HOP ||
  protocol === ROUTING ||
  protocol === FRAGMENT ||
  protocol === AUTHENTICATION ||
  protocol === DESTINATION_OPTIONS ||
  protocol === MOBILITY ||
  protocol === HOST_IDENTITY ||
  protocol === SHIM6;

const u16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
