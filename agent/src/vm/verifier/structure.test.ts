import { describe, expect, test } from '@jest/globals';
import { decodeKnown, encode } from '../isa/decode.ts';
import { kindOf } from '../isa/instructions.ts';
import { ProgramType } from '../object/spec.ts';
import { assemble } from '../testing/assembler.ts';
import type { CheckedMap, CheckedProgram } from './program.ts';
import { checkStructure } from './structure.ts';

/** Map 0: a frozen data section; map 1: one that is not; map 2: one that has no value to point into. */
const MAPS: readonly CheckedMap[] = [
  { valueBytes: 16, contents: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0) },
  { valueBytes: 16, contents: null },
  { valueBytes: 0, contents: null },
];

function programOf(text: string, change: Partial<CheckedProgram> = {}): CheckedProgram {
  const { bytes, functions } = assemble(text);
  return {
    type: ProgramType.TRACING,
    license: 'GPL',
    code: decodeKnown(bytes),
    functions: functions.map(({ slot }) => slot),
    ...change,
  };
}

/** "ok", or the slot and the reason. */
function verdict(program: CheckedProgram): string {
  const result = checkStructure(program, MAPS);
  return result.kind === 'accepted' ? 'ok' : `${result.slot}: ${result.why}`;
}

function check(text: string, expected: string, change: Partial<CheckedProgram> = {}): void {
  expect(verdict(programOf(text, change))).toBe(expected);
}

/** What CO-RE leaves of an instruction that reads what this kernel does not have. */
const POISON = 'call 0xbad2310';

describe('shape', () => {
  test.each([
    ['a program', 'mov %r0, 0\nexit', 'ok'],
    ['no instructions', '', '0: it has no instructions'],
    [
      'an end that is neither exit nor goto',
      'exit\nmov %r0, 0',
      '1: the last instruction of a function is no exit or goto',
    ],
    [
      'an end that may fall through',
      'mov %r0, 0\njeq %r0, 0, -2',
      '1: the last instruction of a function is no exit or goto',
    ],
    ['an end that jumps back', 'mov %r0, 0\nja +1\nexit\nja -2', 'ok'],
    [
      'an end in a wide instruction',
      'lddw %r0, 5',
      '1: the last instruction of a function is no exit or goto',
    ],
    [
      'a function that falls into the next',
      'call local f\nmov %r0, 0\nf:\nexit',
      '1: the last instruction of a function is no exit or goto',
    ],
  ])('%s', (_name, text, expected) => check(text, expected));

  test('functions that do not begin at instructions', () => {
    const text = 'lddw %r0, 1\nexit';
    check(text, '1: a function begins where there is no instruction', { functions: [0, 1] });
    check(text, '0: its first function does not begin at instruction 0', { functions: [2] });
    check(text, '0: functions are not in order', { functions: [0, 0] });
  });
});

describe('fields', () => {
  test.each([
    ['mov', 0xb7, { offset: 1 }, '0: unknown'],
    ['add', 0x07, { offset: 1 }, '0: reserved field: offset is 1, not 0'],
    ['add of a register', 0x0f, { imm: 5 }, '0: reserved field: imm is 5, not 0'],
    ['add of an immediate', 0x07, { src: 3 }, '0: reserved field: src is 3, not 0'],
    ['exit', 0x95, { dst: 2 }, '0: reserved field: dst is 2, not 0'],
    ['load', 0x79, { imm: 1 }, '0: reserved field: imm is 1, not 0'],
    ['a destination that does not exist', 0x0f, { dst: 11 }, '0: there is no register r11'],
    ['a source that does not exist', 0x0f, { src: 15 }, '0: there is no register r15'],
    ['an unaligned field of neg', 0x87, { src: 1 }, '0: reserved field: src is 1, not 0'],
  ])('%s', (_name, opcode, change, expected) => {
    const fields = { dst: 0, src: 0, offset: 0, imm: 0, nextImm: 0, ...change };
    const kind = kindOf(opcode, fields.src, 0, fields.imm)!;
    const bytes = [...encode({ kind, ...fields }), ...assemble('exit').bytes];
    const code = decodeKnown(Uint8Array.from(bytes));
    const expectedText = expected.endsWith('unknown') ? '0: reserved field: offset is 1, not 0' : expected;
    expect(verdict(programOf('exit', { code }))).toBe(expectedText);
  });

  test.each([
    ['a write to r10', 'mov %r10, 5\nexit', '0: the frame pointer is read only'],
    ['a load into r10', 'ldxw %r10, [%r1]\nexit', '0: the frame pointer is read only'],
    ['a fetch into r10', 'lock fetch add [%r1], %r10\nexit', '0: the frame pointer is read only'],
    ['an atomic that only reads r10', 'lock add [%r1], %r10\nexit', 'ok'],
    ['a store of r10', 'stxdw [%r1], %r10\nexit', 'ok'],
    ['division by a constant zero', 'mov %r0, 1\ndiv %r0, 0\nexit', '1: division by zero'],
    ['smod32 by a constant zero', 'mov %r0, 1\nsmod32 %r0, 0\nexit', '1: division by zero'],
    ['a shift by the width', 'mov %r0, 1\nlsh32 %r0, 32\nexit', '1: invalid shift of 32 bits'],
    ['a shift by less than the width', 'mov %r0, 1\nlsh %r0, 63\nexit', 'ok'],
    ['a negative shift', 'mov %r0, 1\narsh %r0, -1\nexit', '1: invalid shift of -1 bits'],
    [
      'a call through a register',
      'call %r1\nexit',
      '0: a call through a register cannot be checked, and Linux refuses it',
    ],
  ])('%s', (_name, text, expected) => check(text, expected));
});

