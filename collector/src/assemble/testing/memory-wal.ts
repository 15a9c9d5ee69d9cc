/** A write-ahead log whose disk outlives the process that writes it. */
import {
  type RecordKind,
  type Wal,
  type WalAddress,
  WalDamage,
  WalFull,
  type WalRecord,
} from '../../wal/wal.ts';
import { Life } from './life.ts';

/** What is durable. */
export class WalDisk {
  /** Segment number, from 1, to its records; a record's offset is its index. */
  readonly segments = new Map<number, WalRecord[]>();
  readonly recordsPerSegment: number;
  isFull = false;

  constructor(recordsPerSegment: number) {
    this.recordsPerSegment = recordsPerSegment;
    this.segments.set(1, []);
  }

  get records(): WalRecord[] {
    return [...this.segments.values()].flat();
  }

  append(kind: RecordKind, payload: Uint8Array): WalAddress {
    let segment = this.#last;
    if (this.segments.get(segment)!.length >= this.recordsPerSegment) this.segments.set(++segment, []);
    const records = this.segments.get(segment)!;
    const address = { segment, offset: records.length };
    records.push({ kind, address, payload: payload.slice() });
    return address;
  }

  release(beforeSegment: number): void {
    for (const segment of this.segments.keys())
      if (segment < Math.min(beforeSegment, this.#last)) this.segments.delete(segment);
  }

  get #last(): number {
    return Math.max(...this.segments.keys());
  }
}

/** The log as one process has it open. */
export class MemoryWal implements Wal {
  readonly disk: WalDisk;
  readonly #life: Life;

  constructor(disk: WalDisk, life = new Life(Number.POSITIVE_INFINITY)) {
    this.disk = disk;
    this.#life = life;
  }

  get bytes(): number {
    return this.disk.records.reduce((sum, { payload }) => sum + payload.length, 0);
  }

  async append(kind: RecordKind, payload: Uint8Array): Promise<WalAddress> {
    await this.#life.step();
    if (this.disk.isFull) throw new WalFull('no space left on device');
    const address = this.disk.append(kind, payload);
    // A record may be durable although nobody lived to hear of it.
    await this.#life.step();
    return address;
  }

  async read(address: WalAddress): Promise<Uint8Array> {
    await this.#life.step();
    const record = this.disk.segments.get(address.segment)?.[address.offset];
    if (record === undefined) throw new WalDamage(address, 'no record is there');
    return record.payload;
  }

  async release(beforeSegment: number): Promise<void> {
    await this.#life.step();
    this.disk.release(beforeSegment);
  }

  async close(): Promise<void> {}
}
