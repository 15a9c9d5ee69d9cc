/**
 * BPF Type Format: the types of a kernel or of an object file, as the compiler saw them.
 * @see https://docs.kernel.org/bpf/btf.html
 */
import { BtfError } from '../object/error.ts';
import {
  BTF_HEADER_BYTES,
  BTF_MAGIC,
  BTF_TYPE_BYTES,
  type BtfComposite,
  type BtfKind,
  type BtfType,
  essentialName,
  KIND_TAILS,
  KINDS,
  LINKAGES,
} from './types.ts';

/** As libbpf; a longer chain of modifiers, typedefs and arrays is taken for a cycle. */
const MAX_RESOLVE_DEPTH = 32;
/** Longest name taken. Without a limit, names that overlap would cost quadratic time. */
const MAX_NAME_BYTES = 4096;
/** Of BPF, whatever the size of a pointer in the kernel. */
const POINTER_BYTES = 8;

const VOID: BtfType = { kind: 'void' };

/**
 * One BTF blob. Reading it only finds where each type starts, so that the 100,000 types of a kernel cost milliseconds;
 * a type is decoded (and its damage found) when it is asked for. Every method throws BtfError for an id that is not
 * in the blob and for damaged contents.
 */
export class Btf {
  /** The blob itself; not to be changed. */
  readonly bytes: Uint8Array;
  /** Number of types, void included: ids are 0 .. typeCount - 1. */
  readonly typeCount: number;
  readonly #view: DataView;
  /** Where each type's record starts in the blob, by id. */
  readonly #starts: Uint32Array;
  readonly #stringsStart: number;
  readonly #stringsBytes: number;
  readonly #types = new Map<number, BtfType>();
  readonly #names = new Map<number, string>();
  readonly #idsByEssentialName = new Map<string, readonly number[]>();

  /** @param bytes contents of a `.BTF` section or of /sys/kernel/btf/vmlinux; kept, so they must not change */
  static parse(bytes: Uint8Array): Btf {
    return new Btf(bytes);
  }

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const { typesStart, typesBytes, stringsStart, stringsBytes } = readHeader(this.#view);
    if (bytes[stringsStart] !== 0 || bytes[stringsStart + stringsBytes - 1] !== 0) {
      throw new BtfError('strings do not begin and end with a zero byte', stringsStart);
    }
    this.#stringsStart = stringsStart;
    this.#stringsBytes = stringsBytes;
    this.#starts = indexTypes(this.#view, typesStart, typesBytes);
    this.typeCount = this.#starts.length;
  }

  typeById(id: number): BtfType {
    const known = this.#types.get(id);
    if (known !== undefined) return known;
    const type = id === 0 ? VOID : this.#decode(this.startOf(id));
    this.#types.set(id, type);
    return type;
  }

  /** Offset of the type's record in `bytes`. */
  startOf(id: number): number {
    const start = id === 0 ? undefined : this.#starts[id];
    if (start === undefined) throw new BtfError(`no type with id ${id} (${this.typeCount - 1} types)`);
    return start;
  }

