/**
 * Reads relocatable ELF files as clang writes them for BPF: 64 bit, little-endian, ET_REL, EM_BPF.
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html (structure), Documentation/bpf/llvm_reloc.rst
 */
import { ObjectError } from '../object/error.ts';

export interface Elf {
  /** By section index; section 0 is the empty one that the format demands. */
  readonly sections: readonly ElfSection[];
  /** By symbol index; symbol 0 is the empty one. Empty if the file has no symbol table. */
  readonly symbols: readonly ElfSymbol[];
  /** By the index of the section that they change; in file order. */
  readonly relocations: ReadonlyMap<number, readonly ElfRelocation[]>;
}

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  /** SHT_*, see SectionType. */
  readonly type: number;
  /** Any of SHF_*, see SectionFlag. */
  readonly flags: number;
  /** Offset of `data` in the file. */
  readonly fileOffset: number;
  /** Bytes in memory: differs from data.length for NOBITS sections only, and there is not limited by the file. */
  readonly sizeBytes: number;
  /** A view into the file's bytes, not a copy; empty for NOBITS. */
  readonly data: Uint8Array;
}

export interface ElfSymbol {
  readonly name: string;
  /** STT_*, see SymbolType. */
  readonly type: number;
  /** STB_*, see SymbolBinding. */
  readonly binding: number;
  /** Section it lies in; SECTION_UNDEFINED for one defined elsewhere. May also be a reserved index (>= 0xff00). */
  readonly section: number;
  /** Bytes from the start of its section. */
  readonly value: number;
  readonly sizeBytes: number;
}

export interface ElfRelocation {
  /** Bytes from the start of the section it changes. */
  readonly offset: number;
  /** R_BPF_*. */
  readonly type: number;
  /** Index into Elf.symbols. */
  readonly symbol: number;
  /** From RELA; null for REL, where the addend stands at the place itself. */
  readonly addend: number | null;
}

export const SectionType = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, RELA: 4, NOBITS: 8, REL: 9 } as const;
export const SectionFlag = { WRITE: 1, ALLOC: 2, EXECINSTR: 4 } as const;
export const SymbolType = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3, FILE: 4 } as const;
export const SymbolBinding = { LOCAL: 0, GLOBAL: 1, WEAK: 2 } as const;
export const SECTION_UNDEFINED = 0;

const FILE_HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const REL_BYTES = 16;
const RELA_BYTES = 24;

/** Longest name taken: twice the kernel's KSYM_NAME_LEN. Without a limit, names that overlap cost quadratic time. */
const MAX_NAME_BYTES = 1024;

/** @throws ObjectError for anything but a sound file; sections refer to `bytes`, which must not change */
export function parseElf(bytes: Uint8Array): Elf {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  checkFileHeader(bytes, view);
  const headers = readSectionHeaders(view);
  const names = headers[view.getUint16(62, true)];
  if (names === undefined) throw new ObjectError('section of section names is missing', 62);
  const sections = headers.map((header) => nameSection(header, names));
  const symbols = readSymbols(sections, headers);
  return { sections, symbols, relocations: readRelocations(sections, headers, symbols.length) };
}

function checkFileHeader(bytes: Uint8Array, view: DataView): void {
  const magic = [0x7f, 0x45, 0x4c, 0x46];
  if (bytes.length < 4 || magic.some((byte, at) => bytes[at] !== byte)) {
    const first = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new ObjectError(`not an ELF file (${first === '' ? 'no bytes' : `first bytes ${first}`})`, 0);
  }
  if (bytes.length < FILE_HEADER_BYTES)
    throw new ObjectError(`file header is cut (${bytes.length} bytes)`, bytes.length);
  if (bytes[4] !== 2) throw new ObjectError(`class is ${bytes[4]}, want 2 (64 bit)`, 4);
  if (bytes[5] !== 1) throw new ObjectError(`byte order is ${bytes[5]}, want 1 (little-endian)`, 5);
  if (bytes[6] !== 1) throw new ObjectError(`ELF version is ${bytes[6]}, want 1`, 6);
  const type = view.getUint16(16, true);
  if (type !== 1) throw new ObjectError(`file type is ${type}, want 1 (relocatable)`, 16);
  const machine = view.getUint16(18, true);
  if (machine !== 247) {
    const known = MACHINES[machine];
    throw new ObjectError(
      `machine is ${machine}${known === undefined ? '' : ` (${known})`}, want 247 (BPF)`,
      18,
    );
  }
}

/** Machines that a file taken by mistake is likely for. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86',
  40: 'ARM',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
};

interface SectionHeader extends Omit<ElfSection, 'name'> {
  readonly nameOffset: number;
  readonly headerOffset: number;
  /** sh_link and sh_info: other sections, by type. */
  readonly link: number;
  readonly info: number;
}

function readSectionHeaders(view: DataView): SectionHeader[] {
  const table = readU64(view, 40, 'offset of the section table');
  const count = view.getUint16(60, true);
  const entryBytes = view.getUint16(58, true);
  // Zero also stands for "more than 65,279 sections", which no BPF compiler writes.
  if (count === 0) throw new ObjectError('no sections', 60);
  if (entryBytes !== SECTION_HEADER_BYTES) {
    throw new ObjectError(`section header size is ${entryBytes}, want ${SECTION_HEADER_BYTES}`, 58);
  }
  if (table + count * SECTION_HEADER_BYTES > view.byteLength) {
    throw new ObjectError(`table of ${count} sections at ${table} runs past the end`, 40);
  }
  return Array.from({ length: count }, (_, index) =>
    readSectionHeader(view, index, table + index * SECTION_HEADER_BYTES),
  );
}

