/** One connection as a protocol sees it: bytes in order, read ahead as they come. */
import { EPIPE } from './errno.ts';
import type { Io } from './io.ts';
import type { Task } from './task-loop.ts';

const READ_BYTES = 16 * 1024;
const SHUT_RD = 0;

export class Stream {
  readonly fd: number;
  /** Holds what was read at [#start, #end). What was written once is never overwritten: take() hands out views. */
  #buffer: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #isOpen = true;
  #isReading = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Bytes read and not taken yet. Valid until the next fill() or take(). */
  get buffered(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Waits for more bytes. One task may wait at a time.
   * @returns how many came: 0 at the end of the stream; or -errno, -ETIMEDOUT at `untilNs`
   */
  *fill(io: Io, untilNs?: number): Task<number> {
    if (!this.#isOpen) return 0;
    this.#isReading = true;
    const more = yield* io.read(this.fd, READ_BYTES, untilNs);
    this.#isReading = false;
    if (!this.#isOpen) {
      yield* io.os.close(this.fd);
      return 0;
    }
    if (typeof more === 'number') return more;
    this.#append(more);
    return more.length;
  }

  #append(more: Uint8Array): void {
    if (this.#end + more.length > this.#buffer.length) {
      const live = this.buffered;
      this.#buffer = new Uint8Array(2 * (live.length + more.length));
      this.#buffer.set(live);
      this.#start = 0;
      this.#end = live.length;
    }
    this.#buffer.set(more, this.#end);
    this.#end += more.length;
  }

  /** Removes bytes from the front. */
  take(nBytes: number): Uint8Array {
    const taken = this.buffered.subarray(0, nBytes);
    this.#start += taken.length;
    return taken;
  }

  /** @returns 0 or -errno */
  *write(io: Io, bytes: Uint8Array, untilNs?: number): Task<number> {
    return this.#isOpen ? yield* io.write(this.fd, bytes, untilNs) : -EPIPE;
  }

  /**
   * While another task waits in fill(), that task closes the descriptor: its number must not become another
   * connection's while somebody waits for it.
   */
  *close(io: Io): Task<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#isReading) yield* io.os.shutdown(this.fd, SHUT_RD);
    else yield* io.os.close(this.fd);
  }

  /** Ends the connection with RST. */
  *reset(io: Io): Task<void> {
    if (this.#isOpen) yield* io.os.setReset(this.fd);
    yield* this.close(io);
  }

  /** Reads and forgets until the peer closes, fails, or stays quiet until `untilNs`. */
  *drain(io: Io, untilNs?: number): Task<void> {
    for (let got = 1; got > 0; ) {
      got = yield* this.fill(io, untilNs);
      this.take(this.buffered.length);
    }
  }
}
