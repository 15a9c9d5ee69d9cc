import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Ended,
  type Place,
  type RunningCollector,
  runCommand,
  startCollector,
  startCommand,
  untilSaid,
} from './testing/command.ts';

const base = mkdtempSync(join(tmpdir(), 'sonde-cli-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
let folders = 0;
const newPath = () => join(base, `${++folders}`);

const FREE = ['--listen-ingest', '127.0.0.1:0', '--listen-api', '127.0.0.1:0'];

/** The exit code, one line that says why, no stack trace. */
function expectFault({ status, stderr }: Ended, wanted: number, line: RegExp) {
  const lines = stderr.trimEnd().split('\n');
  expect({ status, matching: lines.filter((text) => line.test(text)).length, stderr }).toEqual({
    status: wanted,
    matching: 1,
    stderr,
  });
  expect(stderr).not.toMatch(/^\s+at |defect/m);
}

async function check(args: readonly string[], status: number, line: RegExp, place?: Place) {
  const ended = await runCommand(args, place);
  expectFault(ended, status, line);
  return ended;
}

describe('wrong usage: nothing is begun', () => {
  test.each<[readonly string[], RegExp]>([
    [['run', '--listen-api', 'here'], /^sonde-collector: --listen-api: must be host:port, got "here"$/],
    [['run', '--window-ms', 'long'], /^sonde-collector: --window-ms: must be a whole number, got "long"$/],
    [
      ['run', '--segment-bytes', '2000000000'],
      /^sonde-collector: --segment-bytes: must be at most 1073741824/,
    ],
    [
      ['run', '--config', 'no-such-file.yaml'],
      /^sonde-collector: Cannot read configuration file no-such-file/,
    ],
    [['rnu'], /unknown command 'rnu'/],
    [['run', '--unknown'], /unknown option '--unknown'/],
    [['sql', '--max-rows', '100001', 'SELECT 1'], /must be a whole number from 1 to 100000/],
  ])('%j', async (args, line) => {
    await check(args, 2, line);
  });

  test('an environment variable is told by its name', async () => {
    await check(['run'], 2, /^sonde-collector: SONDE_STORE_RETENTION_DAYS: must be at least 1, got 0$/, {
      environment: { SONDE_STORE_RETENTION_DAYS: '0' },
    });
  });
});

describe('a data directory that cannot be used', () => {
  test.each<[string, (path: string) => string, RegExp]>([
    [
      'a file',
      (path) => {
        writeFileSync(path, '');
        return path;
      },
      /^sonde-collector: Data directory \S+ is not a directory$/,
    ],
    [
      'below a file',
      (path) => {
        writeFileSync(path, '');
        return join(path, 'data');
      },
      /^sonde-collector: Data directory \S+ cannot be made: a part of its path is a file$/,
    ],
    [
      'of a newer version',
      (path) => {
        mkdirSync(path);
        writeFileSync(join(path, 'sonde.json'), '{"format":99,"createdBy":"9.0.0"}');
        return path;
      },
      /^sonde-collector: Data directory \S+ was written by a newer version of Sonde \(format 99; /,
    ],
  ])('%s', async (_, make, line) => {
    const dataDir = make(newPath());
    await check(['run', '--data-dir', dataDir, ...FREE], 3, line);
  });

  test('not permitted', async () => {
    const folder = '/proc/sonde-data';
    await check(['run', '--data-dir', folder, ...FREE], 3, /Data directory \S+ cannot be made: /);
  });

  test('its missing parents are made', async () => {
    const dataDir = join(newPath(), 'a', 'b');
    const collector = await startCollector(dataDir);
    collector.process.kill('SIGTERM');
    expect((await collector.ended).status).toBe(0);
    expect(existsSync(join(dataDir, 'sonde.json'))).toBe(true);
  });
});

describe('an address in use', () => {
  test.each(['--listen-api', '--listen-ingest'])('%s', async (flag) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const dataDir = newPath();
    try {
      await check(
        ['run', '--data-dir', dataDir, ...FREE, flag, address],
        1,
        new RegExp(`^sonde-collector: Cannot listen on ${address}: another process listens there$`),
      );
    } finally {
      other.close();
    }
    // What was opened before is let go of.
    expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);
  });
});

describe('questions', () => {
  const dataDir = newPath();
  let collector: RunningCollector;
  beforeAll(async () => {
    collector = await startCollector(dataDir);
  });
  afterAll(() => {
    collector.process.kill('SIGKILL');
  });

  const sql = (...args: string[]) => ['sql', '--data-dir', dataDir, ...args];
  const QUERY = 'SELECT number FROM numbers(3)';

  test('a second collector is turned away', async () => {
    await check(
      ['run', '--data-dir', dataDir, ...FREE],
      1,
      new RegExp(
        `^sonde-collector: Data directory \\S+ is held by another process \\(pid ${collector.process.pid}\\)$`,
      ),
    );
  });

  test.each<[string, readonly string[], number, RegExp]>([
    ['an empty query', [' \n'], 2, /^sonde-collector: The query is empty$/],
    [
      'a strange name of a format',
      ['SELECT 1', '--format', 'a b'],
      2,
      /^sonde-collector: "a b" is not the name/,
    ],
    [
      'an unknown format',
      ['SELECT 1', '--format', 'Nonsense'],
      1,
      /^sonde-collector: Unknown format Nonsense/,
    ],
    ['a table that is not there', ['SELECT * FROM nothing'], 1, /^sonde-collector: .*nothing/],
    ['no SQL', ['SELEC 1'], 1, /^sonde-collector: /],
    ['a statement that changes', ['DROP TABLE otel_traces'], 1, /^sonde-collector: /],
    ['a file', ["SELECT * FROM file('/etc/passwd')"], 1, /^sonde-collector: /],
  ])('%s is one line', async (_, args, status, line) => {
    const { stdout, stderr } = await check(sql(...args), status, line);
    expect([stdout, stderr.trimEnd().split('\n').length]).toEqual(['', 1]);
  });

  test('an answer that was cut says so', async () => {
    const { status, stdout, stderr } = await runCommand(sql(QUERY, '--format', 'TSV', '--max-rows', '2'));
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: '0\n1\n',
      stderr: 'The answer ends after 2 rows; there are more (see --max-rows, LIMIT)\n',
    });
    const whole = await runCommand(sql(QUERY, '--format', 'TSV', '--max-rows', '3'));
    expect(whole).toEqual({ status: 0, stdout: '0\n1\n2\n', stderr: '' });
  });

  test('a reader that has seen enough is no fault', async () => {
    const running = startCommand(
      sql('SELECT number FROM numbers(100000)', '--format', 'TSV', '--max-rows', '100000'),
    );
    running.process.stdout!.once('data', () => running.process.stdout!.destroy());
    expect(await running.ended).toMatchObject({ status: 0, stderr: '' });
  });

  test('the same answer through a collector, from the directory, and after a kill', async () => {
    const ask = async () => {
      const { status, stdout } = await runCommand(sql('--format', 'JSONEachRow'), {
        input: 'SELECT count() AS n, max(number) AS m FROM numbers(10)',
      });
      return { status, stdout };
    };
    const wanted = { status: 0, stdout: '{"n":10,"m":9}\n' };
    expect(await ask()).toEqual(wanted);
    collector.process.kill('SIGKILL');
    await collector.ended;
    expect(JSON.parse(readFileSync(join(dataDir, 'owner.json'), 'utf8')).addresses.api).toBe(collector.api);
    expect(await ask()).toEqual(wanted);
    expect(existsSync(join(dataDir, 'owner.json'))).toBe(false);
    await check(sql('SELECT * FROM nothing'), 1, /^sonde-collector: .*nothing/);
    collector = await startCollector(dataDir);
    const { status, stdout } = await runCommand(['summary', '--data-dir', dataDir]);
    expect([status, JSON.parse(stdout).store.engine]).toEqual([0, 'chdb']);
  });

  test.each<[string, () => string, RegExp]>([
    ['is not there', newPath, /^sonde-collector: There is no data directory \S+$/],
    [
      'is none',
      () => {
        const path = newPath();
        mkdirSync(path);
        return path;
      },
      /^sonde-collector: \S+ is no data directory of a collector$/,
    ],
  ])('a folder that %s is not made into one', async (_, make, line) => {
    const path = make();
    await check(['sql', '--data-dir', path, 'SELECT 1'], 3, line);
    expect(existsSync(join(path, 'sonde.json'))).toBe(false);
  });
});

