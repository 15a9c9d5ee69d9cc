/** What a kernel supplies to programs that run on its machine: the current task, clocks, user memory. */
export interface Environment {
  /** Index of the CPU the program runs on, < Machine.cpus. */
  readonly cpu: number;
  /** Monotonic clock, ns (bpf_ktime_get_ns). */
  ktimeNs(): bigint;
  /** Boot clock, ns (bpf_ktime_get_boot_ns). */
  bootTimeNs(): bigint;
  /** tgid << 32 | pid of the current task. */
  currentPidTgid(): bigint;
  /** gid << 32 | uid of the current task. */
  currentUidGid(): bigint;
  /** Up to 16 bytes, zero-terminated. */
  currentComm(): Uint8Array;
  /** Kernel address of the current `struct task_struct`. */
  currentTask(): bigint;
  /** Kernel address of the current task's `struct pt_regs`. */
  currentTaskRegisters(): bigint;
  /** cgroup v2 id of the current task. */
  currentCgroupId(): bigint;
  /** Copies user memory of the current task; false (and nothing promised about `into`) if any byte is not mapped. */
  readUser(address: bigint, into: Uint8Array): boolean;
  /** 32 random bits (bpf_get_prandom_u32); seeded, so that runs repeat. */
  random(): number;
}
