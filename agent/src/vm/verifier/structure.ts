/**
 * The structural check: what every program must pass before it may run. It proves that the program is made of
 * instructions that exist, that control stays inside its functions, that it calls only helpers it may call, and that
 * accesses at known places (stack, data sections) are inside them. It does not prove memory safety of other accesses;
 * the machine checks those as it runs. Pure: same program and maps, same verdict.
 *
 * Dead code (see constants.ts) may hold what reached code may not: calls of unknown helpers, and instructions that
 * CO-RE poisoned because their field does not exist on this kernel.
 */
import { helperById, helperName, isGplCompatible } from '../helpers/table.ts';
import { type Instruction, targetOf } from '../isa/decode.ts';
import type { RegisterUse } from '../isa/instructions.ts';
import { FRAME_BYTES, FRAME_POINTER, MAX_FRAMES, REGISTERS } from '../isa/opcode.ts';
import { placeOf, reach, type State } from './constants.ts';
import {
  type CheckedMap,
  type CheckedProgram,
  CORE_POISON,
  type Rejection,
  type Verdict,
} from './program.ts';

/** Most instructions of a program (BPF_COMPLEXITY_LIMIT_INSNS). */
const MAX_SLOTS = 1_000_000;

export function checkStructure(program: CheckedProgram, maps: readonly CheckedMap[]): Verdict {
  const fault =
    shapeFault(program) ??
    firstFault(program, (instruction) => fieldFault(instruction) ?? mapFault(instruction, maps)) ??
    firstFault(program, (instruction) => controlFault(instruction, program)) ??
    unreachableFault(program) ??
    callDepthFault(program);
  if (fault !== null) return fault;
  const { states } = reach(program, maps);
  for (const instruction of program.code) {
    const state = instruction && states[instruction.slot];
    if (!instruction || !state) continue;
    const why = helperFault(instruction, program) ?? accessFault(instruction, state, maps);
    if (why !== null) return rejected(instruction.slot, why);
  }
  return { kind: 'accepted', reachable: states.map((state) => state !== undefined) };
}

function rejected(slot: number, why: string): Rejection {
  return { kind: 'rejected', slot, why };
}

function firstFault(
  program: CheckedProgram,
  check: (instruction: Instruction) => string | null,
): Rejection | null {
  for (const instruction of program.code) {
    const why = instruction === null ? null : check(instruction);
    if (why !== null) return rejected(instruction!.slot, why);
  }
  return null;
}

function shapeFault({ code, functions }: CheckedProgram): Rejection | null {
  if (code.length === 0) return rejected(0, 'it has no instructions');
  if (code.length > MAX_SLOTS) return rejected(MAX_SLOTS, `it has more than ${MAX_SLOTS} instructions`);
  if (functions[0] !== 0) return rejected(0, 'its first function does not begin at instruction 0');
  for (const [i, start] of functions.entries()) {
    if (i > 0 && start <= functions[i - 1]!) return rejected(start, 'functions are not in order');
    if (!code[start]) return rejected(start, 'a function begins where there is no instruction');
  }
  for (const i of functions.keys()) {
    const end = (functions[i + 1] ?? code.length) - 1;
    const form = code[end]?.kind.action.form;
    if (form !== 'exit' && form !== 'jump') {
      return rejected(end, 'the last instruction of a function is no exit or goto');
    }
  }
  return null;
}

function fieldFault({ kind, dst, src, offset, imm }: Instruction): string | null {
  if (kind.refused !== null) return kind.refused;
  const { uses } = kind;
  if (uses.offset === 'none' && offset !== 0) return `reserved field: offset is ${offset}, not 0`;
  if (uses.imm === 'none' && imm !== 0) return `reserved field: imm is ${imm}, not 0`;
  return (
    registerFault('dst', uses.dst, dst) ??
    registerFault('src', uses.src, src) ??
    divisorFault(kind.action, imm)
  );
}

function registerFault(field: 'dst' | 'src', use: RegisterUse, register: number): string | null {
  if (use === 'none') return register === 0 ? null : `reserved field: ${field} is ${register}, not 0`;
  if (use === 'fixed') return null;
  if (register >= REGISTERS) return `there is no register r${register}`;
  return register === FRAME_POINTER && use !== 'read' ? 'the frame pointer is read only' : null;
}

/** What a compiler never writes, and Linux refuses: division by a constant zero, shifts wider than the register. */
function divisorFault(action: Instruction['kind']['action'], imm: number): string | null {
  if (action.form !== 'alu' || action.operand !== 'imm') return null;
  switch (action.operation) {
    case 'div':
    case 'mod':
    case 'sdiv':
    case 'smod':
      return imm === 0 ? 'division by zero' : null;
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return imm < 0 || imm >= action.bits ? `invalid shift of ${imm} bits` : null;
    default:
      return null;
  }
}

function mapFault({ kind, imm, nextImm }: Instruction, maps: readonly CheckedMap[]): string | null {
  const { action } = kind;
  if (action.form !== 'wide' || action.value === 'imm') return null;
  if (action.value === 'function') return nextImm === 0 ? null : 'reserved field: the second imm is not 0';
  const map = maps[imm];
  if (map === undefined) return `there is no map ${imm}`;
  if (action.value === 'map') return nextImm === 0 ? null : 'reserved field: the second imm is not 0';
  if (map.valueBytes === 0) return `map ${imm} has no value that can be pointed into`;
  const offset = nextImm >>> 0;
  return offset < map.valueBytes ? null : `offset ${offset} is outside the value of ${map.valueBytes} bytes`;
}

