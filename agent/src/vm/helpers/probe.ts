/**
 * Helpers that read memory which may not be there (kernel/trace/bpf_trace.c). A read that fails returns -EFAULT and
 * zeroes the destination, so that a program that does not look sees no old bytes. Kernel helpers refuse user addresses
 * and the other way round, as on x86-64, where the two never overlap.
 */
import { EFAULT } from '../maps/errno.ts';
import { ProgramType } from '../object/spec.ts';
import type { HelperCall, Returned } from './call.ts';
import type { ArgumentKind, Helper } from './helper.ts';

/** First address that is no user address (TASK_SIZE_MAX of x86-64: 47 bits less a guard page). */
export const USER_END = 0x00007ffffffff000n;

const PAGE_BYTES = 4096n;

/** The two helpers that guess the kind of an address exist for tracing programs only. */
const TRACING_TYPES = [
  ProgramType.KPROBE,
  ProgramType.TRACEPOINT,
  ProgramType.RAW_TRACEPOINT,
  ProgramType.TRACING,
] as const;

const ARGS: readonly ArgumentKind[] = ['ARG_PTR_TO_UNINIT_MEM', 'ARG_CONST_SIZE_OR_ZERO', 'ARG_ANYTHING'];
const PROBE = {
  args: ARGS,
  returns: 'RET_INTEGER',
  gplOnly: true,
  programTypes: 'any',
  passive: true,
} as const;

export const PROBE_HELPERS: readonly Helper[] = [
  {
    ...PROBE,
    id: 4,
    name: 'probe_read',
    programTypes: TRACING_TYPES,
    invoke: (call) => (isUser(call) ? readUser(call) : readKernel(call)),
  },
  {
    ...PROBE,
    id: 45,
    name: 'probe_read_str',
    programTypes: TRACING_TYPES,
    invoke: (call) => (isUser(call) ? readUserString(call) : readKernelString(call)),
  },
  { ...PROBE, id: 112, name: 'probe_read_user', invoke: readUser },
  { ...PROBE, id: 113, name: 'probe_read_kernel', invoke: readKernel },
  { ...PROBE, id: 114, name: 'probe_read_user_str', invoke: readUserString },
  { ...PROBE, id: 115, name: 'probe_read_kernel_str', invoke: readKernelString },
];

function isUser(call: HelperCall): boolean {
  return call.u64(3) < USER_END;
}

function readKernel(call: HelperCall): Returned {
  const bytes = call.u32(2);
  if (bytes === 0) return call.returns(0);
  const to = call.memory(1, bytes);
  const from = call.kernelAddress(3, bytes);
  if (from === -1) return failed(call, to, bytes);
  call.kernel.memory.copy(to, from, bytes);
  return call.returns(0);
}

function readUser(call: HelperCall): Returned {
  const bytes = call.u32(2);
  if (bytes === 0) return call.returns(0);
  const to = call.memory(1, bytes);
  const from = call.u64(3);
  const { environment, memory } = call.kernel;
  if (from + BigInt(bytes) > USER_END || !environment.readUser(from, memory.u8.subarray(to, to + bytes))) {
    return failed(call, to, bytes);
  }
  return call.returns(0);
}

/** Copies until a zero byte, at most `bytes`; the last byte written is always zero. @returns bytes written */
function readKernelString(call: HelperCall): Returned {
  const bytes = call.u32(2);
  if (bytes === 0) return call.returns(0);
  const to = call.memory(1, bytes);
  let from = call.kernelAddress(3, 1);
  if (from === -1) return failed(call, to, bytes);
  const { u8, top } = call.kernel.memory;
  for (let i = 0; i < bytes; i++, from++) {
    if (from === top) return failed(call, to, bytes);
    u8[to + i] = u8[from]!;
    if (u8[from] === 0) return call.returns(i + 1);
  }
  u8[to + bytes - 1] = 0;
  return call.returns(bytes);
}

/** Likewise. Reads page by page, because only the pages up to the zero byte need to be mapped. */
function readUserString(call: HelperCall): Returned {
  const bytes = call.u32(2);
  if (bytes === 0) return call.returns(0);
  const to = call.memory(1, bytes);
  const { environment, memory } = call.kernel;
  let address = call.u64(3);
  let done = 0;
  while (done < bytes) {
    const inPage = Number(PAGE_BYTES - (address % PAGE_BYTES));
    const part = memory.u8.subarray(to + done, to + Math.min(bytes, done + inPage));
    if (address >= USER_END || !environment.readUser(address, part)) return failed(call, to, bytes);
    const end = part.indexOf(0);
    if (end !== -1) return endString(call, to, bytes, done + end);
    done += part.length;
    address += BigInt(part.length);
  }
  memory.u8[to + bytes - 1] = 0;
  return call.returns(bytes);
}

/** What was read behind the end of the string is not the program's business. */
function endString(call: HelperCall, to: number, bytes: number, length: number): Returned {
  call.kernel.memory.u8.fill(0, to + length, to + bytes);
  return call.returns(length + 1);
}

function failed(call: HelperCall, to: number, bytes: number): Returned {
  call.kernel.memory.u8.fill(0, to, to + bytes);
  return call.returns(-EFAULT);
}
