/** An assembler with its log and store, over any number of lives on the same disks, in made time. */
import { Ledger } from '@sonde/ledger';
import type { WalAddress } from '../../wal/wal.ts';
import { Assembler, type AssemblerOptions } from '../assembler.ts';
import { LogContents, type Restored, restore } from '../recovery.ts';
import { Life } from './life.ts';
import { columnsOf, decodeMade, type MadeBatch, payloadOf } from './made-batches.ts';
import { MemoryStore, StoreDisk } from './memory-store.ts';
import { MemoryWal, WalDisk } from './memory-wal.ts';

export interface HarnessOptions {
  readonly recordsPerSegment?: number;
  readonly recallMs?: number;
  readonly assembler?: Partial<AssemblerOptions>;
}

export class Harness {
  readonly walDisk: WalDisk;
  readonly storeDisk = new StoreDisk();
  readonly notes: string[] = [];
  released = 0;
  life!: Life;
  ledger!: Ledger;
  wal!: MemoryWal;
  store!: MemoryStore;
  assembler!: Assembler;
  readonly #options: HarnessOptions;
  #nowMs = 0;

  constructor(options: HarnessOptions = {}) {
    this.#options = options;
    this.walDisk = new WalDisk(options.recordsPerSegment ?? Number.POSITIVE_INFINITY);
    this.start();
  }

  /** A new process. @param steps after so many of its reads and writes it dies */
  start(steps = Number.POSITIVE_INFINITY): void {
    this.life = new Life(steps);
    this.ledger = new Ledger();
    this.wal = new MemoryWal(this.walDisk, this.life);
    this.store = new MemoryStore(this.storeDisk, this.life);
    this.assembler = new Assembler({
      wal: this.wal,
      store: this.store,
      ledger: this.ledger,
      windowMs: 2_000,
      windowBytes: 1 << 30,
      blockRows: 50_000,
      blockMs: 1_000,
      indexSpans: 10_000,
      collectorId: 'test',
      now: () => this.#nowMs,
      unixNs: () => 1_700_000_000_000_000_000n + BigInt(this.#nowMs) * 1_000_000n,
      onNote: (line) => this.notes.push(line),
      onReleased: () => {
        this.released += 1;
      },
      ...this.#options.assembler,
    });
  }

  /** What a process does before it takes batches; null if it dies meanwhile. */
  async recover(): Promise<Restored | null> {
    const contents = new LogContents();
    for (const record of this.walDisk.records) contents.add(record);
    const { wal, assembler, ledger } = this;
    const recallMs = this.#options.recallMs ?? Number.MAX_SAFE_INTEGER;
    const onNote = (line: string) => this.notes.push(line);
    return this.#outcome(restore({ contents, wal, assembler, ledger, recallMs, onNote, decode: decodeMade }));
  }

  /** Appends a batch and hands it on, as ingest does; null if the process dies before it is acknowledged. */
  async add(batch: MadeBatch): Promise<WalAddress | null> {
    const payload = payloadOf(batch);
    const address = await this.#outcome(this.wal.append('batch', payload));
    if (address !== null) this.assembler.add(columnsOf(batch), address, payload.length);
    return address;
  }

  /** Time goes on, in ticks of 100 ms. */
  async advance(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      this.#nowMs += Math.min(100, milliseconds - passed);
      this.assembler.tick();
      await settle();
    }
  }

  /** Everything that is held is stored; the owner ticks meanwhile. */
  async drain(): Promise<void> {
    await this.#outcome(this.assembler.drain());
  }

  /** Ticks until the work is done or the process is dead. */
  async #outcome<T>(work: Promise<T>): Promise<T | null> {
    let answer: { value: T } | { error: unknown } | undefined;
    work.then(
      (value) => {
        answer = { value };
      },
      (error: unknown) => {
        answer = { error };
      },
    );
    await settle();
    while (answer === undefined && !this.life.isOver) await this.advance(100);
    if (answer === undefined) return null;
    if ('error' in answer) throw answer.error;
    return answer.value;
  }
}

/** What was begun goes on until it waits for time or for ever: the doubles answer within the same turn of the loop. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
