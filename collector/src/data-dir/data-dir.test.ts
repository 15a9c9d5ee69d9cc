import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { openDataDirectory } from './data-dir.ts';
import { parseOwner, readOwner } from './owner.ts';

const HOLDER = join(import.meta.dirname, 'testing', 'holder.ts');
const NOW = Date.UTC(2026, 0, 2);

const base = mkdtempSync(join(tmpdir(), 'sonde-data-'));
afterAll(() => rmSync(base, { recursive: true }));
let folders = 0;
const newPath = () => join(base, String(folders++), 'data');

const open = (path: string) => openDataDirectory({ path, version: '0.1.0', now: () => NOW });

/** The message without the path, or what went right. */
function outcomeOf(path: string): string {
  try {
    open(path).release();
    return 'opened';
  } catch (error) {
    return (error as Error).message.replaceAll(path, 'X');
  }
}

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('a new folder', () => {
  test('is made with its parts, and says by whom', () => {
    const path = newPath();
    const directory = open(path);
    expect(readdirSync(path).sort()).toEqual([
      'blocks',
      'chdb',
      'owner.json',
      'owner.lock',
      'sonde.json',
      'wal',
    ]);
    expect(readJson(join(path, 'sonde.json'))).toEqual({
      format: 1,
      createdBy: '0.1.0',
      createdAt: '2026-01-02T00:00:00.000Z',
    });
    expect([directory.walPath, directory.chdbPath, directory.blocksPath]).toEqual(
      ['wal', 'chdb', 'blocks'].map((name) => join(path, name)),
    );
    expect(statSync(path).mode & 0o777).toBe(0o700);
    directory.release();
  });

  test('keeps what is in it and who made it', () => {
    const path = newPath();
    open(path).release();
    writeFileSync(join(path, 'wal', '00000001.wal'), 'content');
    const directory = openDataDirectory({ path, version: '0.2.0', now: () => NOW });
    expect(directory.createdBy).toBe('0.1.0');
    expect(readFileSync(join(path, 'wal', '00000001.wal'), 'utf8')).toBe('content');
    directory.release();
  });
});

describe('a folder that cannot be used', () => {
  const withVersion = (text: string) => (path: string) => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'sonde.json'), text);
  };
  test.each([
    [
      'of a newer format',
      withVersion('{"format":3,"createdBy":"0.9.0"}'),
      'Data directory X was written by a newer version of Sonde (format 3; this one knows up to 1)',
    ],
    ['with an empty version', withVersion(''), 'Data directory X has a sonde.json that cannot be understood'],
    [
      'with a strange version',
      withVersion('{"format":"1"}'),
      'Data directory X has a sonde.json that cannot be understood',
    ],
    [
      'with no version at all',
      withVersion('null'),
      'Data directory X has a sonde.json that cannot be understood',
    ],
    [
      'that is a file',
      (path: string) => {
        mkdirSync(join(path, '..'));
        writeFileSync(path, '');
      },
      'Data directory X is not a directory',
    ],
    [
      'below a file',
      (path: string) => writeFileSync(join(path, '..'), ''),
      'Data directory X cannot be made: a part of its path is a file',
    ],
    [
      'whose part is a file',
      (path: string) => {
        open(path).release();
        rmSync(join(path, 'wal'), { recursive: true });
        writeFileSync(join(path, 'wal'), '');
      },
      /^Data directory X cannot be written: EEXIST/,
    ],
    [
      'whose lock is something else',
      (path: string) => {
        mkdirSync(path, { recursive: true });
        writeFileSync(join(path, 'owner.lock'), 'x'.repeat(1000));
      },
      'Data directory X cannot be locked: file is not a database',
    ],
  ])('%s', (_, prepare, want) => {
    const path = newPath();
    prepare(path);
    const outcome = outcomeOf(path);
    expect(outcome).toEqual(typeof want === 'string' ? want : expect.stringMatching(want));
    // It is not held afterwards either, and a second try ends the same way.
    expect(outcomeOf(path)).toBe(outcome);
  });

  test('a link to a folder is a folder', () => {
    const path = newPath();
    mkdirSync(`${path}-real`, { recursive: true });
    symlinkSync(`${path}-real`, path);
    expect(outcomeOf(path)).toBe('opened');
  });
});

/** Lines of a process that wants the folder. */
class Holder {
  readonly process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(path: string, options: SpawnOptions = {}) {
    this.process = spawn(process.execPath, [HOLDER, path], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
      ...options,
    });
    this.#lines = createInterface({ input: this.process.stdout! })[Symbol.asyncIterator]();
    holders.push(this);
  }

  async line(): Promise<string> {
    return (await this.#lines.next()).value;
  }

  /** Takes the folder, or releases it. */
  act(): Promise<string> {
    this.process.stdin!.write('\n');
    return this.line();
  }

  async kill(): Promise<void> {
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    if (this.process.kill('SIGKILL')) await exited;
  }
}

let holders: Holder[] = [];
afterEach(async () => {
  await Promise.all(holders.map((holder) => holder.kill()));
  holders = [];
});

async function startHolder(path: string, options?: SpawnOptions): Promise<Holder> {
  const holder = new Holder(path, options);
  expect(await holder.line()).toBe('ready');
  return holder;
}

