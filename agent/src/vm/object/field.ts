/** The numbers that CO-RE asks of a field, in one BTF. */
import type { Access } from './access.ts';
import { ObjectError } from './error.ts';
import type { CoreValue } from './patch.ts';
import { CoreKind, type CoreRelocationKind } from './spec.ts';

/** Widest load there is. */
const MAX_LOAD_BYTES = 8;

/** @throws ObjectError for a bit field that no single load can hold, and for what an array element cannot be asked */
export function fieldValue(kind: CoreRelocationKind, access: Access): CoreValue {
  const { btf, bitOffset } = access;
  const last = access.steps.at(-1)!;
  // Only damaged BTF has anything but bit fields between bytes.
  const byteOffset = Math.floor(bitOffset / 8);
  if (last.kind === 'element') {
    const bytes = btf.sizeOf(last.typeId);
    const load = { bytes, type: btf.typeById(last.typeId) };
    if (kind === CoreKind.FIELD_BYTE_OFFSET) return { value: BigInt(byteOffset), exact: true, load };
    if (kind === CoreKind.FIELD_BYTE_SIZE) return { value: BigInt(bytes), exact: true, load: null };
    throw new ObjectError(`CO-RE relocation of kind ${kind} asks it of an array element`);
  }

  const member = btf.composite(last.typeId)!.members[last.index]!;
  const memberId = btf.resolve(member.type);
  const type = btf.typeById(memberId);
  const isBitField = member.bits > 0;
  const place = isBitField ? bitFieldPlace(bitOffset, member.bits, btf.sizeOf(memberId)) : null;
  const bytes = place?.bytes ?? btf.sizeOf(memberId);
  const offset = place?.offset ?? byteOffset;
  const bits = isBitField ? member.bits : bytes * 8;

  const exact = !isBitField;
  switch (kind) {
    case CoreKind.FIELD_BYTE_OFFSET:
      return { value: BigInt(offset), exact, load: isBitField ? null : { bytes, type } };
    case CoreKind.FIELD_BYTE_SIZE:
      return { value: BigInt(bytes), exact, load: null };
    case CoreKind.FIELD_SIGNED: {
      const signed = (type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64') && type.signed;
      return { value: signed ? 1n : 0n, exact: true, load: null };
    }
    // A field is taken out of a 64-bit register by shifting it left to the top, then right to the bottom.
    case CoreKind.FIELD_LSHIFT_U64:
      return { value: BigInt(64 - (bitOffset + bits - offset * 8)), exact, load: null };
    case CoreKind.FIELD_RSHIFT_U64:
      return { value: BigInt(64 - bits), exact: true, load: null };
    default:
      throw new ObjectError(`CO-RE relocation of kind ${kind} is not about a field`);
  }
}

/** The narrowest aligned load, at least as wide as the declared type, that covers a bit field. */
function bitFieldPlace(
  bitOffset: number,
  bits: number,
  typeBytes: number,
): { bytes: number; offset: number } {
  for (let bytes = Math.max(typeBytes, 1); ; bytes *= 2) {
    const offset = Math.floor(bitOffset / 8 / bytes) * bytes;
    if (bitOffset + bits - offset * 8 <= bytes * 8) return { bytes, offset };
    if (bytes >= MAX_LOAD_BYTES)
      throw new ObjectError(`no load covers a bit field of ${bits} bits at bit ${bitOffset}`);
  }
}
