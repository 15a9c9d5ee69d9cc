/** Our own cases, on every engine; together they hold every instruction of the table. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { decodeKnown } from '../isa/decode.ts';
import { INSTRUCTIONS } from '../isa/instructions.ts';
import { parseCases } from './cases.ts';
import { ENGINES } from './engines.ts';
import { runCase } from './run-case.ts';

const FOLDER = join(import.meta.dirname, '../testdata-isa');

const cases = readdirSync(FOLDER)
  .sort()
  .flatMap((file) => parseCases(file, readFileSync(join(FOLDER, file), 'utf8')));

describe.each(ENGINES)('cases on $name', (engine) => {
  test.each(cases)('$name', (each) => {
    expect(runCase(engine, each).toString(16)).toBe(each.result.toString(16));
  });
});

test('every instruction that may run is in some case', () => {
  const used = new Set(cases.flatMap(({ program }) => decodeKnown(program.bytes).map((each) => each?.kind)));
  const unused = INSTRUCTIONS.filter((kind) => kind.refused === null && !used.has(kind)).map(
    ({ name }) => name,
  );
  expect(unused).toEqual([]);
});
