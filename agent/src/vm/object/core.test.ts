import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Btf } from '../btf/btf.ts';
import { BtfBuilder, type MemberSpec } from '../btf/builder.ts';
import { RelocationError, relocate } from './core.ts';
import { ObjectError } from './error.ts';
import { readObject } from './read.ts';
import { Opcode, Slots } from './slots.ts';
import type { ProgramSpec } from './spec.ts';
import { KERNEL_BTF, objectBytes, optionalBytes } from './testing/objects.ts';

const spec = readObject(objectBytes('core'));
const local = spec.btf!;
const program = (name: string) => spec.programs.find((each) => each.name === name)!;

/** What a kernel may have done to the types of testdata/core.bpf.c: every field has moved. */
function kernel(change: (b: BtfBuilder, types: Types) => Partial<Layout> = () => ({})): Btf {
  const b = new BtfBuilder();
  const types = {
    u8: b.int('unsigned char', 1),
    u16: b.int('unsigned short', 2),
    s16: b.int('short', 2, { signed: true }),
    s32: b.int('int', 4, { signed: true }),
    u32: b.int('unsigned int', 4),
    u64: b.int('unsigned long', 8),
    s64: b.int('long', 8, { signed: true }),
  };
  const { u8, u16, s16, s32, u32, u64, s64 } = types;
  const changed = change(b, types);
  const inner = b.struct('inner', 16, [
    { name: 'added', type: u32 },
    { name: 'first', type: s32, offsetBytes: 4 },
    { name: 'tail', type: b.array(u8, 8), offsetBytes: 8 },
  ]);
  const state = b.enumeration('state', { STATE_NONE: 0, STATE_OPEN: 5, STATE_LOST: -9 }, { signed: true });
  b.enumeration64('wide', { WIDE_BIG: 0x300000000n });
  const counted = b.typedef('counted_t', b.struct('', 8, [{ name: 'counter', type: s32, offsetBytes: 4 }]));
  const grouped = b.struct('', 56, [
    { name: 'pair', type: b.array(inner, 3) },
    { name: 'references', type: counted, offsetBytes: 48 },
  ]);
  const v6 = b.struct('', 20, [
    { name: 'ipv6', type: b.array(u8, 16) },
    { name: 'port', type: u16, offsetBytes: 16 },
  ]);
  const address = b.union('', 20, [
    { name: 'ipv4', type: u32 },
    { name: '', type: v6 },
  ]);
  const item = b.reserve();
  const members: Record<string, MemberSpec> = {
    next: { name: 'next', type: b.pointer(item) },
    id: { name: 'id', type: b.const(b.typedef('u64', u64)), offsetBytes: 8 },
    numbers: { name: 'numbers', type: b.array(s16, 10), offsetBytes: 16 },
    state: { name: 'state', type: state, offsetBytes: 40 },
    grouped: { name: '', type: grouped, offsetBytes: 48 },
    address: { name: '', type: address, offsetBytes: 112 },
    low: { name: 'low', type: u32, offsetBits: 136 * 8 + 4, bits: 3 },
    middle: { name: 'middle', type: u32, offsetBits: 136 * 8 + 7, bits: 13 },
    negative: { name: 'negative', type: s32, offsetBits: 140 * 8, bits: 9 },
    far: { name: 'far', type: u64, offsetBits: 144 * 8 + 10, bits: 33 },
    end: { name: 'open_end', type: b.array(u8, 0), offsetBytes: 160 },
    ...changed.members,
  };
  b.struct('item', 160, Object.values(members), item);
  const callback = b.functionPrototype(s32, [
    { name: 'item', type: b.pointer(item) },
    { name: 'flags', type: s64 },
  ]);
  b.typedef('callback_t', b.pointer(callback));
  b.struct('pt_regs', 168, [{ name: 'orig_ax', type: u64, offsetBytes: 120 }]);
  return Btf.parse(b.build());
}
type Types = Readonly<Record<'u8' | 'u16' | 's16' | 's32' | 'u32' | 'u64' | 's64', number>>;
interface Layout {
  /** Instead of the members above that have the same key. */
  readonly members: Readonly<Record<string, MemberSpec>>;
}

type Answer = number | 'poison';

/** What the instruction of a relocation holds. */
function answerAt(slots: Slots, slot: number): Answer {
  const opcode = slots.opcode(slot);
  if (opcode === Opcode.CALL) return slots.immediate(slot) === 0xbad2310 ? 'poison' : Number.NaN;
  if (opcode === Opcode.LDDW) {
    const high = BigInt(slots.immediate(slot + 1)) << 32n;
    return Number(high | BigInt.asUintN(32, BigInt(slots.immediate(slot))));
  }
  const isAccess = [1, 2, 3].includes(opcode & 7);
  return isAccess ? slots.offset(slot) : slots.immediate(slot);
}

