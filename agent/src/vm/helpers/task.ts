/** Helpers that tell who runs, where and when (kernel/bpf/helpers.c, kernel/trace/bpf_trace.c). */
import { ProgramType } from '../object/spec.ts';
import type { Helper } from './helper.ts';

const INTEGER = {
  args: [],
  returns: 'RET_INTEGER',
  gplOnly: false,
  programTypes: 'any',
  passive: true,
} as const satisfies Partial<Helper>;

/** Programs that run on behalf of a task, so that "current" means something. */
const TASK_TYPES = [
  ProgramType.KPROBE,
  ProgramType.TRACEPOINT,
  ProgramType.RAW_TRACEPOINT,
  ProgramType.TRACING,
] as const;

export const TASK_HELPERS: readonly Helper[] = [
  {
    ...INTEGER,
    id: 5,
    name: 'ktime_get_ns',
    invoke: (call) => call.returnsU64(call.kernel.environment.ktimeNs()),
  },
  {
    ...INTEGER,
    id: 7,
    name: 'get_prandom_u32',
    invoke: (call) => call.returns(call.kernel.environment.random() >>> 0),
  },
  {
    ...INTEGER,
    id: 8,
    name: 'get_smp_processor_id',
    invoke: (call) => call.returns(call.kernel.environment.cpu),
  },
  {
    ...INTEGER,
    id: 14,
    name: 'get_current_pid_tgid',
    programTypes: TASK_TYPES,
    invoke: (call) => call.returnsU64(call.kernel.environment.currentPidTgid()),
  },
  {
    ...INTEGER,
    id: 15,
    name: 'get_current_uid_gid',
    programTypes: TASK_TYPES,
    invoke: (call) => call.returnsU64(call.kernel.environment.currentUidGid()),
  },
  {
    ...INTEGER,
    id: 16,
    name: 'get_current_comm',
    args: ['ARG_PTR_TO_UNINIT_MEM', 'ARG_CONST_SIZE'],
    programTypes: TASK_TYPES,
    /** Cut to fit, always ended by a zero, the rest filled with zeros (strscpy_pad). */
    invoke: (call) => {
      const bytes = call.u32(2);
      const to = call.memory(1, bytes);
      const comm = call.kernel.environment.currentComm();
      const end = comm.indexOf(0);
      const length = Math.min(end === -1 ? comm.length : end, Math.max(0, bytes - 1));
      const { u8 } = call.kernel.memory;
      u8.fill(0, to, to + bytes);
      u8.set(comm.subarray(0, length), to);
      return call.returns(0);
    },
  },
  {
    ...INTEGER,
    id: 35,
    name: 'get_current_task',
    gplOnly: true,
    programTypes: TASK_TYPES,
    invoke: (call) => call.returnsU64(call.kernel.environment.currentTask()),
  },
  {
    ...INTEGER,
    id: 80,
    name: 'get_current_cgroup_id',
    programTypes: TASK_TYPES,
    invoke: (call) => call.returnsU64(call.kernel.environment.currentCgroupId()),
  },
  {
    ...INTEGER,
    id: 125,
    name: 'ktime_get_boot_ns',
    invoke: (call) => call.returnsU64(call.kernel.environment.bootTimeNs()),
  },
  {
    ...INTEGER,
    id: 158,
    name: 'get_current_task_btf',
    returns: 'RET_PTR_TO_BTF_ID_TRUSTED',
    returnedType: 'task_struct',
    gplOnly: true,
    programTypes: TASK_TYPES,
    invoke: (call) => call.returnsU64(call.kernel.environment.currentTask()),
  },
  {
    ...INTEGER,
    id: 175,
    name: 'task_pt_regs',
    args: ['ARG_PTR_TO_BTF_ID'],
    returns: 'RET_PTR_TO_BTF_ID_TRUSTED',
    argumentType: 'task_struct',
    returnedType: 'pt_regs',
    gplOnly: true,
    programTypes: TASK_TYPES,
    /** Only the current task's registers are kept; NULL for another's, from which every load reads zero. */
    invoke: (call) => {
      const { environment } = call.kernel;
      const isCurrent = call.u64(1) === environment.currentTask();
      return call.returnsU64(isCurrent ? environment.currentTaskRegisters() : 0n);
    },
  },
];
