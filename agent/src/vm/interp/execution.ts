/**
 * One run of a program, on any engine: registers, stack, frames, budget, and what its helpers see of it. A machine
 * keeps one for each depth of nesting (a hook that fires inside a hook has its own), so all of it is reused.
 */
import type { Argument, HelperCall, Kernel, Returned } from '../helpers/call.ts';
import { helperName } from '../helpers/table.ts';
import { disassemble } from '../isa/disassemble.ts';
import { FRAME_BYTES, FRAME_POINTER, MAX_FRAMES, MAX_TAIL_CALLS, SLOT_BYTES } from '../isa/opcode.ts';
import { ENOSPC } from '../maps/errno.ts';
import type { BpfMap } from '../maps/map.ts';
import type { TailTarget } from '../maps/prog-array.ts';
import { FIRST_OFFSET, KERNEL_BASE } from '../memory.ts';
import { ExecutionFault, FUNCTION_BASE, type Runnable } from './engine.ts';
import { Registers } from './registers.ts';

/** High half of every kernel address as a signed 32-bit number; the low half is the offset (memory is < 4 GiB). */
export const KERNEL_HIGH = Number(BigInt.asIntN(32, KERNEL_BASE >> 32n));

/** Halves of r6, the first callee-saved register, and how many of them a call saves (r6 to r9). */
const FIRST_SAVED = 12;
const SAVED = 8;

const RETURNED = {} as Returned;

/** What a local call leaves behind to return to. */
export interface Frame {
  runnable: Runnable;
  returnSlot: number;
  readonly saved: Int32Array;
}

export class Execution implements HelperCall {
  readonly kernel: Kernel;
  readonly registers = new Registers();
  /** The program whose instruction runs; changes with a tail call. */
  runnable: Runnable;
  /** Slot of the instruction that calls a helper or faults; see at(). */
  slot = 0;
  /** Instructions so far, that one included; see at(). */
  executed = 0;
  /** Most instructions of this run. */
  budget = 0;
  /** Loads from bad addresses that read zero. */
  zeroLoads = 0;
  /** Set by the helper tail_call; the engine that sees it goes on there. */
  tailTarget: Runnable | null = null;
  /** Frames that wait for a return; 0 in the program's main function. */
  depth = 0;
  #tailCalls = 0;
  readonly #stack: number;
  readonly #frames: Frame[];

