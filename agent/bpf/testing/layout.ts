/** Structures by name, laid out as a BTF says: where a field lies, and what a record of bytes says. */
import type { Btf } from '../../src/vm/btf/btf.ts';

export interface Field {
  /** From the start of the structure. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly type: number;
}

/** @param path names separated by dots; members of anonymous structures count as their holder's. */
export function fieldOf(btf: Btf, structure: string, path: string): Field {
  const [id] = btf.find(structure, 'struct');
  if (id === undefined) throw new RangeError(`no struct ${structure}`);
  let field: Field = { offsetBytes: 0, sizeBytes: 0, type: id };
  for (const name of path.split('.')) {
    const next = memberOf(btf, field.type, name);
    if (next === null) throw new RangeError(`struct ${structure} has no ${path}`);
    field = { ...next, offsetBytes: field.offsetBytes + next.offsetBytes };
  }
  return field;
}

function memberOf(btf: Btf, id: number, name: string): Field | null {
  for (const member of btf.composite(id)?.members ?? []) {
    const offsetBytes = member.offsetBits / 8;
    if (member.name === name) return { offsetBytes, sizeBytes: btf.sizeOf(member.type), type: member.type };
    const inner = member.name === '' ? memberOf(btf, member.type, name) : null;
    if (inner !== null) return { ...inner, offsetBytes: offsetBytes + inner.offsetBytes };
  }
  return null;
}

/** A decoded field: 64-bit numbers as bigint, shorter ones as number, byte arrays as they are. */
export type Value = number | bigint | Uint8Array | { readonly [field: string]: Value };

/** All fields of a structure at the start of `bytes`; a flexible array at its end takes the rest. */
export function decodeStruct(btf: Btf, structure: string, bytes: Uint8Array): Record<string, Value> {
  const [id] = btf.find(structure, 'struct');
  if (id === undefined) throw new RangeError(`no struct ${structure}`);
  return decode(btf, id, bytes) as Record<string, Value>;
}

function decode(btf: Btf, id: number, bytes: Uint8Array): Value {
  const type = btf.typeById(btf.resolve(id));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type.kind) {
    case 'struct':
      return Object.fromEntries(
        type.members.map((member) => [
          member.name,
          decode(btf, member.type, bytes.subarray(member.offsetBits / 8)),
        ]),
      );
    case 'array':
      return type.count === 0 ? bytes.slice() : bytes.slice(0, type.count);
    case 'int':
      switch (type.sizeBytes) {
        case 1:
          return view.getUint8(0);
        case 2:
          return view.getUint16(0, true);
        case 4:
          return type.signed ? view.getInt32(0, true) : view.getUint32(0, true);
        default:
          return view.getBigUint64(0, true);
      }
    default:
      throw new RangeError(`cannot decode ${btf.describe(id)}`);
  }
}

/** Names of an enum's values by their number. */
export function enumNames(btf: Btf, name: string): ReadonlyMap<number, string> {
  const [id] = btf.find(name, 'enum');
  const type = id === undefined ? null : btf.typeById(id);
  if (type?.kind !== 'enum') throw new RangeError(`no enum ${name}`);
  return new Map(type.values.map((each) => [Number(each.value), each.name]));
}
