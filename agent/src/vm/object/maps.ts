/** Maps of an object: those that section `.maps` defines by BTF, and one for each data section. */
import type { Btf } from '../btf/btf.ts';
import type { BtfMember, BtfVariable } from '../btf/types.ts';
import { type Elf, type ElfSection, SectionFlag, SectionType } from '../elf/elf.ts';
import { ObjectError } from './error.ts';
import { type MapSpec, MapType } from './spec.ts';

/** The maps with the places in the file that stand for them. */
export interface ObjectMaps {
  readonly maps: readonly MapSpec[];
  /** Index into `maps` by offset in section `.maps`. */
  readonly byDefinition: ReadonlyMap<number, number>;
  /** Index of section `.maps`, -1 if there is none. */
  readonly definitions: number;
  /** Index into `maps` by index of a data section. */
  readonly bySection: ReadonlyMap<number, number>;
}

/** Programs may not write (include/uapi/linux/bpf.h); with frozen contents a kernel takes the values for constants. */
const BPF_F_RDONLY_PROG = 1 << 7;
/** Zeroes cost no bytes of the file, so only a limit keeps a damaged size from costing all memory. */
const MAX_DATA_BYTES = 64 << 20;

/** @throws ObjectError for definitions that are damaged, or ask for what this loader does not do */
export function readMaps(elf: Elf, btf: Btf | null): ObjectMaps {
  const maps: MapSpec[] = [];
  const byDefinition = new Map<number, number>();
  const bySection = new Map<number, number>();

  const legacy = elf.sections.find((section) => section.name === 'maps' && section.sizeBytes > 0);
  if (legacy !== undefined) {
    throw new ObjectError(
      'section "maps" has definitions of the old kind, want BTF definitions in ".maps"',
      legacy.fileOffset,
    );
  }
  const definitions = elf.sections.find((section) => section.name === '.maps');
  if (definitions !== undefined) {
    for (const { offsetBytes, map } of readDefinitions(definitions, btf)) {
      byDefinition.set(offsetBytes, maps.push(map) - 1);
    }
  }
  for (const section of elf.sections) {
    if (isDataSection(section) && section.sizeBytes > 0)
      bySection.set(section.index, maps.push(dataMap(section, btf)) - 1);
  }
  return { maps, byDefinition, definitions: definitions?.index ?? -1, bySection };
}

/** Sections that become maps: what `.rodata`, `.data` and `.bss` hold, with any suffix. */
export function isDataSection(section: ElfSection): boolean {
  const isStored = section.type === SectionType.PROGBITS || section.type === SectionType.NOBITS;
  return (
    isStored && (section.flags & SectionFlag.ALLOC) !== 0 && /^\.(rodata|data|bss)(\.|$)/.test(section.name)
  );
}

function dataMap(section: ElfSection, btf: Btf | null): MapSpec {
  if (section.sizeBytes > MAX_DATA_BYTES) {
    throw new ObjectError(
      `section "${section.name}" has ${section.sizeBytes} bytes, at most ${MAX_DATA_BYTES}`,
    );
  }
  const frozen = section.name.startsWith('.rodata');
  const initial = new Uint8Array(section.sizeBytes);
  initial.set(section.data);
  return {
    name: section.name,
    type: MapType.ARRAY,
    keyBytes: 4,
    valueBytes: section.sizeBytes,
    maxEntries: 1,
    flags: frozen ? BPF_F_RDONLY_PROG : 0,
    initial,
    frozen,
    keyTypeId: 0,
    valueTypeId: btf?.find(section.name, 'datasec')[0] ?? 0,
  };
}

