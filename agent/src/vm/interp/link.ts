/** Puts the addresses of maps and functions into a program: what is left of lddw is plain constants. */
import { type Code, type Instruction, targetOf } from '../isa/decode.ts';
import { kindOf } from '../isa/instructions.ts';
import { Class, Mode, Size, SLOT_BYTES } from '../isa/opcode.ts';
import { ArrayMap } from '../maps/array.ts';
import type { BpfMap } from '../maps/map.ts';
import type { LinearMemory } from '../memory.ts';
import { FUNCTION_BASE } from './engine.ts';

/**
 * @param code accepted by verifier/structure.ts, which proves that the maps are there and of the right kind
 * @param maps by the index that instructions give
 */
export function link(code: Code, maps: readonly BpfMap[], memory: LinearMemory): Code {
  return code.map((instruction) => {
    const address = instruction && addressOf(instruction, maps, memory);
    return address === null ? instruction : withConstant(instruction!, address);
  });
}

/** What the instruction's constant stands for; null if it is a constant. */
function addressOf(instruction: Instruction, maps: readonly BpfMap[], memory: LinearMemory): bigint | null {
  const { action } = instruction.kind;
  if (action.form !== 'wide' || action.value === 'imm') return null;
  if (action.value === 'function') return FUNCTION_BASE + BigInt(SLOT_BYTES * targetOf(instruction));
  const map = maps[instruction.imm];
  if (action.value === 'map' && map !== undefined) return memory.addressOf(map.handle);
  if (action.value === 'map-value' && map instanceof ArrayMap) {
    return memory.addressOf(map.valuesOffset + (instruction.nextImm >>> 0));
  }
  throw new RangeError(`Cannot link instruction ${instruction.slot}: no ${action.value} ${instruction.imm}`);
}

const PLAIN_WIDE = kindOf(Class.LD | Mode.IMM | Size.DW, 0, 0, 0)!;

function withConstant(instruction: Instruction, value: bigint): Instruction {
  return {
    ...instruction,
    kind: PLAIN_WIDE,
    src: 0,
    imm: Number(BigInt.asIntN(32, value)),
    nextImm: Number(BigInt.asIntN(32, value >> 32n)),
  };
}
