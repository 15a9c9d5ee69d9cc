/** A write-ahead log in memory whose disk is slow, or full, as a test wants. */
import { type RecordKind, type Wal, type WalAddress, WalDamage, WalFull } from '../../wal/wal.ts';

const RECORDS_PER_SEGMENT = 10;

export class MemoryWal implements Wal {
  readonly records: { readonly kind: RecordKind; readonly payload: Uint8Array }[] = [];
  /** What every append fails with, instead of being written. */
  failure: Error | null = null;
  /** How many appends have begun, the waiting ones included. */
  begun = 0;
  #isHeld = false;
  readonly #waiting: (() => void)[] = [];

  get bytes(): number {
    return this.records.reduce((sum, { payload }) => sum + payload.length, 0);
  }

  /** From now on appends are begun but not finished. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Finishes what waits, in order. */
  letGo(): void {
    this.#isHeld = false;
    for (const finish of this.#waiting.splice(0)) finish();
  }

  fill(): void {
    this.failure = new WalFull('no space left on device');
  }

  async append(kind: RecordKind, payload: Uint8Array): Promise<WalAddress> {
    this.begun += 1;
    // A disk answers later than the call returns.
    if (this.#isHeld) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else await new Promise<void>((resolve) => setImmediate(resolve));
    if (this.failure !== null) throw this.failure;
    this.records.push({ kind, payload: new Uint8Array(payload) });
    return addressOf(this.records.length - 1);
  }

  async read(address: WalAddress): Promise<Uint8Array> {
    const record = this.records[address.segment * RECORDS_PER_SEGMENT + address.offset];
    if (record === undefined) throw new WalDamage(address, 'no record is there');
    return record.payload;
  }

  async release(): Promise<void> {}

  async close(): Promise<void> {}
}

const addressOf = (index: number): WalAddress => ({
  segment: Math.floor(index / RECORDS_PER_SEGMENT),
  offset: index % RECORDS_PER_SEGMENT,
});
