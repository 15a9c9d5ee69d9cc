/** System calls that make, copy and close descriptors. */
import { PATH_MAX } from '../files/file-system.ts';
import { OpenFile } from '../files/open-file.ts';
import { makePipe } from '../files/pipe.ts';
import {
  AT_FDCWD,
  CLOSE_RANGE_CLOEXEC,
  Errno,
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_NONBLOCK,
  O_WRONLY,
} from '../uapi.ts';
import type { SystemCall } from './call.ts';
import { readUserText, writeUser } from './user.ts';

export const open = (call: SystemCall): number => openPath(call, call.args[0], call.int(1));

export function openat(call: SystemCall): number {
  return call.int(0) === AT_FDCWD ? openPath(call, call.args[1], call.int(2)) : -Errno.EBADF;
}

function openPath(call: SystemCall, address: number, flags: number): number {
  const path = readUserText(call, address, PATH_MAX);
  if (typeof path === 'number') return path;
  const file = call.thread.process.kernel.fileSystem.open(path, flags);
  return typeof file === 'number' ? file : install(call, file, flags);
}

export function unlink(call: SystemCall): number {
  const path = readUserText(call, call.args[0], PATH_MAX);
  if (typeof path === 'number') return path;
  const { kernel } = call.thread.process;
  return kernel.unixPaths.delete(path) || kernel.fileSystem.unlink(path) ? 0 : -Errno.ENOENT;
}

export const close = (call: SystemCall): number => call.thread.process.files.close(call.int(0));

/** close_range(first, last, flags): `last` may be ~0U. */
export function close_range(call: SystemCall): number {
  const [first, last] = [call.args[0], call.int(1) >>> 0];
  if (first > last) return -Errno.EINVAL;
  const { files } = call.thread.process;
  for (let fd = first; fd <= Math.min(last, files.end - 1); fd++) {
    if (files.get(fd) === undefined) continue;
    if ((call.int(2) & CLOSE_RANGE_CLOEXEC) !== 0) files.setCloseOnExec(fd, true);
    else files.close(fd);
  }
  return 0;
}

export const dup = (call: SystemCall): number => duplicate(call, 0, false);

export function dup2(call: SystemCall): number {
  const [from, to] = [call.int(0), call.int(1)];
  const { files } = call.thread.process;
  const file = files.get(from);
  if (file === undefined) return -Errno.EBADF;
  return from === to ? to : replace(call, file, to, false);
}

export function dup3(call: SystemCall): number {
  const [from, to, flags] = [call.int(0), call.int(1), call.int(2)];
  if (from === to || (flags & ~O_CLOEXEC) !== 0) return -Errno.EINVAL;
  const file = call.thread.process.files.get(from);
  return file === undefined ? -Errno.EBADF : replace(call, file, to, (flags & O_CLOEXEC) !== 0);
}

export function fcntl(call: SystemCall): number {
  const { files } = call.thread.process;
  const [fd, command, argument] = [call.int(0), call.int(1), call.int(2)];
  const file = files.get(fd);
  if (file === undefined) return -Errno.EBADF;
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return argument < 0 ? -Errno.EINVAL : duplicate(call, argument, command === F_DUPFD_CLOEXEC);
    case F_GETFD:
      return files.closesOnExec(fd) ? FD_CLOEXEC : 0;
    case F_SETFD:
      files.setCloseOnExec(fd, (argument & FD_CLOEXEC) !== 0);
      return 0;
    case F_GETFL:
      return file.flags;
    case F_SETFL:
      file.setFlags(argument);
      return 0;
    default:
      return -Errno.EINVAL;
  }
}

export const pipe = (call: SystemCall): number => pipeWith(call, 0);
export const pipe2 = (call: SystemCall): number => pipeWith(call, call.int(1));

function pipeWith(call: SystemCall, flags: number): number {
  const { kernel } = call.thread.process;
  const { reader, writer } = makePipe(kernel);
  const status = flags & O_NONBLOCK;
  return installPair(call, call.args[0], flags, [
    new OpenFile(kernel, reader, status),
    new OpenFile(kernel, writer, status | O_WRONLY),
  ]);
}

/** Gives two files descriptors and writes them to `int[2]`. @returns 0 or -errno; then neither is open */
export function installPair(
  call: SystemCall,
  address: number,
  flags: number,
  files: readonly [OpenFile, OpenFile],
): number {
  const first = install(call, files[0], flags);
  if (first < 0) {
    files[1].drop();
    return first;
  }
  const second = install(call, files[1], flags);
  const pair = new Uint8Array(new Int32Array([first, second]).buffer);
  if (second >= 0 && writeUser(call, address, pair)) return 0;
  const table = call.thread.process.files;
  table.close(first);
  if (second < 0) return second;
  table.close(second);
  return -Errno.EFAULT;
}

/** Gives a new file the lowest descriptor; without one it is closed. */
export function install(call: SystemCall, file: OpenFile, flags: number): number {
  const fd = call.thread.process.files.install(file, (flags & O_CLOEXEC) !== 0);
  if (fd < 0) file.drop();
  return fd;
}

function duplicate(call: SystemCall, from: number, closeOnExec: boolean): number {
  const { files } = call.thread.process;
  const file = files.get(call.int(0));
  if (file === undefined) return -Errno.EBADF;
  const fd = files.install(file.hold(), closeOnExec, from);
  if (fd < 0) file.drop();
  return fd;
}

function replace(call: SystemCall, file: OpenFile, to: number, closeOnExec: boolean): number {
  const fd = call.thread.process.files.replace(to, file.hold(), closeOnExec);
  if (fd < 0) file.drop();
  return fd;
}
