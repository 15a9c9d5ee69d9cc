/**
 * Tunnels that real captures of applications hold: what is wanted is the connection inside. Each function says where
 * the inner network layer begins, or null if the payload is not that tunnel's after all.
 */
import { ethernet, ipByVersion, type NetworkLayer, tagged } from './link.ts';

const IPPROTO_IPIP = 4;
const IPPROTO_IPV6 = 41;
const IPPROTO_GRE = 47;

const PORT_GTP_U = 2152;
const PORT_VXLAN = 4789;

const ETHERTYPE_BRIDGED_ETHERNET = 0x6558;

/** IP in IP (RFC 2003), IPv6 in IPv4 (RFC 4213), GRE (RFC 2784, 2890). */
export function ipTunnel(protocol: number, payload: Uint8Array): NetworkLayer | null {
  if (protocol === IPPROTO_IPIP || protocol === IPPROTO_IPV6) return ipByVersion(payload, 0);
  if (protocol === IPPROTO_GRE) return gre(payload);
  return null;
}

/** VXLAN (RFC 7348) and GTP-U (3GPP TS 29.281), known by their destination port and their fixed bits. */
export function udpTunnel(destinationPort: number, payload: Uint8Array): NetworkLayer | null {
  if (destinationPort === PORT_VXLAN) return vxlan(payload);
  if (destinationPort === PORT_GTP_U) return gtpU(payload);
  return null;
}

/** Flags u16 (checksum, -, key, sequence, then version), EtherType u16, then four bytes for each flag that is set. */
function gre(payload: Uint8Array): NetworkLayer | null {
  if (payload.length < 4 || (payload[1]! & 7) !== 0) return null;
  const flags = payload[0]!;
  const optional = ((flags >> 7) & 1) + ((flags >> 5) & 1) + ((flags >> 4) & 1);
  const at = 4 + 4 * optional;
  const type = (payload[2]! << 8) | payload[3]!;
  return type === ETHERTYPE_BRIDGED_ETHERNET ? ethernet(payload, at) : tagged(payload, 2, at);
}

/** Flags u8 with the bit "identifier is valid", 3 reserved bytes, identifier u24, reserved u8, an Ethernet frame. */
function vxlan(payload: Uint8Array): NetworkLayer | null {
  return payload.length >= 8 && payload[0] === 0x08 ? ethernet(payload, 8) : null;
}

/**
 * Flags u8 (version 1, protocol type 1; then extension, sequence, number), message type u8 (255: a user's packet),
 * length u16, tunnel u32; with any of the three flags four bytes more, the last of which names the first extension:
 * length in fours u8, content, next extension u8.
 */
function gtpU(payload: Uint8Array): NetworkLayer | null {
  if (payload.length < 8 || payload[0]! >> 4 !== 3 || payload[1] !== 255) return null;
  let at = 8;
  if ((payload[0]! & 7) !== 0) {
    at = 12;
    let extension = payload[11] ?? 0;
    while (extension !== 0) {
      const extensionBytes = (payload[at] ?? 0) * 4;
      if (extensionBytes === 0 || at + extensionBytes > payload.length) return null;
      at += extensionBytes;
      extension = payload[at - 1]!;
    }
  }
  const inner = ipByVersion(payload, at);
  return inner.kind === 'drop' ? null : inner;
}
