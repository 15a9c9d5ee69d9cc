/**
 * The data sections of an object's BTF, corrected: a compiler leaves the size of a section and the places of its global
 * variables to the linker, so they are 0 in BTF and stand in the ELF section and symbol tables.
 */
import { Btf } from '../btf/btf.ts';
import { BTF_TYPE_BYTES } from '../btf/types.ts';
import { type Elf, SymbolBinding } from '../elf/elf.ts';

const VARIABLE_BYTES = 12;

/** Parses a copy of the `.BTF` section with sizes and offsets filled in and variables by ascending offset, as kernels want them. */
export function parseObjectBtf(section: Uint8Array, elf: Elf): Btf {
  const plain = Btf.parse(section);
  const bytes = section.slice();
  const view = new DataView(bytes.buffer);
  const sections = new Map(elf.sections.map((each) => [each.name, each]));
  const globals = new Map<string, number>();
  for (const symbol of elf.symbols) {
    if (symbol.binding !== SymbolBinding.LOCAL) globals.set(`${symbol.section} ${symbol.name}`, symbol.value);
  }

  for (let id = 1; id < plain.typeCount; id++) {
    const type = plain.typeById(id);
    if (type.kind !== 'datasec') continue;
    const elfSection = sections.get(type.name);
    if (elfSection === undefined) continue;
    const start = plain.startOf(id);
    view.setUint32(start + 8, elfSection.sizeBytes, true);
    type.variables
      .map((variable) => {
        const declared = plain.typeById(variable.type);
        const isGlobal = declared.kind === 'var' && declared.linkage === 'global';
        const place = isGlobal ? globals.get(`${elfSection.index} ${declared.name}`) : undefined;
        return { ...variable, offsetBytes: place ?? variable.offsetBytes };
      })
      .sort((a, b) => a.offsetBytes - b.offsetBytes)
      .forEach((variable, index) => {
        const at = start + BTF_TYPE_BYTES + index * VARIABLE_BYTES;
        view.setUint32(at, variable.type, true);
        view.setUint32(at + 4, variable.offsetBytes, true);
        view.setUint32(at + 8, variable.sizeBytes, true);
      });
  }
  return Btf.parse(bytes);
}
