import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { encodeHeader, HEADER_BYTES } from './segment-format.ts';
import { openWal } from './segmented-wal.ts';
import { ModelDisk } from './testing/model-disk.ts';
import { type WalAddress, WalBroken, WalDamage, WalFull, type WalRecord } from './wal.ts';
import { NODE_FILES, type WalFiles, withoutFirst } from './wal-files.ts';

/** Five records of 24 bytes fill a segment. */
const SEGMENT_BYTES = 200;
const RECORD_BYTES = 40;

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-wal-'));
  folders.push(folder);
  return folder;
};

/** A power cut loses everything that was not fsynced. */
const newDisk = () => new ModelDisk({ random: () => 0 });

const payloadOf = (number: number, bytes = 24) => new Uint8Array(bytes).fill(number);
const numbersOf = (records: readonly WalRecord[]) => records.map(({ payload }) => payload[0]!);
const codeOf = (outcome: PromiseSettledResult<WalAddress>) =>
  outcome.status === 'fulfilled' ? 'kept' : (outcome.reason as Error).name;

async function open(files: WalFiles, directory = '/wal') {
  const records: WalRecord[] = [];
  const notes: string[] = [];
  const failures: string[] = [];
  const wal = await openWal({
    directory,
    segmentBytes: SEGMENT_BYTES,
    files,
    onRecord: (record) => {
      records.push(record);
    },
    onNote: (line) => notes.push(line),
    onBroken: (error) => failures.push(error.name),
  });
  return { wal, records, notes, failures };
}

/** Records 0 to 11, each a group of its own: 0 to 4 in segment 1, 5 to 9 in segment 2, 10 and 11 in segment 3. */
async function twelveRecords(): Promise<ModelDisk> {
  const disk = newDisk();
  const { wal } = await open(disk.files());
  for (let number = 0; number < 12; number++) await wal.append('batch', payloadOf(number));
  await wal.close();
  return disk;
}

const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i);

/** Changes a file; `offset` counts from its start. */
const flip = (name: string, offset: number) => (disk: ModelDisk) =>
  disk.replace(
    name,
    disk.content(name).map((byte, i) => (i === offset ? byte ^ 0x10 : byte)),
  );
const add = (name: string, bytes: Uint8Array) => (disk: ModelDisk) =>
  disk.replace(name, new Uint8Array(Buffer.concat([disk.content(name), bytes])));
const put = (name: string, bytes: Uint8Array | null) => (disk: ModelDisk) => disk.replace(name, bytes);
const record = (index: number) => HEADER_BYTES + index * RECORD_BYTES;

describe('a start after a crash', () => {
  test.each([
    ['left nothing behind', () => {}, from(0, 11), null],
    ['left a head', add('00000003.wal', payloadOf(1, 3)), from(0, 11), 'the last 3 bytes of segment 3'],
    ['left zeros', add('00000003.wal', new Uint8Array(500)), from(0, 11), 'the last 500 bytes of segment 3'],
    ['tore the last record', flip('00000003.wal', record(1) + 20), from(0, 10), 'the last 40 bytes'],
    ['tore its length', flip('00000003.wal', record(1) + 3), from(0, 10), 'the last 40 bytes'],
    ['had begun a segment', put('00000004.wal', new Uint8Array(0)), from(0, 11), null],
    ['had written its header', put('00000004.wal', encodeHeader(4)), from(0, 11), null],
    [
      'had written half of it',
      put('00000004.wal', encodeHeader(4).subarray(0, 9)),
      from(0, 11),
      'the last 9 bytes',
    ],
  ])('%s', async (_, crash: (disk: ModelDisk) => void, numbers, note: string | null) => {
    const disk = await twelveRecords();
    crash(disk);
    const first = await open(disk.files());
    expect(numbersOf(first.records)).toEqual(numbers);
    expect(first.notes).toEqual(note === null ? [] : [expect.stringContaining(note)]);
    const address = await first.wal.append('stored', payloadOf(99));
    expect(address).toEqual({ segment: 4, offset: HEADER_BYTES });
    disk.cutPower();

    const second = await open(disk.files());
    expect([numbersOf(second.records), second.notes]).toEqual([[...numbers, 99], []]);
  });
});

