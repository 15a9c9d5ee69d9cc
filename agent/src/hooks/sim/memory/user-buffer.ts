/** What a system call reads or writes in user memory: one range, or the ranges of an iovec array. */
import type { LinearMemory } from '../../../vm/memory.ts';
import type { AddressSpace } from './address-space.ts';
import type { ByteQueue } from './byte-queue.ts';

const TWO_64 = 2 ** 64;

/** Reused from call to call: one a thread. */
export class UserBuffer {
  readonly #memory: LinearMemory;
  #space: AddressSpace;
  readonly #addresses: number[] = [];
  readonly #lengths: number[] = [];
  #count = 0;
  #bytes = 0;

  constructor(memory: LinearMemory, space: AddressSpace) {
    this.#memory = memory;
    this.#space = space;
  }

  /** Of all ranges together. */
  get bytes(): number {
    return this.#bytes;
  }

  clear(space: AddressSpace): void {
    this.#space = space;
    this.#count = 0;
    this.#bytes = 0;
  }

  /** Both are unsigned 64-bit words; a negative number is one that was passed as -1. */
  add(address: number, bytes: number): void {
    if (bytes < 0) bytes += TWO_64;
    this.#addresses[this.#count] = address;
    this.#lengths[this.#count] = bytes;
    this.#count++;
    this.#bytes += bytes;
  }

  /** Whether `bytes` bytes from the `skip`th on can be read and written. */
  isMapped(skip: number, bytes: number): boolean {
    return this.#ranges(skip, bytes, () => {});
  }

  /** A copy of `bytes` bytes from the `skip`th on; null if any of them is not mapped (EFAULT). */
  copyIn(skip: number, bytes: number): Uint8Array | null {
    if (this.#count === 1) {
      const at = this.#space.translate(this.#addresses[0]! + skip, bytes);
      return at < 0 ? null : this.#memory.u8.slice(at, at + bytes);
    }
    if (!this.isMapped(skip, bytes)) return null;
    const copy = new Uint8Array(bytes);
    this.#ranges(skip, bytes, (at, n, done) => copy.set(this.#memory.u8.subarray(at, at + n), done));
    return copy;
  }

  /** Writes to the `skip`th byte and on. @returns false, with nothing written, if any of it is not mapped */
  copyOut(skip: number, source: Uint8Array): boolean {
    if (!this.isMapped(skip, source.length)) return false;
    return this.#ranges(skip, source.length, (at, n, done) =>
      this.#memory.u8.set(source.subarray(done, done + n), at),
    );
  }

  /** As copyOut(), from the front of a queue, which keeps its bytes. */
  fillFrom(queue: ByteQueue, skip: number, bytes: number): boolean {
    if (this.#count === 1) {
      const at = this.#space.translate(this.#addresses[0]! + skip, bytes);
      if (at < 0) return false;
      queue.peek(this.#memory.u8, at, bytes);
      return true;
    }
    const copy = new Uint8Array(bytes);
    queue.peek(copy, 0, bytes);
    return this.copyOut(skip, copy);
  }

  /** Calls `each` with the offset and length of every mapped piece and what came before it. @returns false at an unmapped one */
  #ranges(skip: number, bytes: number, each: (at: number, n: number, done: number) => void): boolean {
    let done = 0;
    for (let i = 0; i < this.#count && done < bytes; i++) {
      const length = this.#lengths[i]!;
      if (skip >= length) {
        skip -= length;
        continue;
      }
      const n = Math.min(length - skip, bytes - done);
      const at = this.#space.translate(this.#addresses[i]! + skip, n);
      if (at < 0) return false;
      each(at, n, done);
      done += n;
      skip = 0;
    }
    return done === bytes;
  }
}
