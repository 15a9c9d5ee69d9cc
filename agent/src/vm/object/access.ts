/**
 * CO-RE access strings: how a program reaches a field, "0:1:2", in one BTF. The first number is an array index on the
 * root (`p[0]`), each further one a member of a struct or union, or an element of an array.
 */
import type { Btf } from '../btf/btf.ts';
import { ObjectError } from './error.ts';

/** A way from a root type to a field, in the types of `btf`. Anonymous structs and unions on the way are not steps. */
export interface Access {
  readonly btf: Btf;
  readonly rootId: number;
  readonly steps: readonly Step[];
  /** From the start of the root. */
  readonly bitOffset: number;
}

export type Step =
  /** Member `index` of the struct or union `typeId`. */
  | { readonly kind: 'member'; readonly typeId: number; readonly index: number; readonly name: string }
  /** Element `index` of an array of `typeId` (for the first step: of the root). */
  | { readonly kind: 'element'; readonly typeId: number; readonly index: number };

/** As libbpf; no field lies deeper. */
export const MAX_ACCESS_STEPS = 64;

/** The numbers of an access string. @throws ObjectError */
export function parseAccess(text: string): number[] {
  const numbers = text.split(':');
  if (numbers.length > MAX_ACCESS_STEPS)
    throw new ObjectError(`CO-RE access "${text}" has more than ${MAX_ACCESS_STEPS} steps`);
  return numbers.map((number) => {
    if (!/^\d{1,9}$/.test(number)) throw new ObjectError(`CO-RE access "${text}" is not made of numbers`);
    return Number(number);
  });
}

/** Follows the string through the types that it was made for. @throws ObjectError where it does not fit them */
export function followAccess(btf: Btf, rootId: number, text: string): Access {
  const misfit = (at: number, id: number) =>
    new ObjectError(
      `CO-RE access "${text}" of ${btf.describe(rootId)} does not fit ${btf.describe(id)} at step ${at}`,
    );
  const [first, ...rest] = parseAccess(text);
  let typeId = btf.resolve(rootId);
  let bitOffset = first! * btf.sizeOf(typeId) * 8;
  const steps: Step[] = [{ kind: 'element', typeId, index: first! }];
  rest.forEach((index, at) => {
    const type = btf.typeById(typeId);
    switch (type.kind) {
      case 'struct':
      case 'union': {
        const member = type.members[index];
        if (member === undefined) throw misfit(at + 1, typeId);
        bitOffset += member.offsetBits;
        if (member.name !== '') steps.push({ kind: 'member', typeId, index, name: member.name });
        typeId = btf.resolve(member.type);
        break;
      }
      case 'array':
        if (index >= type.count && !isFlexible(btf, steps.at(-1)!, type.count)) throw misfit(at + 1, typeId);
        typeId = btf.resolve(type.type);
        bitOffset += index * btf.sizeOf(typeId) * 8;
        steps.push({ kind: 'element', typeId, index });
        break;
      default:
        throw misfit(at + 1, typeId);
    }
  });
  return { btf, rootId, steps, bitOffset };
}

/** The way behind the root as C writes it: `.numbers[2]`, or `[3].id` where the root itself is indexed. */
export function describePath({ steps }: Access): string {
  const parts = steps.map((step) => (step.kind === 'member' ? `.${step.name}` : `[${step.index}]`));
  return (parts[0] === '[0]' ? parts.slice(1) : parts).join('');
}

/** Whether the array reached by `step` is the open end of its struct: then any index is inside. */
export function isFlexible(btf: Btf, step: Step, count: number): boolean {
  if (step.kind !== 'member' || count > 0) return false;
  return step.index === btf.composite(step.typeId)!.members.length - 1;
}