describe('the end', () => {
  test('interrupted before it listens: 130', async () => {
    const running = startCommand(['run', '--data-dir', newPath(), ...FREE]);
    // The store has begun to be opened when its folder is there.
    while (!existsSync(join(base, `${folders}`, 'engine.xml')))
      await new Promise((resolve) => setTimeout(resolve, 10));
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ status: 130, stderr: '' });
  });

  test('one press that comes twice is one press', async () => {
    const collector = await startCollector(newPath());
    collector.process.kill('SIGINT');
    collector.process.kill('SIGTERM');
    const { status, stderr } = await collector.ended;
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(/^Agents send to [^\n]*\n$/),
    });
  });

  test('with the program that started it, store and all', async () => {
    const collector = await startCollector(newPath());
    // Not "close": Node does not tell it of a child whose channel it closed itself.
    const exit = once(collector.process, 'exit');
    collector.process.disconnect();
    expect(await exit).toEqual([0, null]);
  });

  test('with exit code 1 and a line when its folder was deleted below it', async () => {
    const dataDir = newPath();
    const collector = await startCollector(dataDir);
    rmSync(dataDir, { recursive: true });
    collector.process.kill('SIGTERM');
    expectFault(await collector.ended, 1, /^Ended because it cannot go on: Write-ahead log .*ENOENT/);
  });

  test('an engine that is killed comes back', async () => {
    const dataDir = newPath();
    const collector = await startCollector(dataDir);
    const { stdout } = spawnSync('pgrep', ['-P', String(collector.process.pid)], { encoding: 'utf8' });
    process.kill(Number(stdout.trim()), 'SIGKILL');
    await untilSaid(collector, /the engine is back/);
    const { status } = await runCommand(['sql', '--data-dir', dataDir, 'SELECT 1']);
    collector.process.kill('SIGTERM');
    expect([status, (await collector.ended).status]).toEqual([0, 0]);
  });
});

