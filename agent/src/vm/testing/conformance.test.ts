/** The cases of bpf_conformance on every engine. They are not part of this project: see `FOLDER`. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseCases } from './cases.ts';
import { ENGINES } from './engines.ts';
import { runCase } from './run-case.ts';

/** `*.data` of https://github.com/Alan-Jowett/bpf_conformance (MIT), put beside the repository. */
const FOLDER = join(import.meta.dirname, '../../../../../shared/bpf-conformance');

const files = existsSync(FOLDER) ? readdirSync(FOLDER).filter((name) => name.endsWith('.data')) : [];

if (files.length === 0) {
  test.skip(`bpf_conformance: no cases in ${FOLDER}`, () => {});
} else {
  describe.each(ENGINES)('bpf_conformance on $name', (engine) => {
    const cases = files.flatMap((name) => parseCases(name, readFileSync(join(FOLDER, name), 'utf8')));
    test.each(cases)('$name', (each) => {
      expect(runCase(engine, each)).toBe(each.result);
    });
  });
}