/** @param expected the answers of the program's relocations, in the order of its source */
function check(name: string, target: Btf | null, expected: readonly Answer[]): void {
  const relocated = relocate(program(name), local, target);
  const slots = new Slots(relocated.instructions);
  expect(program(name).coreRelocations.map(({ slot }) => answerAt(slots, slot))).toEqual(expected);
  expect(relocated.poisoned).toBe(expected.filter((answer) => answer === 'poison').length);
  expect(relocated.log).toHaveLength(relocated.poisoned);
}

describe('relocate() asks the kernel', () => {
  const target = kernel();
  const localItem = local.find('item', 'struct')[0]!;
  const targetItem = target.find('item', 'struct')[0]!;

  test('where fields are, how large, and whether they are signed', () => {
    const offsets = [8, 40, 20, 48 + 16 + 8 + 2, 112, 128, 48 + 48 + 4, 160 + 5];
    const sizes = [8, 20, 4, 16];
    const existsAndSigns = [1, 1, 0, 1];
    check('fields', target, [...offsets, ...sizes, ...existsAndSigns, 3 * 160 + 8]);
  });

  test('how to take out bit fields', () => {
    // Offset and size of the load, signed, then the shifts to the left and to the right.
    const low = [136, 4, 0, 64 - 7, 64 - 3];
    const middle = [136, 4, 0, 64 - 20, 64 - 13];
    const negative = [140, 4, 1, 64 - 9, 64 - 9];
    const far = [144, 8, 0, 64 - 43, 64 - 33];
    const state = [40, 4, 1, 32, 32];
    check('bit_fields', target, [...low, ...middle, ...negative, ...far, ...state]);
  });

  test('with a wider load for a bit field that crosses its type', () => {
    const crossing = kernel((_, { u16 }) => ({
      members: { middle: { name: 'middle', type: u16, offsetBits: 136 * 8 + 12, bits: 13 } },
    }));
    const relocated = new Slots(relocate(program('bit_fields'), local, crossing).instructions);
    const middle = program('bit_fields')
      .coreRelocations.slice(5, 10)
      .map(({ slot }) => answerAt(relocated, slot));
    expect(middle).toEqual([136, 4, 0, 64 - 25, 64 - 13]);
  });

  test('and rounds down what lies between bytes, as only damaged BTF has it', () => {
    const odd = kernel((b, { s16 }) => ({
      members: { numbers: { name: 'numbers', type: b.array(s16, 6), offsetBits: 16 * 8 + 3 } },
    }));
    const relocated = new Slots(relocate(program('fields'), local, odd).instructions);
    expect(answerAt(relocated, program('fields').coreRelocations[2]!.slot)).toBe(20);
  });

  test('which types there are', () => {
    const ids = [localItem, targetItem];
    const exists = [1, 0];
    const sizes = [160, 0];
    // struct inner has a longer array, so neither it nor what holds it matches.
    const matches = [0, 0];
    check('types', target, [...ids, ...exists, ...sizes, ...matches, 1, 1, 1, 1, 1, 0]);
  });

  test('which enumerators there are', () => check('enumerators', target, [1, 5, -9, 0, 0x300000000]));

  test('and poisons what is not there', () => {
    check('missing', target, [0, 'poison', 0, 0, 'poison']);
    expect(relocate(program('missing'), local, target).log).toEqual([
      'missing+4: FIELD_BYTE_OFFSET of struct item___old.gone_id: the kernel has no such field or value',
      'missing+10: FIELD_BYTE_SIZE of struct absent.nothing: the kernel has no such field or value',
    ]);
  });

  test('and names it as C does', () => {
    const { log } = relocate(program('fields'), local, null);
    const paths = log.map((line) => /struct item(.*): the kernel has no BTF$/.exec(line)?.[1]);
    expect(paths).toEqual(expect.arrayContaining(['.numbers[2]', '.pair[1].tail[2]', '.port', '[3].id']));
    const [enumerator] = relocate(program('enumerators'), local, null).log;
    expect(enumerator).toBe(
      'enumerators+5: ENUMVAL_VALUE of STATE_OPEN of enum state: the kernel has no BTF',
    );
  });

  test('for direct accesses too', () => check('direct', target, [8, 40, 22, 48 + 16 + 4, 128, 0]));
  test('for flavours', () => check('registers', target, ['poison', 120, 1]));
  test('and leaves the spec as it was', () => {
    const before = program('fields').instructions.slice();
    relocate(program('fields'), local, target);
    expect(program('fields').instructions).toEqual(before);
  });
});

