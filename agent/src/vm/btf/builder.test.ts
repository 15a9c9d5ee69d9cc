import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Btf } from './btf.ts';
import { BtfBuilder } from './builder.ts';
import type { BtfType } from './types.ts';

/** Builds one type and reads it back. */
function check(make: (btf: BtfBuilder) => number, expected: BtfType): void {
  const builder = new BtfBuilder();
  const id = make(builder);
  expect(Btf.parse(builder.build()).typeById(id)).toEqual(expected);
}

describe('what BtfBuilder writes, Btf reads', () => {
  test('int', () => {
    const expected = {
      kind: 'int',
      name: 'long',
      sizeBytes: 8,
      signed: true,
      char: false,
      bool: false,
      bitOffset: 0,
      bits: 64,
    } as const;
    check((btf) => btf.int('long', 8, { signed: true }), expected);
    check((btf) => btf.int('_Bool', 1, { bool: true }), {
      ...expected,
      name: '_Bool',
      sizeBytes: 1,
      bits: 8,
      signed: false,
      bool: true,
    });
    check((btf) => btf.int('char', 1, { char: true }), {
      ...expected,
      name: 'char',
      sizeBytes: 1,
      bits: 8,
      signed: false,
      char: true,
    });
  });
  test('float', () =>
    check((btf) => btf.float('double', 8), { kind: 'float', name: 'double', sizeBytes: 8 }));
  test('pointer', () => check((btf) => btf.pointer(7), { kind: 'ptr', type: 7 }));
  test('const', () => check((btf) => btf.const(7), { kind: 'const', type: 7 }));
  test('volatile', () => check((btf) => btf.volatile(7), { kind: 'volatile', type: 7 }));
  test('restrict', () => check((btf) => btf.restrict(7), { kind: 'restrict', type: 7 }));
  test('array', () => check((btf) => btf.array(7, 3, 9), { kind: 'array', type: 7, count: 3, indexType: 9 }));
  test('typedef', () => check((btf) => btf.typedef('u64', 3), { kind: 'typedef', name: 'u64', type: 3 }));
  test('type tag', () => check((btf) => btf.typeTag('user', 3), { kind: 'type_tag', name: 'user', type: 3 }));
  test('declaration tag', () =>
    check((btf) => btf.declTag('x', 3), { kind: 'decl_tag', name: 'x', type: 3, component: -1 }));
  test('forward struct', () =>
    check((btf) => btf.forward('sock'), { kind: 'fwd', name: 'sock', of: 'struct' }));
  test('forward union', () =>
    check((btf) => btf.forward('u', 'union'), { kind: 'fwd', name: 'u', of: 'union' }));
  test('struct', () => {
    check(
      (btf) =>
        btf.struct('pair', 24, [
          { name: 'a', type: 1 },
          { name: 'b', type: 2, offsetBytes: 16 },
        ]),
      {
        kind: 'struct',
        name: 'pair',
        sizeBytes: 24,
        members: [
          { name: 'a', type: 1, offsetBits: 0, bits: 0 },
          { name: 'b', type: 2, offsetBits: 128, bits: 0 },
        ],
      },
    );
  });
  test('union with a bit field', () => {
    check(
      (btf) =>
        btf.union('', 4, [
          { name: 'all', type: 1 },
          { name: 'some', type: 1, offsetBits: 5, bits: 9 },
        ]),
      {
        kind: 'union',
        name: '',
        sizeBytes: 4,
        members: [
          { name: 'all', type: 1, offsetBits: 0, bits: 0 },
          { name: 'some', type: 1, offsetBits: 5, bits: 9 },
        ],
      },
    );
  });
  test('enum', () => {
    const values = [
      { name: 'LESS', value: -1n },
      { name: 'MORE', value: 2n },
    ];
    check((btf) => btf.enumeration('sign', { LESS: -1, MORE: 2 }, { signed: true }), {
      kind: 'enum',
      name: 'sign',
      sizeBytes: 4,
      signed: true,
      values,
    });
  });
  test('enum64', () => {
    const most = 2n ** 64n - 1n;
    check((btf) => btf.enumeration64('wide', { MOST: most }), {
      kind: 'enum64',
      name: 'wide',
      sizeBytes: 8,
      signed: false,
      values: [{ name: 'MOST', value: most }],
    });
    check((btf) => btf.enumeration64('wide', { LEAST: -(2n ** 63n) }, { signed: true }), {
      kind: 'enum64',
      name: 'wide',
      sizeBytes: 8,
      signed: true,
      values: [{ name: 'LEAST', value: -(2n ** 63n) }],
    });
  });
  test('function prototype', () => {
    const params = [
      { name: 'first', type: 4 },
      { name: '', type: 0 },
    ];
    check((btf) => btf.functionPrototype(2, params), { kind: 'func_proto', type: 2, params });
  });
  test('function', () =>
    check((btf) => btf.func('main', 3, 'global'), {
      kind: 'func',
      name: 'main',
      type: 3,
      linkage: 'global',
    }));
  test('variable', () =>
    check((btf) => btf.variable('x', 3, 'extern'), { kind: 'var', name: 'x', type: 3, linkage: 'extern' }));
  test('data section', () => {
    const variables = [{ type: 2, offsetBytes: 0, sizeBytes: 4 }];
    check((btf) => btf.dataSection('.data', 4, variables), {
      kind: 'datasec',
      name: '.data',
      sizeBytes: 4,
      variables,
    });
  });
});

