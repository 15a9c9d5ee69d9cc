/** Instructions as text, in the notation of the Linux verifier's log, for messages. */

import { type Instruction, wideValue } from './decode.ts';
import type { AluOperation, AtomicOperation, Comparison } from './instructions.ts';

const ALU_SIGN: Readonly<Record<AluOperation, string>> = {
  add: '+=',
  sub: '-=',
  mul: '*=',
  div: '/=',
  or: '|=',
  and: '&=',
  lsh: '<<=',
  rsh: '>>=',
  mod: '%=',
  xor: '^=',
  mov: '=',
  arsh: 's>>=',
  sdiv: 's/=',
  smod: 's%=',
};

const COMPARISON_SIGN: Readonly<Record<Comparison, string>> = {
  eq: '==',
  gt: '>',
  ge: '>=',
  set: '&',
  ne: '!=',
  sgt: 's>',
  sge: 's>=',
  lt: '<',
  le: '<=',
  slt: 's<',
  sle: 's<=',
};

const ATOMIC_SIGN: Readonly<Record<AtomicOperation, string>> = {
  add: '+=',
  or: '|=',
  and: '&=',
  xor: '^=',
  xchg: '=',
  cmpxchg: '=',
};

/** One line. `helperName` turns a helper's id into its name. */
export function disassemble(
  instruction: Instruction,
  helperName?: (id: number) => string | undefined,
): string {
  const { kind, dst, src, imm } = instruction;
  const { action } = kind;
  switch (action.form) {
    case 'alu': {
      const letter = action.bits === 64 ? 'r' : 'w';
      const operand = action.operand === 'imm' ? `${imm}` : `${letter}${src}`;
      return `${letter}${dst} ${ALU_SIGN[action.operation]} ${operand}`;
    }
    case 'neg': {
      const register = `${action.bits === 64 ? 'r' : 'w'}${dst}`;
      return `${register} = -${register}`;
    }
    case 'movsx': {
      const letter = action.bits === 64 ? 'r' : 'w';
      return `${letter}${dst} = (s${action.fromBits})${letter}${src}`;
    }
    case 'swap':
      return `r${dst} = ${action.order}${action.bits} r${dst}`;
    case 'load':
      return `r${dst} = ${memory(action.signed ? 's' : 'u', action.bytes, src, instruction.offset)}`;
    case 'store':
      return `${memory('u', action.bytes, dst, instruction.offset)} = ${action.operand === 'imm' ? imm : `r${src}`}`;
    case 'atomic': {
      const place = `(u${action.bytes * 8} *)(r${dst} ${signed(instruction.offset)})`;
      if (!action.fetch) return `lock *${place} ${ATOMIC_SIGN[action.operation]} r${src}`;
      const prefix = `atomic${action.bytes === 8 ? '64' : ''}_`;
      if (action.operation === 'cmpxchg') return `r0 = ${prefix}cmpxchg(${place}, r0, r${src})`;
      return `r${src} = ${prefix}${action.operation === 'xchg' ? '' : 'fetch_'}${action.operation}(${place}, r${src})`;
    }
    case 'jump':
      return action.distance === 'offset' ? `goto pc${plus(instruction.offset)}` : `gotol pc${plus(imm)}`;
    case 'branch': {
      const letter = action.bits === 64 ? 'r' : 'w';
      const operand = action.operand === 'imm' ? `${imm}` : `${letter}${src}`;
      return `if ${letter}${dst} ${COMPARISON_SIGN[action.comparison]} ${operand} goto pc${plus(instruction.offset)}`;
    }
    case 'call':
      return callText(action.target, instruction, helperName);
    case 'exit':
      return 'exit';
    case 'wide':
      return `r${dst} = ${wideText(instruction)}`;
    case 'packet': {
      const address = action.indirect ? `r${src} ${signed(imm)}` : `${imm}`;
      return `r0 = *(u${action.bytes * 8} *)skb[${address}]`;
    }
  }
}

function memory(sign: 's' | 'u', bytes: number, register: number, offset: number): string {
  return `*(${sign}${bytes * 8} *)(r${register} ${signed(offset)})`;
}

function callText(
  target: string,
  instruction: Instruction,
  helperName?: (id: number) => string | undefined,
): string {
  switch (target) {
    case 'helper': {
      const name = helperName?.(instruction.imm);
      return name === undefined ? `call helper#${instruction.imm}` : `call bpf_${name}#${instruction.imm}`;
    }
    case 'local':
      return `call pc${plus(instruction.imm)}`;
    case 'kfunc':
      return `call kernel-function#${instruction.imm}`;
    default:
      return `callx r${instruction.dst}`;
  }
}

function wideText(instruction: Instruction): string {
  const { action } = instruction.kind;
  switch (action.form === 'wide' ? action.value : 'imm') {
    case 'map':
      return `map[${instruction.imm}]`;
    case 'map-value':
      return `map_value[${instruction.imm}]${plus(instruction.nextImm)}`;
    case 'function':
      return `func pc${plus(instruction.imm)}`;
    default:
      return `0x${wideValue(instruction).toString(16)} ll`;
  }
}

const plus = (n: number): string => (n < 0 ? `${n}` : `+${n}`);
const signed = (n: number): string => (n < 0 ? `- ${-n}` : `+ ${n}`);
