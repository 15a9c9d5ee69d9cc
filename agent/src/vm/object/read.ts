/**
 * Reads an object file as clang writes it for BPF into a spec: what libbpf calls opening it. Nothing here knows a
 * running kernel, so the same bytes give the same spec everywhere.
 */
import { parseBtfExt } from '../btf/ext.ts';
import { type ElfSection, parseElf } from '../elf/elf.ts';
import { parseObjectBtf } from './data-sections.ts';
import { ObjectError } from './error.ts';
import { isCode, readFunctions } from './functions.ts';
import { Linker } from './link.ts';
import { readMaps } from './maps.ts';
import { programSection } from './sections.ts';
import type { ObjectSpec } from './spec.ts';

/** Section of functions that are only called. */
const SUBPROGRAMS = '.text';

/**
 * Programs stand in the order of the symbol table: every function of a section other than `.text`, except static ones.
 * @param bytes a whole object file; not kept
 * @throws ObjectError if it is damaged, or uses what this loader does not do (kernel functions, inner maps, pointers in
 *   data, legacy map definitions, unknown program or map types)
 */
export function readObject(bytes: Uint8Array): ObjectSpec {
  const elf = parseElf(bytes);
  const section = (name: string): ElfSection | null =>
    elf.sections.find((each) => each.name === name && each.data.length > 0) ?? null;

  const btfSection = section('.BTF');
  const extSection = section('.BTF.ext');
  const btf = btfSection === null ? null : parseObjectBtf(btfSection.data, elf);
  if (btf === null && extSection !== null)
    throw new ObjectError('section ".BTF.ext" needs ".BTF"', extSection.fileOffset);
  const ext = btf === null || extSection === null ? null : parseBtfExt(extSection.data, btf);

  const maps = readMaps(elf, btf);
  const functions = readFunctions(elf, ext, maps);
  const linker = new Linker(functions);
  const programs = functions
    .filter((each) => each.global && each.section.name !== SUBPROGRAMS)
    .map((each) => ({
      name: each.name,
      section: each.section.name,
      ...programSection(each.section.name),
      ...linker.link(each),
    }));
  const described = new Set(functions.map((each) => each.section));
  const empty = elf.sections.find((each) => isCode(each) && each.sizeBytes > 0 && !described.has(each));
  if (empty !== undefined)
    throw new ObjectError(`section "${empty.name}" holds code without a function symbol`, empty.fileOffset);
  return { license: readLicense(section('license')), programs, maps: maps.maps, btf };
}

function readLicense(section: ElfSection | null): string {
  if (section === null) return '';
  const end = section.data.indexOf(0);
  return new TextDecoder().decode(end < 0 ? section.data : section.data.subarray(0, end));
}
