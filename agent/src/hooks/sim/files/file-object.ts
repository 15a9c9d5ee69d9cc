/** What an open file refers to: a socket, a pipe's end, a regular file, a device. */
import type { SystemCall } from '../calls/call.ts';
import { WaitQueue } from '../tasks/wait.ts';
import { Errno } from '../uapi.ts';
import type { Inode } from './inode.ts';

/** Results are as in a system call: a count, -errno, or PARKED. */
export abstract class FileObject {
  abstract readonly inode: Inode;
  /** Woken when it may have become readable or writable, or has failed. */
  readonly waiters = new WaitQueue();
  /** Offset of what `file->private_data` points at; 0 for NULL. */
  privateData = 0;

  /** read(2) of the call's buffer. @param position of pread64, or null */
  abstract read(call: SystemCall, position: number | null): number;

  /** write(2) of the call's buffer; the way of everything that takes a stream of bytes. */
  write(call: SystemCall, _position: number | null): number {
    return writeAll(call, this, call.buffer.bytes, (skip, bytes) => call.buffer.copyIn(skip, bytes));
  }

  /** Bytes it would take now; 0 for none yet, or -errno. */
  abstract room(): number;

  /** Takes bytes, at most room() of them; they are its own from now on. */
  abstract append(bytes: Uint8Array): void;

  /** Up to `maxBytes`, removed, without a copy to user memory (sendfile, splice); none at the end; -EAGAIN if none yet. */
  abstract take(maxBytes: number): Uint8Array | number;

  /** POLLIN, POLLOUT, POLLERR, POLLHUP as they hold now. */
  abstract poll(): number;

  /** Its last open file was closed. */
  abstract release(): void;
}

/** Most bytes that one step moves; a longer call takes several. */
const STEP_BYTES = 65536;

/** Feeds `bytes` bytes from `source` (null: EFAULT) to an object, waiting for room as the call's mode says. */
export function writeAll(
  call: SystemCall,
  to: FileObject,
  bytes: number,
  source: (skip: number, bytes: number) => Uint8Array | null,
): number {
  while (call.progress < bytes) {
    const room = to.room();
    if (room < 0) return call.failed(room);
    if (room === 0) return call.waitOrAgain(to.waiters);
    const step = source(call.progress, Math.min(room, bytes - call.progress, STEP_BYTES));
    if (step === null) return call.failed(-Errno.EFAULT);
    to.append(step);
    call.progress += step.length;
  }
  return call.progress;
}

/**
 * Moves up to `bytes` bytes inside the kernel, from `source` (as FileObject.take) to an object. sendfile() goes on until
 * all is moved or the source ends; splice() returns with what it got.
 */
export function transfer(
  call: SystemCall,
  source: { readonly waiters: WaitQueue; take(maxBytes: number): Uint8Array | number },
  to: FileObject,
  bytes: number,
  untilAll: boolean,
): number {
  while (call.progress < bytes) {
    const room = to.room();
    if (room < 0) return call.failed(room);
    const mayStop = call.progress > 0 && !untilAll;
    if (room === 0) return mayStop ? call.progress : call.waitOrAgain(to.waiters);
    const step = source.take(Math.min(room, bytes - call.progress, STEP_BYTES));
    if (step === -Errno.EAGAIN) return mayStop ? call.progress : call.waitOrAgain(source.waiters);
    if (typeof step === 'number') return call.failed(step);
    if (step.length === 0) break;
    to.append(step);
    call.progress += step.length;
  }
  return call.progress;
}
