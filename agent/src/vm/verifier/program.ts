/** What the checks look at: a program before it is linked, and of each map only what decides a verdict. */
import type { Code } from '../isa/decode.ts';
import type { ProgramType } from '../object/spec.ts';

export interface CheckedProgram {
  readonly type: ProgramType;
  readonly license: string;
  readonly code: Code;
  /** First slots of the functions, rising; the first is 0. */
  readonly functions: readonly number[];
}

export interface CheckedMap {
  /** Bytes of the value that `lddw map_value` may point into; 0 where it may not. */
  readonly valueBytes: number;
  /** Frozen maps: the content of that value, constant from now on. */
  readonly contents: Uint8Array | null;
}

export type Verdict = { readonly kind: 'accepted'; readonly reachable: readonly boolean[] } | Rejection;

export interface Rejection {
  readonly kind: 'rejected';
  readonly slot: number;
  readonly why: string;
}

/**
 * What a loader makes of an instruction whose CO-RE relocation has no answer on this kernel: a call of this helper
 * (libbpf, tools/lib/bpf/relo_core.c). It may stand in dead code only.
 */
export const CORE_POISON = 0xbad2310;
