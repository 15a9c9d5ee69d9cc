/** Textual forms of IP addresses. */

const V4_MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** Dotted decimal of the first four bytes. */
export const formatIpv4 = (bytes: Uint8Array): string => `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;

/** Text of 4 or 16 bytes in network order. */
export const formatAddress = (bytes: Uint8Array): string =>
  bytes.length === 4 ? formatIpv4(bytes) : formatIpv6(bytes);

/** ::ffff:0:0/96 (RFC 4291 section 2.5.5.2): IPv4 in 16 bytes. */
export const isV4Mapped = (bytes: Uint8Array): boolean =>
  bytes.length === 16 && V4_MAPPED_PREFIX.every((byte, i) => bytes[i] === byte);

/** RFC 5952 text of 16 bytes in network order; a v4-mapped address is written as IPv4, as both ends must agree on it. */
export function formatIpv6(bytes: Uint8Array): string {
  if (isV4Mapped(bytes)) return formatIpv4(bytes.subarray(12, 16));
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! << 8) | bytes[2 * i + 1]!);
  const zeros = longestZeroRun(groups);
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  // RFC 5952 section 4.2.2: a single zero group is not shortened.
  if (zeros.length < 2) return text(groups);
  return `${text(groups.slice(0, zeros.start))}::${text(groups.slice(zeros.start + zeros.length))}`;
}

/** The first longest run of zero groups (RFC 5952 section 4.2.3). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** Bytes of a textual address in network order: 4 for IPv4 (and v4-mapped), 16 for IPv6; null if it is neither. */
export function parseAddress(text: string): Uint8Array | null {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Uint8Array | null {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return null;
  return Uint8Array.from(parts, Number);
}

function parseIpv6(text: string): Uint8Array | null {
  const tail = text.slice(text.lastIndexOf(':') + 1);
  const embedded = tail.includes('.') ? parseIpv4(tail) : null;
  if (tail.includes('.') && embedded === null) return null;
  const head = embedded === null ? text : `${text.slice(0, -tail.length)}0:0`;
  const halves = head.split('::');
  if (halves.length > 2) return null;
  const groupsOf = (half: string | undefined) => (half === undefined || half === '' ? [] : half.split(':'));
  const left = groupsOf(halves[0]);
  const right = groupsOf(halves[1]);
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...left, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  const bytes = new Uint8Array(16);
  for (const [i, group] of groups.entries()) {
    bytes[2 * i] = Number.parseInt(group, 16) >> 8;
    bytes[2 * i + 1] = Number.parseInt(group, 16) & 0xff;
  }
  if (embedded !== null) bytes.set(embedded, 12);
  return isV4Mapped(bytes) ? bytes.slice(12) : bytes;
}

/** True for 127.0.0.0/8 and ::1: such an address means another host on every host. */
export const isLoopback = (address: string): boolean => address === '::1' || /^127\./.test(address);

/** `address:port`, with brackets around IPv6. */
export const formatEndpoint = (endpoint: { readonly address: string; readonly port: number }): string =>
  endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`;
