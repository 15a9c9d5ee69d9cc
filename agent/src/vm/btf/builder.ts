/**
 * Writes BTF. A simulated kernel publishes the layout of its structures with it, tests make types to relocate against.
 *
 * Every method adds a type and gives its id; types refer to each other by id. A type that is needed before it can be
 * described (a list node that points to itself) is reserved first:
 *
 *     const node = btf.reserve();
 *     btf.struct('node', 16, [{ name: 'next', type: btf.pointer(node), offsetBytes: 8 }], node);
 */
import {
  BTF_HEADER_BYTES,
  BTF_MAGIC,
  BTF_TYPE_BYTES,
  type BtfKind,
  type BtfLinkage,
  type BtfParam,
  type BtfVariable,
  KINDS,
  LINKAGES,
} from './types.ts';

export interface MemberSpec {
  readonly name: string;
  readonly type: number;
  /** From the start of the composite; give this or `offsetBits`. Default 0. */
  readonly offsetBytes?: number;
  readonly offsetBits?: number;
  /** Width of a bit field. */
  readonly bits?: number;
}

/** Offsets of bit fields' composites have 24 bits, widths 8. */
const MAX_FLAGGED_OFFSET_BITS = 0xffffff;
const MAX_PARTS = 0xffff;

export class BtfBuilder {
  /** Records by id - 1; null for a reserved id. */
  readonly #records: (Uint8Array | null)[] = [];
  readonly #strings: Uint8Array[] = [Uint8Array.of(0)];
  #stringsBytes = 1;
  readonly #stringOffsets = new Map<string, number>([['', 0]]);
  /** Pointers, arrays and modifiers are the same wherever they are asked for. */
  readonly #shared = new Map<string, number>();

  /** An id to be described later by passing it as the last argument of struct(), union() or typedef(). */
  reserve(): number {
    return this.#records.push(null);
  }

  int(
    name: string,
    sizeBytes: number,
    options: { signed?: boolean; char?: boolean; bool?: boolean } = {},
  ): number {
    const encoding = (options.signed ? 1 : 0) | (options.char ? 2 : 0) | (options.bool ? 4 : 0);
    return this.#add('int', name, sizeBytes, { words: [(encoding << 24) | (sizeBytes * 8)] });
  }

  float(name: string, sizeBytes: number): number {
    return this.#add('float', name, sizeBytes);
  }

  /** @param type 0 for `void *` */
  pointer(type: number): number {
    return this.#once('ptr', type);
  }

  const(type: number): number {
    return this.#once('const', type);
  }

  volatile(type: number): number {
    return this.#once('volatile', type);
  }

  restrict(type: number): number {
    return this.#once('restrict', type);
  }

  /** @param count 0 for a flexible array; `indexType` is by default an unsigned int of the builder's own */
  array(type: number, count: number, indexType?: number): number {
    const index = indexType ?? this.#arrayIndexType();
    const key = `array ${type} ${count} ${index}`;
    return this.#share(key, () => this.#add('array', '', 0, { words: [type, index, count] }));
  }

  struct(name: string, sizeBytes: number, members: readonly MemberSpec[], id?: number): number {
    return this.#composite('struct', name, sizeBytes, members, id);
  }

  union(name: string, sizeBytes: number, members: readonly MemberSpec[], id?: number): number {
    return this.#composite('union', name, sizeBytes, members, id);
  }

  typedef(name: string, type: number, id?: number): number {
    return this.#add('typedef', name, type, {}, id);
  }

  typeTag(name: string, type: number): number {
    return this.#add('type_tag', name, type);
  }

  /** @param component member or parameter that is tagged; -1 for the type itself */
  declTag(name: string, type: number, component = -1): number {
    return this.#add('decl_tag', name, type, { words: [component] });
  }

  forward(name: string, of: 'struct' | 'union' = 'struct'): number {
    return this.#add('fwd', name, 0, { flag: of === 'union' });
  }