/** Where a user may make a mount namespace of their own; elsewhere what needs one is left out. */
const canMount = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', base]).status === 0;
const withMounts = canMount ? test : test.skip;

describe('with a machine made for it', () => {
  withMounts('no engine is installed', async () => {
    const chdb = join(import.meta.dirname, '..', '..', 'node_modules', 'chdb');
    await check(
      ['run', '--data-dir', newPath(), ...FREE],
      1,
      /^sonde-collector: The embedded store needs the optional package "chdb"/,
      { inNamespaceAfter: `mount -t tmpfs none ${chdb}` },
    );
  });

  withMounts.each(['4k', '64k', '300k'])('a disk of %s is full at the start', async (size) => {
    const disk = newPath();
    mkdirSync(disk);
    await check(
      ['run', '--data-dir', join(disk, 'data'), ...FREE],
      1,
      /^sonde-collector: .*(no space|No space|disk is full)/,
      { inNamespaceAfter: `mount -t tmpfs -o size=${size} none ${disk}` },
    );
  });

  withMounts('a disk that becomes full: nothing is lost, and it goes on when there is room', async () => {
    const disk = newPath();
    mkdirSync(disk);
    const collector = await startCollector(join(disk, 'data'), [], {
      inNamespaceAfter: `mount -t tmpfs -o size=200m none ${disk}`,
    });
    const filler = `/proc/${collector.process.pid}/root${disk}/filler`;
    expect(() => writeFileSync(filler, new Uint8Array(200 << 20))).toThrow(/ENOSPC/);
    const folder = join(import.meta.dirname, '..', '..', 'agent');
    const agent = spawn(
      process.execPath,
      [
        join(folder, 'src', 'main.ts'),
        'run',
        '--once',
        ...['--capture', join(folder, 'captures', 'demo-http.pcapng')],
        ...['--collector', collector.ingest],
      ],
      { stdio: 'ignore' },
    );
    const ended = once(agent, 'exit');
    await untilSaid(collector, /disk is full/);
    expect([agent.exitCode, collector.process.exitCode]).toEqual([null, null]);
    rmSync(filler);
    expect(await ended).toEqual([0, null]);
    collector.process.kill('SIGTERM');
    const { status, stderr } = await collector.ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringMatching(/defect|lost/) });
  });
});
