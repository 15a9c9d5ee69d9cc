/**
 * The contract of what runs a program. You supply: prepare(). You get for free from Execution: registers, stack
 * frames, memory checks, faults, helper calls; from Machine: linking, budgets, statistics; from the case corpus and
 * engines.suite.ts: tests. An engine never verifies: it may assume a program that passed verifier/structure.ts, and
 * must still end every program, with a result or an ExecutionFault, within its budget.
 */
import type { Code } from '../isa/decode.ts';
import type { Execution } from './execution.ts';

export interface Engine {
  readonly name: string;
  prepare(program: LinkedProgram): Runnable;
}

/** A program whose lddw all are plain 64-bit constants: maps and functions have become addresses. */
export interface LinkedProgram {
  readonly name: string;
  readonly code: Code;
  /** First slots of the functions; what a function address may name. */
  readonly functions: readonly number[];
  /**
   * What a load from a bad address does. `zero`: reads zero, as Linux does for loads through BTF pointers in tracing
   * programs (PROBE_MEM). `fault`: stops the program.
   */
  readonly badLoads: 'zero' | 'fault';
}

export interface Runnable {
  readonly program: LinkedProgram;
  /**
   * Runs from a function's first slot until that function exits. Arguments and result are in the execution's
   * registers. @throws ExecutionFault
   */
  execute(execution: Execution, slot: number): void;
}

/** `lddw function` yields this plus 8 times the slot: the module area of x86-64, where no data can be. */
export const FUNCTION_BASE = 0xffffffffc0000000n;

/** A program did what a verifier should have refused, or ran out of its budget. It was stopped; the machine goes on. */
export class ExecutionFault extends Error {
  override readonly name = 'ExecutionFault';
  readonly program: string;
  /** Of the instruction that faulted. */
  readonly slot: number;
  readonly disassembly: string;
  /** The address it reached for; null if the fault is no access. */
  readonly address: bigint | null;

  constructor(program: string, slot: number, disassembly: string, why: string, address: bigint | null) {
    super(`Program "${program}" stopped at instruction ${slot} (${disassembly}): ${why}`);
    this.program = program;
    this.slot = slot;
    this.disassembly = disassembly;
    this.address = address;
  }
}
