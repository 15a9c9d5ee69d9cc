/**
 * What a BTF type says, decoded. Ids are indices into one blob: 0 is void, the first described type is 1. Offsets and
 * sizes are those of the target; names are "" where a type is anonymous.
 * @see https://docs.kernel.org/bpf/btf.html
 */
export type BtfType =
  | { readonly kind: 'void' }
  | BtfInt
  | { readonly kind: 'ptr'; readonly type: number }
  | { readonly kind: 'array'; readonly type: number; readonly indexType: number; readonly count: number }
  | BtfComposite
  | BtfEnum
  | { readonly kind: 'fwd'; readonly name: string; readonly of: 'struct' | 'union' }
  | { readonly kind: 'typedef' | 'type_tag'; readonly name: string; readonly type: number }
  | { readonly kind: 'volatile' | 'const' | 'restrict'; readonly type: number }
  | { readonly kind: 'func'; readonly name: string; readonly type: number; readonly linkage: BtfLinkage }
  | { readonly kind: 'func_proto'; readonly type: number; readonly params: readonly BtfParam[] }
  | { readonly kind: 'var'; readonly name: string; readonly type: number; readonly linkage: BtfLinkage }
  | {
      readonly kind: 'datasec';
      readonly name: string;
      readonly sizeBytes: number;
      readonly variables: readonly BtfVariable[];
    }
  | { readonly kind: 'float'; readonly name: string; readonly sizeBytes: number }
  | { readonly kind: 'decl_tag'; readonly name: string; readonly type: number; readonly component: number };

export type BtfKind = BtfType['kind'];

export interface BtfInt {
  readonly kind: 'int';
  readonly name: string;
  readonly sizeBytes: number;
  readonly signed: boolean;
  readonly char: boolean;
  readonly bool: boolean;
  /** Old compilers describe bit fields by integers of a few bits at an offset; today 0 and 8 * sizeBytes. */
  readonly bitOffset: number;
  readonly bits: number;
}

export interface BtfComposite {
  readonly kind: 'struct' | 'union';
  readonly name: string;
  readonly sizeBytes: number;
  readonly members: readonly BtfMember[];
}

export interface BtfMember {
  /** "" for an anonymous struct or union. */
  readonly name: string;
  readonly type: number;
  /** From the start of the composite, in bits. */
  readonly offsetBits: number;
  /** Width of a bit field; 0 for any other member. */
  readonly bits: number;
}

export interface BtfEnum {
  /** `enum64` has values of 64 bits, whatever its size. */
  readonly kind: 'enum' | 'enum64';
  readonly name: string;
  readonly sizeBytes: number;
  /** False also where an older compiler did not say. */
  readonly signed: boolean;
  /** Sign-extended for `enum` (the format stores 32 signed bits); by `signed` for `enum64`. */
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

export interface BtfParam {
  /** "" with type 0 as the last one stands for `...`. */
  readonly name: string;
  readonly type: number;
}

export interface BtfVariable {
  /** Id of a `var` (in `.ksyms` of a `func`). */
  readonly type: number;
  /** From the start of the section. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** BTF_VAR_* and BTF_FUNC_* linkage. */
export type BtfLinkage = 'static' | 'global' | 'extern';
export const LINKAGES: readonly BtfLinkage[] = ['static', 'global', 'extern'];

/** Kinds by their number in the format (BTF_KIND_*). */
export const KINDS = [
  'void',
  'int',
  'ptr',
  'array',
  'struct',
  'union',
  'enum',
  'fwd',
  'typedef',
  'volatile',
  'const',
  'restrict',
  'func',
  'func_proto',
  'var',
  'datasec',
  'float',
  'decl_tag',
  'type_tag',
  'enum64',
] as const satisfies readonly BtfKind[];

/** Bytes that follow the 12 of every type, by kind number: `fixed` once, `each` for every one of its `vlen` parts. */
export const KIND_TAILS: readonly { readonly fixed: number; readonly each: number }[] = KINDS.map((kind) => {
  switch (kind) {
    case 'int':
    case 'var':
    case 'decl_tag':
      return { fixed: 4, each: 0 };
    case 'array':
      return { fixed: 12, each: 0 };
    case 'struct':
    case 'union':
    case 'datasec':
    case 'enum64':
      return { fixed: 0, each: 12 };
    case 'enum':
    case 'func_proto':
      return { fixed: 0, each: 8 };
    default:
      return { fixed: 0, each: 0 };
  }
});

export const BTF_MAGIC = 0xeb9f;
export const BTF_HEADER_BYTES = 24;
/** `name_off`, `info` (vlen 0-15, kind 24-28, kind flag 31), `size` or `type`; each 32 bits. */
export const BTF_TYPE_BYTES = 12;

/**
 * The name without its flavour: `task_struct___old` is `task_struct` to CO-RE. A flavour begins at the last `___` that
 * has a character other than `_` on both sides.
 */
export function essentialName(name: string): string {
  for (let at = name.length - 5; at >= 0; at--) {
    if (name[at] !== '_' && name.startsWith('___', at + 1) && name[at + 4] !== '_')
      return name.slice(0, at + 1);
  }
  return name;
}
