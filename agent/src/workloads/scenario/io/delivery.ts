/** How an answer leaves, whole or with one of the scenario's faults. Works on bytes, so it serves every protocol. */
import type { Fault } from '../scenario.ts';
import type { Io } from './io.ts';
import type { Stream } from './stream.ts';
import type { Task } from './task-loop.ts';

/** whole: all of it was handed to the kernel. cut: the fault ended it. lost: the peer was gone. */
export type Delivery = 'whole' | 'cut' | 'lost';

/** @param parts of the answer; each goes out in a write of its own */
export function* deliver(
  io: Io,
  stream: Stream,
  parts: readonly Uint8Array[],
  fault: Fault | null,
): Task<Delivery> {
  switch (fault?.kind) {
    case 'silence':
      yield* stream.drain(io);
      return 'cut';
    case 'reset':
    case 'truncate': {
      // The last byte never leaves, or a short answer would be a whole one.
      const totalBytes = parts.reduce((sum, part) => sum + part.length, 0);
      yield* writeParts(io, stream, firstBytes(parts, Math.min(fault.afterBytes, totalBytes - 1)), 0);
      if (fault.kind === 'reset') yield* stream.reset(io);
      else yield* stream.close(io);
      return 'cut';
    }
    case 'slow':
      return yield* writeParts(io, stream, pieces(parts, fault.pieceBytes), fault.pauseNs);
    default:
      return yield* writeParts(io, stream, parts, 0);
  }
}

function* writeParts(io: Io, stream: Stream, parts: Iterable<Uint8Array>, pauseNs: number): Task<Delivery> {
  let isFirst = true;
  for (const part of parts) {
    if (!isFirst) yield* io.sleep(pauseNs);
    isFirst = false;
    if ((yield* stream.write(io, part)) < 0) return 'lost';
  }
  return 'whole';
}

function* pieces(parts: readonly Uint8Array[], pieceBytes: number): Generator<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += pieceBytes) yield part.subarray(at, at + pieceBytes);
  }
}

function* firstBytes(parts: readonly Uint8Array[], nBytes: number): Generator<Uint8Array> {
  let left = nBytes;
  for (const part of parts) {
    if (left <= 0) return;
    yield part.subarray(0, left);
    left -= part.length;
  }
}
