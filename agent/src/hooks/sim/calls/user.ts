/** Structures in user memory that system calls take and fill (x86-64). */
import type { OpenFile } from '../files/open-file.ts';
import { readWord } from '../memory/words.ts';
import { Errno, SCM_RIGHTS, SOL_SOCKET, UIO_MAXIOV } from '../uapi.ts';
import type { SystemCall } from './call.ts';

const IOVEC_BYTES = 16;
const MAX_SOCKADDR_BYTES = 128;

/** Copies user memory; null if any byte is not mapped. */
export function readUser(call: SystemCall, address: number, bytes: number): Uint8Array | null {
  const { space, kernel } = call.thread.process;
  const at = space.translate(address, bytes);
  return at < 0 ? null : kernel.memory.u8.slice(at, at + bytes);
}

/** @returns false, with nothing written, if any byte is not mapped */
export function writeUser(call: SystemCall, address: number, bytes: Uint8Array): boolean {
  const { space, kernel } = call.thread.process;
  const at = space.translate(address, bytes.length);
  if (at < 0) return false;
  kernel.memory.u8.set(bytes, at);
  return true;
}

export function writeUser32(call: SystemCall, address: number, value: number): boolean {
  const { space, kernel } = call.thread.process;
  const at = space.translate(address, 4);
  if (at < 0) return false;
  kernel.memory.view.setUint32(at, value, true);
  return true;
}

export function readUser32(call: SystemCall, address: number): number | null {
  const { space, kernel } = call.thread.process;
  const at = space.translate(address, 4);
  return at < 0 ? null : kernel.memory.view.getUint32(at, true);
}

/** A zero-terminated string of at most `maxBytes`; a number is -EFAULT or -ENAMETOOLONG. */
export function readUserText(call: SystemCall, address: number, maxBytes: number): string | number {
  const { space, kernel } = call.thread.process;
  for (let length = 0; length < maxBytes; length++) {
    const at = space.translate(address, length + 1);
    if (at < 0) return -Errno.EFAULT;
    if (kernel.memory.u8[at + length] === 0)
      return new TextDecoder().decode(kernel.memory.u8.slice(at, at + length));
  }
  return -Errno.ENAMETOOLONG;
}

/** `struct iovec[count]` into the call's buffer. @returns 0 or -errno */
export function readIovecs(call: SystemCall, address: number, count: number): number {
  if (count < 0 || count > UIO_MAXIOV) return -Errno.EINVAL;
  const { space, kernel } = call.thread.process;
  const at = space.translate(address, count * IOVEC_BYTES);
  if (count > 0 && at < 0) return -Errno.EFAULT;
  call.buffer.clear(space);
  const { view } = kernel.memory;
  for (let i = 0; i < count; i++) {
    call.buffer.add(readWord(view, at + i * IOVEC_BYTES), readWord(view, at + i * IOVEC_BYTES + 8));
  }
  return 0;
}

/** `struct sockaddr` of a length. @returns its bytes or -errno */
export function readSocketAddress(call: SystemCall, address: number, bytes: number): Uint8Array | number {
  if (bytes < 0 || bytes > MAX_SOCKADDR_BYTES) return -Errno.EINVAL;
  return readUser(call, address, bytes) ?? -Errno.EFAULT;
}

/**
 * An address result: `lengthAt` holds the room there is, and gets the full length; what does not fit is cut. A NULL
 * `address` asks for nothing. @returns 0 or -errno
 */
export function writeSocketAddress(
  call: SystemCall,
  address: number,
  lengthAt: number,
  value: Uint8Array | null,
): number {
  if (address === 0) return 0;
  const room = readUser32(call, lengthAt);
  if (room === null) return -Errno.EFAULT;
  const bytes = value ?? new Uint8Array(0);
  const written =
    writeUser(call, address, bytes.subarray(0, room)) && writeUser32(call, lengthAt, bytes.length);
  return written ? 0 : -Errno.EFAULT;
}

/** `struct msghdr`, 56 bytes. */
export interface MessageHeader {
  readonly at: number;
  readonly name: number;
  readonly nameBytes: number;
  readonly segments: number;
  readonly segmentCount: number;
  readonly control: number;
  readonly controlBytes: number;
}

