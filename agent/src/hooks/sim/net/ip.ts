/** IP addresses as sockets hold them; their text forms stand in model/address.ts. */
import { isV4Mapped } from '../../../model/address.ts';

/** The 16-byte form that an AF_INET6 socket holds: v4 addresses are mapped. */
export function toV6(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 16) return bytes;
  const mapped = new Uint8Array(16);
  mapped[10] = 0xff;
  mapped[11] = 0xff;
  mapped.set(bytes, 12);
  return mapped;
}

/** The shortest form: v4-mapped addresses become 4 bytes. */
export function unmapped(bytes: Uint8Array): Uint8Array {
  return isV4Mapped(bytes) ? bytes.slice(12) : bytes;
}

export const isAny = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** 127.0.0.0/8 and ::1. */
export function isLoopback(bytes: Uint8Array): boolean {
  if (bytes.length === 4) return bytes[0] === 127;
  return bytes[15] === 1 && bytes.subarray(0, 15).every((byte) => byte === 0);
}
