/**
 * The machine's linear memory: everything a program can point at (stack, context, map values, kernel structures, user
 * pages) lies in one WebAssembly memory, so that a compiled program can share it. A kernel address is
 * KERNEL_BASE + offset; user addresses are never kernel addresses (docs/adr/0009).
 */

/** Start of the direct map of x86-64 Linux (Documentation/arch/x86/x86_64/mm.rst). */
export const KERNEL_BASE = 0xffff888000000000n;

/** Offsets below this are never handed out, so that a wrong 0 shows. */
export const FIRST_OFFSET = 64;

const PAGE_BYTES = 65536;

const SHORT_COPY_BYTES = 32;

export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** All of memory; made anew when it grows, so never keep it across an allocation. */
  u8: Uint8Array<ArrayBuffer>;
  /** Likewise. */
  view: DataView<ArrayBuffer>;
  readonly #maxBytes: number;
  #top: number;
  readonly #free = new Map<number, number[]>();
  readonly #sizes = new Map<number, number>();

  /** @param maxBytes ceiling of growth; a multiple of 64 KiB */
  constructor(initialBytes = 1 << 20, maxBytes = 1 << 30) {
    const maximum = Math.ceil(maxBytes / PAGE_BYTES);
    this.#maxBytes = maximum * PAGE_BYTES;
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(initialBytes / PAGE_BYTES), maximum });
    this.u8 = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.#top = FIRST_OFFSET;
  }

  /** End of what was ever handed out: a load or store must end at or before it. Grows with allocations. */
  get top(): number {
    return this.#top;
  }

  /**
   * Zeroed bytes, aligned to 16 (4096 from one page on).
   * @returns offset
   * @throws RangeError when the ceiling is reached
   */
  alloc(bytes: number): number {
    const offset = this.tryAlloc(bytes);
    if (offset === 0) throw new RangeError(`Cannot allocate ${bytes} bytes: memory would pass its ceiling`);
    return offset;
  }

  /** alloc() for what a program asks for as it runs: 0 when the ceiling is reached. */
  tryAlloc(bytes: number): number {
    const size = classOf(bytes);
    const reused = this.#free.get(size)?.pop();
    // Memory that was never handed out is zero already, and costs nothing until it is touched.
    if (reused !== undefined) this.u8.fill(0, reused, reused + size);
    const offset = reused ?? this.#grow(size);
    if (offset !== 0) this.#sizes.set(offset, size);
    return offset;
  }

  /** Gives memory back. @throws RangeError for what alloc() did not return */
  free(offset: number): void {
    const size = this.#sizes.get(offset);
    if (size === undefined) throw new RangeError(`Cannot free offset ${offset}: not allocated`);
    this.#sizes.delete(offset);
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [offset]);
    else list.push(offset);
  }

  /** Copies within memory; the two ranges may overlap. */
  copy(to: number, from: number, bytes: number): void {
    const { u8 } = this;
    // The built-in costs more than a loop for the few bytes that most copies are about.
    const overlaps = to > from && to < from + bytes;
    if (bytes > SHORT_COPY_BYTES || overlaps) u8.copyWithin(to, from, from + bytes);
    else for (let i = 0; i < bytes; i++) u8[to + i] = u8[from + i]!;
  }

  addressOf(offset: number): bigint {
    return KERNEL_BASE + BigInt(offset);
  }

  /** Offset of a kernel address, or -1 if any of the `bytes` is outside this memory or before FIRST_OFFSET. */
  offsetOf(address: bigint, bytes: number): number {
    const offset = Number(BigInt.asUintN(64, address) - KERNEL_BASE);
    return offset >= FIRST_OFFSET && offset + bytes <= this.#top ? offset : -1;
  }

  /** Offset of memory that was never used; 0 if there is none left. */
  #grow(size: number): number {
    const alignment = size >= 4096 ? 4096 : 16;
    const offset = Math.ceil(this.#top / alignment) * alignment;
    if (offset + size > this.#maxBytes) return 0;
    const missing = offset + size - this.u8.length;
    if (missing > 0) {
      // By a quarter at least, because every growth makes the views anew.
      const wanted = Math.max(missing, this.u8.length / 4);
      const most = this.#maxBytes - this.u8.length;
      this.memory.grow(Math.ceil(Math.min(wanted, most) / PAGE_BYTES));
      this.u8 = new Uint8Array(this.memory.buffer);
      this.view = new DataView(this.memory.buffer);
    }
    this.#top = offset + size;
    return offset;
  }
}

/** Size classes: powers of two and one and a half of them, at least 16, so that freed memory fits its next user. */
function classOf(bytes: number): number {
  let size = 16;
  while (size < bytes) {
    if (size + size / 2 >= bytes && size >= 32) return size + size / 2;
    size *= 2;
  }
  return size;
}
