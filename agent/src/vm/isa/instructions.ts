/**
 * The instruction set of RFC 9669 as one table. Decoder, disassembler, assembler, interpreters and structural check
 * read it; nothing else says which instructions exist. A row is one thing a processor can do, so opcodes whose meaning
 * depends on other fields (sdiv is div with offset 1, every atomic is STX with a code in imm) have several rows.
 */
import { ATOMIC_FETCH, Class, Mode, Size, Source } from './opcode.ts';

export type AluOperation =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'or'
  | 'and'
  | 'lsh'
  | 'rsh'
  | 'mod'
  | 'xor'
  | 'mov'
  | 'arsh'
  | 'sdiv'
  | 'smod';

export type Comparison = 'eq' | 'gt' | 'ge' | 'set' | 'ne' | 'sgt' | 'sge' | 'lt' | 'le' | 'slt' | 'sle';

export type AtomicOperation = 'add' | 'or' | 'and' | 'xor' | 'xchg' | 'cmpxchg';

/** Second operand: the sign-extended immediate, or the source register. */
export type Operand = 'imm' | 'reg';

/** What the instruction does, in terms that an engine or a verifier can act on. */
export type Action =
  | {
      readonly form: 'alu';
      readonly operation: AluOperation;
      readonly bits: 32 | 64;
      readonly operand: Operand;
    }
  | { readonly form: 'neg'; readonly bits: 32 | 64 }
  | { readonly form: 'movsx'; readonly bits: 32 | 64; readonly fromBits: 8 | 16 | 32 }
  | { readonly form: 'swap'; readonly order: 'le' | 'be' | 'bswap'; readonly bits: 16 | 32 | 64 }
  | { readonly form: 'load'; readonly bytes: 1 | 2 | 4 | 8; readonly signed: boolean }
  | { readonly form: 'store'; readonly bytes: 1 | 2 | 4 | 8; readonly operand: Operand }
  | {
      readonly form: 'atomic';
      readonly operation: AtomicOperation;
      readonly fetch: boolean;
      readonly bytes: 4 | 8;
    }
  | { readonly form: 'jump'; readonly distance: 'offset' | 'imm' }
  | {
      readonly form: 'branch';
      readonly comparison: Comparison;
      readonly bits: 32 | 64;
      readonly operand: Operand;
    }
  | { readonly form: 'call'; readonly target: 'helper' | 'local' | 'kfunc' | 'register' }
  | { readonly form: 'exit' }
  | { readonly form: 'wide'; readonly value: WideValue }
  | { readonly form: 'packet'; readonly bytes: 1 | 2 | 4; readonly indirect: boolean };

/** What the 64 bits of lddw are (RFC 9669, section 5.4). */
export type WideValue =
  | 'imm'
  | 'map'
  | 'map-value'
  | 'variable'
  | 'function'
  | 'map-index'
  | 'map-index-value';

/**
 * How a field is used. `none`: reserved, must be 0. `fixed`: has the row's value. `read`, `write`, `update` (both):
 * a register. `free`: any number.
 */
export type RegisterUse = 'none' | 'fixed' | 'read' | 'write' | 'update';
export type NumberUse = 'none' | 'fixed' | 'free';

export interface InstructionKind {
  /**
   * What the fast interpreter switches on: the opcode where that alone decides, else a number from 0x100 on. Dense, so
   * that the switch becomes one jump.
   */
  readonly op: number;
  readonly opcode: number;
  /** Mnemonic in the notation of vm/testing/assembler.ts; two rows share one if only the operand differs. */
  readonly name: string;
  readonly action: Action;
  readonly uses: {
    readonly dst: RegisterUse;
    readonly src: RegisterUse;
    readonly offset: NumberUse;
    readonly imm: NumberUse;
  };
  /** Values of the fields whose use is `fixed`. */
  readonly fixed: { readonly src?: number; readonly offset?: number; readonly imm?: number };
  /** Why no program that has it may run here; null for most. */
  readonly refused: string | null;
}

const ALU: readonly (readonly [AluOperation, number])[] = [
  ['add', 0x00],
  ['sub', 0x10],
  ['mul', 0x20],
  ['div', 0x30],
  ['or', 0x40],
  ['and', 0x50],
  ['lsh', 0x60],
  ['rsh', 0x70],
  ['mod', 0x90],
  ['xor', 0xa0],
  ['mov', 0xb0],
  ['arsh', 0xc0],
];

const COMPARISONS: readonly (readonly [Comparison, number])[] = [
  ['eq', 0x10],
  ['gt', 0x20],
  ['ge', 0x30],
  ['set', 0x40],
  ['ne', 0x50],
  ['sgt', 0x60],
  ['sge', 0x70],
  ['lt', 0xa0],
  ['le', 0xb0],
  ['slt', 0xc0],
  ['sle', 0xd0],
];

