/** System calls on processes, threads and time. */
import { PATH_MAX } from '../files/file-system.ts';
import type { Thread } from '../tasks/thread.ts';
import { Errno } from '../uapi.ts';
import { PARKED, type SystemCall } from './call.ts';
import { readTimespec, readUserText } from './user.ts';

const CLONE_THREAD = 0x10000;
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;

export const getpid = (call: SystemCall): number => call.thread.process.tgid;
export const gettid = (call: SystemCall): number => call.thread.tid;

/** The child's program comes from Os.fork(): generators cannot be copied as a real fork copies a stack. */
export const fork = (call: SystemCall): number => makeTask(call, 'fork');

export function clone(call: SystemCall): number {
  return makeTask(call, (call.args[0] & CLONE_THREAD) !== 0 ? 'addThread' : 'fork');
}

function makeTask({ thread, raw, nr }: SystemCall, way: 'fork' | 'addThread'): number {
  const program = thread.childProgram;
  if (program === null) return -Errno.EINVAL;
  thread.childProgram = null;
  // The child leaves the kernel from the same call, with 0.
  const leave = (child: Thread) => {
    child.call.begin(nr, raw);
    child.process.kernel.exitCall(child, 0);
  };
  const made = thread.process[way](program, thread, leave);
  return typeof made === 'number' ? made : made.tid;
}

export function execve(call: SystemCall): number {
  const path = readUserText(call, call.args[0], PATH_MAX);
  if (typeof path === 'number') return path;
  return path === '' ? -Errno.ENOENT : call.thread.process.exec(call.thread, path);
}

export function exit(call: SystemCall): number {
  call.thread.process.exit(call.thread, waitStatus(call));
  return 0;
}

export function exit_group(call: SystemCall): number {
  call.thread.process.exitGroup(call.thread, waitStatus(call));
  return 0;
}

const waitStatus = (call: SystemCall) => (call.int(0) & 0xff) << 8;

/** nanosleep(duration, remaining). */
export function nanosleep(call: SystemCall): number {
  return sleep(call, call.args[0], false);
}

/** clock_nanosleep(clock, flags, time, remaining). */
export function clock_nanosleep(call: SystemCall): number {
  if (call.int(0) !== CLOCK_MONOTONIC) return -Errno.EINVAL;
  return sleep(call, call.args[2], (call.int(1) & TIMER_ABSTIME) !== 0);
}

function sleep(call: SystemCall, timespec: number, absolute: boolean): number {
  if (Number.isNaN(call.deadlineNs)) {
    const ns = readTimespec(call, timespec);
    if (ns === null) return -Errno.EFAULT;
    if (Number.isNaN(ns)) return -Errno.EINVAL;
    call.deadlineNs = absolute ? ns : call.thread.process.kernel.clock.nowNs + ns;
  }
  if (call.timedOut) return 0;
  call.thread.parkUntil(call.deadlineNs);
  return PARKED;
}
