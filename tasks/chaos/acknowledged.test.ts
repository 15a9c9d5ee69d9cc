import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readAcknowledged } from './acknowledged.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonde-acknowledged-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const line = (sequence: number) =>
  JSON.stringify({ agent: 'node-a', epoch: 7, sequence, spans: 1, logs: 0, requests: 1, rows: 3 });

describe('a record of acknowledgements', () => {
  const check = (what: string, text: string | null, sequences: readonly number[]) =>
    test(what, () => {
      const file = join(folder, what);
      if (text !== null) writeFileSync(file, text);
      expect([...readAcknowledged(file).keys()]).toEqual(sequences.map((n) => `node-a/7/${n}`));
    });

  check('that nobody wrote is empty', null, []);
  check('has a batch a line', `${line(1)}\n${line(2)}\n`, [1, 2]);
  check('names a batch once', `${line(1)}\n${line(1)}\n`, [1]);
  check('may end within a line', `${line(1)}\n${line(2).slice(0, -1)}`, [1]);
  check(
    'goes on behind a torn line',
    `${line(1)}\n${line(2).slice(0, 20)}${line(3)}\n${line(4)}\n`,
    [1, 3, 4],
  );
  check('goes on behind a line without its end', `${line(1)}${line(2)}\n`, [1, 2]);
});