  /** Cheaper than typeById() where the rest of the type is not wanted. */
  kindOf(id: number): BtfKind {
    return id === 0 ? 'void' : KINDS[(this.#view.getUint32(this.startOf(id) + 4, true) >>> 24) & 31]!;
  }

  /** "" for an anonymous type. */
  nameOf(id: number): string {
    return id === 0 ? '' : this.string(this.#view.getUint32(this.startOf(id), true));
  }

  /** Ids of all types of this very name and kind, ascending. */
  find(name: string, kind: BtfKind): readonly number[] {
    return this.flavours(name).filter((id) => this.kindOf(id) === kind && this.nameOf(id) === name);
  }

  /** Ids of all types of any kind whose name is that of `name`, flavours (`name___x`) left aside on both, ascending. */
  flavours(name: string): readonly number[] {
    const essential = essentialName(name);
    let ids = this.#idsByEssentialName.get(essential);
    if (ids === undefined) {
      ids = essential === '' ? [] : this.#scanNames(essential);
      this.#idsByEssentialName.set(essential, ids);
    }
    return ids;
  }

  /** The id behind typedefs, const, volatile, restrict and type tags. */
  resolve(id: number): number {
    let at = id;
    for (let depth = 0; depth < MAX_RESOLVE_DEPTH; depth++) {
      const type = this.typeById(at);
      switch (type.kind) {
        case 'typedef':
        case 'type_tag':
        case 'const':
        case 'volatile':
        case 'restrict':
          at = type.type;
          break;
        default:
          return at;
      }
    }
    throw new BtfError(`type ${id} is behind more than ${MAX_RESOLVE_DEPTH} modifiers`);
  }

  /** Bytes of a value of the type. @throws BtfError for what has none (void, functions, forward declarations) */
  sizeOf(id: number): number {
    let count = 1;
    let at = id;
    for (let depth = 0; depth < MAX_RESOLVE_DEPTH; depth++) {
      const type = this.typeById(this.resolve(at));
      switch (type.kind) {
        case 'int':
        case 'struct':
        case 'union':
        case 'enum':
        case 'enum64':
        case 'float':
        case 'datasec':
          return this.#product(count, type.sizeBytes, id);
        case 'ptr':
          return this.#product(count, POINTER_BYTES, id);
        case 'var':
          at = type.type;
          break;
        case 'array':
          count = this.#product(count, type.count, id);
          at = type.type;
          break;
        default:
          throw new BtfError(`type ${id} (${this.describe(id)}) has no size`);
      }
    }
    throw new BtfError(`type ${id} is an array of more than ${MAX_RESOLVE_DEPTH} dimensions`);
  }

  /** The struct or union behind the id, or null if it is something else. */
  composite(id: number): BtfComposite | null {
    const type = this.typeById(this.resolve(id));
    return type.kind === 'struct' || type.kind === 'union' ? type : null;
  }

  /** The first struct of this very name, or null. */
  struct(name: string): BtfComposite | null {
    const [id] = this.find(name, 'struct');
    return id === undefined ? null : this.composite(id);
  }

  /** For messages: `struct task_struct`, `int`, `ptr`. */
  describe(id: number): string {
    const kind = this.kindOf(id);
    const name = this.nameOf(id);
    if (kind === 'int' || kind === 'float' || kind === 'typedef') return name;
    return name === '' ? kind : `${kind} ${name}`;
  }

  /** The string at an offset of the string section (names of types, and what `.BTF.ext` refers to). */
  string(offset: number): string {
    if (offset === 0) return '';
    const known = this.#names.get(offset);
    if (known !== undefined) return known;
    if (offset >= this.#stringsBytes) {
      throw new BtfError(`string offset ${offset} is outside the strings (${this.#stringsBytes} bytes)`);
    }
    const start = this.#stringsStart + offset;
    const last = Math.min(start + MAX_NAME_BYTES, this.#stringsStart + this.#stringsBytes);
    const length = this.bytes.subarray(start, last).indexOf(0);
    if (length < 0) throw new BtfError(`name is longer than ${MAX_NAME_BYTES} bytes`, start);
    const text = new TextDecoder().decode(this.bytes.subarray(start, start + length));
    this.#names.set(offset, text);
    return text;
  }

  /** Arrays multiply; a damaged blob can describe more bytes than a number counts. */
  #product(count: number, bytes: number, id: number): number {
    const product = count * bytes;
    if (product > Number.MAX_SAFE_INTEGER) throw new BtfError(`type ${id} is larger than 2^53 bytes`);
    return product;
  }

  /** Compares bytes and decodes only names that begin alike: a millisecond for a kernel's types. */
  #scanNames(essential: string): number[] {
    const wanted = new TextEncoder().encode(essential);
    const first = wanted[0]!;
    const ids: number[] = [];
    for (let id = 1; id < this.typeCount; id++) {
      const nameOffset = this.#view.getUint32(this.#starts[id]!, true);
      const start = this.#stringsStart + nameOffset;
      if (nameOffset === 0 || nameOffset >= this.#stringsBytes || this.bytes[start] !== first) continue;
      let matched = 1;
      while (matched < wanted.length && this.bytes[start + matched] === wanted[matched]) matched++;
      if (matched === wanted.length && essentialName(this.string(nameOffset)) === essential) ids.push(id);
    }
    return ids;
  }

  /** @param at start of the record; the index has checked that all of it is there */
  #decode(at: number): BtfType {
    const u32 = (offset: number) => this.#view.getUint32(at + offset, true);
    const info = u32(4);
    const kind = KINDS[(info >>> 24) & 31]!;
    const name = this.string(u32(0));
    const sizeOrType = u32(8);
    const parts = <T>(bytes: number, part: (offset: number) => T): T[] =>
      Array.from({ length: info & 0xffff }, (_, index) => part(BTF_TYPE_BYTES + index * bytes));
    const flag = info >>> 31 === 1;

    switch (kind) {
      case 'void':
        return VOID;
      case 'int': {
        // Bits 0-7 width, 16-23 offset, 24-27 encoding.
        const data = u32(12);
        return {
          kind,
          name,
          sizeBytes: sizeOrType,
          signed: (data & (1 << 24)) !== 0,
          char: (data & (1 << 25)) !== 0,
          bool: (data & (1 << 26)) !== 0,
          bitOffset: (data >>> 16) & 0xff,
          bits: data & 0xff,
        };
      }
      case 'array':
        return { kind, type: u32(12), indexType: u32(16), count: u32(20) };
      case 'struct':
      case 'union': {
        const members = parts(12, (offset) => {
          const position = u32(offset + 8);
          return {
            name: this.string(u32(offset)),
            type: u32(offset + 4),
            // With the flag set, bits 0-23 are the offset and 24-31 the width.
            offsetBits: flag ? position & 0xffffff : position,
            bits: flag ? position >>> 24 : 0,
          };
        });
        return { kind, name, sizeBytes: sizeOrType, members };
      }
      case 'enum': {
        const values = parts(8, (offset) => ({
          name: this.string(u32(offset)),
          value: BigInt(u32(offset + 4) | 0),
        }));
        return { kind, name, sizeBytes: sizeOrType, signed: flag, values };
      }
      case 'enum64': {
        const values = parts(12, (offset) => {
          const bits = (BigInt(u32(offset + 8)) << 32n) | BigInt(u32(offset + 4));
          return { name: this.string(u32(offset)), value: flag ? BigInt.asIntN(64, bits) : bits };
        });
        return { kind, name, sizeBytes: sizeOrType, signed: flag, values };
      }
      case 'fwd':
        return { kind, name, of: flag ? 'union' : 'struct' };
      case 'typedef':
      case 'type_tag':
        return { kind, name, type: sizeOrType };
      case 'ptr':
      case 'volatile':
      case 'const':
      case 'restrict':
        return { kind, type: sizeOrType };
      case 'func':
        return { kind, name, type: sizeOrType, linkage: linkageOf(info & 0xffff, at + 4) };
      case 'func_proto': {
        const params = parts(8, (offset) => ({ name: this.string(u32(offset)), type: u32(offset + 4) }));
        return { kind, type: sizeOrType, params };
      }
      case 'var':
        return { kind, name, type: sizeOrType, linkage: linkageOf(u32(12), at + 12) };
      case 'datasec': {
        const variables = parts(12, (offset) => ({
          type: u32(offset),
          offsetBytes: u32(offset + 4),
          sizeBytes: u32(offset + 8),
        }));
        return { kind, name, sizeBytes: sizeOrType, variables };
      }
      case 'float':
        return { kind, name, sizeBytes: sizeOrType };
      case 'decl_tag':
        return { kind, name, type: sizeOrType, component: u32(12) | 0 };
    }
  }
}

function readHeader(view: DataView) {
  if (view.byteLength < BTF_HEADER_BYTES) throw new BtfError(`header is cut (${view.byteLength} bytes)`, 0);
  const magic = view.getUint16(0, true);
  if (magic === 0x9feb) throw new BtfError('byte order is big-endian, want little-endian', 0);
  if (magic !== BTF_MAGIC)
    throw new BtfError(`magic is 0x${magic.toString(16)}, want 0x${BTF_MAGIC.toString(16)}`, 0);
  const version = view.getUint8(2);
  if (version !== 1) throw new BtfError(`version is ${version}, want 1`, 2);
  const headerBytes = view.getUint32(4, true);
  if (headerBytes < BTF_HEADER_BYTES) throw new BtfError(`header size is ${headerBytes}`, 4);
  const typesStart = headerBytes + view.getUint32(8, true);
  const typesBytes = view.getUint32(12, true);
  const stringsStart = headerBytes + view.getUint32(16, true);
  const stringsBytes = view.getUint32(20, true);
  if (typesStart + typesBytes > view.byteLength) throw new BtfError('types run past the end', 8);
  if (stringsStart + stringsBytes > view.byteLength) throw new BtfError('strings run past the end', 16);
  if (stringsBytes === 0) throw new BtfError('no strings', 20);
  return { typesStart, typesBytes, stringsStart, stringsBytes };
}

/** Offset of each type's record by id; entry 0 (void) means nothing. */
function indexTypes(view: DataView, start: number, bytes: number): Uint32Array {
  const end = start + bytes;
  const starts = new Uint32Array(1 + Math.floor(bytes / BTF_TYPE_BYTES));
  let count = 1;
  for (let at = start; at < end; count++) {
    if (at + BTF_TYPE_BYTES > end) throw new BtfError(`type ${count} runs past the end of the types`, at);
    const info = view.getUint32(at + 4, true);
    const kind = (info >>> 24) & 31;
    const tail = kind === 0 ? undefined : KIND_TAILS[kind];
    if (tail === undefined) throw new BtfError(`type ${count} has unknown kind ${kind}`, at + 4);
    starts[count] = at;
    at += BTF_TYPE_BYTES + tail.fixed + tail.each * (info & 0xffff);
    if (at > end) throw new BtfError(`type ${count} runs past the end of the types`, starts[count]!);
  }
  return starts.slice(0, count);
}

function linkageOf(number: number, at: number) {
  const linkage = LINKAGES[number];
  if (linkage === undefined) throw new BtfError(`linkage is ${number}`, at);
  return linkage;
}