function controlFault(instruction: Instruction, program: CheckedProgram): string | null {
  const { action } = instruction.kind;
  const target = targetOf(instruction);
  const calls =
    (action.form === 'call' && action.target === 'local') ||
    (action.form === 'wide' && action.value === 'function');
  if (calls)
    return program.functions.includes(target) ? null : `instruction ${target} is not the start of a function`;
  if (action.form !== 'jump' && action.form !== 'branch') return null;
  const own = functionOf(program, instruction.slot);
  const inside = target >= 0 && target < program.code.length && functionOf(program, target) === own;
  if (!inside) return `jump to ${target}, outside its function`;
  return program.code[target] === null ? `jump into the middle of an instruction at ${target}` : null;
}

/** Index of the function that a slot belongs to. */
function functionOf({ functions }: CheckedProgram, slot: number): number {
  return functions.findLastIndex((start) => start <= slot);
}

/** Code that no jump leads to, whatever the values: no compiler writes it, and Linux refuses it. */
function unreachableFault(program: CheckedProgram): Rejection | null {
  const seen = new Uint8Array(program.code.length);
  const work = [...program.functions];
  for (let slot = work.pop(); slot !== undefined; slot = work.pop()) {
    const instruction = program.code[slot];
    if (!instruction || seen[slot] === 1) continue;
    seen[slot] = 1;
    const { form } = instruction.kind.action;
    if (form === 'jump' || form === 'branch') work.push(targetOf(instruction));
    if (form !== 'jump' && form !== 'exit') work.push(slot + (form === 'wide' ? 2 : 1));
  }
  const dead = program.code.find((instruction) => instruction !== null && seen[instruction.slot] === 0);
  return dead ? rejected(dead.slot, 'no way leads to this instruction') : null;
}

function callDepthFault(program: CheckedProgram): Rejection | null {
  const calls = program.functions.map((): { slot: number; callee: number }[] => []);
  for (const instruction of program.code) {
    const action = instruction?.kind.action;
    if (action?.form !== 'call' || action.target !== 'local') continue;
    const { slot } = instruction!;
    calls[functionOf(program, slot)]!.push({ slot, callee: functionOf(program, targetOf(instruction!)) });
  }
  // Deepest chain below each function; a function that is met again while its own chain is measured calls itself.
  const depths = new Map<number, number | 'open'>();
  const measure = (index: number): number | Rejection => {
    depths.set(index, 'open');
    let deepest = 0;
    for (const { slot, callee } of calls[index]!) {
      if (depths.get(callee) === 'open') return rejected(slot, 'recursive call');
      const known = depths.get(callee);
      const below = typeof known === 'number' ? known : measure(callee);
      if (typeof below !== 'number') return below;
      if (below + 2 > MAX_FRAMES) return rejected(slot, `calls nest more than ${MAX_FRAMES} deep`);
      deepest = Math.max(deepest, below + 1);
    }
    depths.set(index, deepest);
    return deepest;
  };
  const main = measure(0);
  return typeof main === 'number' ? null : main;
}

function helperFault({ kind, imm }: Instruction, program: CheckedProgram): string | null {
  const { action } = kind;
  if (action.form !== 'call' || action.target !== 'helper') return null;
  if (imm === CORE_POISON) return 'CO-RE relocation failed: what it reads does not exist on this kernel';
  const helper = helperById(imm);
  if (helper === undefined) return `unknown helper ${helperName(imm) ?? imm}`;
  if (helper.programTypes !== 'any' && !helper.programTypes.includes(program.type)) {
    return `program of type ${program.type} cannot use helper bpf_${helper.name}`;
  }
  if (helper.gplOnly && !isGplCompatible(program.license)) {
    return `helper bpf_${helper.name} needs a GPL-compatible licence, not "${program.license}"`;
  }
  return null;
}

/** Accesses through r10, or into data sections, at offsets that are known. */
function accessFault(instruction: Instruction, state: State, maps: readonly CheckedMap[]): string | null {
  const { action } = instruction.kind;
  if (action.form !== 'load' && action.form !== 'store' && action.form !== 'atomic') return null;
  const place = placeOf(
    state,
    action.form === 'load' ? instruction.src : instruction.dst,
    instruction.offset,
  );
  if (place === undefined || place.kind === 'constant') return null;
  const { offset } = place;
  const end = offset + BigInt(action.bytes);
  if (place.kind === 'stack') {
    const inside = offset >= BigInt(-FRAME_BYTES) && end <= 0n;
    return inside ? null : `invalid stack access at ${offset}, ${action.bytes} bytes`;
  }
  const map = maps[place.map]!;
  if (offset < 0n || end > BigInt(map.valueBytes)) {
    return `access at offset ${offset} of a value of ${map.valueBytes} bytes`;
  }
  return action.form !== 'load' && map.contents !== null ? 'store into a frozen map' : null;
}
