/**
 * BPF_MAP_TYPE_RINGBUF (kernel/bpf/ringbuf.c, Documentation/bpf/ringbuf.rst): one queue of records from all CPUs to
 * user space. Positions count bytes and never wrap; a record takes an 8-byte header and its length rounded up to 8:
 *
 *      31   30   29                    0   31               0
 *     +----+----+-----------------------+ +------------------+
 *     |busy|drop| length of the record  | | page of the header|   then the record
 *     +----+----+-----------------------+ +------------------+
 *
 * Linux maps the data twice in a row, so that a record at the end of the buffer stays in one piece. Here the second
 * half is real memory that only the record which crosses the end uses; since nobody else may use the bytes at the start
 * that it stands for, the two need not be the same.
 */
import type { MapSpec } from '../object/spec.ts';
import { EAGAIN, EINVAL, ENOTSUPP } from './errno.ts';
import { BpfMap, MapError, type MapHost, roundUp8 } from './map.ts';

export const BPF_RINGBUF_BUSY_BIT = 0x80000000;
export const BPF_RINGBUF_DISCARD_BIT = 0x40000000;
export const BPF_RINGBUF_HDR_SZ = 8;

/** Flags of output, submit and discard. Nobody sleeps on a ring here, so they are checked and have no effect. */
export const BPF_RB_NO_WAKEUP = 1;
export const BPF_RB_FORCE_WAKEUP = 2;

/** What query() may be asked. */
export const RingQuery = { AVAIL_DATA: 0, RING_SIZE: 1, CONS_POS: 2, PROD_POS: 3 } as const;

const PAGE_BYTES = 4096;

export class RingBuffer extends BpfMap {
  readonly #data: number;
  readonly #bytes: number;
  #consumed = 0;
  #produced = 0;
  /** Start of the oldest record that is still busy, or everything produced. */
  #pending = 0;
  #records = 0;

  constructor(host: MapHost, spec: MapSpec) {
    checkRing(spec);
    super(host, spec);
    this.#bytes = spec.maxEntries;
    this.#data = host.memory.alloc(2 * spec.maxEntries);
  }

  /** Program side. @returns offset of `bytes` bytes to fill, 0 if they do not fit now */
  reserve(bytes: number): number {
    const total = roundUp8(bytes + BPF_RINGBUF_HDR_SZ);
    if (bytes > BPF_RINGBUF_DISCARD_BIT - 1 || total > this.#bytes) return 0;
    const { view } = this.memory;
    this.#passCommitted();
    const end = this.#produced + total;
    // At most all but one byte is in use, as in Linux: equal positions always mean empty.
    if (end - this.#consumed > this.#bytes - 1 || end - this.#pending > this.#bytes - 1) return 0;
    const header = this.#at(this.#produced);
    view.setUint32(header, (bytes | BPF_RINGBUF_BUSY_BIT) >>> 0, true);
    view.setUint32(header + 4, Math.floor((header - this.#data) / PAGE_BYTES), true);
    this.#produced = end;
    return header + BPF_RINGBUF_HDR_SZ;
  }

  /**
   * Ends a reservation: hands it to the reader, or drops it.
   * @param record what reserve() gave
   * @returns false if it is not that, or was ended before
   */
  commit(record: number, discard: boolean): boolean {
    const header = record - BPF_RINGBUF_HDR_SZ;
    if (!this.holds(header)) return false;
    const { view } = this.memory;
    const length = view.getUint32(header, true);
    if ((length & BPF_RINGBUF_BUSY_BIT) === 0) return false;
    const bytes = length & ~BPF_RINGBUF_BUSY_BIT;
    view.setUint32(header, discard ? bytes | BPF_RINGBUF_DISCARD_BIT : bytes, true);
    if (!discard) this.#records++;
    return true;
  }

  /** Program side: a whole record at once. @returns 0, or -EAGAIN if it does not fit now */
  output(record: number, bytes: number, flags: number): number {
    if ((flags & ~(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP)) !== 0) return -EINVAL;
    const at = this.reserve(bytes);
    if (at === 0) return -EAGAIN;
    this.memory.copy(at, record, bytes);
    this.commit(at, false);
    return 0;
  }

  /** @param what one of RingQuery. @returns 0 for anything else */
  query(what: number): number {
    switch (what) {
      case RingQuery.AVAIL_DATA:
        return this.pendingBytes();
      case RingQuery.RING_SIZE:
        return this.#bytes;
      case RingQuery.CONS_POS:
        return this.#consumed;
      case RingQuery.PROD_POS:
        return this.#produced;
      default:
        return 0;
    }
  }

  /** Whether the offset lies in the area of the records. */
  holds(offset: number): boolean {
    return offset >= this.#data && offset < this.#data + 2 * this.#bytes;
  }

  /**
   * User side: hands every committed record, oldest first, to `onRecord`; stops before one that is still being
   * written. The bytes are valid only during the call. If `onRecord` throws, its record counts as read.
   * @returns records handed over
   */
  drain(onRecord: (record: Uint8Array) => void, maxRecords = Number.POSITIVE_INFINITY): number {
    let handed = 0;
    while (handed < maxRecords && this.#consumed < this.#produced) {
      const header = this.#at(this.#consumed);
      const length = this.memory.view.getUint32(header, true);
      if ((length & BPF_RINGBUF_BUSY_BIT) !== 0) break;
      const bytes = length & ~BPF_RINGBUF_DISCARD_BIT;
      const start = header + BPF_RINGBUF_HDR_SZ;
      const next = this.#consumed + roundUp8(bytes + BPF_RINGBUF_HDR_SZ);
      if ((length & BPF_RINGBUF_DISCARD_BIT) !== 0) {
        this.#consumed = next;
        continue;
      }
      handed++;
      this.#records--;
      try {
        onRecord(this.memory.u8.subarray(start, start + bytes));
      } finally {
        // Only now may a program that runs inside onRecord write over it.
        this.#consumed = next;
      }
    }
    return handed;
  }

  /** Bytes between reader and writer, headers and records that are still written included. */
  pendingBytes(): number {
    return this.#produced - this.#consumed;
  }

  /** Records that drain() would hand over if none before them were busy. */
  pendingRecords(): number {
    return this.#records;
  }

  find(): number {
    return 0;
  }

  insert(): number {
    return -ENOTSUPP;
  }

  remove(): number {
    return -ENOTSUPP;
  }

  keys(): Uint8Array[] {
    return [];
  }

  override close(): void {
    this.memory.free(this.#data);
    super.close();
  }

  #at(position: number): number {
    return this.#data + (position % this.#bytes);
  }

  #passCommitted(): void {
    const { view } = this.memory;
    if (this.#pending < this.#consumed) this.#pending = this.#consumed;
    while (this.#pending < this.#produced) {
      const length = view.getUint32(this.#at(this.#pending), true);
      if ((length & BPF_RINGBUF_BUSY_BIT) !== 0) return;
      this.#pending += roundUp8((length & ~BPF_RINGBUF_DISCARD_BIT) + BPF_RINGBUF_HDR_SZ);
    }
  }
}

function checkRing({ name, keyBytes, valueBytes, maxEntries }: MapSpec): void {
  if (keyBytes !== 0 || valueBytes !== 0)
    throw new MapError(name, 'a ring buffer has neither keys nor values');
  const powerOfTwo = maxEntries > 0 && (maxEntries & (maxEntries - 1)) === 0;
  if (!powerOfTwo || maxEntries < PAGE_BYTES) {
    throw new MapError(
      name,
      `the size of a ring buffer is a power of two from ${PAGE_BYTES} on, not ${maxEntries}`,
    );
  }
}
