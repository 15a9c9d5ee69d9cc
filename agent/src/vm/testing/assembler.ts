/**
 * An assembler for tests, in the notation of ubpf and bpf_conformance:
 *
 *     mov32 %r0, 0            ldxdw %r0, [%r1+8]        lock fetch add32 [%r10-8], %r1
 *     jeq %r1, 0xb, +2        stw [%r10-4], 1           call 5
 *     loop:                   lddw %r1, map 0           call local loop
 *
 * Operands are separated by commas; `#` starts a comment. A jump goes to a label, to `exit` (the last exit of the
 * program), or by a signed number of slots. Beyond that notation: `lddw %r1, map N`, `map_value N+OFFSET`, `func LABEL`.
 */
import { encode, type Instruction } from '../isa/decode.ts';
import { INSTRUCTIONS, type InstructionKind } from '../isa/instructions.ts';
import { SLOT_BYTES } from '../isa/opcode.ts';

export interface Assembled {
  readonly bytes: Uint8Array;
  /** First slots of the functions: 0 and every target of a local call or of `func`. */
  readonly functions: readonly { readonly slot: number }[];
}

/** @throws SyntaxError naming the line */
export function assemble(text: string): Assembled {
  const lines = statements(text);
  const labels = labelsOf(lines);
  const functions = new Set([0]);
  const parts: Uint8Array[] = [];
  let slot = 0;
  for (const { mnemonic, operands, line } of lines) {
    if (mnemonic === ':') continue;
    const place: Place = { slot, labels, functions, line };
    const part = encode(instruction(mnemonic, operands, place));
    parts.push(part);
    slot += part.length / SLOT_BYTES;
  }
  return {
    bytes: Uint8Array.from(parts.flatMap((part) => [...part])),
    functions: [...functions].sort((a, b) => a - b).map((start) => ({ slot: start })),
  };
}

interface Statement {
  /** ":" for a label. */
  readonly mnemonic: string;
  readonly operands: readonly string[];
  readonly line: number;
}

interface Place {
  readonly slot: number;
  readonly labels: ReadonlyMap<string, number>;
  readonly functions: Set<number>;
  readonly line: number;
}

type Fields = Omit<Instruction, 'slot'>;

/** Other names of ubpf for the same instruction. */
const ALIASES: Readonly<Record<string, string>> = { swap16: 'bswap16', swap32: 'bswap32', swap64: 'bswap64' };

