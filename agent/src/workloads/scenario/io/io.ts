/** Input and output of a task: the same program runs on a blocking thread and on an event loop. */
import type { IpEndpoint, Os } from '../../../hooks/sim/contract.ts';
import { EAGAIN, EINPROGRESS, ETIMEDOUT } from './errno.ts';
import { Ready, type Task, type TaskLoop, Until } from './task-loop.ts';

/**
 * How a task waits for a descriptor.
 * - block: inside read(), as the only task of its thread does.
 * - poll: for readability first, because other tasks of the thread must go on; the descriptors are blocking ones.
 * - event: the descriptors are non-blocking; waits when a call says EAGAIN.
 */
export type WaitMode = 'block' | 'poll' | 'event';

/** The system calls that move bytes: programs differ in them, and an observer must know them all. */
export const SOCKET_CALLS = ['read-write', 'send-recv', 'vectored'] as const;
export type SocketCalls = (typeof SOCKET_CALLS)[number];

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;

export class Io {
  readonly os: Os;
  readonly loop: TaskLoop;
  readonly mode: WaitMode;
  readonly #calls: SocketCalls;

  constructor(loop: TaskLoop, mode: WaitMode, calls: SocketCalls) {
    this.os = loop.os;
    this.loop = loop;
    this.mode = mode;
    this.#calls = calls;
  }

  *sleep(ns: number): Task<void> {
    if (ns > 0) yield new Until(this.os.nowNs + Math.round(ns));
  }

  /** Runs tasks side by side, each with an Io that blocks none of the others; ends with the last. */
  *all(tasks: readonly ((io: Io) => Task<void>)[]): Task<void> {
    if (tasks.length === 1) yield* tasks[0]!(this);
    else yield* this.loop.all(tasks.map((task) => task(this.beside())));
  }

  /** An Io for tasks that are spawned beside others on this thread: it blocks none of them. */
  beside(): Io {
    return this.mode === 'block' ? new Io(this.loop, 'poll', this.#calls) : this;
  }

  /**
   * Opens a TCP connection. In event mode the handshake may still be under way: the first write waits for it and
   * reports its failure.
   * @returns descriptor or -errno
   */
  *connect(to: IpEndpoint): Task<number> {
    const domain = to.address.includes(':') ? AF_INET6 : AF_INET;
    const fd = yield* this.os.socket(domain, SOCK_STREAM | (this.mode === 'event' ? SOCK_NONBLOCK : 0));
    if (fd < 0) return fd;
    const result = yield* this.os.connect(fd, to);
    if (result === 0 || result === -EINPROGRESS) return fd;
    yield* this.os.close(fd);
    return result;
  }

  /** Listens on an endpoint. @returns descriptor or -errno */
  *listen(on: IpEndpoint): Task<number> {
    const domain = on.address.includes(':') ? AF_INET6 : AF_INET;
    const fd = yield* this.os.socket(domain, SOCK_STREAM | (this.mode === 'event' ? SOCK_NONBLOCK : 0));
    if (fd < 0) return fd;
    const bound = yield* this.os.bind(fd, on);
    const result = bound < 0 ? bound : yield* this.os.listen(fd, 128);
    return result < 0 ? result : fd;
  }

  /** The next connection of a listener. @returns descriptor or -errno */
  *accept(listener: number): Task<number> {
    for (;;) {
      const fd = yield* this.os.accept(listener, this.mode === 'event' ? SOCK_NONBLOCK : 0);
      if (fd !== -EAGAIN) return fd;
      yield new Ready(listener, 'read');
    }
  }

  /** Whether a read would return at once. */
  *isReadable(fd: number): Task<boolean> {
    return (yield* this.os.waitReadable([fd], 0)) >= 0;
  }

  /** Some bytes, none at the end; -errno, -ETIMEDOUT once `untilNs` (simulated time) has come. */
  *read(fd: number, maxBytes: number, untilNs = Number.POSITIVE_INFINITY): Task<Uint8Array | number> {
    if (this.mode === 'poll' || (this.mode === 'block' && Number.isFinite(untilNs))) {
      if (!(yield* this.#waitReadable(fd, untilNs))) return -ETIMEDOUT;
    }
    for (;;) {
      const bytes = yield* this.#receive(fd, maxBytes);
      if (bytes !== -EAGAIN) return bytes;
      if (!(yield* this.#waitReadable(fd, untilNs))) return -ETIMEDOUT;
    }
  }

  /** Writes all bytes. @returns 0 or -errno, -ETIMEDOUT once `untilNs` has come */
  *write(fd: number, bytes: Uint8Array, untilNs = Number.POSITIVE_INFINITY): Task<number> {
    for (let done = 0; done < bytes.length; ) {
      const written = yield* this.#send(fd, bytes.subarray(done));
      if (written > 0) done += written;
      else if (written !== 0 && written !== -EAGAIN) return written;
      else if (this.os.nowNs >= untilNs) return -ETIMEDOUT;
      else yield new Ready(fd, 'write', untilNs);
    }
    return 0;
  }

  *#waitReadable(fd: number, untilNs: number): Task<boolean> {
    const pause = new Ready(fd, 'read', untilNs);
    yield pause;
    return pause.isReady;
  }

  *#receive(fd: number, maxBytes: number): Task<Uint8Array | number> {
    if (this.#calls === 'read-write') return yield* this.os.readBytes(fd, maxBytes);
    if (this.#calls === 'vectored') return yield* this.os.readvBytes(fd, halves(maxBytes));
    const received = yield* this.os.recvfromBytes(fd, maxBytes);
    return typeof received === 'number' ? received : received.bytes;
  }

  *#send(fd: number, bytes: Uint8Array): Task<number> {
    if (this.#calls === 'read-write') return yield* this.os.writeBytes(fd, bytes);
    if (this.#calls === 'send-recv') return yield* this.os.sendtoBytes(fd, bytes);
    const [first] = halves(bytes.length);
    return yield* this.os.writevBytes(fd, [bytes.subarray(0, first), bytes.subarray(first)]);
  }
}

const halves = (size: number): readonly [number, number] => [Math.ceil(size / 2), Math.floor(size / 2)];
