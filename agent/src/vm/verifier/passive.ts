/**
 * Passive by construction: a program that calls any helper that is not marked passive is refused, reached or not. The
 * same check runs before a program is given to Linux, whose verifier would allow more.
 */
import { helperById, helperName } from '../helpers/table.ts';
import type { Code } from '../isa/decode.ts';
import { CORE_POISON } from './program.ts';

/** Every call that could change what is observed; empty for a passive program. */
export function activeCalls(code: Code): ActiveCall[] {
  const calls: ActiveCall[] = [];
  for (const instruction of code) {
    const action = instruction?.kind.action;
    if (action?.form !== 'call' || action.target === 'local') continue;
    const { slot, imm } = instruction!;
    // A call through a register could be of anything, and what a kernel function does is not known.
    const named = action.target === 'helper' ? (helperName(imm) ?? `helper ${imm}`) : action.target;
    if (action.target !== 'helper') calls.push({ slot, helper: named });
    else if (imm !== CORE_POISON && helperById(imm)?.passive !== true) calls.push({ slot, helper: named });
  }
  return calls;
}

export interface ActiveCall {
  readonly slot: number;
  /** Its name without `bpf_`, or what kind of call it is. */
  readonly helper: string;
}
