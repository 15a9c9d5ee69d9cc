/**
 * The link layer: where in a captured frame the network layer begins. One entry a link type; VLAN tags, PPPoE and MPLS
 * stand between the two and are passed over here.
 * @see https://www.tcpdump.org/linktypes.html
 */

export type NetworkLayer =
  | { readonly kind: 'ipv4' | 'ipv6'; readonly at: number }
  | { readonly kind: 'drop'; readonly reason: 'not_ip' | 'truncated_header' };

type LinkDecoder = (frame: Uint8Array) => NetworkLayer;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_MPLS = 0x8847;
const ETHERTYPE_MPLS_MULTICAST = 0x8848;
const ETHERTYPE_PPPOE_SESSION = 0x8864;
/** 802.1Q, 802.1ad, and the two values in use before 802.1ad. */
const ETHERTYPES_VLAN: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100, 0x9200]);
/** From here on the field is a type, below it is the length of an 802.3 frame. */
const MIN_ETHERTYPE = 0x0600;

const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;

const MAX_TAGS = 16; // frames nest two or three; more is damage

const NOT_IP: NetworkLayer = { kind: 'drop', reason: 'not_ip' };
const TRUNCATED: NetworkLayer = { kind: 'drop', reason: 'truncated_header' };

const LINKS: ReadonlyMap<number, { readonly name: string; readonly decode: LinkDecoder }> = new Map([
  [0, { name: 'NULL', decode: loopback }],
  [1, { name: 'ETHERNET', decode: (frame) => ethernet(frame, 0) }],
  [9, { name: 'PPP', decode: ppp }],
  [12, { name: 'RAW', decode: rawIp }],
  [14, { name: 'RAW (OpenBSD)', decode: rawIp }],
  [50, { name: 'PPP_HDLC', decode: ppp }],
  [101, { name: 'RAW', decode: rawIp }],
  [108, { name: 'LOOP', decode: loopback }],
  [113, { name: 'LINUX_SLL', decode: (frame) => tagged(frame, 14, 16) }],
  [228, { name: 'IPV4', decode: () => ({ kind: 'ipv4', at: 0 }) }],
  [229, { name: 'IPV6', decode: () => ({ kind: 'ipv6', at: 0 }) }],
  [276, { name: 'LINUX_SLL2', decode: (frame) => tagged(frame, 0, 20) }],
]);

/** Null for a link type that is not decoded. */
export const linkDecoder = (linkType: number): LinkDecoder | null => LINKS.get(linkType)?.decode ?? null;

/** `LINKTYPE_USER0` and the like, for messages about what is not decoded; "" if it has no name here. */
export function linkTypeName(linkType: number): string {
  if (linkType >= 147 && linkType <= 162) return `DLT_USER${linkType - 147}`;
  const known = new Map([
    [105, 'IEEE802_11'],
    [119, 'IEEE802_11_PRISM'],
    [127, 'IEEE802_11_RADIOTAP'],
    [187, 'BLUETOOTH_HCI_H4'],
    [189, 'USB_LINUX'],
    [220, 'USB_LINUX_MMAPPED'],
    [249, 'USBPCAP'],
    [253, 'NETLINK'],
  ]);
  return LINKS.get(linkType)?.name ?? known.get(linkType) ?? '';
}

/** From the Ethernet header at `at`; tunnels carry whole frames. */
export const ethernet = (frame: Uint8Array, at: number): NetworkLayer => tagged(frame, at + 12, at + 14);

/** The EtherType stands at `typeAt`, what it describes begins at `bodyAt`. */
export function tagged(frame: Uint8Array, typeAt: number, bodyAt: number): NetworkLayer {
  let type = u16(frame, typeAt);
  let body = bodyAt;
  for (let tags = 0; tags < MAX_TAGS; tags++) {
    if (body > frame.length) return TRUNCATED;
    if (type === ETHERTYPE_IPV4) return { kind: 'ipv4', at: body };
    if (type === ETHERTYPE_IPV6) return { kind: 'ipv6', at: body };
    if (ETHERTYPES_VLAN.has(type)) {
      if (body + 4 > frame.length) return TRUNCATED;
      type = u16(frame, body + 2);
      body += 4;
    } else if (type === ETHERTYPE_PPPOE_SESSION) {
      return pppProtocol(frame, body + 6);
    } else if (type === ETHERTYPE_MPLS || type === ETHERTYPE_MPLS_MULTICAST) {
      return mpls(frame, body);
    } else if (type < MIN_ETHERTYPE && isSnap(frame, body)) {
      type = u16(frame, body + 6);
      body += 8;
    } else {
      return NOT_IP;
    }
  }
  return NOT_IP;
}

/** 802.2 LLC with SNAP and the organisation that stands for EtherTypes: AA AA 03 00 00 00. */
const isSnap = (frame: Uint8Array, at: number): boolean =>
  at + 8 <= frame.length &&
  frame[at] === 0xaa &&
  frame[at + 1] === 0xaa &&
  frame[at + 2] === 3 &&
  (frame[at + 3]! | frame[at + 4]! | frame[at + 5]!) === 0;

/** Labels of four bytes up to the one that has the bottom bit; nothing says what follows but its version. */
function mpls(frame: Uint8Array, at: number): NetworkLayer {
  for (let label = 0; label < MAX_TAGS; label++) {
    const labelAt = at + 4 * label;
    if (labelAt + 4 > frame.length) return TRUNCATED;
    if ((frame[labelAt + 2]! & 1) === 1) return ipByVersion(frame, labelAt + 4);
  }
  return NOT_IP;
}

/** PPP, with the address and control bytes of HDLC framing or without. */
function ppp(frame: Uint8Array): NetworkLayer {
  return pppProtocol(frame, frame[0] === 0xff && frame[1] === 0x03 ? 2 : 0);
}

function pppProtocol(frame: Uint8Array, at: number): NetworkLayer {
  if (at + 2 > frame.length) return TRUNCATED;
  const protocol = u16(frame, at);
  if (protocol === PPP_IPV4) return { kind: 'ipv4', at: at + 2 };
  if (protocol === PPP_IPV6) return { kind: 'ipv6', at: at + 2 };
  return NOT_IP;
}

/**
 * BSD loopback: the address family as u32, in the byte order of the machine that captured (NULL) or of the network
 * (LOOP). A family fits in a byte, so the zeros tell the order. AF_INET6 is 10, 24, 28 or 30, by system.
 */
function loopback(frame: Uint8Array): NetworkLayer {
  if (frame.length < 4) return TRUNCATED;
  const family = frame[0] === 0 && frame[1] === 0 ? u16(frame, 2) : frame[0]! | (frame[1]! << 8);
  if (family === 2) return { kind: 'ipv4', at: 4 };
  if (family === 10 || family === 24 || family === 28 || family === 30) return { kind: 'ipv6', at: 4 };
  return NOT_IP;
}

function rawIp(frame: Uint8Array): NetworkLayer {
  return ipByVersion(frame, 0);
}

/** IP without anything before it that would say which: the version's four bits do. */
export function ipByVersion(bytes: Uint8Array, at: number): NetworkLayer {
  if (at >= bytes.length) return TRUNCATED;
  const version = bytes[at]! >> 4;
  if (version === 4) return { kind: 'ipv4', at };
  if (version === 6) return { kind: 'ipv6', at };
  return NOT_IP;
}

/** Big-endian; 0 beyond the end. */
const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
