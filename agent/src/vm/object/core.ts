/**
 * CO-RE: makes a program that was compiled against its own idea of the kernel's types fit a given kernel. Every
 * instruction that depends on a type names the type and the way to a field; each is looked up in the kernel's BTF and
 * the instruction's offset or immediate is replaced. Semantics are those of libbpf, so that an object does the same
 * under both loaders.
 * @see https://nakryiko.com/posts/bpf-core-reference-guide/, enum bpf_core_relo_kind in include/uapi/linux/bpf.h
 */
import type { Btf } from '../btf/btf.ts';
import { essentialName } from '../btf/types.ts';
import { type Access, describePath, followAccess, parseAccess } from './access.ts';
import { findAccess } from './candidate.ts';
import { sameKind, typesCompatible, typesMatch } from './compatible.ts';
import { ObjectError } from './error.ts';
import { fieldValue } from './field.ts';
import { type CoreChange, type CoreValue, patch, poison } from './patch.ts';
import { Slots } from './slots.ts';
import { CoreKind, type CoreRelocation, type CoreRelocationKind, type ProgramSpec } from './spec.ts';

export interface Relocated {
  /** The program's, with the relocations applied; a copy. */
  readonly instructions: Uint8Array;
  /** Relocations that could not be met: their instructions are made calls that a verifier refuses unless they are dead. */
  readonly poisoned: number;
  /** One line for every poisoned instruction: what the kernel lacks. */
  readonly log: readonly string[];
}

/** A relocation that has no single answer, or does not fit its instruction: the program cannot run on this kernel. */
export class RelocationError extends Error {
  override readonly name = 'RelocationError';
  readonly program: string;
  readonly slot: number;

  constructor(program: string, slot: number, problem: string) {
    super(`Cannot relocate program "${program}", instruction ${slot}: ${problem}`);
    this.program = program;
    this.slot = slot;
  }
}

/**
 * Relocates one program.
 *
 * What the kernel does not have is no error by itself: programs ask (`bpf_core_field_exists`) and go another way. The
 * instruction is poisoned, and refused only if it can be reached.
 *
 * With `target` null (a kernel without BTF) nothing can be looked up. Questions for existence are answered with no: a
 * program then takes the way that needs least. Types that are part of the kernel's interface to user space (`pt_regs`
 * and the records of tracepoints) are the same everywhere, so they keep the layout they were compiled with. Everything
 * else is poisoned: a guessed offset would read wrong memory and say nothing.
 *
 * @param local the object's BTF
 * @param target the kernel's
 * @throws RelocationError where candidates disagree, or the instruction is not what the relocation expects
 * @throws ObjectError where the relocation does not fit the object's own types
 */
export function relocate(program: ProgramSpec, local: Btf, target: Btf | null): Relocated {
  const slots = new Slots(program.instructions.slice());
  const candidates = target === null ? null : new Candidates(local, target);
  const log: string[] = [];
  for (const relocation of program.coreRelocations) {
    const fail = (problem: string) =>
      new RelocationError(program.name, relocation.slot, `${describe(local, relocation)}: ${problem}`);
    if (relocation.slot + slots.width(relocation.slot) > slots.count) throw fail('outside the program');
    const result = candidates === null ? withoutBtf(relocation, local) : candidates.resolve(relocation, fail);
    const problem = result === null ? missing(target) : patch(slots, relocation.slot, result, fail);
    if (problem === null) continue;
    poison(slots, relocation.slot);
    log.push(`${program.name}+${relocation.slot}: ${describe(local, relocation)}: ${problem}`);
  }
  return { instructions: slots.bytes, poisoned: log.length, log };
}

function missing(target: Btf | null): string {
  return target === null ? 'the kernel has no BTF' : 'the kernel has no such field or value';
}

/** Interface to user space: the same on every kernel of an architecture. */
const USER_ABI = /^(pt_regs|user_pt_regs|trace_event_raw_\w+)$/;

function withoutBtf(relocation: CoreRelocation, local: Btf): CoreChange | null {
  const here = followLocal(relocation, local);
  const before = answer(relocation.kind, here);
  switch (relocation.kind) {
    case CoreKind.FIELD_EXISTS:
    case CoreKind.TYPE_EXISTS:
    case CoreKind.TYPE_MATCHES:
    case CoreKind.ENUMVAL_EXISTS:
      return { before, after: plain(0n) };
    case CoreKind.TYPE_ID_LOCAL:
      return { before, after: before };
    default:
      return USER_ABI.test(essentialName(local.nameOf(relocation.typeId))) ? { before, after: before } : null;
  }
}

/** The types of a kernel that a program's types may stand for. */
class Candidates {
  readonly #local: Btf;
  readonly #target: Btf;
  /** By local type. Shrinks to those that had the fields asked for, as in libbpf: they are what the type is. */
  readonly #byType = new Map<number, readonly number[]>();

  constructor(local: Btf, target: Btf) {
    this.#local = local;
    this.#target = target;
  }