describe('one process at a time', () => {
  test('a folder that is held names its holder, until the holder ends or releases it', async () => {
    const path = newPath();
    const first = await startHolder(path);
    expect(await first.act()).toBe('held');
    const { pid } = first.process;
    expect(outcomeOf(path)).toBe(`Data directory X is held by another process (pid ${pid})`);
    expect(readOwner(path)).toEqual({
      pid,
      host: hostname(),
      startedUnixMs: 0,
      addresses: { api: `http://127.0.0.1:${pid}` },
    });
    expect(await first.act()).toBe('released');
    expect([readOwner(path), outcomeOf(path)]).toEqual([null, 'opened']);

    const second = await startHolder(path);
    expect(await second.act()).toBe('held');
    await second.kill();
    // What the killed process left is there and counts for nothing.
    expect(readJson(join(path, 'owner.json')).pid).toBe(second.process.pid);
    expect([readOwner(path), outcomeOf(path)]).toEqual([null, 'opened']);
  });

  test('of many that start at once over a dead owner, one wins', async () => {
    const path = newPath();
    for (let round = 0; round < 3; round++) {
      const racers = await Promise.all([1, 2, 3, 4, 5].map(() => startHolder(path)));
      const outcomes = await Promise.all(racers.map((racer) => racer.act()));
      const winner = racers[outcomes.indexOf('held')]!;
      expect(outcomes.filter((outcome) => outcome === 'held')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome.includes('is held by another process'))).toHaveLength(4);
      expect(readOwner(path)?.pid).toBe(winner.process.pid);
      await Promise.all(racers.map((racer) => racer.kill()));
    }
  });

  test('also within one process, and looking at the owner does not let go', async () => {
    const path = newPath();
    const directory = open(path);
    for (let i = 0; i < 3; i++) {
      expect(readOwner(path)?.pid).toBe(process.pid);
      expect(outcomeOf(path)).toBe(`Data directory X is held by another process (pid ${process.pid})`);
    }
    const other = await startHolder(path);
    expect(await other.act()).toContain(`is held by another process (pid ${process.pid})`);
    directory.release();
    expect(await other.act()).toBe('held');
    // A second release must not throw out the next owner.
    directory.release();
    expect(readOwner(path)?.pid).toBe(other.process.pid);
  });

  test('a holder in another container is named with its host', async () => {
    const path = newPath();
    const holder = await startHolder(path);
    expect(await holder.act()).toBe('held');
    const owner = readJson(join(path, 'owner.json'));
    writeFileSync(join(path, 'owner.json'), JSON.stringify({ ...owner, pid: 1, host: 'collector-0' }));
    expect(outcomeOf(path)).toBe('Data directory X is held by another process (pid 1 on collector-0)');
    rmSync(join(path, 'owner.json'));
    expect(outcomeOf(path)).toBe('Data directory X is held by another process');
    expect(readOwner(path)).toEqual({ pid: null, host: null, startedUnixMs: null, addresses: {} });
  });
});

describe('what the owner publishes', () => {
  test('adds up, and ends with the release', () => {
    const path = newPath();
    const directory = open(path);
    directory.publish({ api: 'http://127.0.0.1:8080' });
    directory.publish({ ingest: '127.0.0.1:7070' });
    expect(readOwner(path)?.addresses).toEqual({ api: 'http://127.0.0.1:8080', ingest: '127.0.0.1:7070' });
    directory.release();
    expect(readdirSync(path)).not.toContain('owner.json');
    expect(() => directory.publish({ api: 'x' })).toThrow(/was released/);
  });

  test.each([
    [
      '{"pid":7,"host":"a","startedUnixMs":5,"addresses":{"api":"b","c":1}}',
      { pid: 7, host: 'a', startedUnixMs: 5, addresses: { api: 'b' } },
    ],
    ['{"pid":"7","addresses":null}', { pid: null, host: null, startedUnixMs: null, addresses: {} }],
    ['', { pid: null, host: null, startedUnixMs: null, addresses: {} }],
    ['null', { pid: null, host: null, startedUnixMs: null, addresses: {} }],
  ])('owner.json with %j', (text, owner) => expect(parseOwner(text)).toEqual(owner));

  test('nobody owns a folder that is not there', () => {
    const path = newPath();
    expect(readOwner(path)).toBe(null);
    expect(readdirSync(base)).not.toContain(String(folders - 1));
  });
});

describe('without permission', () => {
  // Root may write everywhere, so the process becomes somebody else.
  const somebody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  test.each([
    ['in a folder that is there', '.', 'cannot be written: no permission'],
    ['for a folder that is not', 'new', 'cannot be made: no permission'],
  ])('%s', async (_, below, want) => {
    const path = mkdtempSync(join(tmpdir(), 'sonde-data-'));
    chmodSync(path, 0o555);
    const holder = await startHolder(join(path, below), somebody);
    expect(await holder.act()).toBe(`Data directory ${join(path, below)} ${want}`);
    rmSync(path, { recursive: true });
  });
});

describe('on a file system', () => {
  /** Runs a script in a mount namespace, with a holder as its arguments. */
  const inNamespace = (script: string, folder: string) =>
    spawnSync(
      'unshare',
      ['--map-root-user', '--mount', 'sh', '-c', script, folder, process.execPath, HOLDER, folder],
      { encoding: 'utf8', input: '\n', env: { ...process.env, NODE_OPTIONS: '' } },
    );
  const folder = mkdtempSync(join(tmpdir(), 'sonde-data-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const probe = inNamespace('mount -t tmpfs none "$0"', folder);
  const cannot = probe.status === 0 ? '' : ` (no mount here: ${probe.stderr || probe.error?.message})`;

  (cannot === '' ? test : test.skip).each([
    [
      'that is full',
      'mount -t tmpfs -o size=16k none "$0" && head -c 16384 /dev/zero > "$0/rest" && exec "$@"',
      'cannot be written: no space is left on the disk',
    ],
    [
      'that is read-only',
      'mount -t tmpfs -o ro none "$0" && exec "$@"',
      'cannot be written: the file system is read-only',
    ],
  ])(`%s${cannot}`, (_, script, want) => {
    expect(inNamespace(script, folder).stdout).toBe(`ready\nData directory ${folder} ${want}\n`);
  });
});
