/** ppoll(2): what an event loop waits in. Os.waitReadable() knows neither writability nor more than one answer. */
import type { Call, Os } from '../../../hooks/sim/contract.ts';

/** System call number on x86-64. */
const PPOLL = 271;
const EVENTS = { read: 0x001, write: 0x004 } as const; // POLLIN, POLLOUT
/** struct timespec { i64 tv_sec, tv_nsec } and struct pollfd { i32 fd; i16 events, revents }. */
const TIMESPEC_BYTES = 16;
const POLLFD_BYTES = 8;

export interface Interest {
  readonly fd: number;
  readonly event: keyof typeof EVENTS;
}

/** One thread's poll, with its array in user memory. */
export class Poller {
  readonly #os: Os;
  #address = 0n;
  #capacity = 0;

  constructor(os: Os) {
    this.#os = os;
  }

  /**
   * Blocks until one interest at least is ready (or its descriptor failed or hung up), or for `timeoutNs`.
   * @param timeoutNs Infinity: no limit
   * @returns for each interest whether it is ready, or -errno
   */
  *wait(interests: readonly Interest[], timeoutNs: number): Call<readonly boolean[] | number> {
    this.#reserve(interests.length);
    const array = this.#address + BigInt(TIMESPEC_BYTES);
    const request = new DataView(new ArrayBuffer(TIMESPEC_BYTES + interests.length * POLLFD_BYTES));
    if (Number.isFinite(timeoutNs)) {
      request.setBigInt64(0, BigInt(Math.floor(timeoutNs / 1e9)), true);
      request.setBigInt64(8, BigInt(Math.ceil(timeoutNs % 1e9)), true);
    }
    for (const [index, { fd, event }] of interests.entries()) {
      request.setInt32(TIMESPEC_BYTES + index * POLLFD_BYTES, fd, true);
      request.setInt16(TIMESPEC_BYTES + index * POLLFD_BYTES + 4, EVENTS[event], true);
    }
    this.#os.poke(this.#address, new Uint8Array(request.buffer));
    const timeout = Number.isFinite(timeoutNs) ? this.#address : 0n;
    const result = yield* this.#os.syscall(PPOLL, array, interests.length, timeout, 0, 0);
    if (result < 0) return result;
    const answer = this.#os.peek(array, interests.length * POLLFD_BYTES);
    return interests.map((_, index) => {
      const revents = index * POLLFD_BYTES + 6;
      return answer[revents] !== 0 || answer[revents + 1] !== 0;
    });
  }

  #reserve(nInterests: number): void {
    if (nInterests <= this.#capacity) return;
    if (this.#capacity > 0) this.#os.free(this.#address);
    this.#capacity = Math.max(16, nInterests * 2);
    this.#address = this.#os.alloc(TIMESPEC_BYTES + this.#capacity * POLLFD_BYTES);
  }
}
