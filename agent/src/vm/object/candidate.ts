/** Finds in a kernel's types what an access means in the object's: fields by name, wherever they have moved. */
import type { Btf } from '../btf/btf.ts';
import { type Access, isFlexible, MAX_ACCESS_STEPS, type Step } from './access.ts';
import { fieldsCompatible } from './compatible.ts';

/**
 * @param targetId the type that may be what the access's root is
 * @returns null if it has no such field, or one of an incompatible type
 */
export function findAccess(local: Access, target: Btf, targetId: number): Access | null {
  const steps: Step[] = [];
  let bitOffset = 0;
  let typeId = target.resolve(targetId);
  for (const [at, step] of local.steps.entries()) {
    if (step.kind === 'member') {
      const found = findMember(local.btf, step, target, typeId);
      if (found === null) return null;
      bitOffset += found.bitOffset;
      steps.push(found.step);
      typeId = target.resolve(found.memberType);
      continue;
    }
    if (at > 0) {
      const array = target.typeById(typeId);
      if (array.kind !== 'array') return null;
      if (step.index >= array.count && !isFlexible(target, steps.at(-1)!, array.count)) return null;
      typeId = target.resolve(array.type);
    }
    bitOffset += step.index * target.sizeOf(typeId) * 8;
    steps.push({ kind: 'element', typeId, index: step.index });
  }
  return { btf: target, rootId: targetId, steps, bitOffset };
}

interface FoundMember {
  readonly step: Step;
  readonly memberType: number;
  /** From the start of the type that was searched. */
  readonly bitOffset: number;
}

/** Looks through the members, into anonymous structs and unions as they come, like C does. */
function findMember(
  local: Btf,
  wanted: Extract<Step, { kind: 'member' }>,
  target: Btf,
  rootId: number,
): FoundMember | null {
  const wantedType = local.composite(wanted.typeId)!.members[wanted.index]!.type;
  // Types searched in vain: a damaged blob may nest one in itself, or the same one very often.
  const searched = new Set<number>();
  const search = (typeId: number, depth: number): FoundMember | 'incompatible' | null => {
    const type = target.composite(typeId);
    if (type === null || depth === MAX_ACCESS_STEPS || searched.has(typeId)) return null;
    searched.add(typeId);
    for (const [index, member] of type.members.entries()) {
      if (member.name === '') {
        const inner = search(target.resolve(member.type), depth + 1);
        if (inner === null || inner === 'incompatible') {
          if (inner === null) continue;
          return inner;
        }
        return { ...inner, bitOffset: inner.bitOffset + member.offsetBits };
      }
      if (member.name !== wanted.name) continue;
      if (!fieldsCompatible(local, wantedType, target, member.type)) return 'incompatible';
      const step: Step = { kind: 'member', typeId, index, name: member.name };
      return { step, memberType: member.type, bitOffset: member.offsetBits };
    }
    return null;
  };
  const found = search(rootId, 0);
  return found === 'incompatible' ? null : found;
}
