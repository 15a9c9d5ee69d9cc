/**
 * Golden files: what a case gives, reviewed when it changes. With SONDE_ACCEPT=1 in the environment (set by
 * `npm run golden -- --accept`) the file is written instead of compared.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/** @param path of the golden file, absolute */
export function expectGolden(path: string, actual: string): void {
  if (process.env.SONDE_ACCEPT === '1') {
    writeFileSync(path, actual);
    return;
  }
  if (!existsSync(path))
    throw new Error(`Cannot read golden file "${path}": accept it with npm run golden -- --accept`);
  expect(actual).toBe(readFileSync(path, 'utf8'));
}
