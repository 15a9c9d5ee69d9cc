/**
 * Bytes whose content is unknown, moved within the kernel: sendfile() on one end, splice() on the other. The programs
 * see how many they were, and nothing else; so does everything behind them.
 */
import type { Call, Os } from '../../../hooks/sim/contract.ts';
import { O_WRONLY } from '../../../hooks/sim/uapi.ts';

/** What a pipe holds. */
const PIPE_BYTES = 65536;

/** @returns `count`, or -errno */
export function* sendOpaque(os: Os, fd: number, count: number): Call {
  const source = yield* os.open('/dev/zero');
  if (source < 0) return source;
  let result = count;
  for (let left = count; left > 0; ) {
    const sent = yield* os.sendfile(fd, source, left);
    if (sent <= 0) {
      result = sent;
      break;
    }
    left -= sent;
  }
  yield* os.close(source);
  return result;
}

/** @returns how many were received, at most `count`: 0 at the stream's end; or -errno */
export function* receiveOpaque(os: Os, fd: number, count: number): Call {
  const sink = yield* os.open('/dev/null', O_WRONLY);
  if (sink < 0) return sink;
  const pipe = yield* os.pipe();
  if (typeof pipe === 'number') return pipe;
  const result = yield* pass(os, fd, pipe, sink, count);
  for (const descriptor of [...pipe, sink]) yield* os.close(descriptor);
  return result;
}

function* pass(os: Os, fd: number, pipe: readonly [number, number], sink: number, count: number): Call {
  const [output, input] = pipe;
  let passed = 0;
  while (passed < count) {
    const moved = yield* os.splice(fd, input, Math.min(count - passed, PIPE_BYTES));
    if (moved <= 0) return passed > 0 ? passed : moved;
    passed += moved;
    for (let drained = 0; drained < moved; ) {
      const gone = yield* os.splice(output, sink, moved - drained);
      if (gone <= 0) return gone;
      drained += gone;
    }
  }
  return passed;
}
