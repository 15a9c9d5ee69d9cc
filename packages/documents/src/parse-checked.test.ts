import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { parseChecked } from './parse-checked.ts';

const SCHEMA = z.strictObject({
  name: z.string('must be text'),
  ports: z
    .array(z.strictObject({ number: z.int('must be a whole number').min(1, 'must be at least 1') }))
    .default([]),
  mode: z.union([z.literal('a'), z.strictObject({ latencyMs: z.number() })]).optional(),
});

const check = (text: string, want: string) =>
  expect(() => parseChecked(text, 'f.yaml', SCHEMA)).toThrow(new RegExp(`^${want}$`));

test('a document that fits gives its values and defaults', () => {
  expect(parseChecked('name: x', 'f.yaml', SCHEMA)).toEqual({ name: 'x', ports: [] });
});

describe('a fault is one line with file, line, column and key', () => {
  test.each([
    ['ports: []', 'f.yaml:1:1: name: is required and must be text'],
    ['name: 5', 'f.yaml:1:7: name: must be text, got 5'],
    ['name: x\nports:\n  - number: 0', 'f.yaml:3:13: ports\\[0\\].number: must be at least 1, got 0'],
    ['nmae: x', 'f.yaml:1:1: unknown key "nmae"; did you mean "name"\\?'],
    [
      'name: x\nports:\n  - nmber: 1',
      'f.yaml:3:5: ports\\[0\\]: unknown key "nmber"; did you mean "number"\\?',
    ],
    ['name: x\nwhatever: 1', 'f.yaml:2:1: unknown key "whatever"'],
    ['name: 5\nwhatever: 1', 'f.yaml:1:7: name: must be text, got 5 \\(and 1 more\\)'],
    ['name: [', 'f.yaml:1:8: Flow sequence in block collection must be.*'],
    ['- 1', 'f.yaml:1:1: .*expected object.*'],
    ['# nothing but a comment', 'f.yaml:1:1: name: is required and must be text'],
  ])('%j', (text, want) => check(text, want));
});
