/**
 * The functions of an object, each by itself: its instructions with references to maps and data resolved, and what it
 * still refers to (other functions, types).
 */
import type { BtfExt, CoreInfo } from '../btf/ext.ts';
import {
  type Elf,
  type ElfRelocation,
  type ElfSection,
  type ElfSymbol,
  SECTION_UNDEFINED,
  SectionFlag,
  SectionType,
  SymbolBinding,
  SymbolType,
} from '../elf/elf.ts';
import { ObjectError } from './error.ts';
import { isDataSection, type ObjectMaps } from './maps.ts';
import { CALL_FUNCTION, Opcode, Pseudo, SLOT_BYTES, Slots } from './slots.ts';

export interface ObjectFunction {
  readonly name: string;
  readonly section: ElfSection;
  /** First slot in its section. */
  readonly start: number;
  /** A copy of its own. */
  readonly slots: Slots;
  /** False for a static function: it can only be called. */
  readonly global: boolean;
  readonly references: readonly FunctionReference[];
  /** Slots count from the function's start. */
  readonly coreRelocations: readonly (CoreInfo & { readonly slot: number })[];
  /** Its `func` in BTF, 0 if unknown. */
  readonly btfId: number;
}

/** A slot whose immediate is to become the distance to a function: a call, or an `lddw` of its address. */
export interface FunctionReference {
  /** From the start of the function that refers. */
  readonly slot: number;
  readonly to: { readonly section: number; readonly slot: number };
}

/** R_BPF_64_64 (lddw) and R_BPF_64_32 (call). */
const R_BPF_64_64 = 1;
const R_BPF_64_32 = 10;

/** All functions, in the order of the symbol table. @throws ObjectError for damaged ones, and references that cannot be met */
export function readFunctions(elf: Elf, ext: BtfExt | null, maps: ObjectMaps): ObjectFunction[] {
  refuseOtherRelocations(elf, maps);
  const functions: ObjectFunction[] = [];
  const bySection = new Map<number, SectionRecords>();
  for (const symbol of elf.symbols) {
    const section = elf.sections[symbol.section];
    if (symbol.type !== SymbolType.FUNC || section === undefined || !isCode(section)) continue;
    let records = bySection.get(section.index);
    if (records === undefined) {
      records = new SectionRecords(elf, ext, section);
      bySection.set(section.index, records);
    }
    records.functionBytes += symbol.sizeBytes;
    if (records.functionBytes > section.data.length) {
      throw new ObjectError(
        `functions of section "${section.name}" overlap or run past its end`,
        section.fileOffset,
      );
    }
    functions.push(readFunction(elf, maps, section, symbol, records));
  }
  return functions;
}

export function isCode(section: ElfSection): boolean {
  return section.type === SectionType.PROGBITS && (section.flags & SectionFlag.EXECINSTR) !== 0;
}

/** What is said about places of one section, ordered by place, so that each function takes its own by searching. */
class SectionRecords {
  readonly relocations: readonly ElfRelocation[];
  readonly core: readonly (CoreInfo & { readonly offset: number })[];
  readonly types: ReadonlyMap<number, number>;
  /** Of the functions read so far. */
  functionBytes = 0;

  constructor(elf: Elf, ext: BtfExt | null, section: ElfSection) {
    const byOffset = (a: { offset: number }, b: { offset: number }) => a.offset - b.offset;
    this.relocations = [...(elf.relocations.get(section.index) ?? [])].sort(byOffset);
    const core = ext?.coreRelocations.get(section.name) ?? [];
    this.core = core.map((info) => ({ ...info, offset: info.offsetBytes })).sort(byOffset);
    this.types = new Map(ext?.functions.get(section.name)?.map((info) => [info.offsetBytes, info.typeId]));
  }
}

