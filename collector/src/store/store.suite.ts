/** What every store has to do, whatever its engine. */
import { describe, expect, test } from '@jest/globals';
import type { QueryOptions, Store } from './store.ts';
import { aliasesOf, blockOf } from './tables/testing/plain-batch.ts';
import { CENSUS, censusOf, testBlock } from './testing/test-block.ts';
import { untilAvailable } from './testing/test-store.ts';

export interface StoreUnderTest {
  /** Empty, and the suite's own. */
  readonly store: Store;
  /** Ends the engine without warning; the store starts it again by itself. */
  readonly killEngine: () => void;
}

const OPTIONS: QueryOptions = { format: 'JSONEachRow', maxRows: 100, timeoutMs: 20_000 };

export function storeSuite(name: string, underTest: StoreUnderTest): void {
  describe(name, () => {
    const text = async (sql: string, options: Partial<QueryOptions> = {}) =>
      new TextDecoder().decode(await underTest.store.query(sql, { ...OPTIONS, ...options }));
    let blocks = 0;
    const census = async () => JSON.parse(await text(CENSUS));

    test('a block is stored once, however often it comes', async () => {
      const block = testBlock(++blocks);
      await underTest.store.insert(block);
      await underTest.store.insert(block);
      await Promise.all([underTest.store.insert(block), underTest.store.insert(block)]);
      expect(await census()).toEqual(censusOf(blocks));
    });

    test('another block is stored too, though its rows were equal', async () => {
      await underTest.store.insert(testBlock(2, { like: 1 }));
      blocks++;
      expect(await census()).toEqual({ ...censusOf(blocks), distinctSpans: censusOf(1).distinctSpans });
    });

    test('a block that has nothing but aliases is stored once, also when another one came between', async () => {
      const aliases = aliasesOf([['a'.repeat(32), 'b'.repeat(32)]]);
      const block = blockOf([], { id: 'aliases-1', aliases });
      await underTest.store.insert(block);
      await underTest.store.insert(block);
      await underTest.store.insert(testBlock(++blocks));
      await underTest.store.insert(block);
      const stored = `SELECT count() AS n FROM trace_alias WHERE Alias = '${'a'.repeat(32)}'`;
      expect(JSON.parse(await text(stored))).toEqual({ n: 1 });
    });

    test('a block is whole after the engine was killed at any moment of its insert', async () => {
      for (const delayMs of [0, 5, 15, 30, 60]) {
        const block = testBlock(++blocks);
        const timer = setTimeout(underTest.killEngine, delayMs);
        await untilAvailable(() => underTest.store.insert(block));
        clearTimeout(timer);
      }
      await untilAvailable(() => underTest.store.query('SELECT 1', OPTIONS));
      // One block has the rows of another.
      const { distinctSpans } = censusOf(blocks - 1);
      expect(await census()).toEqual({ ...censusOf(blocks), distinctSpans });
    });

    test('while the engine is away calls say so, and afterwards they are answered', async () => {
      underTest.killEngine();
      const calls = [
        () => underTest.store.query('SELECT 1', OPTIONS),
        () => underTest.store.insert(testBlock(1)),
        () => underTest.store.storedBatches(),
        () => underTest.store.summary(),
      ];
      for (const call of calls) await expect(call()).rejects.toThrow(/^Store .+: the engine /);
      for (const call of calls) await untilAvailable(call);
    });

    test('the last batch of each agent is known', async () => {
      const rows = JSON.parse(await text('SELECT max(Sequence) AS last FROM batches'));
      expect(await underTest.store.storedBatches()).toEqual([
        { agentId: 'agent-a', bootEpoch: 7, sequence: rows.last },
      ]);
    });

    test('queries are answered while blocks are inserted', async () => {
      const blocksBefore = blocks;
      const inserts = Array.from({ length: 5 }, () => underTest.store.insert(testBlock(++blocks)));
      const answers = Array.from({ length: 12 }, (_, i) =>
        text(`SELECT sum(number) AS s FROM numbers(${i})`),
      );
      const counts = Array.from({ length: 5 }, () => text('SELECT count() AS n FROM batches'));
      expect(await Promise.all(answers)).toEqual(
        Array.from({ length: 12 }, (_, i) => `{"s":${(i * (i - 1)) / 2}}\n`),
      );
      for (const answer of await Promise.all(counts)) {
        expect(JSON.parse(answer).n).toBeGreaterThanOrEqual(blocksBefore);
        expect(JSON.parse(answer).n).toBeLessThanOrEqual(blocks);
      }
      await Promise.all(inserts);
      expect((await census()).batches).toBe(blocks);
    });

    test('a summary speaks of what is stored', async () => {
      const summary = await underTest.store.summary();
      expect(summary).toMatchObject({ simulated: true, nodes: 1, spans: censusOf(blocks).spans });
    });

    describe('an answer', () => {
      test('has no more rows than were asked for', async () => {
        expect(await text('SELECT number FROM numbers(50)', { maxRows: 2, format: 'TSV' })).toBe('0\n1\n');
      });

      test('is the bytes of the format', async () => {
        const answer = await underTest.store.query("SELECT unhex('00ff0a0a003b') AS x", {
          ...OPTIONS,
          format: 'RawBLOB',
        });
        expect([...answer]).toEqual([0, 255, 10, 10, 0, 59]);
      });

      test('is empty where there are no rows', async () => {
        expect(await text('SELECT 1 FROM numbers(0)')).toBe('');
      });
    });

    describe('a query is refused that', () => {
      const check = (what: string, sql: string, reason: RegExp, options: Partial<QueryOptions> = {}) =>
        test(what, async () => {
          await expect(text(sql, options)).rejects.toThrow(reason);
          await expect(text(sql, options)).rejects.toMatchObject({ name: 'QueryRefused' });
        });

      check('is no SQL', 'SELEC 1', /^Syntax error/);
      check('asks for what is not there', 'SELECT nope FROM otel_traces', /nope/);
      check('changes something', 'DROP TABLE otel_traces', /^Only a SELECT may run/);
      check('is two', 'SELECT 1; SELECT 2', /Multi-statements are not allowed/);
      check('reads a file', "SELECT file('/etc/hosts')", /cannot use the function file$/);
      check('takes too long', 'SELECT max(number) FROM numbers(1e18)', /^Timeout exceeded/, {
        timeoutMs: 200,
      });
      check('takes too much memory', 'SELECT groupArray(number) FROM numbers(1e9)', /memory limit exceeded/);
      check('asks for a format that is not', 'SELECT 1', /format/, { format: 'Nonesuch' });
      check('smuggles in a format', 'SELECT 1', /not the name of a format/, {
        format: "CSV INTO OUTFILE 'x'",
      });
      check('asks for no rows', 'SELECT 1', /maxRows/, { maxRows: 0 });
      check('asks for no time', 'SELECT 1', /timeoutMs/, { timeoutMs: 0 });
    });
  });
}
