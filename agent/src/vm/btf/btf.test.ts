import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BtfError } from '../object/error.ts';
import { KERNEL_BTF, optionalBytes } from '../object/testing/objects.ts';
import { Btf } from './btf.ts';
import { BtfBuilder } from './builder.ts';
import { essentialName } from './types.ts';

function build(describeTypes: (btf: BtfBuilder) => void): Btf {
  const builder = new BtfBuilder();
  describeTypes(builder);
  return Btf.parse(builder.build());
}

describe('essentialName()', () => {
  const rows: readonly [name: string, essential: string][] = [
    ['task_struct', 'task_struct'],
    ['task_struct___old', 'task_struct'],
    ['a___b___c', 'a___b'],
    ['a____b', 'a____b'],
    ['___x', '___x'],
    ['x___', 'x___'],
    ['a__b', 'a__b'],
    ['', ''],
  ];
  test.each(rows)('of "%s" is "%s"', (name, essential) => expect(essentialName(name)).toBe(essential));
});

describe('Btf', () => {
  test('sizeOf() looks through names, multiplies arrays, and knows pointers have 8 bytes', () => {
    const sizes: [id: number, bytes: number][] = [];
    const btf = build((b) => {
      const int = b.int('int', 4);
      const struct = b.struct('s', 24, []);
      sizes.push(
        [int, 4],
        [b.const(b.typedef('i32', b.volatile(int))), 4],
        [b.pointer(struct), 8],
        [b.array(b.array(struct, 3), 2), 144],
        [b.array(int, 0), 0],
        [b.enumeration('e', {}, { sizeBytes: 1 }), 1],
        [b.enumeration64('f', {}), 8],
        [b.float('double', 8), 8],
        [b.variable('v', struct), 24],
        [b.typeTag('rcu', struct), 24],
      );
    });
    expect(sizes.map(([id]) => btf.sizeOf(id))).toEqual(sizes.map(([, bytes]) => bytes));
  });

  test('sizeOf() refuses what has no size', () => {
    const btf = build((b) => {
      b.forward('sock');
      b.func('f', b.functionPrototype(0, []));
    });
    expect(() => btf.sizeOf(0)).toThrow('type 0 (void) has no size');
    expect(() => btf.sizeOf(1)).toThrow('type 1 (fwd sock) has no size');
    expect(() => btf.sizeOf(3)).toThrow('type 3 (func f) has no size');
  });

  test('find() tells kinds and flavours apart, flavours() does not', () => {
    const btf = build((b) => {
      b.struct('sock', 8, []);
      b.typedef('sock', 1);
      b.struct('sock___old', 8, []);
      b.struct('sock_common', 8, []);
      b.struct('sock', 16, []);
    });
    expect(btf.find('sock', 'struct')).toEqual([1, 5]);
    expect(btf.find('sock', 'typedef')).toEqual([2]);
    expect(btf.find('sock___old', 'struct')).toEqual([3]);
    expect(btf.find('soc', 'struct')).toEqual([]);
    expect(btf.find('', 'struct')).toEqual([]);
    expect(btf.flavours('sock___new')).toEqual([1, 2, 3, 5]);
    expect(btf.struct('sock')!.sizeBytes).toBe(8);
    expect(btf.struct('file')).toBeNull();
  });

  test('describe() names types as C does', () => {
    const btf = build((b) => {
      b.struct('sock', 8, []);
      b.pointer(1);
      b.typedef('sock_t', 1);
      b.union('', 8, []);
    });
    expect([0, 1, 2, 3, 4].map((id) => btf.describe(id))).toEqual([
      'void',
      'struct sock',
      'ptr',
      'sock_t',
      'union',
    ]);
  });

  test('composite() is null for what has no members', () => {
    const btf = build((b) => b.typedef('t', b.struct('s', 8, [{ name: 'x', type: 3 }])) && b.int('int', 4));
    expect(btf.composite(2)).toMatchObject({ kind: 'struct', name: 's' });
    expect(btf.composite(3)).toBeNull();
  });

  test('finds the types of the running kernel, quickly', () => {
    const bytes = optionalBytes(KERNEL_BTF);
    if (bytes === null) return;
    const startMs = performance.now();
    const btf = Btf.parse(bytes);
    const [task] = btf.find('task_struct', 'struct');
    const tookMs = performance.now() - startMs;
    expect(btf.composite(task!)!.members.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['pid', 'tgid', 'files']),
    );
    expect(btf.find('btf_trace_sys_exit', 'typedef')).toHaveLength(1);
    // Measured 12 ms; the rest is for busy machines.
    expect(tookMs).toBeLessThan(500);
  });
});