function statements(text: string): Statement[] {
  return text.split('\n').flatMap((raw, index): Statement[] => {
    const source = raw.replace(/#.*/, '').trim();
    if (source === '') return [];
    const line = index + 1;
    if (source.endsWith(':')) return [{ mnemonic: ':', operands: [source.slice(0, -1)], line }];
    const [, mnemonic, rest] = /^((?:lock (?:fetch )?|call (?=local))?\w+)\s*(.*)$/.exec(source) ?? [];
    if (mnemonic === undefined || rest === undefined)
      throw new SyntaxError(`Cannot assemble line ${line}: "${source}"`);
    const operands = rest === '' ? [] : rest.split(',').map((operand) => operand.trim());
    return [{ mnemonic: ALIASES[mnemonic] ?? mnemonic, operands, line }];
  });
}

function labelsOf(lines: readonly Statement[]): Map<string, number> {
  const labels = new Map<string, number>();
  let slot = 0;
  for (const { mnemonic, operands } of lines) {
    if (mnemonic === ':') labels.set(operands[0]!, slot);
    else {
      if (mnemonic === 'exit') labels.set('exit', slot);
      slot += mnemonic === 'lddw' ? 2 : 1;
    }
  }
  return labels;
}

function instruction(mnemonic: string, operands: readonly string[], place: Place): Fields {
  if (mnemonic === 'lddw') return wide(operands, place);
  if (mnemonic === 'call' && operands[0]?.startsWith('%r')) {
    return { ...blank(kindNamed('callx', place)), dst: register(operands[0], place) };
  }
  const last = operands.at(-1) ?? '';
  const candidates = INSTRUCTIONS.filter(({ name }) => name === mnemonic);
  const byRegister = mnemonic.startsWith('j') ? operands[1]?.startsWith('%') : last.startsWith('%');
  const kind =
    candidates.length === 1
      ? candidates[0]
      : candidates.find(({ action }) => {
          return 'operand' in action && (action.operand === 'reg') === (byRegister === true);
        });
  if (kind === undefined)
    throw new SyntaxError(`Cannot assemble line ${place.line}: unknown mnemonic "${mnemonic}"`);
  return withOperands(kind, operands, place);
}

function withOperands(kind: InstructionKind, operands: readonly string[], place: Place): Fields {
  const fields = blank(kind);
  const [first = '', second = '', third = ''] = operands;
  const { action } = kind;
  switch (action.form) {
    case 'alu':
      return { ...fields, dst: register(first, place), ...operand(action.operand, second, place) };
    case 'neg':
    case 'swap':
      return { ...fields, dst: register(first, place) };
    case 'movsx':
      return { ...fields, dst: register(first, place), src: register(second, place) };
    case 'load': {
      const { base, offset } = memory(second, place);
      return { ...fields, dst: register(first, place), src: base, offset };
    }
    case 'store': {
      const { base, offset } = memory(first, place);
      return { ...fields, dst: base, offset, ...operand(action.operand, second, place) };
    }
    case 'atomic': {
      const { base, offset } = memory(first, place);
      return { ...fields, dst: base, offset, src: register(second, place) };
    }
    case 'jump': {
      const distance = target(first, place);
      return action.distance === 'imm' ? { ...fields, imm: distance } : { ...fields, offset: distance };
    }
    case 'branch':
      return {
        ...fields,
        dst: register(first, place),
        ...operand(action.operand, second, place),
        offset: target(third, place),
      };
    case 'call': {
      if (action.target !== 'local') return { ...fields, imm: number(first, place) };
      const distance = target(first.replace(/^local\s+/, ''), place);
      place.functions.add(place.slot + 1 + distance);
      return { ...fields, imm: distance };
    }
    default:
      return fields;
  }
}

function wide(operands: readonly string[], place: Place): Fields {
  const [into = '', value = ''] = operands;
  const dst = register(into, place);
  const [, what, of = '', offset = '0'] = /^(map|map_value|func)\s+(\w+)(?:\+(\w+))?$/.exec(value) ?? [];
  switch (what) {
    case 'map':
      return { ...blank(kindNamed('lddw map', place)), dst, imm: number(of, place) };
    case 'map_value':
      return {
        ...blank(kindNamed('lddw map_value', place)),
        dst,
        imm: number(of, place),
        nextImm: number(offset, place),
      };
    case 'func': {
      const distance = target(of, place);
      place.functions.add(place.slot + 1 + distance);
      return { ...blank(kindNamed('lddw function', place)), dst, imm: distance };
    }
    default: {
      const bits = bigNumber(value, place);
      return {
        ...blank(kindNamed('lddw', place)),
        dst,
        imm: Number(BigInt.asIntN(32, bits)),
        nextImm: Number(BigInt.asIntN(32, bits >> 32n)),
      };
    }
  }
}

function blank(kind: InstructionKind): Fields {
  const { src = 0, offset = 0, imm = 0 } = kind.fixed;
  return { kind, dst: 0, src, offset, imm, nextImm: 0 };
}

function kindNamed(name: string, place: Place): InstructionKind {
  const kind = INSTRUCTIONS.find((row) => row.name === name);
  if (kind === undefined)
    throw new SyntaxError(`Cannot assemble line ${place.line}: unknown mnemonic "${name}"`);
  return kind;
}

function operand(kind: 'imm' | 'reg', text: string, place: Place): { src: number } | { imm: number } {
  return kind === 'reg' ? { src: register(text, place) } : { imm: number(text, place) };
}

function register(text: string, { line }: Place): number {
  const digits = /^%r(\d+)$/.exec(text)?.[1];
  if (digits === undefined) throw new SyntaxError(`Cannot assemble line ${line}: "${text}" is no register`);
  return Number(digits);
}

function memory(text: string, place: Place): { base: number; offset: number } {
  const [, base, offset = '0'] = /^\[(%r\d+)\s*([+-].*)?\]$/.exec(text) ?? [];
  if (base === undefined)
    throw new SyntaxError(`Cannot assemble line ${place.line}: "${text}" is no memory operand`);
  return { base: register(base, place), offset: number(offset, place) };
}

function target(text: string, place: Place): number {
  const label = place.labels.get(text);
  return label === undefined ? number(text, place) : label - place.slot - 1;
}

/** A 32-bit number as a signed one: 0xffffffff is -1. */
function number(text: string, place: Place): number {
  return Number(BigInt.asIntN(32, bigNumber(text, place)));
}

function bigNumber(text: string, { line }: Place): bigint {
  const [, sign, digits] = /^([+-]?)\s*(0x[\da-f]+|\d+)$/i.exec(text) ?? [];
  if (digits === undefined) throw new SyntaxError(`Cannot assemble line ${line}: "${text}" is no number`);
  return sign === '-' ? -BigInt(digits) : BigInt(digits);
}