  /** @param first any program; what runs is said by run() */
  constructor(kernel: Kernel, first: Runnable) {
    this.kernel = kernel;
    this.runnable = first;
    this.#stack = kernel.memory.alloc(MAX_FRAMES * FRAME_BYTES);
    this.#frames = Array.from({ length: MAX_FRAMES - 1 }, () => ({
      runnable: first,
      returnSlot: 0,
      saved: new Int32Array(SAVED),
    }));
  }

  /** Runs a program from its start. @returns r0, unsigned */
  run(runnable: Runnable, r1: bigint, r2: bigint, budget: number): bigint {
    const { whole } = this.registers;
    whole.fill(0n);
    whole[1] = r1;
    whole[2] = r2;
    whole[FRAME_POINTER] = this.kernel.memory.addressOf(this.#stack + FRAME_BYTES);
    this.runnable = runnable;
    this.executed = 0;
    this.budget = budget;
    this.zeroLoads = 0;
    this.tailTarget = null;
    this.depth = 0;
    this.#tailCalls = 0;
    runnable.execute(this, 0);
    return whole[0]!;
  }

  /** Notes where the program is; engines call it before anything that can fault or call a helper. */
  at(slot: number, executed: number): void {
    this.slot = slot;
    this.executed = executed;
  }

  /** Gives the stack back; the execution cannot be used any more. */
  close(): void {
    this.kernel.memory.free(this.#stack);
  }

  /** Enters a function of the current program: saves r6 to r9 and gives it its own frame. */
  pushFrame(returnSlot: number): void {
    const frame = this.#frames[this.depth];
    if (frame === undefined) this.fault(`more than ${MAX_FRAMES} functions are active`);
    const { halves } = this.registers;
    frame.runnable = this.runnable;
    frame.returnSlot = returnSlot;
    for (let i = 0; i < SAVED; i++) frame.saved[i] = halves[FIRST_SAVED + i]!;
    halves[2 * FRAME_POINTER] = halves[2 * FRAME_POINTER]! + FRAME_BYTES;
    this.depth++;
  }

  /** Leaves it; r0 to r5 stay as they are. */
  popFrame(): Frame {
    const frame = this.#frames[--this.depth]!;
    const { halves } = this.registers;
    for (let i = 0; i < SAVED; i++) halves[FIRST_SAVED + i] = frame.saved[i]!;
    halves[2 * FRAME_POINTER] = halves[2 * FRAME_POINTER]! - FRAME_BYTES;
    this.runnable = frame.runnable;
    return frame;
  }

  /** Takes the tail call that a helper asked for. @returns the program to go on with, from its start */
  takeTailCall(): Runnable {
    const target = this.tailTarget!;
    this.tailTarget = null;
    this.runnable = target;
    return target;
  }

  /**
   * Offset of what an instruction of `runnable` loads from or stores to, -1 if nothing is there. Exact for every
   * address; engines have a quicker test for the common case.
   */
  dataOffset(register: number, offset: number, bytes: number): number {
    return this.kernel.memory.offsetOf(this.registers.whole[register]! + BigInt(offset), bytes);
  }

  /** What to do about a load from a bad address: returns for "reads zero", throws for "stops". */
  badLoad(register: number, offset: number, bytes: number): void {
    if (this.runnable.program.badLoads === 'fault') this.#faultAt('load', register, offset, bytes);
    this.zeroLoads++;
  }

  badStore(register: number, offset: number, bytes: number): never {
    this.#faultAt('store', register, offset, bytes);
  }

  exhausted(): never {
    this.fault(`it has run ${this.budget} instructions, its budget`);
  }

  u32(argument: Argument): number {
    return this.registers.halves[2 * argument]! >>> 0;
  }

  u64(argument: Argument): bigint {
    return this.registers.whole[argument]!;
  }

  kernelAddress(argument: Argument, bytes: number): number {
    const { halves } = this.registers;
    const offset = halves[2 * argument]! >>> 0;
    const inside =
      halves[2 * argument + 1] === KERNEL_HIGH &&
      offset >= FIRST_OFFSET &&
      offset + bytes <= this.kernel.memory.top;
    return inside ? offset : -1;
  }

  memory(argument: Argument, bytes: number): number {
    const offset = this.kernelAddress(argument, bytes);
    if (offset === -1)
      this.fault(`r${argument} does not point to ${bytes} bytes of memory`, this.u64(argument));
    return offset;
  }

  map(argument: Argument): BpfMap {
    const { halves } = this.registers;
    const map =
      halves[2 * argument + 1] === KERNEL_HIGH ? this.kernel.mapAt(halves[2 * argument]! >>> 0) : undefined;
    if (map === undefined) this.fault(`r${argument} is no map`, this.u64(argument));
    return map;
  }

  callback(functionAddress: bigint, first: bigint, second: bigint): bigint {
    const slot = Number(functionAddress - FUNCTION_BASE) / SLOT_BYTES;
    if (!this.runnable.program.functions.includes(slot))
      this.fault('callback is no function', functionAddress);
    const { whole } = this.registers;
    const caller = this.slot;
    this.pushFrame(caller);
    whole[1] = first;
    whole[2] = second;
    this.runnable.execute(this, slot);
    this.popFrame();
    this.slot = caller;
    return whole[0]!;
  }

  /** The 34th of a run fails; Linux leaves r0 as it was, this machine says why. */
  tailCall(target: TailTarget): Returned {
    if (this.#tailCalls === MAX_TAIL_CALLS) return this.returns(-ENOSPC);
    this.#tailCalls++;
    this.tailTarget = target.runnable;
    return RETURNED;
  }

  fault(why: string, address: bigint | null = null): never {
    const { name, code } = this.runnable.program;
    const instruction = code[this.slot];
    const text = instruction ? disassemble(instruction, helperName) : 'no instruction';
    throw new ExecutionFault(name, this.slot, text, why, address);
  }

  returns(value: number): Returned {
    const { halves } = this.registers;
    halves[0] = value;
    halves[1] = Math.floor(value / 0x1_0000_0000);
    return RETURNED;
  }

  returnsU64(value: bigint): Returned {
    this.registers.whole[0] = value;
    return RETURNED;
  }

  returnsAddress(offset: number): Returned {
    const { halves } = this.registers;
    halves[0] = offset;
    halves[1] = offset === 0 ? 0 : KERNEL_HIGH;
    return RETURNED;
  }

  #faultAt(access: 'load' | 'store', register: number, offset: number, bytes: number): never {
    const address = BigInt.asUintN(64, this.registers.whole[register]! + BigInt(offset));
    this.fault(`${access} of ${bytes} bytes at 0x${address.toString(16)}, where there is no memory`, address);
  }
}
