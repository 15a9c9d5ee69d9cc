/** Puts a program together: its function and, behind it, every function that it calls. */
import { ObjectError } from './error.ts';
import type { ObjectFunction } from './functions.ts';
import { SLOT_BYTES, Slots } from './slots.ts';
import type { CoreRelocation, CoreRelocationKind, ProgramSpec } from './spec.ts';

/** As the kernel (BPF_COMPLEXITY_LIMIT_INSNS): no larger program can pass a verifier. */
const MAX_PROGRAM_SLOTS = 1_000_000;
/** Of all programs: each has its own copy of what it calls, so a small damaged file could ask for very much. */
const MAX_OBJECT_SLOTS = 8_000_000;
const MAX_CORE_KIND = 12;

export type Linked = Pick<ProgramSpec, 'instructions' | 'coreRelocations' | 'functions'>;

/** Links programs of one object. */
export class Linker {
  readonly #functions = new Map<string, ObjectFunction>();
  #slots = 0;

  constructor(functions: readonly ObjectFunction[]) {
    for (const each of functions) {
      const place = placeOf(each.section.index, each.start);
      // Two names for one function: either will do.
      if (!this.#functions.has(place)) this.#functions.set(place, each);
    }
  }

  /** @throws ObjectError for a call into the middle of a function, and for programs beyond every kernel's limit */
  link(program: ObjectFunction): Linked {
    const placed = this.#place(program);
    const size = placed.reduce((sum, { code }) => sum + code.slots.count, 0);
    const bytes = new Uint8Array(size * SLOT_BYTES);
    const slots = new Slots(bytes);
    const starts = new Map(placed.map(({ code, start }) => [code, start]));
    const coreRelocations: CoreRelocation[] = [];
    for (const { code, start } of placed) {
      bytes.set(code.slots.bytes, start * SLOT_BYTES);
      for (const reference of code.references) {
        const slot = start + reference.slot;
        slots.setImmediate(slot, starts.get(this.#target(code, reference))! - slot - 1);
      }
      for (const { slot, typeId, access, kind } of code.coreRelocations) {
        if (kind > MAX_CORE_KIND)
          throw new ObjectError(`function "${code.name}": CO-RE relocation of unknown kind ${kind}`);
        coreRelocations.push({ slot: start + slot, typeId, access, kind: kind as CoreRelocationKind });
      }
    }
    const functions = placed.map(({ code, start }) => ({ name: code.name, slot: start, btfId: code.btfId }));
    return { instructions: bytes, coreRelocations, functions };
  }

  /** The program and what it reaches, in the order of libbpf: each function before those that only it calls. */
  #place(program: ObjectFunction): { code: ObjectFunction; start: number }[] {
    const placed: { code: ObjectFunction; start: number }[] = [];
    const seen = new Set<ObjectFunction>();
    let size = 0;
    const add = (code: ObjectFunction) => {
      seen.add(code);
      placed.push({ code, start: size });
      size += code.slots.count;
      this.#slots += code.slots.count;
      if (size > MAX_PROGRAM_SLOTS || this.#slots > MAX_OBJECT_SLOTS) {
        throw new ObjectError(
          `program "${program.name}" has more than ${size} instructions with all it calls`,
        );
      }
      return { code, next: 0 };
    };
    // A stack of its own rather than recursion: the depth is in the hands of whoever made the file.
    const stack = [add(program)];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const reference = top.code.references[top.next++];
      if (reference === undefined) {
        stack.pop();
        continue;
      }
      const target = this.#target(top.code, reference);
      if (!seen.has(target)) stack.push(add(target));
    }
    return placed;
  }

  #target(from: ObjectFunction, reference: ObjectFunction['references'][number]): ObjectFunction {
    const target = this.#functions.get(placeOf(reference.to.section, reference.to.slot));
    if (target === undefined) {
      throw new ObjectError(
        `function "${from.name}", instruction ${reference.slot}: no function begins at slot ${reference.to.slot} of section ${reference.to.section}`,
        from.section.fileOffset + (from.start + reference.slot) * SLOT_BYTES,
      );
    }
    return target;
  }
}

function placeOf(section: number, slot: number): string {
  return `${section} ${slot}`;
}
