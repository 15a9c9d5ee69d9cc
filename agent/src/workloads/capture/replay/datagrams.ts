/**
 * The datagrams of a capture: a socket for each endpoint, and a thread that sends and receives on it in the order of
 * the capture, so that an answer is sent after its question was read.
 */
import type { Call, IpEndpoint, Os } from '../../../hooks/sim/contract.ts';
import { Errno, SOCK_DGRAM } from '../../../hooks/sim/uapi.ts';
import { formatEndpoint } from '../../../model/address.ts';
import type { Datagram } from '../packets/transport.ts';
import { mix } from './call-mix.ts';
import { boundSocket, waitForTime } from './connection.ts';
import type { ReplayProgress } from './progress.ts';

/** Longer than any datagram. */
const MAX_DATAGRAM_BYTES = 65536;

/** How long a receiver waits for a datagram after its time: one that finds its queue full is lost, as anywhere. */
const LOST_AFTER_NS = 1e9;

export interface DatagramEnd {
  readonly endpoint: IpEndpoint;
  /** What it sends and receives, in the order of the capture. */
  readonly datagrams: readonly Datagram[];
}

/** By endpoint, in the order in which they appear. */
export function datagramEnds(datagrams: readonly Datagram[]): DatagramEnd[] {
  const ends = new Map<IpEndpoint, Datagram[]>();
  for (const datagram of datagrams) {
    for (const endpoint of new Set([datagram.from, datagram.to])) {
      const own = ends.get(endpoint);
      if (own === undefined) ends.set(endpoint, [datagram]);
      else own.push(datagram);
    }
  }
  return Array.from(ends, ([endpoint, own]) => ({ endpoint, datagrams: own }));
}

/** An endpoint that sends before anything can come to it is a client: its socket is made when it sends. */
export function beginsBySending({ endpoint, datagrams }: DatagramEnd): boolean {
  const first = datagrams[0]!;
  return first.from === endpoint && datagrams.every(({ to, atNs }) => to !== endpoint || atNs > first.atNs);
}

export function* playDatagrams(
  os: Os,
  end: DatagramEnd,
  index: number,
  progress: ReplayProgress,
): Call<void> {
  const { endpoint, datagrams } = end;
  if (beginsBySending(end)) yield* waitForTime(os, datagrams[0]!.atNs);
  const fd = yield* boundSocket(os, SOCK_DGRAM, endpoint);
  if (fd < 0) {
    progress.fault(`${formatEndpoint(endpoint)}: cannot bind a datagram socket: error ${-fd}`);
    return;
  }
  const connected = yield* connectIfClient(os, fd, end, index);
  for (const [at, datagram] of datagrams.entries()) {
    if (datagram.from === endpoint) {
      yield* waitForTime(os, datagram.atNs);
      const sent = yield* send(os, fd, datagram, connected, mix(index, at));
      if (sent < 0)
        progress.fault(
          `${formatEndpoint(endpoint)}: cannot send to ${formatEndpoint(datagram.to)}: error ${-sent}`,
        );
    }
    if (datagram.to === endpoint) yield* receive(os, fd, datagram, progress);
  }
}

/** As resolvers do: one peer only, so the kernel may as well know it. */
function* connectIfClient(os: Os, fd: number, end: DatagramEnd, index: number): Call<boolean> {
  const first = end.datagrams[0]!;
  const isPair = end.datagrams.every(({ from, to }) => from !== to && (from === first.to || to === first.to));
  if (!beginsBySending(end) || !isPair || (mix(index, -1) & 1) === 0) return false;
  return (yield* os.connect(fd, first.to)) === 0;
}

function* send(os: Os, fd: number, datagram: Datagram, isConnected: boolean, choice: number): Call {
  const { bytes, to } = datagram;
  switch (choice & 3) {
    case 0:
      return isConnected ? yield* os.writeBytes(fd, bytes) : yield* os.sendtoBytes(fd, bytes, to);
    case 1: {
      const message = isConnected ? { bytes } : { bytes, to };
      return yield* os.sendmmsgBytes(fd, [message]);
    }
    case 2: {
      const half = bytes.length >> 1;
      const parts = half === 0 ? [bytes] : [bytes.subarray(0, half), bytes.subarray(half)];
      return isConnected ? yield* os.sendmsgBytes(fd, parts) : yield* os.sendmsgBytes(fd, parts, to);
    }
    default:
      return isConnected ? yield* os.sendtoBytes(fd, bytes) : yield* os.sendtoBytes(fd, bytes, to);
  }
}

function* receive(os: Os, fd: number, datagram: Datagram, progress: ReplayProgress): Call<void> {
  const timeoutNs = Math.max(0, datagram.atNs - os.nowNs) + LOST_AFTER_NS;
  const ready = yield* os.waitReadable([fd], timeoutNs);
  const result = ready < 0 ? ready : yield* os.recvfromBytes(fd, MAX_DATAGRAM_BYTES);
  if (typeof result === 'number') {
    const why = result === -Errno.ETIMEDOUT ? 'it did not arrive' : `error ${-result}`;
    progress.fault(
      `${formatEndpoint(datagram.to)}: cannot receive from ${formatEndpoint(datagram.from)}: ${why}`,
    );
    return;
  }
  progress.received(result.bytes.length);
  progress.step();
}