  /** @returns null if the kernel lacks what is asked for and the question has no answer without it */
  resolve(relocation: CoreRelocation, fail: (problem: string) => RelocationError): CoreChange | null {
    const { kind, typeId } = relocation;
    const here = followLocal(relocation, this.#local);
    const before = answer(kind, here);
    if (kind === CoreKind.TYPE_ID_LOCAL) return { before, after: before };
    if (this.#local.nameOf(typeId) === '') throw fail('an anonymous type cannot be looked for');

    const found: { readonly id: number; readonly bitOffset: number; readonly value: CoreValue }[] = [];
    for (const id of this.#of(typeId)) {
      const there = this.#find(kind, here, id);
      if (there === null) continue;
      const value = answer(kind, there);
      const first = found[0];
      if (first !== undefined && first.bitOffset !== bitOffsetOf(there)) {
        throw fail(
          `the kernel's types ${first.id} and ${id} have it at bits ${first.bitOffset} and ${bitOffsetOf(there)}`,
        );
      }
      // Compared as 64 bits: what is -1 in one enumeration is 2^64 - 1 in another.
      if (first !== undefined && BigInt.asUintN(64, first.value.value ^ value.value) !== 0n) {
        throw fail(`the kernel's types ${first.id} and ${id} give ${first.value.value} and ${value.value}`);
      }
      found.push({ id, bitOffset: bitOffsetOf(there), value });
    }
    const ids = found.map(({ id }) => id);
    if (ids.length > 0) this.#byType.set(typeId, ids);
    const after = found[0]?.value ?? absent(kind);
    return after === null ? null : { before, after };
  }

  #of(typeId: number): readonly number[] {
    let ids = this.#byType.get(typeId);
    if (ids === undefined) {
      const kind = this.#local.kindOf(typeId);
      ids = this.#target
        .flavours(this.#local.nameOf(typeId))
        .filter((id) => sameKind(kind, this.#target.kindOf(id)));
      this.#byType.set(typeId, ids);
    }
    return ids;
  }

  #find(kind: CoreRelocationKind, here: Place, id: number): Place | null {
    const [local, target] = [this.#local, this.#target];
    switch (here.kind) {
      case 'field': {
        const access = findAccess(here.access, target, id);
        return access === null ? null : { kind: 'field', access };
      }
      case 'type': {
        const agree = kind === CoreKind.TYPE_MATCHES ? typesMatch : typesCompatible;
        return agree(local, here.id, target, id) ? { kind: 'type', btf: target, id } : null;
      }
      case 'enumerator': {
        const type = target.typeById(target.resolve(id));
        if (type.kind !== 'enum' && type.kind !== 'enum64') return null;
        const wanted = essentialName(here.name);
        const found = type.values.find(({ name }) => essentialName(name) === wanted);
        return found === undefined ? null : { kind: 'enumerator', name: found.name, value: found.value };
      }
    }
  }
}

/** What a relocation is about, in one BTF. */
type Place =
  | { readonly kind: 'field'; readonly access: Access }
  | { readonly kind: 'type'; readonly btf: Btf; readonly id: number }
  | { readonly kind: 'enumerator'; readonly name: string; readonly value: bigint };

function bitOffsetOf(place: Place): number {
  return place.kind === 'field' ? place.access.bitOffset : 0;
}

function followLocal(relocation: CoreRelocation, local: Btf): Place {
  const { kind, typeId, access } = relocation;
  switch (kind) {
    case CoreKind.TYPE_ID_LOCAL:
    case CoreKind.TYPE_ID_TARGET:
    case CoreKind.TYPE_EXISTS:
    case CoreKind.TYPE_SIZE:
    case CoreKind.TYPE_MATCHES:
      if (access !== '0')
        throw new ObjectError(`CO-RE access of ${local.describe(typeId)} is "${access}", want "0"`);
      return { kind: 'type', btf: local, id: typeId };
    case CoreKind.ENUMVAL_EXISTS:
    case CoreKind.ENUMVAL_VALUE: {
      const type = local.typeById(local.resolve(typeId));
      const [index, ...rest] = parseAccess(access);
      const enumerator = type.kind === 'enum' || type.kind === 'enum64' ? type.values[index!] : undefined;
      if (enumerator === undefined || rest.length > 0) {
        throw new ObjectError(`CO-RE access "${access}" does not fit ${local.describe(typeId)}`);
      }
      return { kind: 'enumerator', ...enumerator };
    }
    default:
      return { kind: 'field', access: followAccess(local, typeId, access) };
  }
}

function answer(kind: CoreRelocationKind, place: Place): CoreValue {
  switch (place.kind) {
    case 'field':
      return kind === CoreKind.FIELD_EXISTS ? plain(1n) : fieldValue(kind, place.access);
    case 'type':
      if (kind === CoreKind.TYPE_SIZE) return plain(BigInt(place.btf.sizeOf(place.id)));
      // Ids in an instruction go stale when objects are linked, so they are not compared.
      if (kind === CoreKind.TYPE_ID_LOCAL || kind === CoreKind.TYPE_ID_TARGET) {
        return { ...plain(BigInt(place.id)), exact: false };
      }
      return plain(1n);
    case 'enumerator':
      return plain(kind === CoreKind.ENUMVAL_VALUE ? place.value : 1n);
  }
}

/** The answer where the kernel has no such thing, null if there is none. */
function absent(kind: CoreRelocationKind): CoreValue | null {
  switch (kind) {
    case CoreKind.FIELD_EXISTS:
    case CoreKind.TYPE_ID_TARGET:
    case CoreKind.TYPE_EXISTS:
    case CoreKind.TYPE_SIZE:
    case CoreKind.TYPE_MATCHES:
    case CoreKind.ENUMVAL_EXISTS:
      return plain(0n);
    default:
      return null;
  }
}

function plain(value: bigint): CoreValue {
  return { value, exact: true, load: null };
}

/** As C would write it: `FIELD_BYTE_OFFSET of struct file.f_path.dentry`. */
function describe(local: Btf, relocation: CoreRelocation): string {
  const kind = Object.entries(CoreKind).find(([, number]) => number === relocation.kind)![0];
  const place = followLocal(relocation, local);
  const type = local.describe(relocation.typeId);
  switch (place.kind) {
    case 'field':
      return `${kind} of ${type}${describePath(place.access)}`;
    case 'type':
      return `${kind} of ${type}`;
    case 'enumerator':
      return `${kind} of ${place.name} of ${type}`;
  }
}
