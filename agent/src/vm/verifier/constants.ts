/**
 * Which instructions can be reached, once constants are taken into account. A small forward analysis over the
 * control-flow graph of one function: each register is a known constant, a known place (in a map's value, on the
 * stack), or unknown. Loads from frozen maps at known places are constants. A branch whose outcome is known reaches
 * one side only; that is how code for other kernels, switched off by CO-RE or by `.rodata`, is found to be dead.
 *
 * The stack's content is not tracked, nor what functions pass to each other: what the analysis does not know, it takes
 * as reachable.
 */

import { alu, byteswap, compare } from '../interp/semantics.ts';
import { type Instruction, targetOf, wideValue } from '../isa/decode.ts';
import type { Comparison } from '../isa/instructions.ts';
import { FRAME_POINTER, REGISTERS } from '../isa/opcode.ts';
import type { CheckedMap, CheckedProgram } from './program.ts';

/** `offset` is relative to the start of the map's value, or to the frame pointer (stack). */
export type Value =
  | { readonly kind: 'constant'; readonly value: bigint }
  | { readonly kind: 'map-value'; readonly map: number; readonly offset: bigint }
  | { readonly kind: 'stack'; readonly offset: bigint };

/** Registers by number; undefined is unknown. */
export type State = readonly (Value | undefined)[];

export interface Reached {
  /** By slot: what is known before the instruction; undefined if it cannot be reached. */
  readonly states: readonly (State | undefined)[];
}

/** Analyses the functions that can be reached from the program's start, each with nothing known of its arguments. */
export function reach(program: CheckedProgram, maps: readonly CheckedMap[]): Reached {
  const states = new Array<State | undefined>(program.code.length).fill(undefined);
  const work: number[] = [];
  const enter = (slot: number, state: State): void => {
    const known = states[slot];
    const joined = known === undefined ? state : join(known, state);
    if (known !== undefined && same(known, joined)) return;
    states[slot] = joined;
    work.push(slot);
  };
  enter(0, entryState());
  for (let slot = work.pop(); slot !== undefined; slot = work.pop()) {
    const instruction = program.code[slot];
    if (!instruction) continue;
    for (const { slot: next, state } of successors(instruction, states[slot]!, maps)) {
      if (next < program.code.length) enter(next, state);
    }
  }
  return { states };
}

interface Successor {
  readonly slot: number;
  readonly state: State;
}

function successors(
  instruction: Instruction,
  before: State,
  maps: readonly CheckedMap[],
): readonly Successor[] {
  const { action } = instruction.kind;
  const after = transfer(instruction, before, maps);
  const following = instruction.slot + (action.form === 'wide' ? 2 : 1);
  switch (action.form) {
    case 'exit':
      return [];
    case 'jump':
      return [{ slot: targetOf(instruction), state: after }];
    case 'call':
      return action.target === 'local'
        ? [
            { slot: following, state: after },
            { slot: targetOf(instruction), state: entryState() },
          ]
        : [{ slot: following, state: after }];
    case 'wide':
      return action.value === 'function'
        ? [
            { slot: following, state: after },
            { slot: targetOf(instruction), state: entryState() },
          ]
        : [{ slot: following, state: after }];
    case 'branch':
      return branch(instruction, before, action);
    default:
      return [{ slot: following, state: after }];
  }
}

function branch(
  instruction: Instruction,
  before: State,
  action: { readonly comparison: Comparison; readonly bits: 32 | 64; readonly operand: 'imm' | 'reg' },
): readonly Successor[] {
  const taken = { slot: targetOf(instruction), state: before };
  const fallThrough = { slot: instruction.slot + 1, state: before };
  const left = before[instruction.dst];
  const right = operandOf(instruction, before, action.operand);
  if (left?.kind === 'constant' && right?.kind === 'constant') {
    return compare(action.comparison, action.bits, left.value, right.value) ? [taken] : [fallThrough];
  }
  if (action.bits === 32 || right?.kind !== 'constant' || left !== undefined) return [taken, fallThrough];
  // An unknown register that was found equal to a constant is that constant from there on.
  const equal = replaced(before, instruction.dst, right);
  if (action.comparison === 'eq') return [{ ...taken, state: equal }, fallThrough];
  if (action.comparison === 'ne') return [taken, { ...fallThrough, state: equal }];
  return [taken, fallThrough];
}

