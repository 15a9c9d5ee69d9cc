import { expect, test } from '@jest/globals';
import { assemble } from './assembler.ts';

const hexOf = (text: string): string => Buffer.from(assemble(text).bytes).toString('hex');

// Bytes as clang 19 writes the same instructions (llvm-mc -triple bpf -mcpu v4 -filetype obj).
test.each([
  ['mov %r1, 5', 'b701000005000000'],
  ['mov32 %r1, %r2', 'bc21000000000000'],
  ['ldxw %r0, [%r1+0x2]', '6110020000000000'],
  ['stxdw [%r10-8], %r3', '7b3af8ff00000000'],
  ['lock fetch add32 [%r10-4], %r1', 'c31afcff01000000'],
  ['jne %r1, 0xffffffff, +1', '55010100ffffffff'],
  ['lddw %r1, 0x1122334455667788', '18010000887766550000000044332211'],
  ['call local +1', '8510000001000000'],
])('assembles %s', (text, hex) => {
  expect(hexOf(text)).toBe(hex);
});

test('labels may be before and behind, and "exit" is the last exit', () => {
  const text = 'start:\nja end # over the first exit\nexit\nend:\njeq %r1, 0, start\nja exit\nexit';
  expect(hexOf(text)).toBe(hexOf('ja +1\nexit\njeq %r1, 0, -3\nja +0\nexit'));
});

test('functions begin where calls and func point', () => {
  const { functions } = assemble('call local a\nlddw %r1, func b\nexit\na:\nexit\nb:\nexit');
  expect(functions).toEqual([{ slot: 0 }, { slot: 4 }, { slot: 5 }]);
});

test.each([
  ['frob %r1', 'Cannot assemble line 1: unknown mnemonic "frob"'],
  ['exit\nmov %r1, x', 'Cannot assemble line 2: "x" is no number'],
  ['ldxw %r1, %r2', 'Cannot assemble line 1: "%r2" is no memory operand'],
  ['neg 5', 'Cannot assemble line 1: "5" is no register'],
])('refuses %j', (text, message) => {
  expect(() => assemble(text)).toThrow(message);
});
