/**
 * Fills the file system below a folder through the log, makes room by releasing, and prints as JSON what happened.
 * Argument: the folder, in a small file system.
 */
import { openWal, type SegmentedWal } from '../segmented-wal.ts';
import { WalFull } from '../wal.ts';

const directory = process.argv[2]!;
const told = { atStart: [] as number[], notes: [] as string[] };

async function open(): Promise<SegmentedWal> {
  told.atStart = [];
  return openWal({
    directory,
    segmentBytes: 1 << 16,
    onRecord: ({ payload }) => {
      told.atStart.push(payload[0]!);
    },
    onNote: (line) => told.notes.push(line),
  });
}

async function tryAppend(wal: SegmentedWal, number: number, bytes: number): Promise<'kept' | 'full'> {
  try {
    await wal.append('batch', new Uint8Array(bytes).fill(number));
    return 'kept';
  } catch (error) {
    if (error instanceof WalFull) return 'full';
    throw error;
  }
}

const wal = await open();
const kept: number[] = [];
let number = 1;
while ((await tryAppend(wal, number, 10_000)) === 'kept') kept.push(number++);
const againWhenFull = await tryAppend(wal, 201, 10_000);
await wal.release(2);
const afterRelease = await tryAppend(wal, 202, 10_000);
await wal.close();
await (await open()).close();
console.log(JSON.stringify({ kept, againWhenFull, afterRelease, ...told }));
