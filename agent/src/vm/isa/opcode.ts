/**
 * Bit fields of one instruction (RFC 9669, section 3). A basic instruction is 8 bytes, little-endian:
 *
 *      7      4 3      0   15            0   31                     0
 *     +--------+--------+ +---------------+ +------------------------+
 *     | src    | dst    | | offset (s16)  | | imm (s32)              |
 *     +--------+--------+ +---------------+ +------------------------+
 *       byte 1              bytes 2..3        bytes 4..7
 *
 * Byte 0 is the opcode; its low three bits are the class, and the class says what the others mean:
 *
 *      7      4  3    2     0              7      5 4    3 2     0
 *     +--------+---+---------+            +--------+------+-------+
 *     | code   | s | class   |  ALU, JMP  | mode   | size | class |  LD, LDX, ST, STX
 *     +--------+---+---------+            +--------+------+-------+
 */

/** Bytes of a basic instruction; a wide one (lddw) takes two slots. */
export const SLOT_BYTES = 8;

export const Class = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;

/** Second operand of arithmetic and branches: the immediate, or a register. */
export const Source = { K: 0x00, X: 0x08 } as const;

export const Size = { W: 0x00, H: 0x08, B: 0x10, DW: 0x18 } as const;

export const Mode = { IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;

/** Added to the code of an atomic operation when it returns the old value (RFC 9669, section 5.3). */
export const ATOMIC_FETCH = 0x01;

/** Frame pointer: read only. */
export const FRAME_POINTER = 10;

/** r0 to r10. */
export const REGISTERS = 11;

/** Bytes of one function's stack frame (MAX_BPF_STACK, include/linux/filter.h). */
export const FRAME_BYTES = 512;

/** Functions that may be active at once (MAX_CALL_FRAMES, include/linux/bpf_verifier.h). */
export const MAX_FRAMES = 8;

/** Tail calls that one run may make (MAX_TAIL_CALL_CNT, include/linux/bpf.h). */
export const MAX_TAIL_CALLS = 33;