const ATOMICS: readonly (readonly [AtomicOperation, fetch: boolean, imm: number])[] = [
  ['add', false, 0x00],
  ['or', false, 0x40],
  ['and', false, 0x50],
  ['xor', false, 0xa0],
  ['add', true, 0x00 | ATOMIC_FETCH],
  ['or', true, 0x40 | ATOMIC_FETCH],
  ['and', true, 0x50 | ATOMIC_FETCH],
  ['xor', true, 0xa0 | ATOMIC_FETCH],
  ['xchg', true, 0xe0 | ATOMIC_FETCH],
  ['cmpxchg', true, 0xf0 | ATOMIC_FETCH],
];

const SIZES = [
  { letter: 'b', bytes: 1, size: Size.B },
  { letter: 'h', bytes: 2, size: Size.H },
  { letter: 'w', bytes: 4, size: Size.W },
  { letter: 'dw', bytes: 8, size: Size.DW },
] as const;

const WIDE: readonly (readonly [WideValue, name: string, refused: string | null])[] = [
  ['imm', 'lddw', null],
  ['map', 'lddw map', null],
  ['map-value', 'lddw map_value', null],
  ['variable', 'lddw variable', 'addresses of kernel variables are not resolved here'],
  ['function', 'lddw function', null],
  ['map-index', 'lddw map_index', 'maps are named by src 1 and 2'],
  ['map-index-value', 'lddw map_index_value', 'maps are named by src 1 and 2'],
];

/** First op of the rows that an opcode alone does not decide. */
const FIRST_VARIANT_OP = 0x100;

export const INSTRUCTIONS: readonly InstructionKind[] = build();

const BY_OPCODE: readonly (readonly InstructionKind[])[] = Array.from({ length: 256 }, (_, opcode) =>
  INSTRUCTIONS.filter((kind) => kind.opcode === opcode),
);

/** The row that these fields select; undefined if there is none. Reserved fields are not looked at. */
export function kindOf(
  opcode: number,
  src: number,
  offset: number,
  imm: number,
): InstructionKind | undefined {
  return BY_OPCODE[opcode]?.find(
    ({ fixed }) =>
      (fixed.src === undefined || fixed.src === src) &&
      (fixed.offset === undefined || fixed.offset === offset) &&
      (fixed.imm === undefined || fixed.imm === imm),
  );
}