describe('maps', () => {
  test.each([
    ['a map', 'lddw %r1, map 2\nexit', 'ok'],
    ['a map that does not exist', 'lddw %r1, map 3\nexit', '0: there is no map 3'],
    ['a value', 'lddw %r1, map_value 1+15\nexit', 'ok'],
    ['behind a value', 'lddw %r1, map_value 1+16\nexit', '0: offset 16 is outside the value of 16 bytes'],
    [
      'the value of a map that has none',
      'lddw %r1, map_value 2+0\nexit',
      '0: map 2 has no value that can be pointed into',
    ],
    ['a load at the end of a value', 'lddw %r1, map_value 1+8\nldxdw %r0, [%r1]\nexit', 'ok'],
    [
      'a load over the end of a value',
      'lddw %r1, map_value 1+8\nldxdw %r0, [%r1+4]\nexit',
      '2: access at offset 12 of a value of 16 bytes',
    ],
    [
      'a load before a value',
      'lddw %r1, map_value 1+4\nmov %r2, %r1\nadd %r2, -8\nldxw %r0, [%r2]\nexit',
      '4: access at offset -4 of a value of 16 bytes',
    ],
    ['a store into a value', 'lddw %r1, map_value 1+8\nstw [%r1], 1\nexit', 'ok'],
    [
      'a store into a frozen value',
      'lddw %r1, map_value 0+8\nstw [%r1], 1\nexit',
      '2: store into a frozen map',
    ],
    [
      'an atomic on a frozen value',
      'lddw %r1, map_value 0+8\nlock add [%r1], %r2\nexit',
      '2: store into a frozen map',
    ],
  ])('%s', (_name, text, expected) => check(text, expected));
});

describe('control', () => {
  test.each([
    ['a jump behind the end', 'ja +1\nexit', '0: jump to 2, outside its function'],
    ['a jump before the start', 'ja -2\nexit', '0: jump to -1, outside its function'],
    [
      'a jump into an lddw',
      'jeq %r1, 0, +1\nlddw %r0, 1\nexit',
      '0: jump into the middle of an instruction at 2',
    ],
    [
      'a jump into another function',
      'call local f\nja +1\nf:\nmov %r0, 0\nexit',
      '1: jump to 3, outside its function',
    ],
    [
      'a call into the middle of a function',
      'call local f\nexit\nf:\nmov %r0, 0\nexit',
      '0: instruction 2 is not the start of a function',
    ],
    ['code that nothing leads to', 'ja +1\nmov %r0, 0\nexit', '1: no way leads to this instruction'],
    ['a function that only func names', 'lddw %r1, func f\nexit\nf:\nmov %r0, 0\nexit', 'ok'],
    ['a loop', 'mov %r0, 0\nagain:\nadd %r0, 1\njlt %r0, 9, again\nexit', 'ok'],
    ['a function that calls itself', 'call local f\nexit\nf:\ncall local f\nexit', '2: recursive call'],
    [
      'functions that call each other',
      'call local f\nexit\nf:\ncall local g\nexit\ng:\ncall local f\nexit',
      '4: recursive call',
    ],
  ])('%s', (name, text, expected) => {
    check(text, expected, name.includes('middle of a function') ? { functions: [0] } : {});
  });

  const chain = (functions: number): string =>
    Array.from(
      { length: functions },
      (_, i) => `f${i}:\n${i + 1 < functions ? `call local f${i + 1}\n` : ''}exit`,
    ).join('\n');

  test('calls nest eight deep', () => {
    check(chain(8), 'ok');
    expect(verdict(programOf(chain(9)))).toMatch(/calls nest more than 8 deep$/);
  });
});

describe('the stack', () => {
  test.each([
    ['its lowest byte', 'stb [%r10-512], 0\nexit', 'ok'],
    ['below it', 'stb [%r10-513], 0\nexit', '0: invalid stack access at -513, 1 bytes'],
    ['above it', 'ldxdw %r0, [%r10-4]\nexit', '0: invalid stack access at -4, 8 bytes'],
    [
      'through a copy',
      'mov %r2, %r10\nsub %r2, 600\nldxb %r0, [%r2+8]\nexit',
      '2: invalid stack access at -592, 1 bytes',
    ],
    ['at an offset that is not known', 'mov %r2, %r10\nadd %r2, %r1\nstb [%r2], 0\nexit', 'ok'],
    [
      'after two ways that differ',
      'mov %r2, %r10\njeq %r1, 0, +1\nadd %r2, -600\nstb [%r2-4], 0\nexit',
      'ok',
    ],
  ])('%s', (_name, text, expected) => check(text, expected));
});