describe('relocate() changes the width of a direct access', () => {
  /** Opcode of the access to a field whose type is another in the kernel, or poison. */
  const access = (index: number, members: (types: Types, b: BtfBuilder) => Record<string, MemberSpec>) => {
    const target = kernel((b, types) => ({ members: members(types, b) }));
    const relocated = relocate(program('direct'), local, target);
    const { slot } = program('direct').coreRelocations[index]!;
    const opcode = new Slots(relocated.instructions).opcode(slot);
    return opcode === Opcode.CALL ? relocated.log.find((line) => line.startsWith(`direct+${slot}:`)) : opcode;
  };
  const [STX_W, LDX_DW] = [0x63, 0x79];

  test('for unsigned integers', () => {
    expect(access(0, ({ u32 }) => ({ id: { name: 'id', type: u32, offsetBytes: 8 } }))).toBe(STX_W);
    expect(access(4, ({ u64 }) => ({ address: { name: 'port', type: u64, offsetBytes: 112 } }))).toBe(LDX_DW);
  });

  test('but poisons one of a signed integer or an enumeration', () => {
    const problem = 'in the program, and is neither pointer nor unsigned';
    const signed = access(0, ({ s32 }) => ({ id: { name: 'id', type: s32, offsetBytes: 8 } }));
    expect(signed).toMatch(`the field has 4 bytes in the kernel and 8 ${problem}`);
    const small = (b: BtfBuilder) => b.enumeration('state', { STATE_OPEN: 1 }, { sizeBytes: 1 });
    const enumeration = access(1, (_, b) => ({ state: { name: 'state', type: small(b), offsetBytes: 40 } }));
    expect(enumeration).toMatch(`the field has 1 bytes in the kernel and 4 ${problem}`);
  });

  test('and refuses a width that no instruction has', () => {
    const odd = () => access(0, (_, b) => ({ id: { name: 'id', type: b.int('u24', 3), offsetBytes: 8 } }));
    expect(odd).toThrow('no instruction accesses 3 bytes');
  });

  test('and refuses an offset beyond 16 bits', () => {
    const far = () => access(0, ({ u64 }) => ({ id: { name: 'id', type: u64, offsetBytes: 40000 } }));
    expect(far).toThrow('offset 40000 does not fit 16 bits');
  });
});

describe('relocate() with several types of one name', () => {
  /** A kernel that has another type `name` besides `item`. */
  const beside = (name: string, members: (b: BtfBuilder, types: Types) => readonly MemberSpec[]) =>
    kernel((b, types) => {
      b.struct(name, 160, members(b, types));
      return {};
    });
  const expected: readonly Answer[] = [0, 'poison', 0, 0, 'poison'];

  test('takes the one that has the field', () => {
    check(
      'missing',
      beside('item___v2', (_, { u64 }) => [{ name: 'other', type: u64 }]),
      expected,
    );
    check(
      'missing',
      beside('item', (_, { u64 }) => [{ name: 'next', type: u64, offsetBytes: 24 }]),
      expected,
    );
  });

  test('takes any when they agree', () => {
    check(
      'missing',
      beside('item___v2', (b) => [{ name: 'next', type: b.pointer(0) }]),
      expected,
    );
  });

  test('refuses when they disagree', () => {
    const target = beside('item', (b) => [{ name: 'next', type: b.pointer(0), offsetBytes: 24 }]);
    expect(() => relocate(program('missing'), local, target)).toThrow(RelocationError);
    expect(() => relocate(program('missing'), local, target)).toThrow(
      /Cannot relocate program "missing", instruction 6: FIELD_BYTE_OFFSET of struct item___old.next: the kernel's types \d+ and \d+ have it at bits 192 and 0/,
    );
    expect(() => relocate(program('types'), local, target)).toThrow(
      /the kernel's types \d+ and \d+ give \d+ and \d+/,
    );
  });

  test('keeps to the one that had a field that the others lack', () => {
    // Alone, `next` would be ambiguous; `state` has told which type it is.
    const target = beside('item', (b) => [{ name: 'next', type: b.pointer(0), offsetBytes: 24 }]);
    const next = program('fields').coreRelocations.find(({ access }) => access === '0:1')!;
    const state = program('fields').coreRelocations.find(({ access }) => access === '0:2')!;
    const only = (...coreRelocations: ProgramSpec['coreRelocations']) => ({
      ...program('fields'),
      coreRelocations,
    });
    expect(() => relocate(only({ ...next, kind: 0 }), local, target)).toThrow('have it at bits 192 and 0');
    expect(relocate(only(state, next), local, target).poisoned).toBe(0);
  });
});

