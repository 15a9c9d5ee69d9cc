/**
 * What a helper sees of the program that calls it: five argument registers, the kernel, and one result. An engine in
 * any language fills in one HelperCall for each run; helpers never see registers, frames or instructions.
 */
import type { Environment } from '../environment.ts';
import type { BpfMap } from '../maps/map.ts';
import type { TailTarget } from '../maps/prog-array.ts';
import type { RingBuffer } from '../maps/ringbuf.ts';
import type { LinearMemory } from '../memory.ts';

/** What helpers need of the machine. */
export interface Kernel {
  readonly memory: LinearMemory;
  readonly cpus: number;
  readonly environment: Environment;
  /** The map whose handle lies at this offset of memory; undefined if none does. */
  mapAt(offset: number): BpfMap | undefined;
  /** The ring buffer whose records' area holds this offset. */
  ringAt(offset: number): RingBuffer | undefined;
}

/** An argument register, r1 to r5. */
export type Argument = 1 | 2 | 3 | 4 | 5;

declare const returned: unique symbol;
/** Proof that a helper has set its result; only HelperCall makes one. */
export type Returned = { readonly [returned]: true };

export interface HelperCall {
  readonly kernel: Kernel;
  /** Low 32 bits, unsigned: what C sees of an argument declared u32. */
  u32(argument: Argument): number;
  /** All 64 bits, unsigned. */
  u64(argument: Argument): bigint;
  /** Offset of `bytes` bytes of memory that a verified program passes; ExecutionFault if they are not there. */
  memory(argument: Argument, bytes: number): number;
  /** As memory() for an address that nobody vouches for: -1 if any byte lies outside. */
  kernelAddress(argument: Argument, bytes: number): number;
  /** The map that a handle stands for; ExecutionFault if it is none. */
  map(argument: Argument): BpfMap;
  /** Calls one of the program's functions with two arguments. @returns its r0, unsigned */
  callback(functionAddress: bigint, first: bigint, second: bigint): bigint;
  /** Leaves the current program for another; the helper's caller is not resumed. */
  tailCall(target: TailTarget): Returned;
  /** Stops the program: what it asks for is a fault that a verifier would have refused. */
  fault(why: string, address?: bigint): never;

  /** An integer of at most 53 bits; negative ones are errnos. */
  returns(value: number): Returned;
  returnsU64(value: bigint): Returned;
  /** The kernel address of an offset; offset 0 is NULL. */
  returnsAddress(offset: number): Returned;
}
