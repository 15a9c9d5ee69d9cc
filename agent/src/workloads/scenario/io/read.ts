/** What reading a message can come to, for every protocol. */
import { ECONNRESET, EPIPE, ETIMEDOUT } from './errno.ts';
import type { Io } from './io.ts';
import type { Stream } from './stream.ts';
import type { Task } from './task-loop.ts';

/** ended: the stream ended before the first byte of a message; truncated: within one. */
export type ReadFault = 'ended' | 'truncated' | 'reset' | 'timeout' | 'malformed';

/** What a read's result other than bytes means. @param isBefore no byte of the message has come */
export function faultOf(result: number, isBefore: boolean): ReadFault {
  if (result === -ETIMEDOUT) return 'timeout';
  if (result === -ECONNRESET || result === -EPIPE) return 'reset';
  return isBefore ? 'ended' : 'truncated';
}

/** Waits until `nBytes` are buffered. @returns null, or what came instead */
export function* fillTo(io: Io, stream: Stream, nBytes: number, untilNs?: number): Task<ReadFault | null> {
  while (stream.buffered.length < nBytes) {
    const got = yield* stream.fill(io, untilNs);
    if (got <= 0) return faultOf(got, stream.buffered.length === 0);
  }
  return null;
}