/** The part of an ordered list with start <= offset < end. */
function within<T extends { readonly offset: number }>(
  list: readonly T[],
  start: number,
  end: number,
): readonly T[] {
  const firstAt = (offset: number): number => {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return list.slice(firstAt(start), firstAt(end));
}

function readFunction(
  elf: Elf,
  maps: ObjectMaps,
  section: ElfSection,
  symbol: ElfSymbol,
  records: SectionRecords,
): ObjectFunction {
  const { name, value: startBytes, sizeBytes } = symbol;
  if (startBytes % SLOT_BYTES !== 0 || sizeBytes % SLOT_BYTES !== 0 || sizeBytes === 0) {
    throw new ObjectError(
      `function "${name}" (${sizeBytes} bytes at ${startBytes}) is not made of whole instructions`,
    );
  }
  if (startBytes + sizeBytes > section.data.length) {
    throw new ObjectError(
      `function "${name}" runs past the end of section "${section.name}"`,
      section.fileOffset,
    );
  }
  const endBytes = startBytes + sizeBytes;
  const slots = new Slots(section.data.slice(startBytes, endBytes));
  const start = startBytes / SLOT_BYTES;
  const fault = (slot: number, problem: string) =>
    new ObjectError(
      `function "${name}", instruction ${slot}: ${problem}`,
      section.fileOffset + (start + slot) * SLOT_BYTES,
    );

  const symbols = new Map<number, ElfSymbol>();
  for (const relocation of within(records.relocations, startBytes, endBytes)) {
    const slot = (relocation.offset - startBytes) / SLOT_BYTES;
    if (!Number.isInteger(slot)) throw fault(Math.floor(slot), 'relocation inside an instruction');
    if (relocation.addend !== null && relocation.addend !== 0) throw fault(slot, 'relocation with an addend');
    symbols.set(slot, elf.symbols[relocation.symbol]!);
    checkRelocation(slots, slot, relocation, fault);
  }

  const references: FunctionReference[] = [];
  for (let slot = 0; slot < slots.count; slot += slots.width(slot)) {
    const target = symbols.get(slot);
    symbols.delete(slot);
    if (slots.opcode(slot) === Opcode.CALL && slots.source(slot) === CALL_FUNCTION) {
      // The immediate counts slots from the next one: of this instruction, or with a symbol of the symbol's place.
      const to = target === undefined ? start + slot : codePlace(elf, target, slot, fault);
      references.push({
        slot,
        to: { section: target?.section ?? section.index, slot: to + slots.immediate(slot) + 1 },
      });
    } else if (target !== undefined) {
      const reference = resolveLoad(elf, maps, slots, slot, target, fault);
      if (reference !== null) references.push(reference);
    }
  }
  for (const [slot] of symbols) throw fault(slot, 'relocation inside an instruction');

  const coreRelocations = within(records.core, startBytes, endBytes).map((info) => {
    const slot = (info.offset - startBytes) / SLOT_BYTES;
    if (!Number.isInteger(slot)) throw fault(Math.floor(slot), 'CO-RE relocation inside an instruction');
    return { ...info, slot };
  });
  const btfId = records.types.get(startBytes) ?? 0;
  const global = symbol.binding !== SymbolBinding.LOCAL;
  return { name, section, start, slots, global, references, coreRelocations, btfId };
}

type Fault = (slot: number, problem: string) => ObjectError;

function checkRelocation(slots: Slots, slot: number, relocation: ElfRelocation, fault: Fault): void {
  const opcode = slots.opcode(slot);
  if (relocation.type === R_BPF_64_64 && opcode === Opcode.LDDW && slot + 1 < slots.count) return;
  if (relocation.type === R_BPF_64_32 && opcode === Opcode.CALL && slots.source(slot) === CALL_FUNCTION)
    return;
  throw fault(slot, `relocation of type ${relocation.type} does not fit opcode 0x${opcode.toString(16)}`);
}

/** Makes an `lddw` refer to a map or data section. @returns what it refers to if that is a function */
function resolveLoad(
  elf: Elf,
  maps: ObjectMaps,
  slots: Slots,
  slot: number,
  symbol: ElfSymbol,
  fault: Fault,
): FunctionReference | null {
  // What the symbol does not say is in the instruction: a static variable is its section's symbol and an offset.
  const place = symbol.value + slots.immediate(slot);
  const section = definingSection(elf, symbol, slot, fault);
  if (section.index === maps.definitions) {
    const map = maps.byDefinition.get(place);
    if (map === undefined) throw fault(slot, `no map at ${place} of ".maps"`);
    slots.setSource(slot, Pseudo.MAP_FD);
    slots.setImmediate(slot, map);
    slots.setImmediate(slot + 1, 0);
    return null;
  }
  const map = maps.bySection.get(section.index);
  if (map !== undefined) {
    // One past the end is a pointer that C allows.
    if (place < 0 || place > section.sizeBytes)
      throw fault(slot, `offset ${place} is outside "${section.name}"`);
    slots.setSource(slot, Pseudo.MAP_VALUE);
    slots.setImmediate(slot, map);
    slots.setImmediate(slot + 1, place);
    return null;
  }
  if (isCode(section)) {
    if (place % SLOT_BYTES !== 0)
      throw fault(slot, `address ${place} is inside an instruction of "${section.name}"`);
    slots.setSource(slot, Pseudo.FUNC);
    slots.setImmediate(slot + 1, 0);
    return { slot, to: { section: section.index, slot: place / SLOT_BYTES } };
  }
  throw fault(slot, `refers to section "${section.name}", which is neither code, data nor ".maps"`);
}

/** Slot of a symbol in its code section. */
function codePlace(elf: Elf, symbol: ElfSymbol, slot: number, fault: Fault): number {
  const section = definingSection(elf, symbol, slot, fault);
  if (!isCode(section) || symbol.value % SLOT_BYTES !== 0)
    throw fault(slot, `calls "${symbol.name}", which is no function`);
  return symbol.value / SLOT_BYTES;
}

function definingSection(elf: Elf, symbol: ElfSymbol, slot: number, fault: Fault): ElfSection {
  const section = elf.sections[symbol.section];
  if (symbol.section === SECTION_UNDEFINED || section === undefined) {
    throw fault(
      slot,
      `needs "${symbol.name}", which is not in this object (kernel functions and settings are not supported)`,
    );
  }
  return section;
}

/** Relocations outside code would fill in pointers: in data they would be wrong unfilled, in `.maps` they are initial values. */
function refuseOtherRelocations(elf: Elf, maps: ObjectMaps): void {
  for (const [index, [first]] of elf.relocations) {
    const section = elf.sections[index]!;
    if (first === undefined) continue;
    const { name } = elf.symbols[first.symbol]!;
    if (index === maps.definitions) {
      throw new ObjectError(
        `a map has "${name}" as initial value or inner map, which is not supported`,
        section.fileOffset + first.offset,
      );
    }
    if (isDataSection(section)) {
      throw new ObjectError(
        `section "${section.name}" holds the address of "${name}", which is not supported`,
        section.fileOffset + first.offset,
      );
    }
  }
}