describe('damaged BTF', () => {
  const builder = new BtfBuilder();
  const int = builder.int('int', 4, { signed: true });
  const self = builder.reserve();
  builder.struct(
    'node',
    24,
    [
      { name: 'next', type: builder.pointer(self) },
      { name: 'n', type: builder.array(int, 4), offsetBytes: 8 },
    ],
    self,
  );
  builder.enumeration('e', { A: 1 });
  builder.functionPrototype(int, [{ name: 'x', type: int }]);
  builder.dataSection('.data', 4, [{ type: builder.variable('v', int), offsetBytes: 0, sizeBytes: 4 }]);
  builder.enumeration64('w', { B: 1n });
  const sound = builder.build();
  const patched = (at: number, ...bytes: number[]) => {
    const copy = sound.slice();
    copy.set(bytes, at);
    return copy;
  };

  const rows: readonly [what: string, bytes: Uint8Array, message: string][] = [
    ['nothing', new Uint8Array(), 'Cannot read BTF: header is cut (0 bytes), at offset 0'],
    ['another format', patched(0, 1, 2), 'magic is 0x201, want 0xeb9f, at offset 0'],
    ['big-endian', patched(0, 0xeb, 0x9f), 'byte order is big-endian, want little-endian, at offset 0'],
    ['another version', patched(2, 9), 'version is 9, want 1, at offset 2'],
    ['types behind the end', patched(12, 0, 0, 0, 1), 'types run past the end, at offset 8'],
    ['strings behind the end', patched(20, 0, 0, 0, 1), 'strings run past the end, at offset 16'],
    ['an open last string', patched(sound.length - 1, 65), 'strings do not begin and end with a zero byte'],
    ['an unknown kind', patched(24 + 7, 25), 'type 1 has unknown kind 25, at offset 28'],
    [
      'more members than bytes',
      patched(24 + 16 + 4, 255, 255),
      'type 2 runs past the end of the types, at offset 40',
    ],
  ];
  test.each(rows)('%s is refused', (_, bytes, message) => {
    expect(() => Btf.parse(bytes)).toThrow(BtfError);
    expect(() => Btf.parse(bytes)).toThrow(message);
  });

  test('cycles end', () => {
    const cyclic = new BtfBuilder();
    const id = cyclic.reserve();
    cyclic.typedef('t', cyclic.const(id), id);
    const array = cyclic.array(5, 1, 0);
    cyclic.typedef('filler', 1);
    expect(cyclic.array(array, 1, 0)).toBe(5);
    const btf = Btf.parse(cyclic.build());
    expect(() => btf.resolve(id)).toThrow('type 1 is behind more than 32 modifiers');
    expect(() => btf.sizeOf(array)).toThrow('is an array of more than 32 dimensions');
  });

  test('sizes beyond numbers are refused', () => {
    const large = new BtfBuilder();
    const int8 = large.int('u8', 1);
    const most = 0xffffffff;
    const id = large.array(large.array(int8, most), most);
    const btf = Btf.parse(large.build());
    expect(() => btf.sizeOf(id)).toThrow('is larger than 2^53 bytes');
  });

  test('an id that is not there is refused', () => {
    const btf = Btf.parse(sound);
    expect(() => btf.typeById(99)).toThrow('no type with id 99');
    expect(() => btf.nameOf(btf.typeCount)).toThrow(BtfError);
  });

  test('with any bytes changed, it is read or refused, never worse', () => {
    const readAll = (bytes: Uint8Array) => {
      const btf = Btf.parse(bytes);
      for (let id = 0; id < btf.typeCount; id++) {
        for (const read of [() => btf.typeById(id), () => btf.resolve(id), () => btf.sizeOf(id)])
          refusedOrRead(read);
      }
      btf.find('node', 'struct');
    };
    const change = fc.tuple(fc.nat(sound.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = sound.slice();
        for (const [at, value] of changes) bytes[at] = value;
        refusedOrRead(() => readAll(bytes));
      }),
      { numRuns: 1000 },
    );
    for (let end = 0; end < sound.length; end++)
      expect(() => Btf.parse(sound.subarray(0, end))).toThrow(BtfError);
  });
});

function refusedOrRead(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof BtfError)) throw error;
  }
}
