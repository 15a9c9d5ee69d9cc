import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseElf } from '../elf/elf.ts';
import { ObjectError } from './error.ts';
import { readObject } from './read.ts';
import { Opcode, Slots } from './slots.ts';
import { MapType, type ObjectSpec, type ProgramSpec, ProgramType } from './spec.ts';
import { objectBytes } from './testing/objects.ts';

const program = (spec: ObjectSpec, name: string): ProgramSpec =>
  spec.programs.find((each) => each.name === name)!;

describe('readObject() takes programs by their section', () => {
  const spec = readObject(objectBytes('sections'));
  const rows: readonly [name: string, type: ProgramType, attachTo: string][] = [
    ['a_tp_btf', ProgramType.TRACING, 'sys_exit'],
    ['b_raw_tp', ProgramType.RAW_TRACEPOINT, 'sys_exit'],
    ['c_raw_tracepoint', ProgramType.RAW_TRACEPOINT, 'sys_enter'],
    ['d_tracepoint', ProgramType.TRACEPOINT, 'syscalls/sys_enter_read'],
    ['e_tp', ProgramType.TRACEPOINT, 'sched/sched_process_exit'],
    ['f_kprobe', ProgramType.KPROBE, 'tcp_sendmsg'],
    ['g_kretprobe', ProgramType.KPROBE, 'tcp_sendmsg'],
    ['h_socket', ProgramType.SOCKET_FILTER, ''],
    ['i_xdp', ProgramType.XDP, ''],
    ['j_tc', ProgramType.SCHED_CLS, ''],
    ['k_classifier', ProgramType.SCHED_CLS, 'ingress'],
    ['l_same', ProgramType.TRACING, 'sys_exit'],
  ];
  test.each(rows)('%s', (name, type, attachTo) => {
    expect(program(spec, name)).toMatchObject({ type, attachTo, functions: [{ name, slot: 0 }] });
    expect(spec.btf!.describe(program(spec, name).functions[0]!.btfId)).toBe(`func ${name}`);
  });

  test('and all of them', () =>
    expect(spec.programs.map(({ name }) => name)).toEqual(rows.map(([name]) => name)));
  test('with the licence', () => expect(spec.license).toBe('GPL'));
});

describe('readObject() takes maps', () => {
  const spec = readObject(objectBytes('maps'));
  const { btf } = spec;
  const map = (name: string) => spec.maps.find((each) => each.name === name)!;
  const plain = { flags: 0, initial: null, frozen: false, keyTypeId: 0, valueTypeId: 0 };

  test('with key and value types', () => {
    const { keyTypeId, valueTypeId, ...rest } = map('by_key');
    expect(rest).toEqual({
      name: 'by_key',
      type: MapType.HASH,
      keyBytes: 8,
      valueBytes: 8,
      maxEntries: 1024,
      flags: 1,
      initial: null,
      frozen: false,
    });
    expect([btf!.describe(keyTypeId), btf!.describe(valueTypeId)]).toEqual(['struct key', '__u64']);
  });

  test('with sizes alone, and without either', () => {
    const scratch = {
      name: 'scratch',
      type: MapType.PERCPU_ARRAY,
      keyBytes: 4,
      valueBytes: 24,
      maxEntries: 4,
    };
    expect(map('scratch')).toEqual({ ...plain, ...scratch });
    expect(map('events')).toEqual({
      ...plain,
      name: 'events',
      type: MapType.RINGBUF,
      keyBytes: 0,
      valueBytes: 0,
      maxEntries: 65536,
    });
  });

  test('for data sections, with their contents', () => {
    const rows = [
      // limit, balance, cookie, small, enabled, 2 bytes of padding, mode, fixed, answer.
      ['.rodata', '00100000fbffffff8877665544332211070100000100000001000000020000002a000000', true],
      ['.rodata.other', '63000000', true],
      ['.data', '03000000', false],
      ['.bss', '00'.repeat(12), false],
    ] as const;
    for (const [name, hex, frozen] of rows) {
      const initial = Uint8Array.from(Buffer.from(hex, 'hex'));
      const sizes = { type: MapType.ARRAY, keyBytes: 4, valueBytes: initial.length, maxEntries: 1 };
      const valueTypeId = btf!.find(name, 'datasec')[0]!;
      expect(map(name)).toEqual({
        name,
        ...sizes,
        flags: frozen ? 128 : 0,
        initial,
        frozen,
        keyTypeId: 0,
        valueTypeId,
      });
    }
  });

  test('and fills in what BTF leaves to the linker', () => {
    const section = btf!.typeById(map('.rodata').valueTypeId);
    if (section.kind !== 'datasec') throw new TypeError(`a data section is a ${section.kind}`);
    expect(section.sizeBytes).toBe(36);
    expect(section.variables.map(({ type, offsetBytes }) => [btf!.nameOf(type), offsetBytes])).toEqual([
      ['limit', 0],
      ['balance', 4],
      ['cookie', 8],
      ['small', 16],
      ['enabled', 17],
      ['mode', 20],
      ['fixed', 24],
      ['answer', 32],
    ]);
  });

  /** Every reference of a program: [pseudo kind, map, offset]. */
  const references = (name: string) => {
    const slots = new Slots(program(spec, name).instructions);
    const found: [kind: number, map: string, offset: number][] = [];
    for (let slot = 0; slot < slots.count; slot += slots.width(slot)) {
      if (slots.opcode(slot) !== Opcode.LDDW || slots.source(slot) === 0) continue;
      found.push([slots.source(slot), spec.maps[slots.immediate(slot)]!.name, slots.immediate(slot + 1)]);
    }
    return found;
  };

  test('and lets instructions refer to them', () => {
    expect(references('lookups')).toEqual([
      [1, 'by_key', 0],
      [1, 'scratch', 0],
      [1, 'recent', 0],
    ]);
    expect(references('variables')).toEqual(
      expect.arrayContaining([
        [2, '.rodata', 0],
        [2, '.rodata', 8],
        // Static variables are an offset from their section's symbol.
        [2, '.rodata', 32],
        [2, '.bss', 8],
        [2, '.rodata.other', 0],
      ]),
    );
  });
});

