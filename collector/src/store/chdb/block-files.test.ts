import { mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { BlockFiles } from './block-files.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-blocks-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const BYTES = new Uint8Array([0, 255, 10, 10]);

test('a file is there while it is lent, and no longer, even after an error', async () => {
  const files = await BlockFiles.open(join(folder, 'a/b'));
  const seen = await files.lend(BYTES, async (path) => {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    return [...(await readFile(path))];
  });
  expect(seen).toEqual([...BYTES]);
  const failing = files.lend(BYTES, () => Promise.reject(new Error('the engine fell')));
  await expect(failing).rejects.toThrow(/^the engine fell$/);
  expect(await readdir(join(folder, 'a/b'))).toEqual([]);
});

test('files that are lent at once are different ones', async () => {
  const files = await BlockFiles.open(join(folder, 'c'));
  const paths = await Promise.all([1, 2, 3].map(() => files.lend(BYTES, async (path) => path)));
  expect(new Set(paths).size).toBe(3);
  expect(new Set(paths.map(dirname))).toEqual(new Set([join(folder, 'c')]));
});

test('a link is no folder: it might lead to files of somebody else', async () => {
  await symlink(folder, join(folder, 'link'));
  await expect(BlockFiles.open(join(folder, 'link'))).rejects.toThrow(/belongs to somebody else$/);
});

test('a folder that cannot be made is a fault of the store', async () => {
  const under = BlockFiles.open('/dev/null/blocks');
  await expect(under).rejects.toMatchObject({ name: 'StoreUnavailable' });
});

/** Linux has a file on a disk that is always full. */
const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('no room is a full store', async () => {
  const files = await BlockFiles.open(join(folder, 'd'));
  await symlink('/dev/full', join(folder, 'd', '1.native'));
  await expect(files.lend(BYTES, async () => 0)).rejects.toMatchObject({ name: 'StoreFull' });
});