describe('relocate() without kernel BTF', () => {
  const P = 'poison';
  const localItem = local.find('item', 'struct')[0]!;

  test('poisons fields and answers that none exists', () => {
    check('fields', null, [P, P, P, P, P, P, P, P, P, P, P, P, 0, P, P, P, P]);
    expect(relocate(program('fields'), local, null).log[0]).toBe(
      'fields+0: FIELD_BYTE_OFFSET of struct item.id: the kernel has no BTF',
    );
  });
  test('knows the program’s own types only', () =>
    check('types', null, [localItem, P, 0, 0, P, P, 0, 0, 0, 0, 0, 0, 0, P]));
  test('knows no enumerators', () => check('enumerators', null, [0, P, P, 0, P]));
  test('keeps the layout of what is interface to user space', () => check('registers', null, [16, 0, 0]));
});

describe('relocate() refuses a relocation that does not fit', () => {
  const refused = (change: Partial<ProgramSpec['coreRelocations'][number]>, message: string) => {
    const [first] = program('fields').coreRelocations;
    const changed = { ...program('fields'), coreRelocations: [{ ...first!, ...change }] };
    for (const target of [kernel(), null]) expect(() => relocate(changed, local, target)).toThrow(message);
  };

  test('the object’s types', () => {
    refused({ access: '0:99' }, 'CO-RE access "0:99" of struct item does not fit struct item at step 1');
    refused(
      { access: '0:0:1' },
      'CO-RE access "0:0:1" of struct item does not fit unsigned long long at step 2',
    );
    refused({ access: '0:3:6' }, 'CO-RE access "0:3:6" of struct item does not fit array at step 2');
    refused({ access: 'x' }, 'CO-RE access "x" is not made of numbers');
    refused({ access: Array(65).fill('0').join(':') }, 'has more than 64 steps');
    refused({ typeId: 9999 }, 'no type with id 9999');
    refused({ kind: 8, access: '0:1' }, 'CO-RE access of struct item is "0:1", want "0"');
    refused({ kind: 10 }, 'CO-RE access "0:0" does not fit struct item');
    refused({ kind: 3, access: '0' }, 'CO-RE relocation of kind 3 asks it of an array element');
    refused({ slot: 10_000 }, 'instruction 10000: FIELD_BYTE_OFFSET of struct item.id: outside the program');
  });

  test('its instruction', () => {
    const check = (slot: number, message: string, change: (slots: Slots) => void = () => {}) => {
      const instructions = program('fields').instructions.slice();
      change(new Slots(instructions));
      const [first] = program('fields').coreRelocations;
      const changed = { ...program('fields'), instructions, coreRelocations: [{ ...first!, slot }] };
      expect(() => relocate(changed, local, kernel())).toThrow(RelocationError);
      expect(() => relocate(changed, local, kernel())).toThrow(message);
    };
    check(0, 'instruction holds 77, want 0', (slots) => slots.setImmediate(0, 77));
    check(0, 'instruction has no immediate', (slots) => slots.setOpcode(0, 0xbf));
    check(0, 'opcode 0x95 cannot be relocated', (slots) => slots.setOpcode(0, 0x95));
    check(0, 'unexpected load instruction', (slots) => slots.setOpcode(0, 0x20));
  });
});

describe('damaged objects', () => {
  test('are relocated or refused, never worse', () => {
    const sound = objectBytes('core');
    const target = kernel();
    const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = sound.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          const { programs, btf } = readObject(bytes);
          for (const each of programs)
            for (const kernelBtf of [target, null]) relocate(each, btf!, kernelBtf);
        } catch (error) {
          if (!(error instanceof ObjectError) && !(error instanceof RelocationError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the shipped object', () => {
  const object = optionalBytes(join(import.meta.dirname, '../../../bpf/socket.bpf.o'));
  const kernelBytes = optionalBytes(KERNEL_BTF);

  test('is read, and relocates against the running kernel', () => {
    if (object === null || kernelBytes === null) return;
    const { programs, btf } = readObject(object);
    const target = Btf.parse(kernelBytes);
    const results = programs.map((each) => ({ each, ...relocate(each, btf!, target) }));
    const total = programs.reduce((sum, { coreRelocations }) => sum + coreRelocations.length, 0);
    const poisoned = results.reduce((sum, result) => sum + result.poisoned, 0);
    expect(total).toBeGreaterThan(0);
    // Some fields are there for other kernels only.
    expect(poisoned / total).toBeLessThan(0.1);
  });

  test('relocates for a kernel without BTF', () => {
    if (object === null) return;
    const { programs, btf } = readObject(object);
    for (const each of programs) {
      const { instructions } = relocate(each, btf!, null);
      expect(instructions).toHaveLength(each.instructions.length);
    }
  });
});
