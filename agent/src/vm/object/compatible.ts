/**
 * When CO-RE takes two types for the same. Three relations, from loose to strict; names have been compared without
 * their flavours before the first two are asked. Semantics are those of libbpf (relo_core.c), which the programs' authors
 * rely on; answers are remembered, because a damaged blob can nest types so that the question costs exponential time.
 */
import type { Btf } from '../btf/btf.ts';
import type { BtfComposite, BtfEnum, BtfKind, BtfType } from '../btf/types.ts';
import { essentialName } from '../btf/types.ts';
import { ObjectError } from './error.ts';

/** Deeper types are taken for a cycle, as in libbpf. */
const MAX_DEPTH = 32;

/** Kinds are the same; the two sizes of enumeration count as one. */
export function sameKind(local: BtfKind, target: BtfKind): boolean {
  return local === target || (isEnum(local) && isEnum(target));
}

/** Whether a field of one type may be read as the other: loose, since only its place and size are wanted. */
export function fieldsCompatible(local: Btf, localId: number, target: Btf, targetId: number): boolean {
  let [from, to] = [localId, targetId];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const localType = local.typeById(local.resolve(from));
    const targetType = target.typeById(target.resolve(to));
    if (isComposite(localType) && isComposite(targetType)) return true;
    if (!sameKind(localType.kind, targetType.kind)) return false;
    switch (localType.kind) {
      case 'ptr':
      case 'float':
        return true;
      case 'fwd':
      case 'enum':
      case 'enum64': {
        const [localName, targetName] = [nameOf(localType), nameOf(targetType)];
        return localName === '' || targetName === '' || localName === targetName;
      }
      case 'int':
        // Integers of any size and sign; only the bit fields of old compilers are not understood.
        return isPlainInt(localType) && isPlainInt(targetType);
      case 'array':
        from = localType.type;
        to = (targetType as typeof localType).type;
        break;
      default:
        return false;
    }
  }
  throw tooDeep(local, localId);
}

/** Whether a type of the same name counts as existing, and its size or id may be asked. */
export function typesCompatible(local: Btf, localId: number, target: Btf, targetId: number): boolean {
  // Before typedefs are resolved: a typedef is looked for among typedefs.
  if (!sameKind(local.kindOf(localId), target.kindOf(targetId))) return false;
  const ask = remember(local, (from, to, again: Ask): boolean => {
    const localType = local.typeById(local.resolve(from));
    const targetType = target.typeById(target.resolve(to));
    if (!sameKind(localType.kind, targetType.kind)) return false;
    switch (localType.kind) {
      case 'void':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'fwd':
        return true;
      case 'int':
        return isPlainInt(localType) && isPlainInt(targetType);
      case 'ptr':
      case 'array':
        return again(localType.type, (targetType as typeof localType).type);
      case 'func_proto': {
        const other = targetType as typeof localType;
        const sameParams =
          localType.params.length === other.params.length &&
          localType.params.every((param, index) => again(param.type, other.params[index]!.type));
        return sameParams && again(localType.type, other.type);
      }
      default:
        return false;
    }
  });
  return ask(localId, targetId, '');
}

/**
 * Whether a type has everything that the local one has (BPF_CORE_TYPE_MATCHES): members and enumerators by name, with
 * matching types. Behind a pointer a struct matches by name alone, and a forward declaration the struct it stands for.
 */
export function typesMatch(local: Btf, localId: number, target: Btf, targetId: number): boolean {
  const ask = remember(local, (from, to, again: Ask, mode): boolean => {
    const localType = local.typeById(local.resolve(from));
    const targetType = target.typeById(target.resolve(to));
    if (nameOf(localType) !== nameOf(targetType)) return false;
    const behindPointer = mode === 'pointer';
    switch (localType.kind) {
      case 'void':
        return targetType.kind === 'void';
      case 'fwd':
        if (targetType.kind === 'fwd') return localType.of === targetType.of;
        return behindPointer && targetType.kind === localType.of;
      case 'enum':
      case 'enum64':
        return (
          (targetType.kind === 'enum' || targetType.kind === 'enum64') && enumsMatch(localType, targetType)
        );
      case 'struct':
      case 'union':
        if (behindPointer)
          return targetType.kind === 'fwd'
            ? targetType.of === localType.kind
            : targetType.kind === localType.kind;
        return (
          targetType.kind === localType.kind && compositesMatch(localType, targetType as BtfComposite, again)
        );
      case 'int':
        return (
          targetType.kind === 'int' &&
          localType.sizeBytes === targetType.sizeBytes &&
          localType.signed === targetType.signed
        );
      case 'ptr':
        return targetType.kind === 'ptr' && again(localType.type, targetType.type, 'pointer');
      case 'array':
        return (
          targetType.kind === 'array' &&
          localType.count === targetType.count &&
          again(localType.type, targetType.type, mode)
        );
      case 'func_proto':
        return (
          targetType.kind === 'func_proto' &&
          localType.params.length === targetType.params.length &&
          localType.params.every((param, index) => again(param.type, targetType.params[index]!.type, mode)) &&
          again(localType.type, targetType.type, mode)
        );
      default:
        return false;
    }
  });
  return ask(localId, targetId, '');
}

function compositesMatch(local: BtfComposite, target: BtfComposite, again: Ask): boolean {
  if (local.members.length > target.members.length) return false;
  return local.members.every((member) =>
    target.members.some(
      (other) => essentialName(other.name) === essentialName(member.name) && again(member.type, other.type),
    ),
  );
}

/** Values may differ: only what is there counts. */
function enumsMatch(local: BtfEnum, target: BtfEnum): boolean {
  if (local.sizeBytes !== target.sizeBytes || local.values.length > target.values.length) return false;
  const names = new Set(target.values.map(({ name }) => essentialName(name)));
  return local.values.every(({ name }) => names.has(essentialName(name)));
}

type Mode = '' | 'pointer';
type Ask = (localId: number, targetId: number, mode?: Mode) => boolean;

/** A recursive question with a memory and a limit of depth. */
function remember(
  local: Btf,
  answer: (localId: number, targetId: number, again: Ask, mode: Mode) => boolean,
): (localId: number, targetId: number, mode: Mode) => boolean {
  const known = new Map<string, boolean>();
  let depth = 0;
  const ask = (localId: number, targetId: number, mode: Mode = ''): boolean => {
    const key = `${localId} ${targetId} ${mode}`;
    let result = known.get(key);
    if (result !== undefined) return result;
    if (depth === MAX_DEPTH) throw tooDeep(local, localId);
    depth++;
    result = answer(localId, targetId, ask, mode);
    depth--;
    known.set(key, result);
    return result;
  };
  return ask;
}

function tooDeep(local: Btf, id: number): ObjectError {
  return new ObjectError(`type ${local.describe(id)} is nested deeper than ${MAX_DEPTH} levels`);
}

function nameOf(type: BtfType): string {
  return 'name' in type ? essentialName(type.name) : '';
}

function isEnum(kind: BtfKind): boolean {
  return kind === 'enum' || kind === 'enum64';
}

function isComposite(type: BtfType): type is BtfComposite {
  return type.kind === 'struct' || type.kind === 'union';
}

function isPlainInt(type: BtfType): boolean {
  return type.kind === 'int' && type.bitOffset === 0;
}
