/**
 * What an eBPF object file says, before any kernel is asked: the same bytes give the same spec on every machine.
 * All that depends on the running kernel (CO-RE offsets, map handles) happens when a spec is loaded.
 */
import type { Btf } from '../btf/btf.ts';

export interface ObjectSpec {
  /** From section `license`; "" if there is none. */
  readonly license: string;
  readonly programs: readonly ProgramSpec[];
  readonly maps: readonly MapSpec[];
  readonly btf: Btf | null;
}

/** Program types by their number in `enum bpf_prog_type` (include/uapi/linux/bpf.h). */
export const ProgramType = {
  SOCKET_FILTER: 1,
  KPROBE: 2,
  SCHED_CLS: 3,
  TRACEPOINT: 5,
  XDP: 6,
  RAW_TRACEPOINT: 17,
  TRACING: 26,
} as const;
export type ProgramType = (typeof ProgramType)[keyof typeof ProgramType];

export interface ProgramSpec {
  /** The function's symbol. */
  readonly name: string;
  /** libbpf section name, e.g. `tp_btf/sys_exit`. */
  readonly section: string;
  readonly type: ProgramType;
  /** Section name after the type's prefix, e.g. `sys_exit`. */
  readonly attachTo: string;
  /**
   * Instructions of the program and, behind it, of every subprogram it calls (calls already linked: src_reg 1, imm
   * relative). 8 bytes each, little-endian. Map references are `lddw` with src_reg BPF_PSEUDO_MAP_FD (1) or
   * BPF_PSEUDO_MAP_VALUE (2) and imm = index into ObjectSpec.maps; the second slot's imm is the offset in the value.
   * Addresses of functions (callbacks) are `lddw` with src_reg BPF_PSEUDO_FUNC (4) and imm relative, as in a call.
   * Owned by the spec: copy before patching.
   */
  readonly instructions: Uint8Array;
  /** CO-RE relocations of these instructions. */
  readonly coreRelocations: readonly CoreRelocation[];
  /** Functions of `instructions`, the program first, each with its BTF type id (for func_info), 0 if unknown. */
  readonly functions: readonly { readonly name: string; readonly slot: number; readonly btfId: number }[];
}

/** `enum bpf_core_relo_kind` (include/uapi/linux/bpf.h). */
export const CoreKind = {
  FIELD_BYTE_OFFSET: 0,
  FIELD_BYTE_SIZE: 1,
  FIELD_EXISTS: 2,
  FIELD_SIGNED: 3,
  FIELD_LSHIFT_U64: 4,
  FIELD_RSHIFT_U64: 5,
  TYPE_ID_LOCAL: 6,
  TYPE_ID_TARGET: 7,
  TYPE_EXISTS: 8,
  TYPE_SIZE: 9,
  ENUMVAL_EXISTS: 10,
  ENUMVAL_VALUE: 11,
  TYPE_MATCHES: 12,
} as const;
export type CoreRelocationKind = (typeof CoreKind)[keyof typeof CoreKind];

export interface CoreRelocation {
  /** Slot (8-byte unit) in `ProgramSpec.instructions`. */
  readonly slot: number;
  /** Root type in the object's own BTF. */
  readonly typeId: number;
  /** Access string, e.g. "0:1:2". */
  readonly access: string;
  readonly kind: CoreRelocationKind;
}

/** Map types by their number in `enum bpf_map_type`. */
export const MapType = {
  HASH: 1,
  ARRAY: 2,
  PROG_ARRAY: 3,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  LRU_HASH: 9,
  RINGBUF: 27,
} as const;
export type MapType = (typeof MapType)[keyof typeof MapType];

export interface MapSpec {
  /** Symbol, or the section for data sections (`.rodata`, `.data`, `.bss`). */
  readonly name: string;
  readonly type: MapType;
  readonly keyBytes: number;
  readonly valueBytes: number;
  /** Entries; bytes for RINGBUF. */
  readonly maxEntries: number;
  readonly flags: number;
  /** Data sections: the initial value of entry 0. */
  readonly initial: Uint8Array | null;
  /** `.rodata`: frozen before programs load, so its values are constants to a verifier. */
  readonly frozen: boolean;
  /** BTF ids of key and value in the object's BTF, 0 if none; for data sections `valueTypeId` is the DATASEC. */
  readonly keyTypeId: number;
  readonly valueTypeId: number;
}
