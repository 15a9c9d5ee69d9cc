/**
 * A process to be killed: appends records without end and prints "number segment offset" of each when it is durable.
 * Arguments: folder of the log, number of the first record.
 */
import { writeSync } from 'node:fs';
import { openWal } from '../segmented-wal.ts';
import { numberedPayload } from './numbered-payload.ts';

const [directory, first] = process.argv.slice(2);
const wal = await openWal({
  directory: directory!,
  segmentBytes: 1 << 16,
  onRecord: () => {},
  onNote: () => {},
});

async function appendForever(start: number, step: number): Promise<never> {
  for (let number = start; ; number += step) {
    const { segment, offset } = await wal.append('batch', numberedPayload(number));
    writeSync(1, `${number} ${segment} ${offset}\n`);
  }
}

// Several at once, so that groups of several records are cut through.
await Promise.all([0, 1, 2, 3, 4].map((lane) => appendForever(Number(first) + lane, 5)));
