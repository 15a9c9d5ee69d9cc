import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

const FILLER = join(import.meta.dirname, 'testing', 'disk-filler.ts');

/** Runs a command over a file system of 256 KiB that only this command sees: the mount ends with its namespace. */
function onTinyDisk(folder: string, ...command: string[]) {
  const mounted = 'mount -t tmpfs -o size=256k none "$0" && exec "$@"';
  return spawnSync('unshare', ['--map-root-user', '--mount', 'sh', '-c', mounted, folder, ...command], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

const folder = mkdtempSync(join(tmpdir(), 'sonde-tiny-'));
afterAll(() => rmdirSync(folder));

const probe = onTinyDisk(folder, 'true');
const cannot = probe.status === 0 ? '' : ` (no mount here: ${probe.stderr || probe.error?.message})`;

(cannot === '' ? test : test.skip)(`a disk that is full for real${cannot}`, () => {
  const { stdout, stderr } = onTinyDisk(folder, process.execPath, FILLER, folder);
  expect(stderr).toBe('');
  const { kept, againWhenFull, afterRelease, atStart, notes } = JSON.parse(stdout);
  // A segment takes 7 records of 10,000 bytes, so releasing the first frees as many.
  expect([kept.length > 14, againWhenFull, afterRelease, notes]).toEqual([true, 'full', 'kept', []]);
  expect(atStart).toEqual([...kept.slice(7), 202]);
});
