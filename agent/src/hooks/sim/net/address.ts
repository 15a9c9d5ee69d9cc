/** Socket addresses as system calls take them: `struct sockaddr` in user memory (include/uapi/linux/{in,in6,un}.h). */

import { formatAddress, parseAddress } from '../../../model/address.ts';
import { AF_INET, AF_INET6, AF_UNIX } from '../uapi.ts';
import { toV6, unmapped } from './ip.ts';

/** An IP endpoint. `bytes` are unmapped: 4 bytes for IPv4, also where an AF_INET6 socket says it. */
export interface InetAddress {
  readonly bytes: Uint8Array;
  /** Host byte order. */
  readonly port: number;
}

export type SocketAddress =
  | ({ readonly family: 'inet' } & InetAddress)
  | { readonly family: 'unix'; readonly path: string };

export const SOCKADDR_IN_BYTES = 16;
export const SOCKADDR_IN6_BYTES = 28;
const SUN_PATH_BYTES = 108;

/** @throws RangeError if the text is no IP address: a bug of the workload */
export function inetAddress(address: string, port: number): InetAddress {
  const bytes = parseAddress(address);
  if (bytes === null) throw new RangeError(`Cannot use "${address}": not an IP address`);
  return { bytes: unmapped(bytes), port };
}

/** Two endpoints are the same exactly if their keys are. */
export const addressKey = ({ bytes, port }: InetAddress): string => `${formatAddress(bytes)} ${port}`;

/** @returns null for a family or length that Linux would refuse */
export function decodeSocketAddress(bytes: Uint8Array): SocketAddress | null {
  if (bytes.length < 2) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = view.getUint16(0, true);
  if (family === AF_UNIX) return { family: 'unix', path: decodePath(bytes.subarray(2)) };
  const length =
    family === AF_INET ? SOCKADDR_IN_BYTES : family === AF_INET6 ? SOCKADDR_IN6_BYTES - 4 : Infinity;
  if (bytes.length < length) return null;
  const address = family === AF_INET ? bytes.slice(4, 8) : bytes.slice(8, 24);
  return { family: 'inet', bytes: unmapped(address), port: view.getUint16(2) };
}

/** @param family of the socket: AF_INET6 sockets show v4 addresses mapped */
export function encodeInetAddress(address: InetAddress, family: number): Uint8Array {
  const six = family === AF_INET6;
  const bytes = new Uint8Array(six ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  view.setUint16(2, address.port);
  bytes.set(six ? toV6(address.bytes) : address.bytes, six ? 8 : 4);
  return bytes;
}

/** A path beginning with NUL names the abstract namespace (unix(7)). */
export function encodeUnixAddress(path: string): Uint8Array {
  const text = new TextEncoder().encode(path).subarray(0, SUN_PATH_BYTES - 1);
  const abstract = text[0] === 0;
  const bytes = new Uint8Array(2 + text.length + (abstract || text.length === 0 ? 0 : 1));
  new DataView(bytes.buffer).setUint16(0, AF_UNIX, true);
  bytes.set(text, 2);
  return bytes;
}

function decodePath(bytes: Uint8Array): string {
  const end = bytes[0] === 0 ? bytes.length : bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end));
}
