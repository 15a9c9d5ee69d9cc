import { expect, test } from '@jest/globals';
import { INSTRUCTIONS, kindOf } from './instructions.ts';

test('no two instructions have one op', () => {
  expect(new Set(INSTRUCTIONS.map(({ op }) => op)).size).toBe(INSTRUCTIONS.length);
});

test('ops are dense enough for one jump: V8 wants at least a third of the range to be used', () => {
  expect(Math.max(...INSTRUCTIONS.map(({ op }) => op)) / INSTRUCTIONS.length).toBeLessThan(3);
});

test('every row is found by its own fields, so none hides another', () => {
  const hidden = INSTRUCTIONS.filter((kind) => {
    const { src = 0, offset = 0, imm = 0 } = kind.fixed;
    return kindOf(kind.opcode, src, offset, imm) !== kind;
  });
  expect(hidden).toEqual([]);
});

// RFC 9669, sections 4 and 5, counted by hand: what the rows of each form must add up to.
test.each([
  ['alu', 2 * 2 * 14],
  ['neg', 2],
  ['movsx', 5],
  ['swap', 9],
  ['load', 4 + 3],
  ['store', 2 * 4],
  ['atomic', 2 * 10],
  ['jump', 2],
  ['branch', 2 * 2 * 11],
  ['call', 4],
  ['exit', 1],
  ['wide', 7],
  ['packet', 6],
] as const)('there are as many %s instructions as in the RFC: %i', (form, count) => {
  expect(INSTRUCTIONS.filter(({ action }) => action.form === form).length).toBe(count);
});

// Opcodes as LLVM writes them (clang -target bpf), so that the table does not only agree with itself.
test.each([
  [0x07, 0, 0, 'add'],
  [0xbf, 0, 0, 'mov'],
  [0xbf, 32, 0, 'movsx3264'],
  [0x3f, 1, 0, 'sdiv'],
  [0x9c, 1, 0, 'smod32'],
  [0xdc, 0, 16, 'be16'],
  [0xd7, 0, 64, 'bswap64'],
  [0x79, 8, 0, 'ldxdw'],
  [0x81, 8, 0, 'ldxsw'],
  [0x63, 4, 0, 'stxw'],
  [0xdb, 0, 0x01, 'lock fetch add'],
  [0xc3, 0, 0xf1, 'lock cmpxchg32'],
  [0x06, 0, 5, 'ja32'],
  [0xd6, 1, 5, 'jsle32'],
  [0x95, 0, 0, 'exit'],
])('opcode 0x%s, offset %i, imm %i is %s', (opcode, offset, imm, name) => {
  expect(kindOf(opcode, 0, offset, imm)?.name).toBe(name);
});
