/** A store whose tables outlive the process that fills them. It knows each block by its id, table by table. */
import { createHash } from 'node:crypto';
import type { Block } from '../../model/block.ts';
import type { BatchId } from '../../model/columns.ts';
import { type Store, StoreFull, StoreRefusal, StoreUnavailable } from '../../store/store.ts';
import { Life } from './life.ts';
import { traceHexes } from './made-batches.ts';

export interface StoredRow {
  /** Batch, table and row. */
  readonly name: string;
  readonly trace: string;
}

/** What is durable. */
export class StoreDisk {
  readonly spans = new Table<StoredRow>();
  readonly lines = new Table<StoredRow>();
  readonly aliases = new Table<{ readonly alias: string; readonly trace: string }>();
  /** Written last: what it names is in all other tables. */
  readonly batches = new Table<BatchId>();
  /** Of each block that was offered: made again, it must be the very same. */
  readonly digests = new Map<string, string>();

  /** The trace under which a user finds what is stored under this one. @throws RangeError if aliases go in a circle */
  resolve(trace: string): string {
    const to = new Map(this.aliases.rows.map((row) => [row.alias, row.trace]));
    let at = trace;
    for (let steps = 0; to.has(at); steps++) {
      if (steps > to.size) throw new RangeError(`The aliases of ${trace} go in a circle`);
      at = to.get(at)!;
    }
    return at;
  }
}

class Table<Row> {
  readonly rows: Row[] = [];
  readonly #blocks = new Set<string>();

  insert(blockId: string, rows: readonly Row[]): void {
    if (this.#blocks.has(blockId)) return;
    this.#blocks.add(blockId);
    this.rows.push(...rows);
  }
}

/**
 * - away: nothing is taken. full: likewise.
 * - partly: the first table takes the block, then the store is away.
 * - silent: every table takes it, but the answer is lost.
 * - refusing: it does not take the block.
 */
export type StoreMood = 'well' | 'away' | 'full' | 'partly' | 'silent' | 'refusing';

/** The store as one process has it open. */
export class MemoryStore implements Store {
  readonly engine = { name: 'memory', version: '1', path: '' };
  readonly disk: StoreDisk;
  mood: StoreMood = 'well';
  /** Calls of `insert`. */
  offers = 0;
  readonly #life: Life;

  constructor(disk: StoreDisk, life = new Life(Number.POSITIVE_INFINITY)) {
    this.disk = disk;
    this.#life = life;
  }

  async insert(block: Block): Promise<void> {
    this.offers += 1;
    this.#compare(block);
    await this.#life.step();
    if (this.mood === 'away') throw new StoreUnavailable('the engine is away');
    if (this.mood === 'full') throw new StoreFull('no space left on device');
    if (this.mood === 'refusing') throw new StoreRefusal('the engine does not take these rows');
    const { disk } = this;
    const named = block.batches.map((batch) => ({ batch, name: JSON.stringify(batch.id) }));
    const rowsOf = (name: string, table: string, column: Uint8Array): StoredRow[] =>
      traceHexes(column).map((trace, row) => ({ name: `${name} ${table} ${row}`, trace }));
    disk.spans.insert(
      block.id,
      named.flatMap(({ batch, name }) => rowsOf(name, 'span', batch.spans.traceId)),
    );
    await this.#life.step();
    if (this.mood === 'partly') throw new StoreUnavailable('the engine went away');
    disk.lines.insert(
      block.id,
      named.flatMap(({ batch, name }) => rowsOf(name, 'line', batch.logs.traceId)),
    );
    await this.#life.step();
    const traces = traceHexes(block.aliases.trace);
    disk.aliases.insert(
      block.id,
      traceHexes(block.aliases.alias).map((alias, row) => ({ alias, trace: traces[row]! })),
    );
    await this.#life.step();
    disk.batches.insert(
      block.id,
      block.batches.map(({ id }) => id),
    );
    await this.#life.step();
    if (this.mood === 'silent') throw new StoreUnavailable('the connection was lost');
  }

  async storedBatches(): Promise<readonly BatchId[]> {
    await this.#life.step();
    if (this.mood === 'away') throw new StoreUnavailable('the engine is away');
    const highest = new Map<string, BatchId>();
    for (const id of this.disk.batches.rows) {
      const stream = `${id.agentId}/${id.bootEpoch}`;
      if (id.sequence > (highest.get(stream)?.sequence ?? 0)) highest.set(stream, id);
    }
    return [...highest.values()];
  }

  query(): never {
    throw new RangeError('Assembly asks no queries');
  }

  summary(): never {
    throw new RangeError('Assembly asks for no summary');
  }

  async close(): Promise<void> {}

  /** @throws RangeError if a block of this id was offered before with other content */
  #compare(block: Block): void {
    const hash = createHash('sha256').update(`${block.id} ${block.composedUnixNs}`);
    hash.update(block.aliases.alias).update(block.aliases.trace);
    for (const { id, spans, logs } of block.batches)
      hash.update(JSON.stringify(id)).update(spans.traceId).update(spans.spanId).update(logs.traceId);
    const digest = hash.digest('hex');
    const before = this.disk.digests.get(block.id) ?? digest;
    this.disk.digests.set(block.id, digest);
    if (before !== digest) throw new RangeError(`Block ${block.id} came with other content`);
  }
}