export const MSGHDR_BYTES = 56;
/** `struct mmsghdr`: a msghdr, msg_len and padding. */
export const MMSGHDR_BYTES = 64;
const NAME_BYTES_AT = 8;
const CONTROL_BYTES_AT = 40;
const FLAGS_AT = 48;

export function readMessageHeader(call: SystemCall, address: number): MessageHeader | null {
  const { space, kernel } = call.thread.process;
  const at = space.translate(address, MSGHDR_BYTES);
  if (at < 0) return null;
  const { view } = kernel.memory;
  return {
    at: address,
    name: readWord(view, at),
    nameBytes: view.getUint32(at + NAME_BYTES_AT, true),
    segments: readWord(view, at + 16),
    segmentCount: readWord(view, at + 24),
    control: readWord(view, at + 32),
    controlBytes: readWord(view, at + CONTROL_BYTES_AT),
  };
}

/** What recvmsg() says about a message: address, control length, flags. @returns 0 or -errno */
export function writeMessageResult(
  call: SystemCall,
  header: MessageHeader,
  controlBytes: number,
  flags: number,
): number {
  const named = writeSocketAddress(call, header.name, header.at + NAME_BYTES_AT, call.message.address);
  if (named < 0) return named;
  const control = new Uint8Array(8);
  new DataView(control.buffer).setUint32(0, controlBytes, true);
  const written =
    writeUser(call, header.at + CONTROL_BYTES_AT, control) && writeUser32(call, header.at + FLAGS_AT, flags);
  return written ? 0 : -Errno.EFAULT;
}

const CMSG_HEADER_BYTES = 16;

/** Files that a control message passes, each held once; or -errno. */
export function readPassedFiles(call: SystemCall, header: MessageHeader): OpenFile[] | number {
  const passed: OpenFile[] = [];
  const bytes =
    header.controlBytes === 0 ? new Uint8Array(0) : readUser(call, header.control, header.controlBytes);
  if (bytes === null) return -Errno.EFAULT;
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + CMSG_HEADER_BYTES <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length < CMSG_HEADER_BYTES || at + length > bytes.length) return -Errno.EINVAL;
    const rights = view.getInt32(at + 8, true) === SOL_SOCKET && view.getInt32(at + 12, true) === SCM_RIGHTS;
    for (let i = at + CMSG_HEADER_BYTES; rights && i + 4 <= at + length; i += 4) {
      const file = call.thread.process.files.get(view.getInt32(i, true));
      if (file === undefined) return -Errno.EBADF;
      passed.push(file);
    }
    at += Math.ceil(length / 8) * 8;
  }
  return passed.map((file) => file.hold());
}

/**
 * Gives received files descriptors and writes them as a control message, as many as there is room for.
 * @returns bytes of control used, and how many files found no room
 */
export function writePassedFiles(
  call: SystemCall,
  header: MessageHeader,
  closeOnExec: boolean,
): { readonly bytes: number; readonly lost: number } {
  const { files } = call.message;
  if (files.length === 0) return { bytes: 0, lost: 0 };
  const room = Math.max(0, Math.floor((header.controlBytes - CMSG_HEADER_BYTES) / 4));
  const taken = files.slice(0, room);
  const control = new Uint8Array(CMSG_HEADER_BYTES + 4 * taken.length);
  const view = new DataView(control.buffer);
  view.setUint32(0, control.length, true);
  view.setInt32(8, SOL_SOCKET, true);
  view.setInt32(12, SCM_RIGHTS, true);
  for (const [i, file] of taken.entries()) {
    const fd = call.thread.process.files.install(file.hold(), closeOnExec);
    if (fd < 0) file.drop();
    view.setInt32(CMSG_HEADER_BYTES + 4 * i, fd, true);
  }
  const written = taken.length > 0 && writeUser(call, header.control, control);
  return { bytes: written ? control.length : 0, lost: files.length - taken.length };
}

/** `struct timespec` as ns; null if not mapped, NaN if out of range. */
export function readTimespec(call: SystemCall, address: number): number | null {
  const bytes = readUser(call, address, 16);
  if (bytes === null) return null;
  const view = new DataView(bytes.buffer);
  const seconds = Number(view.getBigInt64(0, true));
  const ns = Number(view.getBigInt64(8, true));
  return seconds < 0 || ns < 0 || ns >= 1e9 ? Number.NaN : seconds * 1e9 + ns;
}
