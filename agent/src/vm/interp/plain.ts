/**
 * The plain engine: the instruction set as one would explain it, over BigInt. It is the reference that the fast
 * interpreter is held to by engines.suite.ts, and nothing in the product runs on it.
 */
import { helperById } from '../helpers/table.ts';
import { type Instruction, targetOf, wideValue } from '../isa/decode.ts';
import type { Engine, LinkedProgram, Runnable } from './engine.ts';
import type { Execution } from './execution.ts';
import { alu, atomic, byteswap, compare } from './semantics.ts';

export const plainEngine: Engine = {
  name: 'plain',
  prepare: (program) => new PlainProgram(program),
};

class PlainProgram implements Runnable {
  readonly program: LinkedProgram;

  constructor(program: LinkedProgram) {
    this.program = program;
  }

  execute(execution: Execution, slot: number): void {
    const base = execution.depth;
    let next: number | null = slot;
    while (next !== null) {
      const instruction = execution.runnable.program.code[next];
      execution.slot = next;
      if (!instruction) execution.fault('there is no instruction');
      if (execution.executed === execution.budget) execution.exhausted();
      execution.executed++;
      next = step(execution, instruction, base);
    }
  }
}

/** @returns the slot to go on with; null when the function that execute() entered has returned */
function step(execution: Execution, instruction: Instruction, base: number): number | null {
  const r = execution.registers.whole;
  const { dst, src, offset } = instruction;
  const { action } = instruction.kind;
  const operand = 'operand' in action && action.operand === 'imm' ? BigInt(instruction.imm) : r[src]!;
  const following = instruction.slot + 1;
  switch (action.form) {
    case 'alu':
      r[dst] = alu(action.operation, action.bits, r[dst]!, operand);
      return following;
    case 'neg':
      r[dst] = alu('sub', action.bits, 0n, r[dst]!);
      return following;
    case 'movsx':
      r[dst] = BigInt.asUintN(action.bits, BigInt.asIntN(action.fromBits, r[src]!));
      return following;
    case 'swap':
      // The machine is little-endian: "to little-endian" only cuts.
      r[dst] = action.order === 'le' ? BigInt.asUintN(action.bits, r[dst]!) : byteswap(action.bits, r[dst]!);
      return following;
    case 'load':
      r[dst] = load(execution, src, offset, action.bytes, action.signed);
      return following;
    case 'store':
      store(execution, dst, offset, action.bytes, operand);
      return following;
    case 'atomic': {
      const bits = action.bytes === 8 ? 64 : 32;
      const old = loadOrFault(execution, dst, offset, action.bytes);
      store(execution, dst, offset, action.bytes, atomic(action.operation, bits, old, r[src]!, r[0]!));
      if (action.fetch) r[action.operation === 'cmpxchg' ? 0 : src] = old;
      return following;
    }
    case 'jump':
      return targetOf(instruction);
    case 'branch':
      return compare(action.comparison, action.bits, r[dst]!, operand) ? targetOf(instruction) : following;
    case 'call':
      return call(execution, instruction, action.target);
    case 'exit':
      return execution.depth === base ? null : execution.popFrame().returnSlot;
    case 'wide':
      r[dst] = wideValue(instruction);
      return following + 1;
    case 'packet':
      return execution.fault('there is no packet');
  }
}

function call(
  execution: Execution,
  instruction: Instruction,
  target: 'helper' | 'local' | 'kfunc' | 'register',
): number {
  const following = instruction.slot + 1;
  if (target === 'local') {
    execution.pushFrame(following);
    return targetOf(instruction);
  }
  if (target === 'kfunc') execution.fault('there are no kernel functions');
  const id = target === 'helper' ? instruction.imm : Number(execution.registers.whole[instruction.dst]!);
  const helper = helperById(id);
  if (helper === undefined) execution.fault(`there is no helper ${id}`);
  helper.invoke(execution);
  if (execution.tailTarget === null) return following;
  execution.takeTailCall();
  return 0;
}

function load(
  execution: Execution,
  register: number,
  offset: number,
  bytes: 1 | 2 | 4 | 8,
  signed: boolean,
): bigint {
  const at = execution.dataOffset(register, offset, bytes);
  if (at === -1) {
    execution.badLoad(register, offset, bytes);
    return 0n;
  }
  const value = read(execution, at, bytes);
  return signed ? BigInt.asUintN(64, BigInt.asIntN(bytes * 8, value)) : value;
}

function loadOrFault(execution: Execution, register: number, offset: number, bytes: 4 | 8): bigint {
  const at = execution.dataOffset(register, offset, bytes);
  if (at === -1) execution.badStore(register, offset, bytes);
  return read(execution, at, bytes);
}

function read(execution: Execution, at: number, bytes: 1 | 2 | 4 | 8): bigint {
  const { u8 } = execution.kernel.memory;
  let value = 0n;
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(u8[at + i]!);
  return value;
}

function store(
  execution: Execution,
  register: number,
  offset: number,
  bytes: 1 | 2 | 4 | 8,
  value: bigint,
): void {
  const at = execution.dataOffset(register, offset, bytes);
  if (at === -1) execution.badStore(register, offset, bytes);
  const { u8 } = execution.kernel.memory;
  for (let i = 0; i < bytes; i++) u8[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}
