/** The contract of a concurrency model: how a service's process accepts connections and who serves them. */
import type { IpEndpoint, Process, ThreadProgram } from '../../../hooks/sim/contract.ts';
import { ECONNABORTED } from '../io/errno.ts';
import type { Io, SocketCalls } from '../io/io.ts';
import type { Task } from '../io/task-loop.ts';

/** What a process needs to know of the service it runs. */
export interface Serving {
  readonly name: string;
  readonly listen: IpEndpoint;
  readonly startsAtNs: number;
  readonly workers: number;
  readonly socketCalls: SocketCalls;
  /**
   * Makes what serves connections: it owns a pool of outgoing connections, so each process (a forked one too) needs
   * its own. The function it returns serves one connection to its end and closes it.
   */
  newWorker(): (io: Io, fd: number) => Task<void>;
}

/** @returns the first thread's program. @param self the process it will run in; not to be called before the program runs */
export type ConcurrencyModel = (serving: Serving, self: () => Process) => ThreadProgram;

/** Waits until the service's time and listens. @throws Error if the kernel refuses: the scenario's check allowed an impossible one */
export function* startListening(io: Io, serving: Serving): Task<number> {
  yield* io.sleep(serving.startsAtNs - io.os.nowNs);
  const listener = yield* io.listen(serving.listen);
  if (listener < 0) {
    const { address, port } = serving.listen;
    throw new Error(
      `Cannot listen on ${address} port ${port} for service "${serving.name}": errno ${-listener}`,
    );
  }
  return listener;
}

/** Hands each new connection to `onConnection`, for ever. @throws Error if the listener is broken */
export function* acceptAll(
  io: Io,
  listener: number,
  onConnection: (fd: number) => Task<void> | undefined,
): Task<void> {
  for (;;) {
    const fd = yield* io.accept(listener);
    if (fd >= 0) yield* onConnection(fd) ?? [];
    else if (fd !== -ECONNABORTED) throw new Error(`Cannot accept on descriptor ${listener}: errno ${-fd}`);
  }
}
