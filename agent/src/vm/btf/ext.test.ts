import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseElf } from '../elf/elf.ts';
import { BtfError } from '../object/error.ts';
import { objectBytes } from '../object/testing/objects.ts';
import { Btf } from './btf.ts';
import { parseBtfExt } from './ext.ts';

function sections(name: string) {
  const { sections } = parseElf(objectBytes(name));
  const data = (wanted: string) => sections.find((section) => section.name === wanted)!.data;
  return { btf: Btf.parse(data('.BTF')), ext: data('.BTF.ext') };
}

describe('parseBtfExt()', () => {
  const { btf, ext } = sections('calls');
  const parsed = parseBtfExt(ext, btf);

  test('says where functions begin', () => {
    const names = (section: string) => parsed.functions.get(section)!.map(({ typeId }) => btf.nameOf(typeId));
    expect([...parsed.functions.keys()].sort()).toEqual(['.text', 'socket', 'tc', 'xdp']);
    expect(names('socket')).toEqual(['first', 'second', 'third']);
    expect(parsed.functions.get('xdp')).toEqual([
      { offsetBytes: 0, typeId: btf.find('callback', 'func')[0] },
    ]);
  });

  test('says which line an instruction comes from', () => {
    const [first] = parsed.lines.get('tc')!;
    expect(first).toMatchObject({ offsetBytes: 0, file: './calls.bpf.c', text: '\treturn third(ctx);' });
    expect(first!.line).toBeGreaterThan(1);
  });

  test('says which instruction depends on a type', () => {
    const relocation = { typeId: btf.find('record', 'struct')[0], access: '0:0', kind: 0 };
    expect([...parsed.coreRelocations]).toEqual([
      ['.text', [{ offsetBytes: expect.any(Number), ...relocation }]],
    ]);
  });

  const patched = (at: number, ...bytes: number[]) => {
    const copy = ext.slice();
    copy.set(bytes, at);
    return copy;
  };
  const rows: readonly [what: string, bytes: Uint8Array, message: string][] = [
    ['a cut header', ext.slice(0, 20), 'Cannot read .BTF.ext: header is cut (20 bytes), at offset 0'],
    ['another format', patched(0, 0), 'magic is 0xeb00, at offset 0'],
    ['a header of no size', patched(4, 0), 'header size is 0, at offset 4'],
    ['parts behind the end', patched(12, 0, 0, 0, 1), 'records run past the end, at offset 8'],
    ['records that are too small', patched(32, 4), 'record size is 4, at offset 32'],
    [
      'more records than bytes',
      patched(40, 255, 255),
      '65535 records of ".text" run past the end, at offset 40',
    ],
  ];
  test.each(rows)('refuses %s', (_, bytes, message) => {
    expect(() => parseBtfExt(bytes, btf)).toThrow(BtfError);
    expect(() => parseBtfExt(bytes, btf)).toThrow(message);
  });

  test('reads or refuses damaged bytes, never worse', () => {
    const change = fc.tuple(fc.nat(ext.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), fc.nat(ext.length), (changes, length) => {
        const bytes = ext.slice();
        for (const [at, value] of changes) bytes[at] = value;
        for (const damaged of [bytes, bytes.subarray(0, length)]) {
          try {
            parseBtfExt(damaged, btf);
          } catch (error) {
            if (!(error instanceof BtfError)) throw error;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