describe('damage is reported, and what can be read is read', () => {
  test.each([
    [
      'in a payload',
      flip('00000001.wal', record(2) + 20),
      [0, 1, ...from(5, 11)],
      'segment 1 at offset 104: the checksum of the record does not match; 2 records before it are read, 120 bytes from there on are skipped, at least 2 more',
    ],
    ['in a kind', flip('00000001.wal', record(1) + 12), [0, ...from(5, 11)], 'offset 64: there is no record'],
    ['in a length', flip('00000001.wal', record(4) + 1), from(0, 11).filter((n) => n !== 4), 'cut short'],
    [
      'in a header',
      flip('00000002.wal', 3),
      [...from(0, 4), 10, 11],
      'segment 2 at offset 0: there is no header; 0 records before it are read, 224 bytes from there on are skipped, at least 5 more',
    ],
    ['a missing segment', put('00000002.wal', null), [...from(0, 4), 10, 11], 'segment 2 is missing'],
    [
      'an empty segment',
      put('00000002.wal', new Uint8Array(0)),
      [...from(0, 4), 10, 11],
      'segment 2 at offset 0',
    ],
    [
      'a swapped segment',
      (disk: ModelDisk) => disk.replace('00000002.wal', disk.content('00000001.wal')),
      [...from(0, 4), 10, 11],
      'segment 2 at offset 0',
    ],
    ['before the last group', flip('00000003.wal', record(0) + 20), from(0, 9), 'segment 3 at offset 24'],
    [
      'in all of the last segment',
      put('00000003.wal', new Uint8Array(300)),
      from(0, 9),
      'segment 3 at offset 0',
    ],
    ['in the last header', flip('00000003.wal', 3), from(0, 9), 'segment 3 at offset 0'],
  ])('%s', async (_, damage: (disk: ModelDisk) => void, numbers, note) => {
    const disk = await twelveRecords();
    damage(disk);
    const want = [expect.stringMatching(new RegExp(`DAMAGE.*${note}`))];
    const first = await open(disk.files());
    expect([numbersOf(first.records), first.notes]).toEqual([numbers, want]);
    await first.wal.append('batch', payloadOf(99));
    await first.wal.close();

    const second = await open(disk.files());
    expect([numbersOf(second.records), second.notes]).toEqual([[...numbers, 99], want]);
  });
});

describe('a log that cannot be opened says why', () => {
  const failing = (error: string) => () => Promise.reject(new Error(error));
  test.each([
    [
      'a newer format',
      {},
      'segment 4 was written by a newer version of Sonde (format 9; this one knows up to 1)',
    ],
    [
      'no folder',
      { syncDirectory: failing('ENOENT: no such folder') },
      'cannot be read: ENOENT: no such folder',
    ],
    ['a bad sector', { open: failing('EIO: i/o error') }, 'segment 1 cannot be read: EIO: i/o error'],
  ])('%s', async (_, faults: Partial<WalFiles>, message) => {
    const disk = await twelveRecords();
    disk.replace('00000004.wal', encodeHeader(4, 9));
    await expect(open({ ...disk.files(), ...faults })).rejects.toMatchObject({
      name: 'WalUnusable',
      message: `Write-ahead log /wal: ${message}`,
    });
  });

  test('a segment size that is not possible', () =>
    expect(
      openWal({ directory: '/wal', segmentBytes: 2 ** 31, onRecord: () => {}, onNote: () => {} }),
    ).rejects.toThrow('A segment of 2147483648 bytes is not possible'));

  test('a receiver that fails ends the opening with its own error', async () => {
    const disk = await twelveRecords();
    const opened = openWal({
      directory: '/wal',
      segmentBytes: SEGMENT_BYTES,
      files: disk.files(),
      onRecord: () => Promise.reject(new RangeError('not mine')),
      onNote: () => {},
    });
    await expect(opened).rejects.toThrow(/^not mine$/);
  });
});

describe('groups', () => {
  test('what is appended together shares one fsync, and what comes meanwhile the next', async () => {
    const disk = newDisk();
    const { wal } = await open(disk.files());
    await wal.append('batch', payloadOf(0, 0));
    const before = disk.syncs;
    const first = [wal.append('batch', payloadOf(1, 8)), wal.append('composition', payloadOf(2, 8))];
    await Promise.resolve();
    await Promise.resolve();
    const second = [wal.append('stored', payloadOf(3, 8)), wal.append('batch', payloadOf(4, 8))];
    const addresses = await Promise.all([...first, ...second]);
    expect(disk.syncs - before).toBe(2);
    expect(addresses.map(({ offset }) => offset)).toEqual([40, 64, 88, 112]);
  });

  test('a group ends where its segment is full, and a larger record gets a longer segment', async () => {
    const { wal } = await open(newDisk().files());
    const sizes = [100, 24, 24, 1000, 0];
    const addresses = await Promise.all(sizes.map((bytes) => wal.append('batch', payloadOf(1, bytes))));
    expect(addresses).toEqual([
      { segment: 1, offset: 24 },
      { segment: 1, offset: 144 },
      { segment: 1, offset: 184 },
      { segment: 2, offset: 24 },
      { segment: 3, offset: 24 },
    ]);
    expect(wal.bytes).toBe(224 + 1040 + 40);
  });
});