describe('helpers', () => {
  test.each([
    ['one that exists', 'call 5\nexit', {}, 'ok'],
    ['one that does not', 'call 6\nexit', {}, '0: unknown helper 6'],
    ['one that changes what it observes', 'call 36\nexit', {}, '0: unknown helper probe_write_user'],
    [
      'a poisoned instruction',
      `${POISON}\nexit`,
      {},
      '0: CO-RE relocation failed: what it reads does not exist on this kernel',
    ],
    [
      'GPL only',
      'call 35\nexit',
      { license: 'MIT' },
      '0: helper bpf_get_current_task needs a GPL-compatible licence, not "MIT"',
    ],
    ['GPL only, dual licence', 'call 35\nexit', { license: 'Dual MIT/GPL' }, 'ok'],
    [
      'of another type',
      'call 14\nexit',
      { type: ProgramType.XDP },
      '0: program of type 6 cannot use helper bpf_get_current_pid_tgid',
    ],
  ] as const)('%s', (_name, text, change, expected) => check(text, expected, change));
});

describe('poison is allowed where it is dead:', () => {
  test.each([
    ['behind a constant condition', `mov %r1, 0\njne %r1, 0, +1\nja +1\n${POISON}\nexit`, true],
    ['behind one that holds', `mov %r1, 1\njne %r1, 0, +1\nja +1\n${POISON}\nexit`, false],
    [
      'behind a field of .rodata',
      `lddw %r1, map_value 0+8\nldxw %r2, [%r1]\njeq %r2, -1, +1\n${POISON}\nexit`,
      false,
    ],
    [
      'behind a zero-extended field',
      `lddw %r1, map_value 0+8\nldxw %r2, [%r1]\njeq32 %r2, -1, +1\n${POISON}\nexit`,
      true,
    ],
    [
      'behind a signed field',
      `lddw %r1, map_value 0+8\nldxsw %r2, [%r1]\njeq %r2, -1, +1\n${POISON}\nexit`,
      true,
    ],
    [
      'behind a field at an added offset',
      `lddw %r1, map_value 0+0\nadd %r1, 4\nldxb %r2, [%r1+4]\njset %r2, 0x80, +1\n${POISON}\nexit`,
      true,
    ],
    [
      'behind a field that programs may change',
      `lddw %r1, map_value 1+8\nldxw %r2, [%r1]\njeq %r2, 0, +1\n${POISON}\nexit`,
      false,
    ],
    ['behind arithmetic', `mov %r1, 6\nmul %r1, 7\nsub %r1, 42\njeq %r1, 0, +1\n${POISON}\nexit`, true],
    [
      'behind a value that two ways agree on',
      `jeq %r1, 0, +2\nmov %r2, 3\nja +1\nmov %r2, 3\njeq %r2, 3, +1\n${POISON}\nexit`,
      true,
    ],
    [
      'behind one they differ on',
      `jeq %r1, 0, +2\nmov %r2, 3\nja +1\nmov %r2, 4\njeq %r2, 3, +1\n${POISON}\nexit`,
      false,
    ],
    ['behind what a branch found out', `jne %r1, 7, exit\njeq %r1, 7, +1\n${POISON}\nexit`, true],
    [
      'behind a constant that a helper overwrites',
      `mov %r1, 1\ncall 5\njeq %r1, 1, +1\n${POISON}\nexit`,
      false,
    ],
    ['behind a constant that a helper keeps', `mov %r6, 1\ncall 5\njeq %r6, 1, +1\n${POISON}\nexit`, true],
    [
      'in a loop whose counter changes',
      `mov %r1, 0\nagain:\nadd %r1, 1\njlt %r1, 5, again\n${POISON}\nexit`,
      false,
    ],
    ['behind a byte swap', `mov %r1, 0x100\nbe16 %r1\njeq %r1, 1, +1\n${POISON}\nexit`, true],
    ['behind a movsx', `mov %r1, 0x80\nmovsx864 %r2, %r1\njslt %r2, 0, +1\n${POISON}\nexit`, true],
    [
      'behind an atomic that fetches',
      `mov %r2, 1\nlock fetch add [%r1], %r2\njeq %r2, 1, +1\n${POISON}\nexit`,
      false,
    ],
    [
      'in a function that is never called',
      `mov %r1, 0\njeq %r1, 0, +1\ncall local f\nexit\nf:\n${POISON}\nexit`,
      true,
    ],
    ['in a function that is called', `call local f\nexit\nf:\n${POISON}\nexit`, false],
    ['in a callback', `lddw %r2, func f\nexit\nf:\n${POISON}\nexit`, false],
  ])('%s', (_name, text, dead) => {
    expect(verdict(programOf(text)) === 'ok').toBe(dead);
  });
});

test('the verdict tells which instructions can be reached', () => {
  const result = checkStructure(programOf(`mov %r1, 0\njeq %r1, 0, +1\n${POISON}\nlddw %r0, 1\nexit`), MAPS);
  expect(result).toEqual({ kind: 'accepted', reachable: [true, true, false, true, false, true] });
});