function* readDefinitions(
  section: ElfSection,
  btf: Btf | null,
): Generator<{ offsetBytes: number; map: MapSpec }> {
  const id = btf?.find('.maps', 'datasec')[0];
  if (btf === null || id === undefined) throw new ObjectError('section ".maps" needs BTF (compile with -g)');
  const type = btf.typeById(id);
  if (type.kind !== 'datasec') return;
  for (const variable of type.variables) {
    if (variable.offsetBytes + variable.sizeBytes > section.sizeBytes) {
      throw new ObjectError(
        `map at ${variable.offsetBytes} of ".maps" runs past its end`,
        section.fileOffset,
      );
    }
    yield { offsetBytes: variable.offsetBytes, map: readDefinition(btf, variable) };
  }
}

function readDefinition(btf: Btf, variable: BtfVariable): MapSpec {
  const name = btf.nameOf(variable.type);
  const declared = btf.typeById(variable.type);
  const definition = declared.kind === 'var' ? btf.composite(declared.type) : null;
  if (definition?.kind !== 'struct') throw new ObjectError(`map "${name}" is not defined by a struct`);

  const fields = new Map(definition.members.map((member) => [member.name, member]));
  const read = <T>(field: string, by: (member: BtfMember) => T, otherwise: T): T => {
    const member = fields.get(field);
    fields.delete(field);
    return member === undefined ? otherwise : by(member);
  };
  /** `__uint(field, n)`: a pointer to an array of n. */
  const uint = (field: string): number | null =>
    read(
      field,
      (member) => {
        const pointer = btf.typeById(btf.resolve(member.type));
        const array = pointer.kind === 'ptr' ? btf.typeById(btf.resolve(pointer.type)) : pointer;
        if (array.kind !== 'array')
          throw new ObjectError(`map "${name}": "${field}" is not written as __uint(${field}, ...)`);
        return array.count;
      },
      null,
    );
  /** `__type(field, T)`: a pointer to T. */
  const pointee = (field: string): number =>
    read(
      field,
      (member) => {
        const pointer = btf.typeById(btf.resolve(member.type));
        if (pointer.kind !== 'ptr')
          throw new ObjectError(`map "${name}": "${field}" is not written as __type(${field}, ...)`);
        return pointer.type;
      },
      0,
    );

  const type = mapType(name, uint('type'));
  const keyTypeId = pointee('key');
  const valueTypeId = pointee('value');
  const map: MapSpec = {
    name,
    type,
    keyBytes: sizeOfPart(btf, name, 'key', keyTypeId, uint('key_size')),
    valueBytes: sizeOfPart(btf, name, 'value', valueTypeId, uint('value_size')),
    maxEntries: uint('max_entries') ?? 0,
    flags: uint('map_flags') ?? 0,
    initial: null,
    frozen: false,
    keyTypeId,
    valueTypeId,
  };
  // Harmless when they say what is so anyway.
  for (const field of ['pinning', 'numa_node', 'map_extra']) {
    if ((uint(field) ?? 0) !== 0) throw new ObjectError(`map "${name}": "${field}" is not supported`);
  }
  const [unknown] = fields.keys();
  if (unknown === 'values')
    throw new ObjectError(`map "${name}": initial values and inner maps are not supported`);
  if (unknown !== undefined) throw new ObjectError(`map "${name}": unknown field "${unknown}"`);
  return map;
}

function mapType(name: string, number: number | null): MapType {
  const type = Object.values(MapType).find((known) => known === number);
  if (type !== undefined) return type;
  const known = Object.entries(MapType).map(([label, value]) => `${label} ${value}`);
  throw new ObjectError(
    `map "${name}" ${number === null ? 'has no type' : `has type ${number}`}, want one of ${known.join(', ')}`,
  );
}

function sizeOfPart(
  btf: Btf,
  name: string,
  part: string,
  typeId: number,
  declaredBytes: number | null,
): number {
  const bytes = typeId === 0 ? null : btf.sizeOf(typeId);
  if (bytes !== null && declaredBytes !== null && bytes !== declaredBytes) {
    throw new ObjectError(`map "${name}": ${part}_size is ${declaredBytes}, but its type has ${bytes} bytes`);
  }
  return bytes ?? declaredBytes ?? 0;
}
