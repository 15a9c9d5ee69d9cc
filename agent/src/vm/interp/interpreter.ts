/**
 * The fast interpreter: one loop, one switch. Every event of the product passes through it.
 *
 * Registers are worked on as 32-bit halves: with BigInt64Array registers the same loop took 2.4 times as long, a
 * closure for each instruction 1.5 times; agent/bench/interp.bench.ts gives the ratio to the plain engine, and
 * engines.suite.ts holds the two equal. Only multiplication and division of 64 bits go through BigInt.
 *
 * Labels are numbers because V8 makes one jump of a switch only over literals; `op` of isa/instructions.ts says what
 * each is, and a test that every op is in some case, run on both engines, finds a wrong one.
 */
import { helperById } from '../helpers/table.ts';
import { type Instruction, targetOf } from '../isa/decode.ts';
import { ATOMIC_FETCH } from '../isa/opcode.ts';
import { FIRST_OFFSET } from '../memory.ts';
import type { Engine, LinkedProgram, Runnable } from './engine.ts';
import { type Execution, KERNEL_HIGH } from './execution.ts';
import {
  divide32,
  divide64,
  divideSigned32,
  divideSigned64,
  less64,
  lessSigned64,
  multiply64,
  remainder32,
  remainder64,
  remainderSigned32,
  remainderSigned64,
  shiftLeft64,
  shiftRight64,
  shiftRightSigned64,
  swap16,
  swap32,
} from './halves.ts';

export const interpreter: Engine = {
  name: 'interpreter',
  prepare: (program) => new InterpretedProgram(program),
};

/**
 * Words of one slot in InterpretedProgram.words: op, index of dst's low half, of src's, offset, imm, and the slot that
 * a jump goes to. Eight, so that a slot's index is a shift.
 */
const DST = 1;
const SRC = 2;
const OFFSET = 3;
const IMM = 4;
const TARGET = 5;
const FIELDS = 8;
const FIELDS_SHIFT = 3;

const U32_MAX = 0xffffffff;

class InterpretedProgram implements Runnable {
  readonly program: LinkedProgram;
  readonly words: Int32Array;

  constructor(program: LinkedProgram) {
    this.program = program;
    this.words = new Int32Array(program.code.length * FIELDS);
    for (const instruction of program.code) if (instruction !== null) this.#write(instruction);
  }

