import { fork } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { storeSuite } from '../store.suite.ts';
import { TABLES } from '../tables/tables.ts';
import { CENSUS, censusOf, testBlock } from '../testing/test-block.ts';
import { testOptions } from '../testing/test-options.ts';
import { openTestStore, type TestStore, untilAvailable } from '../testing/test-store.ts';
import { openChdbStore } from './chdb-store.ts';

storeSuite('the embedded store', openTestStore());

const rows = async ({ store }: Pick<TestStore, 'store'>, sql: string) => {
  const answer = await store.query(sql, { format: 'JSONEachRow', maxRows: 100, timeoutMs: 20_000 });
  const lines = new TextDecoder().decode(answer).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
};
const spans = async (opened: TestStore) => (await rows(opened, 'SELECT count() AS n FROM otel_traces'))[0].n;

describe('a folder', () => {
  const opened = openTestStore();

  test('keeps its rows, and knows them again', async () => {
    await opened.store.insert(testBlock(1));
    await opened.reopen();
    await opened.store.insert(testBlock(1));
    expect(await rows(opened, CENSUS)).toEqual([censusOf(1)]);
  });

  test('belongs to one process at a time', async () => {
    const second = openChdbStore({ ...testOptions(opened.dataDir), lockPatienceMs: 600 });
    await expect(second).rejects.toThrow(/^Store .*chdb is held by another process$/);
    expect(await rows(opened, CENSUS)).toEqual([censusOf(1)]);
  });

  test('can be read by nobody else', async () => {
    for (const name of ['chdb', 'blocks'])
      expect((await stat(join(opened.dataDir, name))).mode & 0o777).toBe(0o700);
    expect((await stat(join(opened.dataDir, 'engine.xml'))).mode & 0o777).toBe(0o600);
  });

  test('takes on another retention', async () => {
    const expired = (n: number) => opened.store.insert(testBlock(n, { ageDays: 10 }));
    await opened.reopen({ retentionDays: 3 });
    await expired(2);
    expect(await spans(opened)).toBe(censusOf(1).spans);
    await opened.reopen({ retentionDays: 20 });
    await expired(3);
    expect(await spans(opened)).toBe(censusOf(2).spans);
  });

  test('says so when the store is closed', async () => {
    await opened.store.close();
    await expect(opened.store.insert(testBlock(4))).rejects.toThrow(/^Store .*chdb: it is closed$/);
    await expect(opened.store.summary()).rejects.toThrow(/^Store .*chdb: it is closed$/);
    await opened.reopen();
  });
});

describe('the folder for blocks', () => {
  const opened = openTestStore();

  test('is emptied when a store opens and when a block is stored, and goes with the store', async () => {
    const folder = join(opened.dataDir, 'blocks');
    await writeFile(join(folder, '7.native'), 'left by a killed process');
    await opened.reopen();
    expect(await readdir(folder)).toEqual([]);
    await opened.store.insert(testBlock(1));
    expect(await readdir(folder)).toEqual([]);
    await opened.store.close();
    await expect(access(folder)).rejects.toThrow(/ENOENT/);
    await opened.reopen();
  });

  test('is one of its own within a folder that is shared', async () => {
    const shared = join(opened.dataDir, 'shared');
    await mkdir(join(shared, 'of-somebody-else'), { recursive: true });
    await opened.reopen({ blockDir: shared });
    await opened.store.insert(testBlock(2));
    expect(await readdir(shared)).toEqual([
      'of-somebody-else',
      expect.stringMatching(/^sonde-[0-9a-f]{16}$/),
    ]);
  });
});

describe('a schema', () => {
  const opened = openTestStore();
  const migrations = [
    { to: 2, statements: ['CREATE TABLE IF NOT EXISTS sonde.made (A UInt8) ENGINE = MergeTree ORDER BY A'] },
    { to: 3, statements: ['ALTER TABLE sonde.made ADD COLUMN IF NOT EXISTS B String'] },
  ];

  test('is led on by migrations, each once, and never back', async () => {
    await opened.reopen({ schema: { version: 2, migrations: migrations.slice(0, 1) } });
    expect(await rows(opened, 'SELECT count(A) AS n FROM made')).toEqual([{ n: 0 }]);
    await opened.reopen({ schema: { version: 3, migrations } });
    await opened.reopen();
    expect(await rows(opened, 'SELECT count(B) AS n FROM made')).toEqual([{ n: 0 }]);
    expect(await rows(opened, 'SELECT Version AS v FROM schema_version ORDER BY v')).toEqual([
      { v: 1 },
      { v: 2 },
      { v: 3 },
    ]);
    const { dataDir } = opened;
    await opened.store.close();
    const open = (version: number) =>
      openChdbStore({ ...testOptions(dataDir), schema: { version, migrations: [] } });
    await expect(open(2)).rejects.toThrow(/has schema 3; this program knows schemas up to 2\. Use /);
    await expect(open(5)).rejects.toThrow(/has schema 3, from which no way leads to 4$/);
    await opened.reopen();
  });
});

describe('rows that the engine does not take', () => {
  const traces = TABLES.find(({ name }) => name === 'otel_traces')!;
  const broken = {
    ...traces,
    encode: () => ({ rows: 1, columns: 'TraceId', bytes: new TextEncoder().encode('no block') }),
  };
  const opened = openTestStore({ tables: [broken, ...TABLES.filter((table) => table !== traces)] });

  test('are refused with one line, and the store goes on', async () => {
    const insert = opened.store.insert(testBlock(1));
    await expect(insert).rejects.toMatchObject({
      name: 'StoreRefusal',
      message: expect.stringMatching(/^Store [^\n]+$/),
    });
    expect(await rows(opened, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await readdir(join(opened.dataDir, 'blocks'))).toEqual([]);
  });
});

describe('every table', () => {
  const opened = openTestStore();

  test('fsyncs what it takes, and does so under its name', async () => {
    const stored = await rows(opened, "SELECT DISTINCT table FROM system.columns WHERE database = 'sonde'");
    const ddl = TABLES.map((table) => table.ddl({ database: 'sonde', retentionDays: 1 }).join(';'));
    for (const statement of ddl) {
      expect(statement).toMatch(/fsync_after_insert = 1/);
      expect(statement).toMatch(/fsync_part_directory = 1/);
    }
    expect(stored.map(({ table }) => table).sort()).toEqual(
      [...TABLES.map(({ name }) => name), 'schema_version'].sort(),
    );
  });
});

describe('an engine whose parent was killed', () => {
  let dataDir = '';
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sonde-store-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  test('ends at once, though it was busy, and leaves the folder to the next', async () => {
    const program = fileURLToPath(new URL('../testing/hold-store.ts', import.meta.url));
    const holder = fork(program, [dataDir], { execArgv: [], env: { ...process.env, NODE_OPTIONS: '' } });
    await once(holder, 'message');
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const store = await openChdbStore(testOptions(dataDir));
    try {
      for (const n of [1, 2]) await untilAvailable(() => store.insert(testBlock(n)));
      expect(await rows({ store }, CENSUS)).toEqual([censusOf(2)]);
    } finally {
      await store.close();
    }
  });
});
