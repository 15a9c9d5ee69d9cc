import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ObjectError } from '../object/error.ts';
import { objectBytes } from '../object/testing/objects.ts';
import { parseElf, SectionFlag, SectionType, SymbolBinding, SymbolType } from './elf.ts';

const OBJECT = objectBytes('calls');

describe('parseElf()', () => {
  const elf = parseElf(OBJECT);
  const section = (name: string) => elf.sections.find((each) => each.name === name)!;

  test('names sections and gives their bytes', () => {
    const xdp = section('xdp');
    expect(xdp).toMatchObject({
      type: SectionType.PROGBITS,
      flags: SectionFlag.ALLOC | SectionFlag.EXECINSTR,
    });
    expect(xdp.data).toHaveLength(xdp.sizeBytes);
    expect(xdp.data).toEqual(OBJECT.slice(xdp.fileOffset, xdp.fileOffset + xdp.sizeBytes));
    expect(new TextDecoder().decode(section('license').data)).toBe('Dual BSD/GPL\0');
  });

  test('gives symbols their section and place', () => {
    const symbol = (name: string) => elf.symbols.find((each) => each.name === name)!;
    expect(symbol('second')).toMatchObject({
      type: SymbolType.FUNC,
      binding: SymbolBinding.GLOBAL,
      section: section('socket').index,
      value: symbol('first').sizeBytes,
    });
    expect(symbol('leaf')).toMatchObject({ binding: SymbolBinding.LOCAL, section: section('.text').index });
  });

  test('gives relocations by the section they change', () => {
    const relocations = elf.relocations.get(section('xdp').index)!;
    expect(relocations.map(({ type, symbol, addend }) => [type, elf.symbols[symbol]!.name, addend])).toEqual([
      [1, '.text', null],
    ]);
  });

  test('gives a section without bytes in the file its size', () => {
    const bss = parseElf(objectBytes('maps')).sections.find((each) => each.name === '.bss')!;
    expect([bss.type, bss.sizeBytes, bss.data.length]).toEqual([SectionType.NOBITS, 12, 0]);
  });
});

describe('parseElf() refuses', () => {
  const patched = (at: number, ...bytes: number[]) => {
    const copy = OBJECT.slice();
    copy.set(bytes, at);
    return copy;
  };
  const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a);
  const sectionTable = new DataView(OBJECT.buffer).getUint32(40, true);
  const symbolTable =
    sectionTable + 64 * parseElf(OBJECT).sections.find((each) => each.type === SectionType.SYMTAB)!.index;
  const rows: readonly [what: string, bytes: Uint8Array, message: string][] = [
    ['an empty file', new Uint8Array(), 'not an ELF file (no bytes), at offset 0'],
    ['another kind of file', png, 'not an ELF file (first bytes 89 50 4e 47), at offset 0'],
    ['a cut header', OBJECT.slice(0, 40), 'file header is cut (40 bytes), at offset 40'],
    ['32 bit', patched(4, 1), 'class is 1, want 2 (64 bit), at offset 4'],
    ['big-endian', patched(5, 2), 'byte order is 2, want 1 (little-endian), at offset 5'],
    ['an executable', patched(16, 2), 'file type is 2, want 1 (relocatable), at offset 16'],
    ['another machine', patched(18, 62, 0), 'machine is 62 (x86-64), want 247 (BPF), at offset 18'],
    ['an unknown machine', patched(18, 1, 1), 'machine is 257, want 247 (BPF), at offset 18'],
    ['no sections', patched(60, 0, 0), 'no sections, at offset 60'],
    ['sections behind the end', patched(60, 255, 255), 'table of 65535 sections at'],
    [
      'offsets no file has',
      patched(40, 0, 0, 0, 0, 0, 0, 0, 128),
      'offset of the section table is 0x8000000000000000, at offset 40',
    ],
    ['missing names', patched(62, 200, 0), 'section of section names is missing, at offset 62'],
    [
      'a section behind the end',
      patched(symbolTable + 32, 0, 0, 0, 1),
      `runs past the end, at offset ${symbolTable}`,
    ],
  ];
  test.each(rows)('%s', (_, bytes, message) => {
    expect(() => parseElf(bytes)).toThrow(ObjectError);
    expect(() => parseElf(bytes)).toThrow(message);
  });

  test('with the offset as data', () => {
    try {
      parseElf(patched(18, 62, 0));
      expect('refused').toBe('accepted');
    } catch (error) {
      expect(error).toMatchObject({ name: 'ObjectError', offset: 18 });
    }
  });
});

describe('damaged files', () => {
  const check = (bytes: Uint8Array) => {
    try {
      parseElf(bytes);
    } catch (error) {
      if (!(error instanceof ObjectError)) throw error;
    }
  };

  test('cut anywhere, they are refused', () => {
    // The section table stands last, so that every cut loses something.
    for (let end = 0; end < OBJECT.length; end++)
      expect(() => parseElf(OBJECT.subarray(0, end))).toThrow(ObjectError);
  });

  test('with any bytes changed, they are read or refused, never worse', () => {
    const change = fc.tuple(fc.nat(OBJECT.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = OBJECT.slice();
        for (const [at, value] of changes) bytes[at] = value;
        check(bytes);
      }),
      { numRuns: 500 },
    );
  });
});