  #write(instruction: Instruction): void {
    const { slot, kind, dst, src, offset, imm } = instruction;
    this.words.set([kind.op, 2 * dst, 2 * src, offset, imm, targetOf(instruction)], slot * FIELDS);
    if (kind.action.form === 'wide') this.words[(slot + 1) * FIELDS + IMM] = instruction.nextImm;
  }

  execute(execution: Execution, slot: number): void {
    const { memory } = execution.kernel;
    const { halves: r, whole: w } = execution.registers;
    const { budget, depth: base } = execution;
    let { executed } = execution;
    let { view, top } = memory;
    let code = this.words;
    let pc = slot;
    for (;;) {
      const i = pc++ << FIELDS_SHIFT;
      if (executed++ === budget) {
        execution.at(pc - 1, budget);
        execution.exhausted();
      }
      const d = code[i + DST]!;
      const s = code[i + SRC]!;
      const imm = code[i + IMM]!;
      switch (code[i]) {
        case 0x07: {
          // r[dst] += imm
          const low = (r[d]! >>> 0) + (imm >>> 0);
          r[d + 1] = r[d + 1]! + (imm >> 31) + (low > U32_MAX ? 1 : 0);
          r[d] = low;
          break;
        }
        case 0x0f: {
          // r[dst] += r[src]
          const low = (r[d]! >>> 0) + (r[s]! >>> 0);
          r[d + 1] = r[d + 1]! + r[s + 1]! + (low > U32_MAX ? 1 : 0);
          r[d] = low;
          break;
        }
        case 0x17: {
          // r[dst] -= imm
          const low = (r[d]! >>> 0) - (imm >>> 0);
          r[d + 1] = r[d + 1]! - (imm >> 31) - (low < 0 ? 1 : 0);
          r[d] = low;
          break;
        }
        case 0x1f: {
          // r[dst] -= r[src]
          const low = (r[d]! >>> 0) - (r[s]! >>> 0);
          r[d + 1] = r[d + 1]! - r[s + 1]! - (low < 0 ? 1 : 0);
          r[d] = low;
          break;
        }
        case 0x27:
          // r[dst] *= imm
          multiply64(w, d >> 1, BigInt(imm));
          break;
        case 0x2f:
          // r[dst] *= r[src]
          multiply64(w, d >> 1, w[s >> 1]!);
          break;
        case 0x37:
          // r[dst] /= imm
          divide64(w, d >> 1, BigInt(imm));
          break;
        case 0x3f:
          // r[dst] /= r[src]
          divide64(w, d >> 1, w[s >> 1]!);
          break;
        case 0x97:
          // r[dst] %= imm
          remainder64(w, d >> 1, BigInt(imm));
          break;
        case 0x9f:
          // r[dst] %= r[src]
          remainder64(w, d >> 1, w[s >> 1]!);
          break;
        case 0x100:
          // r[dst] s/= imm
          divideSigned64(w, d >> 1, BigInt(imm));
          break;
        case 0x101:
          // r[dst] s/= r[src]
          divideSigned64(w, d >> 1, w[s >> 1]!);
          break;
        case 0x102:
          // r[dst] s%= imm
          remainderSigned64(w, d >> 1, BigInt(imm));
          break;
        case 0x103:
          // r[dst] s%= r[src]
          remainderSigned64(w, d >> 1, w[s >> 1]!);
          break;
        case 0x47:
          // r[dst] |= imm
          r[d] = r[d]! | imm;
          r[d + 1] = r[d + 1]! | (imm >> 31);
          break;
        case 0x4f:
          // r[dst] |= r[src]
          r[d] = r[d]! | r[s]!;
          r[d + 1] = r[d + 1]! | r[s + 1]!;
          break;
        case 0x57:
          // r[dst] &= imm
          r[d] = r[d]! & imm;
          r[d + 1] = r[d + 1]! & (imm >> 31);
          break;
        case 0x5f:
          // r[dst] &= r[src]
          r[d] = r[d]! & r[s]!;
          r[d + 1] = r[d + 1]! & r[s + 1]!;
          break;
        case 0xa7:
          // r[dst] ^= imm
          r[d] = r[d]! ^ imm;
          r[d + 1] = r[d + 1]! ^ (imm >> 31);
          break;
        case 0xaf:
          // r[dst] ^= r[src]
          r[d] = r[d]! ^ r[s]!;
          r[d + 1] = r[d + 1]! ^ r[s + 1]!;
          break;
        case 0x67:
          // r[dst] <<= imm & 63
          shiftLeft64(r, d, imm & 63);
          break;
        case 0x6f:
          // r[dst] <<= r[src] & 63
          shiftLeft64(r, d, r[s]! & 63);
          break;
        case 0x77:
          // r[dst] >>= imm & 63
          shiftRight64(r, d, imm & 63);
          break;
        case 0x7f:
          // r[dst] >>= r[src] & 63
          shiftRight64(r, d, r[s]! & 63);
          break;
        case 0xc7:
          // r[dst] s>>= imm & 63
          shiftRightSigned64(r, d, imm & 63);
          break;
        case 0xcf:
          // r[dst] s>>= r[src] & 63
          shiftRightSigned64(r, d, r[s]! & 63);
          break;
        case 0xb7:
          // r[dst] = imm
          r[d] = imm;
          r[d + 1] = imm >> 31;
          break;
        case 0xbf:
          // r[dst] = r[src]
          r[d] = r[s]!;
          r[d + 1] = r[s + 1]!;
          break;
        case 0x87: {
          // r[dst] = -r[dst]
          const low = r[d]!;
          r[d] = -low;
          r[d + 1] = ~r[d + 1]! + (low === 0 ? 1 : 0);
          break;
        }
        case 0x104: {
          // r[dst] = (s8)r[src]
          const low = (r[s]! << 24) >> 24;
          r[d] = low;
          r[d + 1] = low >> 31;
          break;
        }
        case 0x105: {
          // r[dst] = (s16)r[src]
          const low = (r[s]! << 16) >> 16;
          r[d] = low;
          r[d + 1] = low >> 31;
          break;
        }
        case 0x106: {
          // r[dst] = (s32)r[src]
          const low = r[s]!;
          r[d] = low;
          r[d + 1] = low >> 31;
          break;
        }
        case 0x04:
          // w[dst] += imm
          r[d] = r[d]! + imm;
          r[d + 1] = 0;
          break;
        case 0x0c:
          // w[dst] += w[src]
          r[d] = r[d]! + r[s]!;
          r[d + 1] = 0;
          break;
        case 0x14:
          // w[dst] -= imm
          r[d] = r[d]! - imm;
          r[d + 1] = 0;
          break;
        case 0x1c:
          // w[dst] -= w[src]
          r[d] = r[d]! - r[s]!;
          r[d + 1] = 0;
          break;
        case 0x44:
          // w[dst] |= imm
          r[d] = r[d]! | imm;
          r[d + 1] = 0;
          break;
        case 0x4c:
          // w[dst] |= w[src]
          r[d] = r[d]! | r[s]!;
          r[d + 1] = 0;
          break;
        case 0x54:
          // w[dst] &= imm
          r[d] = r[d]! & imm;
          r[d + 1] = 0;
          break;
        case 0x5c:
          // w[dst] &= w[src]
          r[d] = r[d]! & r[s]!;
          r[d + 1] = 0;
          break;
        case 0xa4:
          // w[dst] ^= imm
          r[d] = r[d]! ^ imm;
          r[d + 1] = 0;
          break;
        case 0xac:
          // w[dst] ^= w[src]
          r[d] = r[d]! ^ r[s]!;
          r[d + 1] = 0;
          break;
        case 0x24:
          // w[dst] *= imm
          r[d] = Math.imul(r[d]!, imm);
          r[d + 1] = 0;
          break;
        case 0x2c:
          // w[dst] *= w[src]
          r[d] = Math.imul(r[d]!, r[s]!);
          r[d + 1] = 0;
          break;
        case 0x34:
          // w[dst] /= imm
          r[d] = divide32(r[d]!, imm);
          r[d + 1] = 0;
          break;
        case 0x3c:
          // w[dst] /= w[src]
          r[d] = divide32(r[d]!, r[s]!);
          r[d + 1] = 0;
          break;
        case 0x94:
          // w[dst] %= imm
          r[d] = remainder32(r[d]!, imm);
          r[d + 1] = 0;
          break;
        case 0x9c:
          // w[dst] %= w[src]
          r[d] = remainder32(r[d]!, r[s]!);
          r[d + 1] = 0;
          break;
        case 0x107:
          // w[dst] s/= imm
          r[d] = divideSigned32(r[d]!, imm);
          r[d + 1] = 0;
          break;
        case 0x108:
          // w[dst] s/= w[src]
          r[d] = divideSigned32(r[d]!, r[s]!);
          r[d + 1] = 0;
          break;
        case 0x109:
          // w[dst] s%= imm
          r[d] = remainderSigned32(r[d]!, imm);
          r[d + 1] = 0;
          break;
        case 0x10a:
          // w[dst] s%= w[src]
          r[d] = remainderSigned32(r[d]!, r[s]!);
          r[d + 1] = 0;
          break;
        case 0x64:
          // w[dst] <<= imm & 31
          r[d] = r[d]! << imm;
          r[d + 1] = 0;
          break;
        case 0x6c:
          // w[dst] <<= w[src] & 31
          r[d] = r[d]! << r[s]!;
          r[d + 1] = 0;
          break;
        case 0x74:
          // w[dst] >>= imm & 31
          r[d] = r[d]! >>> imm;
          r[d + 1] = 0;
          break;
        case 0x7c:
          // w[dst] >>= w[src] & 31
          r[d] = r[d]! >>> r[s]!;
          r[d + 1] = 0;
          break;
        case 0xc4:
          // w[dst] s>>= imm & 31
          r[d] = r[d]! >> imm;
          r[d + 1] = 0;
          break;
        case 0xcc:
          // w[dst] s>>= w[src] & 31
          r[d] = r[d]! >> r[s]!;
          r[d + 1] = 0;
          break;
        case 0xb4:
          // w[dst] = imm
          r[d] = imm;
          r[d + 1] = 0;
          break;
        case 0xbc:
          // w[dst] = w[src]
          r[d] = r[s]!;
          r[d + 1] = 0;
          break;
        case 0x84:
          // w[dst] = -w[dst]
          r[d] = -r[d]!;
          r[d + 1] = 0;
          break;
        case 0x10b:
          // w[dst] = (s8)w[src]
          r[d] = (r[s]! << 24) >> 24;
          r[d + 1] = 0;
          break;
        case 0x10c:
          // w[dst] = (s16)w[src]
          r[d] = (r[s]! << 16) >> 16;
          r[d + 1] = 0;
          break;
        case 0x10d:
          // r[dst] = (u16)r[dst]: the machine is little-endian
          r[d] = r[d]! & 0xffff;
          r[d + 1] = 0;
          break;
        case 0x10e:
          // r[dst] = (u32)r[dst]
          r[d + 1] = 0;
          break;
        case 0x10f:
          // r[dst] stays as it is
          break;
        case 0x110:
        case 0x113:
          // r[dst] = bswap16(r[dst])
          r[d] = swap16(r[d]!);
          r[d + 1] = 0;
          break;
        case 0x111:
        case 0x114:
          // r[dst] = bswap32(r[dst])
          r[d] = swap32(r[d]!);
          r[d + 1] = 0;
          break;
        case 0x112:
        case 0x115: {
          // r[dst] = bswap64(r[dst])
          const low = r[d]!;
          r[d] = swap32(r[d + 1]!);
          r[d + 1] = swap32(low);
          break;
        }
        case 0x18:
          // r[dst] = imm64
          r[d] = imm;
          r[d + 1] = code[i + FIELDS + IMM]!;
          pc++;
          break;
        case 0x71: {
          // r[dst] = *(u8 *)(r[src] + offset)
          const at = (r[s]! >>> 0) + code[i + OFFSET]!;
          if (r[s + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 1 <= top) {
            r[d] = view.getUint8(at);
            r[d + 1] = 0;
          } else {
            execution.at(pc - 1, executed);
            loadElsewhere(execution, d, s, code[i + OFFSET]!, 1, false);
          }
          break;
        }
        case 0x69: {
          // r[dst] = *(u16 *)(r[src] + offset)
          const at = (r[s]! >>> 0) + code[i + OFFSET]!;
          if (r[s + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 2 <= top) {
            r[d] = view.getUint16(at, true);
            r[d + 1] = 0;
          } else {
            execution.at(pc - 1, executed);
            loadElsewhere(execution, d, s, code[i + OFFSET]!, 2, false);
          }
          break;
        }
        case 0x61: {
          // r[dst] = *(u32 *)(r[src] + offset)
          const at = (r[s]! >>> 0) + code[i + OFFSET]!;
          if (r[s + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 4 <= top) {
            r[d] = view.getInt32(at, true);
            r[d + 1] = 0;
          } else {
            execution.at(pc - 1, executed);
            loadElsewhere(execution, d, s, code[i + OFFSET]!, 4, false);
          }
          break;
        }
        case 0x79: {
          // r[dst] = *(u64 *)(r[src] + offset)
          const at = (r[s]! >>> 0) + code[i + OFFSET]!;
          if (r[s + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 8 <= top) {
            r[d] = view.getInt32(at, true);
            r[d + 1] = view.getInt32(at + 4, true);
          } else {
            execution.at(pc - 1, executed);
            loadElsewhere(execution, d, s, code[i + OFFSET]!, 8, false);
          }
          break;
        }
        case 0x91: {
          // r[dst] = *(s8 *)(r[src] + offset)
          const at = (r[s]! >>> 0) + code[i + OFFSET]!;
          if (r[s + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 1 <= top) {
            const low = view.getInt8(at);
            r[d] = low;
            r[d + 1] = low >> 31;
          } else {
            execution.at(pc - 1, executed);
            loadElsewhere(execution, d, s, code[i + OFFSET]!, 1, true);
          }
          break;
        }
        case 0x89: {
          // r[dst] = *(s16 *)(r[src] + offset)
          const at = (r[s]! >>> 0) + code[i + OFFSET]!;
          if (r[s + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 2 <= top) {
            const low = view.getInt16(at, true);
            r[d] = low;
            r[d + 1] = low >> 31;
          } else {
            execution.at(pc - 1, executed);
            loadElsewhere(execution, d, s, code[i + OFFSET]!, 2, true);
          }
          break;
        }
        case 0x81: {
          // r[dst] = *(s32 *)(r[src] + offset)
          const at = (r[s]! >>> 0) + code[i + OFFSET]!;
          if (r[s + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 4 <= top) {
            const low = view.getInt32(at, true);
            r[d] = low;
            r[d + 1] = low >> 31;
          } else {
            execution.at(pc - 1, executed);
            loadElsewhere(execution, d, s, code[i + OFFSET]!, 4, true);
          }
          break;
        }
        case 0x72: {
          // *(u8 *)(r[dst] + offset) = imm
          const at = (r[d]! >>> 0) + code[i + OFFSET]!;
          if (r[d + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 1 <= top) {
            view.setInt8(at, imm);
          } else {
            execution.at(pc - 1, executed);
            storeElsewhere(execution, d, code[i + OFFSET]!, 1, BigInt(imm));
          }
          break;
        }
        case 0x73: {
          // *(u8 *)(r[dst] + offset) = r[src]
          const at = (r[d]! >>> 0) + code[i + OFFSET]!;
          if (r[d + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 1 <= top) {
            view.setInt8(at, r[s]!);
          } else {
            execution.at(pc - 1, executed);
            storeElsewhere(execution, d, code[i + OFFSET]!, 1, w[s >> 1]!);
          }
          break;
        }
        case 0x6a: {
          // *(u16 *)(r[dst] + offset) = imm
          const at = (r[d]! >>> 0) + code[i + OFFSET]!;
          if (r[d + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 2 <= top) {
            view.setInt16(at, imm, true);
          } else {
            execution.at(pc - 1, executed);
            storeElsewhere(execution, d, code[i + OFFSET]!, 2, BigInt(imm));
          }
          break;
        }
        case 0x6b: {
          // *(u16 *)(r[dst] + offset) = r[src]
          const at = (r[d]! >>> 0) + code[i + OFFSET]!;
          if (r[d + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 2 <= top) {
            view.setInt16(at, r[s]!, true);
          } else {
            execution.at(pc - 1, executed);
            storeElsewhere(execution, d, code[i + OFFSET]!, 2, w[s >> 1]!);
          }
          break;
        }
        case 0x62: {
          // *(u32 *)(r[dst] + offset) = imm
          const at = (r[d]! >>> 0) + code[i + OFFSET]!;
          if (r[d + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 4 <= top) {
            view.setInt32(at, imm, true);
          } else {
            execution.at(pc - 1, executed);
            storeElsewhere(execution, d, code[i + OFFSET]!, 4, BigInt(imm));
          }
          break;
        }
        case 0x63: {
          // *(u32 *)(r[dst] + offset) = r[src]
          const at = (r[d]! >>> 0) + code[i + OFFSET]!;
          if (r[d + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 4 <= top) {
            view.setInt32(at, r[s]!, true);
          } else {
            execution.at(pc - 1, executed);
            storeElsewhere(execution, d, code[i + OFFSET]!, 4, w[s >> 1]!);
          }
          break;
        }
        case 0x7a: {
          // *(u64 *)(r[dst] + offset) = imm
          const at = (r[d]! >>> 0) + code[i + OFFSET]!;
          if (r[d + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 8 <= top) {
            view.setInt32(at, imm, true);
            view.setInt32(at + 4, imm >> 31, true);
          } else {
            execution.at(pc - 1, executed);
            storeElsewhere(execution, d, code[i + OFFSET]!, 8, BigInt(imm));
          }
          break;
        }
        case 0x7b: {
          // *(u64 *)(r[dst] + offset) = r[src]
          const at = (r[d]! >>> 0) + code[i + OFFSET]!;
          if (r[d + 1] === KERNEL_HIGH && at >= FIRST_OFFSET && at + 8 <= top) {
            view.setInt32(at, r[s]!, true);
            view.setInt32(at + 4, r[s + 1]!, true);
          } else {
            execution.at(pc - 1, executed);
            storeElsewhere(execution, d, code[i + OFFSET]!, 8, w[s >> 1]!);
          }
          break;
        }
        case 0x116:
        case 0x117:
        case 0x118:
        case 0x119:
        case 0x11a:
        case 0x11b:
        case 0x11c:
        case 0x11d:
        case 0x11e:
        case 0x11f:
          // lock: atomic operations on 8 bytes
          execution.at(pc - 1, executed);
          atomic(execution, d, s, code[i + OFFSET]!, 8, imm);
          break;
        case 0x120:
        case 0x121:
        case 0x122:
        case 0x123:
        case 0x124:
        case 0x125:
        case 0x126:
        case 0x127:
        case 0x128:
        case 0x129:
          // lock: atomic operations on 4 bytes
          execution.at(pc - 1, executed);
          atomic(execution, d, s, code[i + OFFSET]!, 4, imm);
          break;
        case 0x05:
        case 0x06:
          // goto
          pc = code[i + TARGET]!;
          break;
        case 0x15:
          // if r[dst] == imm goto
          if (r[d] === imm && r[d + 1] === imm >> 31) pc = code[i + TARGET]!;
          break;
        case 0x1d:
          // if r[dst] == r[src] goto
          if (r[d] === r[s] && r[d + 1] === r[s + 1]) pc = code[i + TARGET]!;
          break;
        case 0x25:
          // if r[dst] > imm goto
          if (less64(imm, imm >> 31, r[d]!, r[d + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0x2d:
          // if r[dst] > r[src] goto
          if (less64(r[s]!, r[s + 1]!, r[d]!, r[d + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0x35:
          // if r[dst] >= imm goto
          if (!less64(r[d]!, r[d + 1]!, imm, imm >> 31)) pc = code[i + TARGET]!;
          break;
        case 0x3d:
          // if r[dst] >= r[src] goto
          if (!less64(r[d]!, r[d + 1]!, r[s]!, r[s + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0x45:
          // if r[dst] & imm goto
          if ((r[d]! & imm) !== 0 || (r[d + 1]! & (imm >> 31)) !== 0) pc = code[i + TARGET]!;
          break;
        case 0x4d:
          // if r[dst] & r[src] goto
          if ((r[d]! & r[s]!) !== 0 || (r[d + 1]! & r[s + 1]!) !== 0) pc = code[i + TARGET]!;
          break;
        case 0x55:
          // if r[dst] != imm goto
          if (r[d] !== imm || r[d + 1] !== imm >> 31) pc = code[i + TARGET]!;
          break;
        case 0x5d:
          // if r[dst] != r[src] goto
          if (r[d] !== r[s] || r[d + 1] !== r[s + 1]) pc = code[i + TARGET]!;
          break;
        case 0x65:
          // if r[dst] s> imm goto
          if (lessSigned64(imm, imm >> 31, r[d]!, r[d + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0x6d:
          // if r[dst] s> r[src] goto
          if (lessSigned64(r[s]!, r[s + 1]!, r[d]!, r[d + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0x75:
          // if r[dst] s>= imm goto
          if (!lessSigned64(r[d]!, r[d + 1]!, imm, imm >> 31)) pc = code[i + TARGET]!;
          break;
        case 0x7d:
          // if r[dst] s>= r[src] goto
          if (!lessSigned64(r[d]!, r[d + 1]!, r[s]!, r[s + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0xa5:
          // if r[dst] < imm goto
          if (less64(r[d]!, r[d + 1]!, imm, imm >> 31)) pc = code[i + TARGET]!;
          break;
        case 0xad:
          // if r[dst] < r[src] goto
          if (less64(r[d]!, r[d + 1]!, r[s]!, r[s + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0xb5:
          // if r[dst] <= imm goto
          if (!less64(imm, imm >> 31, r[d]!, r[d + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0xbd:
          // if r[dst] <= r[src] goto
          if (!less64(r[s]!, r[s + 1]!, r[d]!, r[d + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0xc5:
          // if r[dst] s< imm goto
          if (lessSigned64(r[d]!, r[d + 1]!, imm, imm >> 31)) pc = code[i + TARGET]!;
          break;
        case 0xcd:
          // if r[dst] s< r[src] goto
          if (lessSigned64(r[d]!, r[d + 1]!, r[s]!, r[s + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0xd5:
          // if r[dst] s<= imm goto
          if (!lessSigned64(imm, imm >> 31, r[d]!, r[d + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0xdd:
          // if r[dst] s<= r[src] goto
          if (!lessSigned64(r[s]!, r[s + 1]!, r[d]!, r[d + 1]!)) pc = code[i + TARGET]!;
          break;
        case 0x16:
          // if w[dst] == imm goto
          if (r[d] === imm) pc = code[i + TARGET]!;
          break;
        case 0x1e:
          // if w[dst] == w[src] goto
          if (r[d] === r[s]) pc = code[i + TARGET]!;
          break;
        case 0x26:
          // if w[dst] > imm goto
          if (r[d]! >>> 0 > imm >>> 0) pc = code[i + TARGET]!;
          break;
        case 0x2e:
          // if w[dst] > w[src] goto
          if (r[d]! >>> 0 > r[s]! >>> 0) pc = code[i + TARGET]!;
          break;
        case 0x36:
          // if w[dst] >= imm goto
          if (r[d]! >>> 0 >= imm >>> 0) pc = code[i + TARGET]!;
          break;
        case 0x3e:
          // if w[dst] >= w[src] goto
          if (r[d]! >>> 0 >= r[s]! >>> 0) pc = code[i + TARGET]!;
          break;
        case 0x46:
          // if w[dst] & imm goto
          if ((r[d]! & imm) !== 0) pc = code[i + TARGET]!;
          break;
        case 0x4e:
          // if w[dst] & w[src] goto
          if ((r[d]! & r[s]!) !== 0) pc = code[i + TARGET]!;
          break;
        case 0x56:
          // if w[dst] != imm goto
          if (r[d] !== imm) pc = code[i + TARGET]!;
          break;
        case 0x5e:
          // if w[dst] != w[src] goto
          if (r[d] !== r[s]) pc = code[i + TARGET]!;
          break;
        case 0x66:
          // if w[dst] s> imm goto
          if (r[d]! > imm) pc = code[i + TARGET]!;
          break;
        case 0x6e:
          // if w[dst] s> w[src] goto
          if (r[d]! > r[s]!) pc = code[i + TARGET]!;
          break;
        case 0x76:
          // if w[dst] s>= imm goto
          if (r[d]! >= imm) pc = code[i + TARGET]!;
          break;
        case 0x7e:
          // if w[dst] s>= w[src] goto
          if (r[d]! >= r[s]!) pc = code[i + TARGET]!;
          break;
        case 0xa6:
          // if w[dst] < imm goto
          if (r[d]! >>> 0 < imm >>> 0) pc = code[i + TARGET]!;
          break;
        case 0xae:
          // if w[dst] < w[src] goto
          if (r[d]! >>> 0 < r[s]! >>> 0) pc = code[i + TARGET]!;
          break;
        case 0xb6:
          // if w[dst] <= imm goto
          if (r[d]! >>> 0 <= imm >>> 0) pc = code[i + TARGET]!;
          break;
        case 0xbe:
          // if w[dst] <= w[src] goto
          if (r[d]! >>> 0 <= r[s]! >>> 0) pc = code[i + TARGET]!;
          break;
        case 0xc6:
          // if w[dst] s< imm goto
          if (r[d]! < imm) pc = code[i + TARGET]!;
          break;
        case 0xce:
          // if w[dst] s< w[src] goto
          if (r[d]! < r[s]!) pc = code[i + TARGET]!;
          break;
        case 0xd6:
          // if w[dst] s<= imm goto
          if (r[d]! <= imm) pc = code[i + TARGET]!;
          break;
        case 0xde:
          // if w[dst] s<= w[src] goto
          if (r[d]! <= r[s]!) pc = code[i + TARGET]!;
          break;
        case 0x85:
        case 0x8d: {
          // call helper imm, or r[dst]
          execution.at(pc - 1, executed);
          const helper = helperById(code[i] === 0x85 ? imm : Number(w[d >> 1]));
          if (helper === undefined) execution.fault('there is no such helper');
          helper.invoke(execution);
          // It may have run other programs, called back, or made memory grow.
          executed = execution.executed;
          view = memory.view;
          top = memory.top;
          if (execution.tailTarget !== null) {
            code = (execution.takeTailCall() as InterpretedProgram).words;
            pc = 0;
          }
          break;
        }
        case 0x12a:
          // call pc + imm
          execution.at(pc - 1, executed);
          execution.pushFrame(pc);
          pc = code[i + TARGET]!;
          break;
        case 0x95: {
          // exit
          if (execution.depth === base) {
            execution.executed = executed;
            return;
          }
          const frame = execution.popFrame();
          code = (frame.runnable as InterpretedProgram).words;
          pc = frame.returnSlot;
          break;
        }
        default:
          execution.at(pc - 1, executed);
          execution.fault('there is no instruction that can run');
      }
    }
  }
}

/** A load whose address is not plainly inside memory. */
function loadElsewhere(
  execution: Execution,
  d: number,
  s: number,
  offset: number,
  bytes: 1 | 2 | 4 | 8,
  signed: boolean,
): void {
  const at = execution.dataOffset(s >> 1, offset, bytes);
  const { whole } = execution.registers;
  if (at === -1) {
    execution.badLoad(s >> 1, offset, bytes);
    whole[d >> 1] = 0n;
    return;
  }
  let value = 0n;
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(execution.kernel.memory.u8[at + i]!);
  whole[d >> 1] = signed ? BigInt.asIntN(bytes * 8, value) : value;
}

/** Likewise a store. */
function storeElsewhere(
  execution: Execution,
  d: number,
  offset: number,
  bytes: 1 | 2 | 4 | 8,
  value: bigint,
): void {
  const at = execution.dataOffset(d >> 1, offset, bytes);
  if (at === -1) execution.badStore(d >> 1, offset, bytes);
  for (let i = 0; i < bytes; i++)
    execution.kernel.memory.u8[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

/** Reads, changes and writes 4 or 8 bytes as one step; nothing else runs in between in this machine. */
function atomic(execution: Execution, d: number, s: number, offset: number, bytes: 4 | 8, imm: number): void {
  const at = execution.dataOffset(d >> 1, offset, bytes);
  if (at === -1) execution.badStore(d >> 1, offset, bytes);
  const { whole } = execution.registers;
  const { view } = execution.kernel.memory;
  const bits = bytes * 8;
  const old = bytes === 8 ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
  const operand = BigInt.asUintN(bits, whole[s >> 1]!);
  const now = atomicResult(imm & ~ATOMIC_FETCH, old, operand, BigInt.asUintN(bits, whole[0]!));
  if (bytes === 8) view.setBigUint64(at, now, true);
  else view.setUint32(at, Number(BigInt.asUintN(32, now)), true);
  if (imm & ATOMIC_FETCH) whole[imm === ATOMIC_CMPXCHG ? 0 : s >> 1] = old;
}

const ATOMIC_CMPXCHG = 0xf0 | ATOMIC_FETCH;

function atomicResult(code: number, old: bigint, operand: bigint, expected: bigint): bigint {
  switch (code) {
    case 0x00:
      return old + operand;
    case 0x40:
      return old | operand;
    case 0x50:
      return old & operand;
    case 0xa0:
      return old ^ operand;
    case 0xe0:
      return operand;
    default:
      return old === expected ? operand : old;
  }
}
