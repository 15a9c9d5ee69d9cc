import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Block } from '../../model/block.ts';
import { StoreUnavailable } from '../store.ts';
import type { Table } from '../tables/table.ts';
import { batchOf, blockOf } from '../tables/testing/plain-batch.ts';
import { BlockFiles } from './block-files.ts';
import { BlockInserter } from './block-inserter.ts';
import { InsertJournal } from './insert-journal.ts';
import type { Run } from './schema-version.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-inserter-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const rowsFor = () => ({ rows: 1, columns: 'A', bytes: new Uint8Array(1) });
const TABLES: readonly Table[] = ['one', 'two', 'batches'].map((name) => ({
  name,
  ddl: () => [],
  encode: rowsFor,
}));

/**
 * As much of the engine as matters here: it can be killed before it does what a statement says, and after that, before it
 * answers. The statement of an insert does not name its block, so the test says which one it is.
 */
class ModelEngine {
  /** Steps until it is killed. */
  fuse = Number.POSITIVE_INFINITY;
  /** Table -> the block of each part. */
  readonly parts = new Map<string, string[]>(TABLES.map(({ name }) => [name, []]));
  /** The block that is being inserted. */
  block = '';

  readonly run: Run = async (sql) => {
    this.#step();
    const rows = this.#answer(sql);
    this.#step();
    return rows;
  };

  #answer(sql: string): readonly (readonly unknown[])[] {
    const [, table] = /^INSERT INTO sonde\.`(\w+)` /.exec(sql) ?? [];
    if (table !== undefined) {
      this.parts.get(table)!.push(this.block);
      return [];
    }
    const [, stored] = /BlockId = '([^']+)'/.exec(sql) ?? [];
    if (stored !== undefined) return this.parts.get('batches')!.includes(stored) ? [[1]] : [];
    if (!sql.includes('system.parts')) return [];
    return [...this.parts]
      .filter(([, parts]) => parts.length > 0)
      .map(([name, parts]) => [name, parts.length]);
  }

  #step(): void {
    if (this.fuse-- > 0) return;
    this.fuse = Number.POSITIVE_INFINITY;
    throw new StoreUnavailable('killed');
  }
}

let journals = 0;

/** An engine with its journal, and processes that use them, one after another. */
class Setup {
  readonly engine = new ModelEngine();
  readonly #journalPath = join(folder, `${++journals}.json`);
  #inserter: BlockInserter | null = null;

  async start(): Promise<void> {
    const journal = await InsertJournal.open(this.#journalPath);
    const { run } = this.engine;
    const files = await BlockFiles.open(join(folder, 'files'));
    this.#inserter = new BlockInserter({ run, tables: TABLES, files, journal });
  }

  /** @returns whether it was stored before the engine was killed */
  async insert(block: Block): Promise<boolean> {
    this.engine.block = block.id;
    try {
      if (this.#inserter === null) await this.start();
      await this.#inserter!.insert(block);
      return true;
    } catch (error) {
      if (error instanceof StoreUnavailable) return false;
      throw error;
    }
  }
}

const blockNamed = (id: string) => blockOf([batchOf({})], { id });

describe('each table has a block once', () => {
  /** Steps that an insert of one block takes at most, without any fault. */
  const STEPS = 12;

  test('wherever the engine was killed', async () => {
    for (let fuse = 0; fuse < STEPS; fuse++) {
      const setup = new Setup();
      await setup.insert(blockNamed('a'));
      setup.engine.fuse = fuse;
      while (!(await setup.insert(blockNamed('b'))));
      for (const parts of setup.engine.parts.values()) expect(parts).toEqual(['a', 'b']);
    }
  });

  test('however often it was killed, and the process with it, whatever came again later', async () => {
    const life = fc.record({ fuse: fc.integer({ min: 0, max: STEPS }), restarts: fc.boolean() });
    const step = fc.record({ lives: fc.array(life, { maxLength: 4 }), again: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 4 }), async (steps) => {
        const setup = new Setup();
        for (const [i, { lives, again }] of steps.entries()) {
          for (const { fuse, restarts } of lives) {
            if (restarts) await setup.start();
            setup.engine.fuse = fuse;
            await setup.insert(blockNamed(`block-${i}`));
            setup.engine.fuse = Number.POSITIVE_INFINITY;
          }
          expect(await setup.insert(blockNamed(`block-${i}`))).toBe(true);
          expect(await setup.insert(blockNamed(`block-${Math.min(i, again)}`))).toBe(true);
        }
        const wanted = steps.map((_, i) => `block-${i}`);
        for (const parts of setup.engine.parts.values()) expect(parts).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
  });
});

test('a journal that is damaged says so', async () => {
  const path = join(folder, 'damaged.json');
  await writeFile(path, '[{');
  await expect(InsertJournal.open(path)).rejects.toThrow(/^Journal of inserts .*damaged\.json: /);
});
