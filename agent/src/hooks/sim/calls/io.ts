/** System calls that move bytes through any descriptor, and poll. */
import type { FileObject } from '../files/file-object.ts';
import { transfer } from '../files/file-object.ts';
import { isRegular } from '../files/file-system.ts';
import { readWord, writeWord } from '../memory/words.ts';
import { Errno, MSG_DONTWAIT, POLLERR, POLLHUP, POLLNVAL, S_IFCHR, S_IFIFO } from '../uapi.ts';
import { PARKED, type SystemCall } from './call.ts';
import { readIovecs, readTimespec } from './user.ts';

const S_IFMT = 0o170000;
const SPLICE_F_NONBLOCK = 2;
const POLLFD_BYTES = 8;
const MAX_POLLFDS = 65536;
/** Most that one call moves (include/linux/fs.h). */
const MAX_RW_COUNT = 0x7fff_f000;

export const read = (call: SystemCall): number => moveOne(call, 'read', null);
export const write = (call: SystemCall): number => moveOne(call, 'write', null);
export const pread64 = (call: SystemCall): number => moveAt(call, 'read');
export const pwrite64 = (call: SystemCall): number => moveAt(call, 'write');
export const readv = (call: SystemCall): number => moveVector(call, 'read');
export const writev = (call: SystemCall): number => moveVector(call, 'write');

type Way = 'read' | 'write';

function moveOne(call: SystemCall, way: Way, position: number | null): number {
  const file = call.lookUp(0);
  if (file === null) return -Errno.EBADF;
  if (call.buffer.bytes === 0) call.buffer.add(call.args[1], call.args[2]);
  return file.object[way](call, position);
}

/** Positions belong to files; sockets and pipes have none. */
function moveAt(call: SystemCall, way: Way): number {
  const file = call.lookUp(0);
  if (file === null) return -Errno.EBADF;
  if (call.args[3] < 0) return -Errno.EINVAL;
  return isSeekable(file.object) ? moveOne(call, way, call.args[3]) : -Errno.ESPIPE;
}

function moveVector(call: SystemCall, way: Way): number {
  const file = call.lookUp(0);
  if (file === null) return -Errno.EBADF;
  const bad = readIovecs(call, call.args[1], call.int(2));
  return bad < 0 ? bad : file.object[way](call, null);
}

/** sendfile(out, in, offset, count). */
export function sendfile64(call: SystemCall): number {
  const count = Math.min(size(call.args[3]), MAX_RW_COUNT);
  const { files } = call.thread.process;
  const to = call.lookUp(0);
  const from = files.get(call.int(1));
  if (to === null || from === undefined) return -Errno.EBADF;
  const source = from.object;
  const offsetAt = call.args[2];
  if (!isRegular(source)) {
    return isCharacterDevice(source) ? transfer(call, source, to.object, count, true) : -Errno.EINVAL;
  }
  const { space, kernel } = call.thread.process;
  const at = offsetAt === 0 ? -1 : space.translate(offsetAt, 8);
  if (offsetAt !== 0 && at < 0) return -Errno.EFAULT;
  // The position is kept up to date with every step, so that a call that waits goes on where it was.
  const take = (maxBytes: number) => {
    const position = at < 0 ? from.position : readWord(kernel.memory.view, at);
    const bytes = source.readAt(position, maxBytes);
    if (at < 0) from.position = position + bytes.length;
    else writeWord(kernel.memory.view, at, position + bytes.length);
    return bytes;
  };
  return transfer(call, { waiters: source.waiters, take }, to.object, count, true);
}

/** splice(in, offset, out, offset, bytes, flags): one of the two is a pipe. */
export function splice(call: SystemCall): number {
  const from = call.thread.process.files.get(call.int(0));
  const to = call.lookUp(2);
  if (from === undefined || to === null) return -Errno.EBADF;
  if (!isPipe(from.object) && !isPipe(to.object)) return -Errno.EINVAL;
  if ((call.int(5) & SPLICE_F_NONBLOCK) !== 0 || from.nonBlocking) call.flags |= MSG_DONTWAIT;
  return transfer(call, from.object, to.object, Math.min(size(call.args[4]), MAX_RW_COUNT), false);
}

/** poll(fds, count, timeoutMs). */
export function poll(call: SystemCall): number {
  const timeoutMs = call.int(2);
  if (Number.isNaN(call.deadlineNs) && timeoutMs >= 0) call.deadlineNs = now(call) + timeoutMs * 1e6;
  return waitForEvents(call);
}

/** ppoll(fds, count, timespec, ...). */
export function ppoll(call: SystemCall): number {
  if (Number.isNaN(call.deadlineNs) && call.args[2] !== 0) {
    const timeoutNs = readTimespec(call, call.args[2]);
    if (timeoutNs === null) return -Errno.EFAULT;
    if (Number.isNaN(timeoutNs)) return -Errno.EINVAL;
    call.deadlineNs = now(call) + timeoutNs;
  }
  return waitForEvents(call);
}

/** Answers `struct pollfd` { int fd; short events; short revents; } in place. @returns how many have events */
function waitForEvents(call: SystemCall): number {
  const count = size(call.args[1]);
  if (count > MAX_POLLFDS) return -Errno.EINVAL;
  const { space, files, kernel } = call.thread.process;
  const at = space.translate(call.args[0], count * POLLFD_BYTES);
  if (count > 0 && at < 0) return -Errno.EFAULT;
  const { view } = kernel.memory;
  let ready = 0;
  for (let entry = at; entry < at + count * POLLFD_BYTES; entry += POLLFD_BYTES) {
    const fd = view.getInt32(entry, true);
    const wanted = view.getUint16(entry + 4, true) | POLLERR | POLLHUP;
    const object = fd < 0 ? undefined : files.get(fd)?.object;
    const events = object === undefined ? (fd < 0 ? 0 : POLLNVAL) : object.poll() & wanted;
    view.setUint16(entry + 6, events, true);
    if (events !== 0) ready++;
  }
  if (ready > 0 || call.timedOut) return ready;
  for (let entry = at; entry < at + count * POLLFD_BYTES; entry += POLLFD_BYTES) {
    const object = files.get(view.getInt32(entry, true))?.object;
    if (object !== undefined) call.wait(object.waiters);
  }
  call.thread.parkUntil(call.deadlineNs);
  return PARKED;
}

/** A size_t that was passed as a negative number is huge. */
const size = (word: number) => (word < 0 ? word + 2 ** 64 : word);

const now = (call: SystemCall) => call.thread.process.kernel.clock.nowNs;
const kindOf = (object: FileObject) => object.inode.mode & S_IFMT;
const isPipe = (object: FileObject) => kindOf(object) === S_IFIFO;
const isCharacterDevice = (object: FileObject) => kindOf(object) === S_IFCHR;
const isSeekable = (object: FileObject) => isRegular(object) || isCharacterDevice(object);