describe('BtfBuilder', () => {
  test('lets a type refer to itself', () => {
    const builder = new BtfBuilder();
    const node = builder.reserve();
    builder.struct('node', 8, [{ name: 'next', type: builder.pointer(node) }], node);
    const btf = Btf.parse(builder.build());
    expect(btf.find('node', 'struct')).toEqual([node]);
    expect(btf.typeById(btf.struct('node')!.members[0]!.type)).toEqual({ kind: 'ptr', type: node });
  });

  test('gives the same pointer, array and modifier one id', () => {
    const btf = new BtfBuilder();
    const int = btf.int('int', 4);
    expect(btf.pointer(int)).toBe(btf.pointer(int));
    expect(btf.array(int, 3)).toBe(btf.array(int, 3));
    expect(btf.array(int, 3)).not.toBe(btf.array(int, 4));
    expect(btf.const(int)).not.toBe(btf.pointer(int));
  });

  test('refuses what BTF cannot say', () => {
    const builder = new BtfBuilder();
    const id = builder.reserve();
    expect(() => builder.build()).toThrow('type 1 is reserved but not described');
    builder.struct('described', 0, [], id);
    expect(() => builder.struct('again', 0, [], id)).toThrow('type 1: not reserved');
    const far = { name: 'far', type: 1, offsetBytes: 1 << 21, bits: 3 };
    expect(() => builder.struct('large', 1 << 22, [far])).toThrow('far lies beyond bit 16777215');
  });

  test('keeps any struct', () => {
    const name = fc.stringMatching(/^[a-z_]{0,12}$/);
    const member = fc.record({ name, type: fc.nat(0xffff), offsetBits: fc.nat(0xffffff), bits: fc.nat(255) });
    const struct = fc.record({
      name,
      sizeBytes: fc.nat(0xffffffff),
      members: fc.array(member, { maxLength: 20 }),
    });
    fc.assert(
      fc.property(fc.array(struct, { maxLength: 10 }), (structs) => {
        const builder = new BtfBuilder();
        for (const each of structs) builder.struct(each.name, each.sizeBytes, each.members);
        const btf = Btf.parse(builder.build());
        expect(structs.map((_, index) => btf.typeById(index + 1))).toEqual(
          structs.map((each) => ({ kind: 'struct', ...each })),
        );
      }),
      { numRuns: 100 },
    );
  });
});
