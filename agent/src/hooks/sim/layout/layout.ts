/**
 * Where the fields of one kernel's structures lie. Seed 0 keeps the natural order, as a compiler would place it; every
 * other seed shuffles the order and puts padding between, so that only CO-RE relocation can find a field. What is user
 * ABI never moves.
 */
import { Random } from '../random.ts';
import {
  ANONYMOUS_TYPEDEFS,
  FIXED,
  type FileReferences,
  type Members,
  PINNED_FIRST,
  structures,
  TYPEDEFS,
} from './structures.ts';

export interface Field {
  /** "" for an anonymous member. */
  readonly name: string;
  readonly type: FieldType;
  /** In the structure that holds it, bytes. */
  readonly offsetBytes: number;
}

export interface Composite {
  readonly kind: 'struct' | 'union';
  /** "" for an anonymous one. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly alignBytes: number;
  readonly fields: readonly Field[];
}

/** A member's type: C text, or an anonymous structure. */
export type FieldType = string | Composite;

export interface KernelLayout {
  readonly fileReferences: FileReferences;
  readonly structs: ReadonlyMap<string, Composite>;
  /** Typedefs of anonymous structures by name. */
  readonly typedefs: ReadonlyMap<string, Composite>;
  /** @throws RangeError for an unknown structure */
  sizeOf(struct: string): number;
  /** Offset of a member, through named and anonymous ones: `offsetOf('sock', '__sk_common.skc_daddr')`. @throws RangeError */
  offsetOf(struct: string, path: string): number;
}

export function layOut(seed: number): KernelLayout {
  const random = new Random(seed);
  const fileReferences: FileReferences = seed === 0 || random.chance(0.5) ? 'f_ref' : 'f_count';
  return new Layout(fileReferences, structures(fileReferences), seed === 0 ? null : random);
}

/** Sizes of C's own types on x86-64, bytes; alignment is the same. */
export const BASE_TYPES: Readonly<
  Record<string, { readonly bytes: number; readonly encoding: 'unsigned' | 'signed' | 'char' | 'bool' }>
> = {
  char: { bytes: 1, encoding: 'signed' },
  'unsigned char': { bytes: 1, encoding: 'unsigned' },
  short: { bytes: 2, encoding: 'signed' },
  'unsigned short': { bytes: 2, encoding: 'unsigned' },
  int: { bytes: 4, encoding: 'signed' },
  'unsigned int': { bytes: 4, encoding: 'unsigned' },
  long: { bytes: 8, encoding: 'signed' },
  'unsigned long': { bytes: 8, encoding: 'unsigned' },
  'long long': { bytes: 8, encoding: 'signed' },
  'unsigned long long': { bytes: 8, encoding: 'unsigned' },
  _Bool: { bytes: 1, encoding: 'bool' },
};

class Layout implements KernelLayout {
  readonly fileReferences: FileReferences;
  readonly structs = new Map<string, Composite>();
  readonly typedefs = new Map<string, Composite>();
  readonly #declared: Readonly<Record<string, Members>>;
  readonly #random: Random | null;

  constructor(
    fileReferences: FileReferences,
    declared: Readonly<Record<string, Members>>,
    random: Random | null,
  ) {
    this.fileReferences = fileReferences;
    this.#declared = declared;
    this.#random = random;
    for (const name of Object.keys(ANONYMOUS_TYPEDEFS)) this.#typedef(name);
    for (const name of Object.keys(declared)) this.#struct(name);
  }

  sizeOf(struct: string): number {
    return this.#known(struct).sizeBytes;
  }

  offsetOf(struct: string, path: string): number {
    let composite = this.#known(struct);
    let offset = 0;
    for (const name of path.split('.')) {
      const found = findField(composite, name);
      if (found === null) throw new RangeError(`struct ${struct} has no member "${path}" (at "${name}")`);
      offset += found.offsetBytes;
      composite = this.#compositeOf(found.type) ?? NO_FIELDS;
    }
    return offset;
  }

  #known(name: string): Composite {
    const composite = this.structs.get(name);
    if (composite === undefined) throw new RangeError(`Layout has no struct "${name}"`);
    return composite;
  }

