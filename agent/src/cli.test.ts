import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const MAIN = join(import.meta.dirname, 'main.ts');
const DEMO = new Uint8Array(readFileSync(join(import.meta.dirname, '..', 'captures', 'demo-http.pcapng')));

interface Files {
  readonly [name: string]: string | Uint8Array;
}

/** Runs the command in a folder with the given files. */
function run(args: readonly string[], files: Files = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-cli-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, stdout, stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** pcap with microseconds, little-endian. */
function pcap(linkType: number, ...packets: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65535, 16);
  head.writeUInt32LE(linkType, 20);
  const records = packets.map((packet) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(packet.length, 8);
    record.writeUInt32LE(packet.length, 12);
    return Buffer.concat([record, packet]);
  });
  return Buffer.concat([head, ...records]);
}

/** One line on standard error, no stack trace, and the documented exit code. */
function check(args: readonly string[], files: Files, status: number, line: RegExp) {
  const result = run(args, files);
  expect(
    result.stderr
      .trimEnd()
      .split('\n')
      .filter((text) => line.test(text)),
  ).toHaveLength(1);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect(result.status).toBe(status);
  return result;
}

describe('bad input is told in one line', () => {
  test('a file that is not there', () => {
    check(['replay', 'x.pcap'], {}, 3, /^sonde-agent: Cannot read capture x\.pcap: no such file$/);
  });
  test('an empty file', () => {
    check(
      ['replay', 'x.pcap'],
      { 'x.pcap': '' },
      3,
      /x\.pcap: Cannot read capture: the file is empty at offset 0$/,
    );
  });
  test('no capture at all', () => {
    check(
      ['replay', 'x.pcap'],
      { 'x.pcap': 'hello world, this is text' },
      3,
      /neither pcap nor pcapng at offset 0 \(first bytes: 68 65 6c 6c/,
    );
  });
  test('a folder', () => {
    check(['replay', '.'], {}, 3, /^sonde-agent: Cannot read capture \.: is a directory$/);
  });
  test('a cut capture: what was good before is printed', () => {
    const whole = run(['replay', 'x'], { x: DEMO });
    const { stdout } = check(
      ['replay', 'x'],
      { x: DEMO.subarray(0, DEMO.length - 7_001) },
      1,
      /^sonde-agent: x: .*offset \d+/,
    );
    const lines = stdout.split('\n').length;
    expect(lines).toBeGreaterThan(5);
    expect(lines).toBeLessThan(whole.stdout.split('\n').length);
  });
  test('a link type that is not decoded: its packets are counted', () => {
    const { stderr } = check(
      ['replay', 'x', '--ledger'],
      { x: pcap(147, new Uint8Array(60)) },
      1,
      /link type 147/,
    );
    expect(stderr).toMatch(/capture\.packets +packets +1 +0 +0 +link_type 1/);
  });
  test('an object that is not BPF', () => {
    check(
      ['replay', 'x', '--object', 'o'],
      { x: DEMO, o: 'not an object' },
      3,
      /^sonde-agent: Cannot (read|load) .*offset 0/,
    );
  });
  test('an unknown configuration key, with its line and the nearest one', () => {
    const files = { x: DEMO, 'c.yaml': 'streams:\n  conections: 5\n' };
    check(
      ['replay', 'x', '--config', 'c.yaml'],
      files,
      2,
      /^sonde-agent: c\.yaml:2:3: streams: unknown key "conections"; did you mean "connections"\?$/,
    );
  });
  test('a wrong value of a flag', () => {
    check(
      ['replay', 'x', '--rung', 'kprobe'],
      { x: DEMO },
      2,
      /^sonde-agent: --rung: must be "btf", "raw" or "tracepoint", got "kprobe"$/,
    );
  });
  test('a wrong segment size', () => {
    check(
      ['replay', 'x', '--segment', '0'],
      { x: DEMO },
      2,
      /--segment.*must be "captured" or a number of bytes/,
    );
  });
  test('an unknown command', () => {
    check(['rply'], {}, 2, /unknown command 'rply'/);
  });
  test('a scenario that lacks a name', () => {
    check(
      ['sim', '--scenario', 's.yaml'],
      { 's.yaml': 'version: 2\n' },
      2,
      /^sonde-agent: s\.yaml:1:1: name: is required .*\(and 4 more\)$/,
    );
  });
});

test.each([[['--help']], [['replay', '--help']], [['sim', '--help']]])(
  '%j explains itself and exits with 0',
  (args) => {
    const { status, stdout } = run(args);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Usage: sonde-agent/);
  },
);

test('a capture is read from standard input too', () => {
  const { status, stdout } = spawnSync(process.execPath, [MAIN, 'replay', '-', '--format', 'table'], {
    input: DEMO,
    encoding: 'utf8',
  });
  expect({ status, hasSpans: /GET \//.test(stdout) }).toEqual({ status: 0, hasSpans: true });
});