describe('a full disk', () => {
  test('refuses what does not fit, keeps what does, and takes more when there is room', async () => {
    const disk = newDisk();
    const opened = await open(disk.files());
    await opened.wal.append('batch', payloadOf(0));
    disk.capacityBytes = opened.wal.bytes + RECORD_BYTES + 10;
    const appends = [payloadOf(1, 60), payloadOf(2), payloadOf(3)].map((payload) =>
      opened.wal.append('batch', payload),
    );
    expect((await Promise.allSettled(appends)).map(codeOf)).toEqual(['WalFull', 'kept', 'WalFull']);
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    await opened.wal.append('batch', payloadOf(4));
    expect(opened.failures).toEqual([]);
    disk.cutPower();
    expect(numbersOf((await open(disk.files())).records)).toEqual([0, 2, 4]);
  });

  test('that shows at the fsync only leaves nothing of what was refused, even if the power fails next', async () => {
    // The disk keeps the group whose fsync failed, and then loses whatever was not fsynced.
    let chance = 0.9;
    const disk = new ModelDisk({ random: () => chance });
    const { wal } = await open(disk.files());
    await wal.append('batch', payloadOf(0));
    disk.failNextSync = 'ENOSPC';
    await expect(wal.append('batch', payloadOf(1))).rejects.toBeInstanceOf(WalFull);
    chance = 0;
    disk.cutPower();
    expect(numbersOf((await open(disk.files())).records)).toEqual([0]);
  });

  test('does not keep a log from opening; no half segment is left', async () => {
    const disk = newDisk();
    disk.capacityBytes = 10;
    const { wal } = await open(disk.files());
    await expect(wal.append('batch', payloadOf(0))).rejects.toThrow(
      'Write-ahead log /wal: the disk is full (ENOSPC',
    );
    expect(disk.names).toEqual([]);
    disk.capacityBytes = 1000;
    expect(await wal.append('batch', payloadOf(0))).toEqual({ segment: 1, offset: HEADER_BYTES });
  });
});

describe('an fsync that fails', () => {
  test('breaks the log for good, once; what was durable can be read', async () => {
    const disk = newDisk();
    const { wal, notes, failures } = await open(disk.files());
    const address = await wal.append('batch', payloadOf(0));
    disk.failNextSync = 'EIO';
    const appends = [1, 2].map((number) => wal.append('batch', payloadOf(number)));
    expect((await Promise.allSettled(appends)).map(codeOf)).toEqual(['WalBroken', 'WalBroken']);
    await expect(wal.append('batch', payloadOf(3))).rejects.toBeInstanceOf(WalBroken);
    expect(failures).toEqual(['WalBroken']);
    expect(notes).toEqual([
      expect.stringMatching(/^Write-ahead log \/wal: failed for good \(EIO.*\): .*restart/),
    ]);
    expect(await wal.read(address)).toEqual(payloadOf(0));
    await wal.close();
  });
});

test('a shortening that did not reach the disk is done again by the next start', async () => {
  const chances: number[] = [];
  const disk = new ModelDisk({ random: () => chances.shift() ?? 0 });
  const first = await open(disk.files());
  await first.wal.append('batch', payloadOf(0));
  disk.capacityBytes = first.wal.bytes + 30;
  disk.failNextSync = 'EIO';
  // The part of a record that had room reaches the disk, its removal does not; the page cache has forgotten both.
  chances.push(0, 0.3, 0);
  await expect(first.wal.append('batch', payloadOf(1))).rejects.toBeInstanceOf(WalBroken);
  disk.kill();
  disk.capacityBytes = Number.POSITIVE_INFINITY;
  const second = await open(disk.files());
  await second.wal.append('batch', payloadOf(2));
  disk.cutPower();
  const third = await open(disk.files());
  expect([numbersOf(third.records), third.notes]).toEqual([[0, 2], []]);
});