describe('readObject() puts the functions that a program calls behind it', () => {
  const spec = readObject(objectBytes('calls'));
  /** "caller -> callee" of every call and every function address, by following the immediates. */
  const edges = (name: string): string[] => {
    const { functions, instructions } = program(spec, name);
    const slots = new Slots(instructions);
    const holder = (slot: number) => functions.findLast((each) => each.slot <= slot)!;
    const found: string[] = [];
    for (let slot = 0; slot < slots.count; slot += slots.width(slot)) {
      const isCall = slots.opcode(slot) === Opcode.CALL && slots.source(slot) === 1;
      const isAddress = slots.opcode(slot) === Opcode.LDDW && slots.source(slot) === 4;
      if (!isCall && !isAddress) continue;
      const target = functions.find((each) => each.slot === slot + slots.immediate(slot) + 1);
      found.push(`${holder(slot).name} ${isCall ? 'calls' : 'names'} ${target?.name}`);
    }
    return found;
  };
  const check = (name: string, functions: string[], expected: string[]) => {
    expect(program(spec, name).functions.map((each) => each.name)).toEqual([name, ...functions]);
    expect(edges(name)).toEqual(expected);
  };

  test('each once', () => {
    const expected = ['first calls shared', 'first calls leaf', 'first calls shared', 'shared calls leaf'];
    check('first', ['shared', 'leaf'], expected);
  });
  test('with those that they call', () => {
    check(
      'second',
      ['reads', 'leaf', 'shared'],
      ['second calls reads', 'second calls shared', 'reads calls leaf', 'shared calls leaf'],
    );
  });
  test('from another program section', () =>
    check('fourth', ['third', 'leaf'], ['fourth calls third', 'third calls leaf']));
  test('when only their address is taken', () =>
    check('callback', ['each', 'leaf'], ['callback names each', 'each calls leaf']));

  test('with their BTF functions and CO-RE relocations', () => {
    const { functions, coreRelocations } = program(spec, 'second');
    expect(functions.map(({ btfId }) => spec.btf!.nameOf(btfId))).toEqual([
      'second',
      'reads',
      'leaf',
      'shared',
    ]);
    const reads = functions.find(({ name }) => name === 'reads')!.slot;
    const leaf = functions.find(({ name }) => name === 'leaf')!.slot;
    expect(coreRelocations).toEqual([
      { slot: expect.any(Number), typeId: spec.btf!.find('record', 'struct')[0], access: '0:0', kind: 0 },
    ]);
    expect(coreRelocations[0]!.slot).toBeGreaterThan(reads);
    expect(coreRelocations[0]!.slot).toBeLessThan(leaf);
  });
});

describe('readObject() refuses', () => {
  const rows: readonly [object: string, message: string][] = [
    ['extern', 'function "program", instruction 0: needs "rcu_read_lock_here", which is not in this object'],
    ['legacy', 'section "maps" has definitions of the old kind, want BTF definitions in ".maps"'],
    ['inner', 'map "jumps": initial values and inner maps are not supported'],
    ['pointer', 'section ".data" holds the address of "target", which is not supported'],
    ['type', 'map "stacks" has type 7, want one of HASH 1, ARRAY 2'],
    ['section', 'section "lsm/file_open" holds programs of an unknown kind (known: tp_btf, '],
    ['nobtf', 'section ".maps" needs BTF (compile with -g)'],
  ];
  test.each(rows)('refused/%s.bpf.o', (object, message) => {
    expect(() => readObject(objectBytes(`refused/${object}`))).toThrow(ObjectError);
    expect(() => readObject(objectBytes(`refused/${object}`))).toThrow(message);
  });

  test('a call into the middle of a function', () => {
    const bytes = objectBytes('calls');
    const { sections, symbols } = parseElf(bytes);
    const third = symbols.find(({ name }) => name === 'third')!;
    const at = sections[third.section]!.fileOffset + third.value;
    const slots = new Slots(bytes.subarray(at, at + third.sizeBytes));
    const call = [...Array(slots.count).keys()].find((slot) => slots.opcode(slot) === Opcode.CALL)!;
    slots.setImmediate(call, slots.immediate(call) + 1);
    expect(() => readObject(bytes)).toThrow(ObjectError);
    expect(() => readObject(bytes)).toThrow(
      /function "third", instruction \d: no function begins at slot \d of section/,
    );
  });
});

describe('damaged objects', () => {
  test.each(['maps', 'calls', 'core'])(
    'with any bytes changed, %s is read or refused, never worse',
    (name) => {
      const sound = objectBytes(name);
      const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
          const bytes = sound.slice();
          for (const [at, value] of changes) bytes[at] = value;
          try {
            readObject(bytes);
          } catch (error) {
            if (!(error instanceof ObjectError)) throw error;
          }
        }),
        { numRuns: 300 },
      );
    },
  );
});
