/**
 * User memory of one process: segments at user addresses whose bytes lie in the node's LinearMemory, with unmapped
 * pages between them, and a simple allocator on top (what malloc would be). Addresses are JavaScript numbers here:
 * user addresses of x86-64 have 47 bits.
 */
import type { LinearMemory } from '../../../vm/memory.ts';

/** Where mappings of x86-64 processes usually lie. */
const MMAP_BASE = 0x7f00_0000_0000;
const PAGE_BYTES = 4096;
const FIRST_SEGMENT_BYTES = 16 * 1024;
const MAX_GROWTH_BYTES = 256 * 1024;

interface Segment {
  readonly start: number;
  readonly bytes: number;
  /** In LinearMemory. */
  readonly offset: number;
}

export class AddressSpace {
  readonly #memory: LinearMemory;
  readonly #segments: Segment[] = [];
  #last: Segment | null = null;
  #nextStart: number;
  #bump = 0;
  #bumpEnd = 0;
  readonly #free = new Map<number, number[]>();
  readonly #sizes = new Map<number, number>();

  /** @param slide pages by which the first mapping is moved: address space randomisation */
  constructor(memory: LinearMemory, slide = 0) {
    this.#memory = memory;
    this.#nextStart = MMAP_BASE + slide * PAGE_BYTES;
  }

  /** Where a user address lies in LinearMemory; -1 if any of the bytes is not mapped. */
  translate(address: number, bytes: number): number {
    const last = this.#last;
    if (last !== null && address >= last.start && address + bytes <= last.start + last.bytes) {
      return last.offset + (address - last.start);
    }
    const segment = this.#find(address);
    if (segment === null || address + bytes > segment.start + segment.bytes) return -1;
    this.#last = segment;
    return segment.offset + (address - segment.start);
  }

  /** Reserves zeroed pages with an unmapped page behind them. @returns the address */
  map(bytes: number): number {
    const size = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
    const segment = { start: this.#nextStart, bytes: size, offset: this.#memory.alloc(size) };
    this.#segments.push(segment);
    this.#nextStart += size + PAGE_BYTES;
    return segment.start;
  }

  /** Memory for the program's own use, 16-byte aligned; not zeroed when it was used before. @returns the address */
  alloc(bytes: number): number {
    const size = sizeClass(bytes);
    let address = this.#free.get(size)?.pop();
    if (address === undefined) {
      if (this.#bump + size > this.#bumpEnd) this.#grow(size);
      address = this.#bump;
      this.#bump += size;
    }
    this.#sizes.set(address, size);
    return address;
  }

  /** @throws RangeError for what alloc() did not return: a bug of the workload */
  free(address: number): void {
    const size = this.#sizes.get(address);
    if (size === undefined)
      throw new RangeError(`Cannot free user address 0x${address.toString(16)}: not allocated`);
    this.#sizes.delete(address);
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [address]);
    else list.push(address);
  }

  /** A copy with the same addresses, as fork() gives the child. */
  fork(): AddressSpace {
    const copy = new AddressSpace(this.#memory);
    for (const { start, bytes, offset } of this.#segments) {
      const to = this.#memory.alloc(bytes);
      this.#memory.u8.copyWithin(to, offset, offset + bytes);
      copy.#segments.push({ start, bytes, offset: to });
    }
    copy.#nextStart = this.#nextStart;
    copy.#bump = this.#bump;
    copy.#bumpEnd = this.#bumpEnd;
    for (const [size, list] of this.#free) copy.#free.set(size, [...list]);
    for (const [address, size] of this.#sizes) copy.#sizes.set(address, size);
    return copy;
  }

  /** Gives all of it back; every address is unmapped afterwards. */
  release(): void {
    for (const { offset } of this.#segments) this.#memory.free(offset);
    this.#segments.length = 0;
    this.#last = null;
    this.#bump = 0;
    this.#bumpEnd = 0;
    this.#free.clear();
    this.#sizes.clear();
  }

  #grow(bytes: number): void {
    const doubled = FIRST_SEGMENT_BYTES * 2 ** this.#segments.length;
    const size = Math.max(bytes, Math.min(doubled, MAX_GROWTH_BYTES));
    this.#bump = this.map(size);
    this.#bumpEnd = this.#bump + size;
  }

  /** Segments are in rising order of their addresses. */
  #find(address: number): Segment | null {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#segments[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    const segment = this.#segments[low - 1];
    return segment !== undefined && address < segment.start + segment.bytes ? segment : null;
  }
}

/** Powers of two from 16 up to a page; whole pages beyond. */
function sizeClass(bytes: number): number {
  if (bytes > PAGE_BYTES) return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
  let size = 16;
  while (size < bytes) size *= 2;
  return size;
}
