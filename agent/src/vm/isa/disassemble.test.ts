import { expect, test } from '@jest/globals';
import { assemble } from '../testing/assembler.ts';
import { decodeKnown } from './decode.ts';
import { disassemble } from './disassemble.ts';

test.each([
  ['add %r1, -5', 'r1 += -5'],
  ['sdiv32 %r1, %r2', 'w1 s/= w2'],
  ['arsh %r1, %r2', 'r1 s>>= r2'],
  ['neg32 %r3', 'w3 = -w3'],
  ['movsx1664 %r3, %r4', 'r3 = (s16)r4'],
  ['be32 %r3', 'r3 = be32 r3'],
  ['swap64 %r3', 'r3 = bswap64 r3'],
  ['ldxdw %r1, [%r10-8]', 'r1 = *(u64 *)(r10 - 8)'],
  ['ldxsh %r1, [%r2]', 'r1 = *(s16 *)(r2 + 0)'],
  ['stb [%r2+3], 7', '*(u8 *)(r2 + 3) = 7'],
  ['stxw [%r2], %r5', '*(u32 *)(r2 + 0) = r5'],
  ['lock and32 [%r2], %r5', 'lock *(u32 *)(r2 + 0) &= r5'],
  ['lock fetch xor [%r2], %r5', 'r5 = atomic64_fetch_xor((u64 *)(r2 + 0), r5)'],
  ['lock xchg32 [%r2], %r5', 'r5 = atomic_xchg((u32 *)(r2 + 0), r5)'],
  ['lock cmpxchg [%r2], %r5', 'r0 = atomic64_cmpxchg((u64 *)(r2 + 0), r0, r5)'],
  ['ja +3', 'goto pc+3'],
  ['ja32 -3', 'gotol pc-3'],
  ['jsgt32 %r1, -1, +2', 'if w1 s> -1 goto pc+2'],
  ['jset %r1, %r2, +2', 'if r1 & r2 goto pc+2'],
  ['call 1', 'call bpf_lookup#1'],
  ['call 99', 'call helper#99'],
  ['call local +2', 'call pc+2'],
  ['call %r4', 'callx r4'],
  ['exit', 'exit'],
  ['lddw %r1, 0x123456789', 'r1 = 0x123456789 ll'],
  ['lddw %r1, map 2', 'r1 = map[2]'],
  ['lddw %r1, map_value 2+16', 'r1 = map_value[2]+16'],
  ['lddw %r1, func 4', 'r1 = func pc+4'],
])('%s is shown as %s', (assembly, text) => {
  const [instruction] = decodeKnown(assemble(assembly).bytes);
  expect(disassemble(instruction!, (id) => (id === 1 ? 'lookup' : undefined))).toBe(text);
});
