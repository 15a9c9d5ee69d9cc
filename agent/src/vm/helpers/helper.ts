/**
 * The contract of a helper. To add one: write its entry in the file of its subject, list that file's array in table.ts,
 * and add a case to that file's test. The structural check, the passive check and (later) the verifier read the same
 * entry that the engines run.
 */
import type { ProgramType } from '../object/spec.ts';
import type { HelperCall, Returned } from './call.ts';

/**
 * What an argument must be; names as in `enum bpf_arg_type` (include/linux/bpf.h). A size argument bounds the memory of
 * the argument before it.
 */
export type ArgumentKind =
  | 'ARG_ANYTHING'
  | 'ARG_CONST_MAP_PTR'
  | 'ARG_PTR_TO_MAP_KEY'
  | 'ARG_PTR_TO_MAP_VALUE'
  /** Memory that the helper reads. */
  | 'ARG_PTR_TO_MEM'
  /** Memory that the helper fills. */
  | 'ARG_PTR_TO_UNINIT_MEM'
  | 'ARG_CONST_SIZE'
  | 'ARG_CONST_SIZE_OR_ZERO'
  /** Size of what the helper returns. */
  | 'ARG_CONST_ALLOC_SIZE_OR_ZERO'
  /** A ring buffer reservation, which the call ends. */
  | 'ARG_PTR_TO_RINGBUF_MEM'
  | 'ARG_PTR_TO_CTX'
  | 'ARG_PTR_TO_BTF_ID'
  | 'ARG_PTR_TO_FUNC'
  | 'ARG_PTR_TO_STACK_OR_NULL';

/** What r0 holds afterwards; names as in `enum bpf_return_type`. */
export type ReturnKind =
  | 'RET_INTEGER'
  | 'RET_VOID'
  | 'RET_PTR_TO_MAP_VALUE_OR_NULL'
  | 'RET_PTR_TO_RINGBUF_MEM_OR_NULL'
  | 'RET_PTR_TO_BTF_ID_TRUSTED';

export interface Helper {
  /** As in `enum bpf_func_id` (include/uapi/linux/bpf.h): user ABI. */
  readonly id: number;
  /** Without the prefix `bpf_`. */
  readonly name: string;
  readonly args: readonly ArgumentKind[];
  readonly returns: ReturnKind;
  /** Whether only programs with a GPL-compatible licence may call it. */
  readonly gplOnly: boolean;
  readonly programTypes: 'any' | readonly ProgramType[];
  /** Whether it changes nothing but the program's own maps and memory: the reason that Sonde can be called passive. */
  readonly passive: boolean;
  /** Structure that an ARG_PTR_TO_BTF_ID points to. */
  readonly argumentType?: string;
  /** Structure that a RET_PTR_TO_BTF_ID_TRUSTED points to. */
  readonly returnedType?: string;
  readonly invoke: (call: HelperCall) => Returned;
}