function build(): InstructionKind[] {
  const rows: InstructionKind[] = [];
  let variantOp = FIRST_VARIANT_OP;
  const add = (
    opcode: number,
    name: string,
    action: Action,
    uses: Partial<InstructionKind['uses']>,
    refused: string | null = null,
  ) => push(opcode, opcode, name, action, uses, {}, refused);
  const variant = (
    opcode: number,
    name: string,
    action: Action,
    uses: Partial<InstructionKind['uses']>,
    fixed: InstructionKind['fixed'],
    refused: string | null = null,
  ) => push(variantOp++, opcode, name, action, uses, fixed, refused);
  function push(
    op: number,
    opcode: number,
    name: string,
    action: Action,
    uses: Partial<InstructionKind['uses']>,
    fixed: InstructionKind['fixed'],
    refused: string | null,
  ): void {
    const none = { dst: 'none', src: 'none', offset: 'none', imm: 'none' } as const;
    rows.push({ op, opcode, name, action, uses: { ...none, ...uses }, fixed, refused });
  }

  for (const bits of [64, 32] as const) {
    const cls = bits === 64 ? Class.ALU64 : Class.ALU;
    const suffix = bits === 64 ? '' : '32';
    for (const [operation, code] of ALU) {
      const dst = operation === 'mov' ? 'write' : 'update';
      // div, mod and mov of a register have other meanings at other offsets, so their plain row fixes offset 0.
      const byOffset = operation === 'div' || operation === 'mod';
      for (const operand of ['imm', 'reg'] as const) {
        const opcode = cls | code | (operand === 'imm' ? Source.K : Source.X);
        const uses = operand === 'imm' ? ({ dst, imm: 'free' } as const) : ({ dst, src: 'read' } as const);
        const plain = { form: 'alu', operation, bits, operand } as const;
        if (byOffset || (operation === 'mov' && operand === 'reg')) {
          push(opcode, opcode, operation + suffix, plain, { ...uses, offset: 'fixed' }, { offset: 0 }, null);
        } else {
          add(opcode, operation + suffix, plain, uses);
        }
        if (byOffset) {
          const signed = operation === 'div' ? 'sdiv' : 'smod';
          variant(
            opcode,
            signed + suffix,
            { ...plain, operation: signed },
            { ...uses, offset: 'fixed' },
            { offset: 1 },
          );
        }
      }
    }
    add(cls | 0x80, `neg${suffix}`, { form: 'neg', bits }, { dst: 'update' });
    for (const fromBits of bits === 64 ? ([8, 16, 32] as const) : ([8, 16] as const)) {
      variant(
        cls | 0xb0 | Source.X,
        `movsx${fromBits}${bits}`,
        { form: 'movsx', bits, fromBits },
        { dst: 'write', src: 'read', offset: 'fixed' },
        { offset: fromBits },
      );
    }
  }

  for (const [order, opcode] of [
    ['le', Class.ALU | 0xd0 | Source.K],
    ['be', Class.ALU | 0xd0 | Source.X],
    ['bswap', Class.ALU64 | 0xd0 | Source.K],
  ] as const) {
    for (const bits of [16, 32, 64] as const) {
      variant(
        opcode,
        `${order}${bits}`,
        { form: 'swap', order, bits },
        { dst: 'update', imm: 'fixed' },
        { imm: bits },
      );
    }
  }

  for (const { letter, bytes, size } of SIZES) {
    const load = { dst: 'write', src: 'read', offset: 'free' } as const;
    add(Class.LDX | Mode.MEM | size, `ldx${letter}`, { form: 'load', bytes, signed: false }, load);
    if (bytes < 8)
      add(Class.LDX | Mode.MEMSX | size, `ldxs${letter}`, { form: 'load', bytes, signed: true }, load);
    add(
      Class.ST | Mode.MEM | size,
      `st${letter}`,
      { form: 'store', bytes, operand: 'imm' },
      { dst: 'read', offset: 'free', imm: 'free' },
    );
    add(
      Class.STX | Mode.MEM | size,
      `stx${letter}`,
      { form: 'store', bytes, operand: 'reg' },
      { dst: 'read', src: 'read', offset: 'free' },
    );
  }

  for (const bytes of [8, 4] as const) {
    for (const [operation, fetch, imm] of ATOMICS) {
      const fetched = fetch && operation !== 'xchg' && operation !== 'cmpxchg';
      variant(
        Class.STX | Mode.ATOMIC | (bytes === 8 ? Size.DW : Size.W),
        `lock ${fetched ? 'fetch ' : ''}${operation}${bytes === 8 ? '' : '32'}`,
        { form: 'atomic', operation, fetch, bytes },
        // cmpxchg compares with r0 and returns the old value there; src is only read.
        {
          dst: 'read',
          src: fetch && operation !== 'cmpxchg' ? 'update' : 'read',
          offset: 'free',
          imm: 'fixed',
        },
        { imm },
      );
    }
  }

  add(Class.JMP | 0x00, 'ja', { form: 'jump', distance: 'offset' }, { offset: 'free' });
  add(Class.JMP32 | 0x00, 'ja32', { form: 'jump', distance: 'imm' }, { imm: 'free' });
  for (const bits of [64, 32] as const) {
    for (const [comparison, code] of COMPARISONS) {
      for (const operand of ['imm', 'reg'] as const) {
        add(
          (bits === 64 ? Class.JMP : Class.JMP32) | code | (operand === 'imm' ? Source.K : Source.X),
          `j${comparison}${bits === 64 ? '' : '32'}`,
          { form: 'branch', comparison, bits, operand },
          { dst: 'read', offset: 'free', ...(operand === 'imm' ? { imm: 'free' } : { src: 'read' }) },
        );
      }
    }
  }

  const call = Class.JMP | 0x80;
  const callUses = { src: 'fixed', imm: 'free' } as const;
  push(call, call, 'call', { form: 'call', target: 'helper' }, callUses, { src: 0 }, null);
  variant(call, 'call local', { form: 'call', target: 'local' }, callUses, { src: 1 });
  variant(
    call,
    'call kfunc',
    { form: 'call', target: 'kfunc' },
    { ...callUses, offset: 'free' },
    { src: 2 },
    'this kernel has no functions to call by BTF id',
  );
  // Not in the RFC's tables, which reserve it; compilers emit it for calls through pointers at -O0.
  add(
    call | Source.X,
    'callx',
    { form: 'call', target: 'register' },
    { dst: 'read' },
    'a call through a register cannot be checked, and Linux refuses it',
  );
  add(Class.JMP | 0x90, 'exit', { form: 'exit' }, {});

  for (const [src, [value, name, refused]] of WIDE.entries()) {
    const opcode = Class.LD | Mode.IMM | Size.DW;
    const uses = { dst: 'write', src: 'fixed', imm: 'free' } as const;
    if (value === 'imm') push(opcode, opcode, name, { form: 'wide', value }, uses, { src }, refused);
    else variant(opcode, name, { form: 'wide', value }, uses, { src }, refused);
  }

  for (const { letter, bytes, size } of SIZES) {
    if (bytes === 8) continue;
    const legacy = 'packet loads of classic BPF exist only for programs that have a packet';
    add(
      Class.LD | Mode.ABS | size,
      `ldabs${letter}`,
      { form: 'packet', bytes, indirect: false },
      { imm: 'free' },
      legacy,
    );
    add(
      Class.LD | Mode.IND | size,
      `ldind${letter}`,
      { form: 'packet', bytes, indirect: true },
      { src: 'read', imm: 'free' },
      legacy,
    );
  }
  return rows;
}
