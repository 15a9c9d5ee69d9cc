import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { openWal } from './segmented-wal.ts';
import { numberedPayload, numberOfPayload } from './testing/numbered-payload.ts';

const APPENDER = join(import.meta.dirname, 'testing', 'appender.ts');

/** Runs a process that appends and kills it when it has told of so many records. @returns its lines */
async function appendUntilKilled(directory: string, first: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [APPENDER, directory, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const told: string[] = [];
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    if (told.length === lines) child.kill('SIGKILL');
  }
  await exited;
  return told;
}

test('a killed process loses nothing that it told of', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sonde-wal-'));
  try {
    const told: string[] = [];
    for (const [round, lines] of [1, 40, 7, 333, 120].entries()) {
      told.push(...(await appendUntilKilled(directory, round * 1_000_000, lines)));

      const numbers: number[] = [];
      const found = new Set<string>();
      const faults: string[] = [];
      const wal = await openWal({
        directory,
        segmentBytes: 1 << 16,
        onRecord: ({ address, payload }) => {
          const number = numberOfPayload(payload);
          numbers.push(number);
          found.add(`${number} ${address.segment} ${address.offset}`);
          if (Buffer.compare(payload, numberedPayload(number)) !== 0) faults.push(`${number} is not whole`);
        },
        onNote: (line) => {
          if (!line.includes('cut off')) faults.push(line);
        },
      });
      await wal.close();
      expect(faults).toEqual([]);
      expect(told.length).toBeGreaterThanOrEqual(lines);
      expect(told.filter((line) => !found.has(line))).toEqual([]);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