  /** Values of 32 bits. */
  enumeration(
    name: string,
    values: Readonly<Record<string, number>>,
    options: { sizeBytes?: number; signed?: boolean } = {},
  ): number {
    const words = Object.entries(values).flatMap(([label, value]) => [this.#string(label), value]);
    const vlen = words.length / 2;
    return this.#add('enum', name, options.sizeBytes ?? 4, { words, vlen, flag: options.signed ?? false });
  }

  /** Values of 64 bits. */
  enumeration64(
    name: string,
    values: Readonly<Record<string, bigint>>,
    options: { sizeBytes?: number; signed?: boolean } = {},
  ): number {
    const words = Object.entries(values).flatMap(([label, value]) => [
      this.#string(label),
      Number(BigInt.asUintN(32, value)),
      Number(BigInt.asUintN(32, value >> 32n)),
    ]);
    const vlen = words.length / 3;
    return this.#add('enum64', name, options.sizeBytes ?? 8, { words, vlen, flag: options.signed ?? false });
  }

  /** @param returns 0 for void; a last parameter of name "" and type 0 stands for `...` */
  functionPrototype(returns: number, params: readonly BtfParam[]): number {
    const words = params.flatMap((param) => [this.#string(param.name), param.type]);
    return this.#add('func_proto', '', returns, { words, vlen: params.length });
  }

  func(name: string, prototype: number, linkage: BtfLinkage = 'static'): number {
    return this.#add('func', name, prototype, { vlen: LINKAGES.indexOf(linkage) });
  }

  variable(name: string, type: number, linkage: BtfLinkage = 'global'): number {
    return this.#add('var', name, type, { words: [LINKAGES.indexOf(linkage)] });
  }

  /** @param variables by ascending offset, as a kernel demands */
  dataSection(name: string, sizeBytes: number, variables: readonly BtfVariable[]): number {
    const words = variables.flatMap((variable) => [variable.type, variable.offsetBytes, variable.sizeBytes]);
    return this.#add('datasec', name, sizeBytes, { words, vlen: variables.length });
  }

  /** The blob as it stands; more types may be added and it be built again. @throws RangeError while an id is only reserved */
  build(): Uint8Array {
    const missing = this.#records.indexOf(null);
    if (missing >= 0)
      throw new RangeError(`Cannot build BTF: type ${missing + 1} is reserved but not described`);
    const records = this.#records as Uint8Array[];
    const typesBytes = records.reduce((sum, record) => sum + record.length, 0);
    const bytes = new Uint8Array(BTF_HEADER_BYTES + typesBytes + this.#stringsBytes);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, BTF_MAGIC, true);
    view.setUint8(2, 1);
    [BTF_HEADER_BYTES, 0, typesBytes, typesBytes, this.#stringsBytes].forEach((word, index) => {
      view.setUint32(4 + index * 4, word, true);
    });
    let at = BTF_HEADER_BYTES;
    for (const part of [...records, ...this.#strings]) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  #composite(
    kind: 'struct' | 'union',
    name: string,
    sizeBytes: number,
    members: readonly MemberSpec[],
    id: number | undefined,
  ): number {
    const flag = members.some((member) => member.bits !== undefined && member.bits > 0);
    const words = members.flatMap((member) => {
      const offsetBits = member.offsetBits ?? (member.offsetBytes ?? 0) * 8;
      if (flag && offsetBits > MAX_FLAGGED_OFFSET_BITS) {
        throw new RangeError(
          `Cannot describe ${kind} ${name}: ${member.name} lies beyond bit ${MAX_FLAGGED_OFFSET_BITS}`,
        );
      }
      return [
        this.#string(member.name),
        member.type,
        flag ? ((member.bits ?? 0) << 24) | offsetBits : offsetBits,
      ];
    });
    return this.#add(kind, name, sizeBytes, { words, vlen: members.length, flag }, id);
  }

  #arrayIndexType(): number {
    return this.#share('index', () => this.int('__ARRAY_SIZE_TYPE__', 4));
  }

  #once(kind: BtfKind, type: number): number {
    return this.#share(`${kind} ${type}`, () => this.#add(kind, '', type));
  }

  #share(key: string, make: () => number): number {
    const id = this.#shared.get(key) ?? make();
    this.#shared.set(key, id);
    return id;
  }

  #add(
    kind: BtfKind,
    name: string,
    sizeOrType: number,
    { words = [], vlen = 0, flag = false }: { words?: readonly number[]; vlen?: number; flag?: boolean } = {},
    id?: number,
  ): number {
    if (vlen > MAX_PARTS)
      throw new RangeError(`Cannot describe ${kind} ${name}: ${vlen} parts, at most ${MAX_PARTS}`);
    const record = new Uint8Array(BTF_TYPE_BYTES + words.length * 4);
    const view = new DataView(record.buffer);
    view.setUint32(0, this.#string(name), true);
    view.setUint32(4, (flag ? 0x80000000 : 0) | (KINDS.indexOf(kind) << 24) | vlen, true);
    view.setUint32(8, sizeOrType, true);
    words.forEach((word, index) => {
      view.setUint32(BTF_TYPE_BYTES + index * 4, word, true);
    });
    if (id === undefined) return this.#records.push(record);
    if (this.#records[id - 1] !== null) throw new RangeError(`Cannot describe type ${id}: not reserved`);
    this.#records[id - 1] = record;
    return id;
  }

  #string(text: string): number {
    const known = this.#stringOffsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#stringsBytes;
    const bytes = new TextEncoder().encode(`${text}\0`);
    this.#strings.push(bytes);
    this.#stringsBytes += bytes.length;
    this.#stringOffsets.set(text, offset);
    return offset;
  }
}