  #struct(name: string): Composite {
    const known = this.structs.get(name);
    if (known !== undefined) return known;
    const members = this.#declared[name];
    if (members === undefined) throw new RangeError(`Layout has no struct "${name}"`);
    const placed = this.#place('struct', name, members, FIXED.has(name));
    this.structs.set(name, placed);
    return placed;
  }

  #typedef(name: string): Composite {
    const known = this.typedefs.get(name);
    if (known !== undefined) return known;
    const placed = this.#place('struct', '', ANONYMOUS_TYPEDEFS[name]!, false);
    this.typedefs.set(name, placed);
    return placed;
  }

  #place(kind: 'struct' | 'union', name: string, members: Members, fixed: boolean): Composite {
    const random = fixed || kind === 'union' ? null : this.#random;
    const fields: Field[] = [];
    let end = 0;
    let align = 1;
    for (const [key, declared] of this.#ordered(name, members, random)) {
      const type = typeof declared === 'string' ? declared : this.#untagged(key, declared, fixed);
      const { bytes, alignBytes } = this.#measure(type);
      const pinned = PINNED_FIRST.has(`${name}.${key}`);
      // Holes of up to four words, so that neighbours do not stay neighbours (but two ports are still one portpair).
      const padding = random === null || pinned || name === '' ? 0 : 8 * random.below(5) * random.below(2);
      const offsetBytes = kind === 'union' ? 0 : roundUp(end + padding, alignBytes);
      fields.push({ name: memberName(key), type, offsetBytes });
      end = Math.max(end, offsetBytes + bytes);
      align = Math.max(align, alignBytes);
    }
    const tail = random === null || name === '' ? 0 : 8 * random.below(4);
    return { kind, name, sizeBytes: roundUp(end + tail, align), alignBytes: align, fields };
  }

  #ordered(name: string, members: Members, random: Random | null): [string, string | Members][] {
    const entries = Object.entries(members);
    if (random === null) return entries;
    const pinned = entries.filter(([key]) => PINNED_FIRST.has(`${name}.${key}`));
    const free = entries.filter(([key]) => !PINNED_FIRST.has(`${name}.${key}`));
    return [...pinned, ...random.shuffled(free)];
  }

  #untagged(key: string, members: Members, fixed: boolean): Composite {
    return this.#place(key.includes('(union') ? 'union' : 'struct', '', members, fixed);
  }

  #measure(type: FieldType): { bytes: number; alignBytes: number } {
    if (typeof type !== 'string') return { bytes: type.sizeBytes, alignBytes: type.alignBytes };
    const array = /^(.*)\[(\d+)\]$/.exec(type);
    if (array !== null) {
      const element = this.#measure(array[1]!);
      return { bytes: element.bytes * Number(array[2]), alignBytes: element.alignBytes };
    }
    if (type.endsWith('*')) return { bytes: 8, alignBytes: 8 };
    const composite = this.#compositeOf(type);
    if (composite !== null) return { bytes: composite.sizeBytes, alignBytes: composite.alignBytes };
    const base = BASE_TYPES[type];
    if (base !== undefined) return { bytes: base.bytes, alignBytes: base.bytes };
    const target = TYPEDEFS[type];
    if (target === undefined) throw new RangeError(`Layout does not know the type "${type}"`);
    return this.#measure(target);
  }

  #compositeOf(type: FieldType): Composite | null {
    if (typeof type !== 'string') return type;
    if (type.startsWith('struct ') && !type.endsWith('*') && !type.endsWith(']'))
      return this.#struct(type.slice(7));
    if (type in ANONYMOUS_TYPEDEFS) return this.#typedef(type);
    return type in TYPEDEFS ? this.#compositeOf(TYPEDEFS[type]!) : null;
  }
}

const NO_FIELDS: Composite = { kind: 'struct', name: '', sizeBytes: 0, alignBytes: 1, fields: [] };

const memberName = (key: string) => key.replace(/ ?\(.*$/, '');

const roundUp = (n: number, to: number) => Math.ceil(n / to) * to;

/** A member by name, looking into anonymous ones as C does. */
function findField(composite: Composite, name: string): Field | null {
  for (const field of composite.fields) {
    if (field.name === name) return field;
    if (field.name !== '' || typeof field.type === 'string') continue;
    const inner = findField(field.type, name);
    if (inner !== null) return { ...inner, offsetBytes: field.offsetBytes + inner.offsetBytes };
  }
  return null;
}