function transfer(instruction: Instruction, before: State, maps: readonly CheckedMap[]): State {
  const { kind, dst, src } = instruction;
  const { action } = kind;
  switch (action.form) {
    case 'alu': {
      const operand = operandOf(instruction, before, action.operand);
      if (action.operation === 'mov' && action.bits === 64) return replaced(before, dst, operand);
      return replaced(before, dst, arithmetic(action.operation, action.bits, before[dst], operand));
    }
    case 'neg':
      return replaced(before, dst, arithmetic('sub', action.bits, constant(0n), before[dst]));
    case 'movsx':
      return replaced(
        before,
        dst,
        mapped(before[src], (value) => BigInt.asUintN(action.bits, BigInt.asIntN(action.fromBits, value))),
      );
    case 'swap':
      return replaced(
        before,
        dst,
        mapped(before[dst], (value) =>
          action.order === 'le' ? BigInt.asUintN(action.bits, value) : byteswap(action.bits, value),
        ),
      );
    case 'load':
      return replaced(before, dst, loaded(before[src], instruction.offset, action, maps));
    case 'atomic':
      return action.fetch ? replaced(before, action.operation === 'cmpxchg' ? 0 : src, undefined) : before;
    case 'call':
      // r0 is the result; r1 to r5 belong to the callee.
      return before.map((value, register) => (register <= 5 ? undefined : value));
    case 'wide':
      return replaced(before, dst, wide(instruction));
    case 'packet':
      return replaced(before, 0, undefined);
    default:
      return before;
  }
}

function arithmetic(
  operation: Parameters<typeof alu>[0],
  bits: 32 | 64,
  left: Value | undefined,
  right: Value | undefined,
): Value | undefined {
  if (operation === 'mov' && right?.kind === 'constant') return constant(alu('mov', bits, 0n, right.value));
  if (left === undefined || right?.kind !== 'constant') return undefined;
  if (left.kind === 'constant') return constant(alu(operation, bits, left.value, right.value));
  if (bits === 32 || (operation !== 'add' && operation !== 'sub')) return undefined;
  const distance = BigInt.asIntN(64, right.value);
  return { ...left, offset: left.offset + (operation === 'add' ? distance : -distance) };
}

function loaded(
  base: Value | undefined,
  offset: number,
  action: { readonly bytes: number; readonly signed: boolean },
  maps: readonly CheckedMap[],
): Value | undefined {
  if (base?.kind !== 'map-value') return undefined;
  const contents = maps[base.map]?.contents ?? null;
  const at = Number(base.offset) + offset;
  if (contents === null || at < 0 || at + action.bytes > contents.length) return undefined;
  let value = 0n;
  for (let i = action.bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(contents[at + i]!);
  return constant(action.signed ? BigInt.asUintN(64, BigInt.asIntN(action.bytes * 8, value)) : value);
}

function wide(instruction: Instruction): Value | undefined {
  const { action } = instruction.kind;
  if (action.form !== 'wide') return undefined;
  if (action.value === 'imm') return constant(wideValue(instruction));
  if (action.value !== 'map-value') return undefined;
  return { kind: 'map-value', map: instruction.imm, offset: BigInt(instruction.nextImm >>> 0) };
}

function operandOf(instruction: Instruction, state: State, operand: 'imm' | 'reg'): Value | undefined {
  return operand === 'imm' ? constant(BigInt(instruction.imm)) : state[instruction.src];
}

/** Where an access is relative to the start of a map's value or to the frame pointer, if that is known. */
export function placeOf(state: State, register: number, offset: number): Value | undefined {
  const base = state[register];
  if (base === undefined || base.kind === 'constant') return undefined;
  return { ...base, offset: base.offset + BigInt(offset) };
}

function entryState(): State {
  const state = new Array<Value | undefined>(REGISTERS).fill(undefined);
  state[FRAME_POINTER] = { kind: 'stack', offset: 0n };
  return state;
}

const constant = (value: bigint): Value => ({ kind: 'constant', value: BigInt.asUintN(64, value) });

function mapped(value: Value | undefined, change: (value: bigint) => bigint): Value | undefined {
  return value?.kind === 'constant' ? constant(change(value.value)) : undefined;
}

function replaced(state: State, register: number, value: Value | undefined): State {
  return state.with(register, value);
}

function join(a: State, b: State): State {
  return a.map((value, register) => (equal(value, b[register]) ? value : undefined));
}

function same(a: State, b: State): boolean {
  return a.every((value, register) => equal(value, b[register]));
}

function equal(a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.kind === 'constant') return b.kind === 'constant' && a.value === b.value;
  if (b.kind === 'constant' || a.offset !== b.offset) return false;
  return a.kind === 'map-value' ? b.kind === 'map-value' && a.map === b.map : b.kind === 'stack';
}