function readSectionHeader(view: DataView, index: number, at: number): SectionHeader {
  const type = view.getUint32(at + 4, true);
  const fileOffset = readU64(view, at + 24, `offset of section ${index}`);
  const sizeBytes = readU64(view, at + 32, `size of section ${index}`);
  const storedBytes = type === SectionType.NOBITS || index === 0 ? 0 : sizeBytes;
  if (storedBytes > 0 && fileOffset + storedBytes > view.byteLength) {
    throw new ObjectError(`section ${index} (${sizeBytes} bytes at ${fileOffset}) runs past the end`, at);
  }
  return {
    index,
    type,
    // Flags above bit 31 belong to other processors.
    flags: view.getUint32(at + 8, true),
    fileOffset,
    sizeBytes,
    data: new Uint8Array(view.buffer, view.byteOffset + (storedBytes > 0 ? fileOffset : 0), storedBytes),
    nameOffset: view.getUint32(at, true),
    headerOffset: at,
    link: view.getUint32(at + 40, true),
    info: view.getUint32(at + 44, true),
  };
}

function nameSection(header: SectionHeader, names: SectionHeader): ElfSection {
  const { index, type, flags, fileOffset, sizeBytes, data } = header;
  const name = index === 0 ? '' : readName(names, header.nameOffset, header.headerOffset);
  return { index, name, type, flags, fileOffset, sizeBytes, data };
}

function readSymbols(sections: readonly ElfSection[], headers: readonly SectionHeader[]): ElfSymbol[] {
  const tables = headers.filter((header) => header.type === SectionType.SYMTAB);
  const table = tables[0];
  if (table === undefined) return [];
  if (tables.length > 1) throw new ObjectError('more than one symbol table', tables[1]!.headerOffset);
  const names = headers[table.link];
  if (names === undefined)
    throw new ObjectError('section of symbol names is missing', table.headerOffset + 40);
  const view = viewOf(table.data);
  return Array.from({ length: Math.floor(table.data.length / SYMBOL_BYTES) }, (_, index) => {
    const at = index * SYMBOL_BYTES;
    const info = view.getUint8(at + 4);
    const type = info & 15;
    const section = view.getUint16(at + 6, true);
    const plainName = readName(names, view.getUint32(at, true), table.fileOffset + at);
    return {
      // Symbols that stand for a section carry no name of their own.
      name: type === SymbolType.SECTION ? (sections[section]?.name ?? '') : plainName,
      type,
      binding: info >> 4,
      section,
      value: readU64(view, at + 8, `value of symbol ${index}`, table.fileOffset),
      sizeBytes: readU64(view, at + 16, `size of symbol ${index}`, table.fileOffset),
    };
  });
}

function readRelocations(
  sections: readonly ElfSection[],
  headers: readonly SectionHeader[],
  symbols: number,
): Map<number, ElfRelocation[]> {
  const all = new Map<number, ElfRelocation[]>();
  for (const header of headers) {
    if (header.type !== SectionType.REL && header.type !== SectionType.RELA) continue;
    if (sections[header.info] === undefined) {
      throw new ObjectError(
        `relocations for section ${header.info}, which is missing`,
        header.headerOffset + 44,
      );
    }
    const list = all.get(header.info) ?? [];
    for (const relocation of readRelocationTable(header, symbols)) list.push(relocation);
    all.set(header.info, list);
  }
  return all;
}

function* readRelocationTable(header: SectionHeader, symbols: number): Generator<ElfRelocation> {
  const entryBytes = header.type === SectionType.RELA ? RELA_BYTES : REL_BYTES;
  const view = viewOf(header.data);
  for (let at = 0; at + entryBytes <= header.data.length; at += entryBytes) {
    const symbol = view.getUint32(at + 12, true);
    if (symbol >= symbols) {
      throw new ObjectError(`relocation names symbol ${symbol} of ${symbols}`, header.fileOffset + at + 12);
    }
    yield {
      offset: readU64(view, at, 'offset of a relocation', header.fileOffset),
      type: view.getUint32(at + 8, true),
      symbol,
      addend: header.type === SectionType.RELA ? Number(view.getBigInt64(at + 16, true)) : null,
    };
  }
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/** A 64-bit field as a number; the format allows more than any file can hold. */
function readU64(view: DataView, at: number, what: string, base = 0): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new ObjectError(`${what} is 0x${value.toString(16)}`, base + at);
  return Number(value);
}

/** @param askedAt file offset of the field that holds `offset`, for the message */
function readName(strings: SectionHeader, offset: number, askedAt: number): string {
  const end = strings.data.subarray(offset, offset + MAX_NAME_BYTES).indexOf(0);
  if (offset >= strings.data.length || end < 0) {
    // A file may leave out the string table of tables that name nothing.
    if (offset === 0 && strings.data.length === 0) return '';
    throw new ObjectError(`name at ${offset} of section ${strings.index} has no end`, askedAt);
  }
  return new TextDecoder().decode(strings.data.subarray(offset, offset + end));
}