describe('reading by address', () => {
  test.each([
    ['a record', { segment: 2, offset: record(1) }, null],
    [
      'a deleted segment',
      { segment: 9, offset: 24 },
      'segment 9, offset 24: the segment cannot be opened (ENOENT',
    ],
    ['the header', { segment: 1, offset: 0 }, 'segment 1, offset 0: there is no record'],
    ['before the file', { segment: 1, offset: -8 }, 'there is no record'],
    ['behind the file', { segment: 3, offset: record(2) }, 'the record is cut short'],
    ['between records', { segment: 1, offset: record(0) + 8 }, 'segment 1, offset 32: '],
    ['a damaged payload', { segment: 1, offset: record(3) }, 'the checksum of the record does not match'],
    ['a damaged length', { segment: 1, offset: record(4) }, 'the record is cut short'],
  ])('%s', async (_, address, fault) => {
    const disk = await twelveRecords();
    const { wal } = await open(disk.files());
    flip('00000001.wal', record(3) + 30)(disk);
    flip('00000001.wal', record(4) + 3)(disk);
    const outcome = await wal.read(address).catch((error: unknown) => error);
    if (fault === null) return expect(outcome).toEqual(payloadOf(6));
    expect(outcome).toBeInstanceOf(WalDamage);
    return expect(outcome).toMatchObject({ address, message: expect.stringContaining(fault) });
  });
});

describe('releasing', () => {
  test.each([
    [1, ['00000001.wal', '00000002.wal', '00000003.wal']],
    [3, ['00000003.wal']],
    [99, ['00000003.wal']],
  ])('before segment %d leaves %j', async (before, names) => {
    const disk = newDisk();
    const { wal } = await open(disk.files());
    for (let number = 0; number < 12; number++) await wal.append('batch', payloadOf(number));
    const [first] = await Promise.all([wal.release(before), wal.release(1)]);
    expect([first, disk.names]).toEqual([undefined, names]);
    expect(wal.bytes).toBe(names.reduce((sum, name) => sum + disk.content(name).length, 0));
    disk.cutPower();
    expect(disk.names).toEqual(names);
  });

  test('after a start every old segment may go, and numbers go on', async () => {
    const disk = await twelveRecords();
    const { wal } = await open(disk.files());
    await wal.release(4);
    expect([disk.names, wal.bytes]).toEqual([[], 0]);
    expect((await wal.append('batch', payloadOf(0))).segment).toBe(4);
  });

  test('a deletion that a killed process left half done is done before the next start reads', async () => {
    const disk = await twelveRecords();
    await disk.files().remove('/wal/00000001.wal');
    disk.kill();
    await open(disk.files());
    disk.cutPower();
    expect(disk.names).toEqual(['00000002.wal', '00000003.wal']);
  });

  test('what cannot be deleted is noted and kept', async () => {
    const disk = await twelveRecords();
    const remove = () => Promise.reject(new Error('EPERM: not permitted'));
    const { wal, notes } = await open({ ...disk.files(), remove });
    const bytes = wal.bytes;
    await wal.release(2);
    expect(notes).toEqual(['Write-ahead log: segment 1 cannot be deleted: EPERM: not permitted']);
    expect(wal.bytes).toBe(bytes);
  });
});

test('a closed log has written what was appended, and takes no more', async () => {
  const disk = newDisk();
  const { wal } = await open(disk.files());
  const append = wal.append('batch', payloadOf(5));
  await Promise.all([wal.close(), wal.close()]);
  expect(await append).toEqual({ segment: 1, offset: HEADER_BYTES });
  await expect(wal.append('batch', payloadOf(6))).rejects.toThrow('append after close');
});

test('on a real disk', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'notes.txt'), 'not a segment');
  const first = await open(NODE_FILES, folder);
  const large = payloadOf(3, 3_000_000);
  await Promise.all([
    first.wal.append('batch', payloadOf(1)),
    first.wal.append('composition', payloadOf(2, 0)),
    first.wal.append('stored', large),
    ...from(4, 2000).map((number) => first.wal.append('batch', payloadOf(number % 256, 8))),
  ]);
  await first.wal.close();

  const second = await open(NODE_FILES, folder);
  expect(second.notes).toEqual([]);
  expect(second.records.slice(0, 3).map(({ kind, payload }) => [kind, payload.length])).toEqual([
    ['batch', 24],
    ['composition', 0],
    ['stored', 3_000_000],
  ]);
  expect(second.records.slice(3).map(({ payload }) => payload[0])).toEqual(from(4, 2000).map((n) => n % 256));
  expect(Buffer.compare(await second.wal.read(second.records[2]!.address), large)).toBe(0);
  await second.wal.release(second.records.at(-1)!.address.segment + 1);
  expect(second.wal.bytes).toBe(0);
  await second.wal.close();
});

test.each([
  [[3, 2], 0, [3, 2]],
  [[3, 2], 2, [1, 2]],
  [[3, 2], 3, [2]],
  [[3, 2, 4], 6, [3]],
  [[3, 2], 5, []],
])('buffers of %j bytes without the first %d', (sizes, bytes, left) => {
  const buffers = sizes.map((size) => new Uint8Array(size));
  expect(withoutFirst(buffers, bytes).map((buffer) => buffer.length)).toEqual(left);
});
