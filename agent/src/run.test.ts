import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const MAIN = join(import.meta.dirname, 'main.ts');
const CAPTURE = join(import.meta.dirname, '..', 'captures', 'demo-http.pcapng');
/** A guard against hangs only. */
const LIMIT_MS = 60_000;

const base = mkdtempSync(join(tmpdir(), 'sonde-run-'));
afterAll(() => rmSync(base, { recursive: true }));

function startRun(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, 'run', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, stderr }));
  return {
    child,
    ended,
    /** Waits until it has said something. */
    untilSaid: async (what: RegExp) => {
      while (!what.test(stderr)) {
        const isOver = await Promise.race([
          ended.then(() => true),
          once(child.stderr, 'data').then(() => false),
        ]);
        if (isOver && !what.test(stderr)) throw new Error(`It never said ${what}: ${stderr}`);
      }
    },
  };
}

describe('wrong usage is one line', () => {
  test.each<[readonly string[], number, RegExp]>([
    [[], 2, /^sonde-agent: Name what to observe: either --scenario FILE or --capture FILE\n$/],
    [['--capture', 'x', '--scenario', 'y'], 2, /^sonde-agent: Name what to observe: /],
    [['--capture', 'nothing.pcap'], 3, /^sonde-agent: Cannot read capture nothing\.pcap: no such file\n$/],
    [['--capture', MAIN], 3, /^sonde-agent: \S+: Cannot read capture: neither pcap nor pcapng [^\n]*\n$/],
    [
      ['--capture', CAPTURE, '--ack-log', join(base, 'none', 'x')],
      3,
      /^sonde-agent: Cannot write \S+: ENOENT[^\n]*\n$/,
    ],
    [
      ['--capture', CAPTURE, '--collector', 'here'],
      2,
      /^sonde-agent: --collector: must be host:port, got "here"\n$/,
    ],
    [
      ['--capture', CAPTURE, '--batch-rows', '0'],
      2,
      /^sonde-agent: --batch-rows: must be at least 1, got 0\n$/,
    ],
  ])('%j', async (args, status, stderr) => {
    expect(await startRun(args).ended).toEqual({ status, stderr: expect.stringMatching(stderr) });
  });
});

describe('a collector that takes nothing: it is told once, tried again, and what stays behind is counted', () => {
  async function check(serve: ((socket: Socket) => void) | null, reason: string) {
    const sockets = new Set<Socket>();
    const other = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      serve?.(socket);
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    if (serve === null) other.close();
    try {
      const { child, ended, untilSaid } = startRun(['--capture', CAPTURE, '--once', '--collector', address]);
      await untilSaid(/is away/);
      child.kill('SIGINT');
      const { status, stderr } = await ended;
      const [away, ...rest] = stderr.trimEnd().split('\n');
      expect(status).toBe(130);
      expect(away).toBe(`replay: Collector ${address} is away: ${reason}`);
      expect(rest.filter((line) => !/^replay: \d+ values were replaced/.test(line))).toEqual([
        expect.stringMatching(/^replay: \d+ rows were not delivered to the collector \(closed \d+\)$/),
      ]);
    } finally {
      for (const socket of sockets) socket.destroy();
      other.close();
    }
  }

  test('nothing listens', () => check(null, 'nothing listens there (connection refused)'));
  test('a web server', () =>
    check(
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      'what listens there is no collector (it does not speak gRPC)',
    ));
});

test('every setting that a run reads has its flag', async () => {
  const { status, stdout } = await new Promise<{ status: number | null; stdout: string }>((resolve) => {
    const child = spawn(process.execPath, [MAIN, 'run', '--help'], { stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.on('close', (status) => resolve({ status, stdout }));
  });
  const page = readFileSync(
    join(import.meta.dirname, '..', '..', 'docs', 'reference', 'settings.md'),
    'utf8',
  );
  const flags = [...page.split('\n## Collector')[0]!.matchAll(/\| `(--[a-z-]+)` \|/g)].map(
    ([, flag]) => flag!,
  );
  expect(flags.length).toBeGreaterThan(10);
  expect([status, flags.filter((flag) => !stdout.includes(`${flag} <value>`))]).toEqual([0, []]);
});
