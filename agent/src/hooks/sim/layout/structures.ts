/**
 * The kernel structures that the simulated kernel keeps in memory and publishes in its BTF: the fields that it fills or
 * that a program may look at, with Linux's names, types and nesting (6.18, x86-64; `bpftool btf dump file
 * /sys/kernel/btf/vmlinux format c`). Where a field lies is decided in layout.ts.
 *
 * A member's type is C as in `struct sock *`, `u32`, `char[16]`. An object stands for a struct or union without a tag;
 * its key says which in parentheses, behind the member's name if it has one: `(union ports)`, `in6_u (union)`.
 */
export type Members = { readonly [name: string]: string | Members };

/** Structures whose layout is user ABI, the same on every kernel. */
export const FIXED: ReadonlySet<string> = new Set([
  'pt_regs',
  'in6_addr',
  'trace_entry',
  'trace_event_raw_sys_enter',
  'trace_event_raw_sys_exit',
  'trace_event_raw_inet_sock_set_state',
  'trace_event_raw_task_newtask',
  'trace_event_raw_sched_process_fork',
  'trace_event_raw_sched_process_exec',
  'trace_event_raw_sched_process_exit',
]);

/**
 * Members that come first on every kernel, because the kernel itself casts between the two structures: a `struct sock *`
 * is a `struct tcp_sock *`, and a task's thread_info is found at the task's address.
 */
export const PINNED_FIRST: ReadonlySet<string> = new Set([
  'task_struct.thread_info',
  'sock.__sk_common',
  'inet_sock.sk',
  'inet_connection_sock.icsk_inet',
  'tcp_sock.inet_conn',
  'udp_sock.inet',
  'unix_sock.sk',
]);

/** `const` typedefs of plain numbers. */
export const TYPEDEFS: Readonly<Record<string, string>> = {
  __u8: 'unsigned char',
  __u16: 'unsigned short',
  __s32: 'int',
  __u32: 'unsigned int',
  __s64: 'long long',
  __u64: 'unsigned long long',
  u8: '__u8',
  u16: '__u16',
  u32: '__u32',
  s64: '__s64',
  u64: '__u64',
  __be16: '__u16',
  __be32: '__u32',
  __addrpair: '__u64',
  __portpair: '__u32',
  __kernel_pid_t: 'int',
  pid_t: '__kernel_pid_t',
  umode_t: 'unsigned short',
  __kernel_dev_t: 'u32',
  dev_t: '__kernel_dev_t',
  __kernel_loff_t: 'long long',
  loff_t: '__kernel_loff_t',
  fmode_t: 'unsigned int',
  socket_state: 'unsigned int',
  atomic_long_t: 'atomic64_t',
  bool: '_Bool',
};

/** Typedefs of anonymous structures. */
export const ANONYMOUS_TYPEDEFS: Readonly<Record<string, Members>> = {
  atomic_t: { counter: 'int' },
  atomic64_t: { counter: 's64' },
  file_ref_t: { refcnt: 'atomic64_t' },
  possible_net_t: { net: 'struct net *' },
};

/** How many references a file has: `file.f_ref` since Linux 6.13, `file.f_count` before. */
export type FileReferences = 'f_ref' | 'f_count';

export function structures(fileReferences: FileReferences): Readonly<Record<string, Members>> {
  return {
    list_head: { next: 'struct list_head *', prev: 'struct list_head *' },
    thread_info: { flags: 'unsigned long', syscall_work: 'unsigned long', status: 'u32', cpu: 'u32' },
    task_struct: {
      thread_info: 'struct thread_info',
      __state: 'unsigned int',
      stack: 'void *',
      flags: 'unsigned int',
      on_cpu: 'int',
      prio: 'int',
      tasks: 'struct list_head',
      exit_state: 'int',
      exit_code: 'int',
      pid: 'pid_t',
      tgid: 'pid_t',
      real_parent: 'struct task_struct *',
      parent: 'struct task_struct *',
      group_leader: 'struct task_struct *',
      start_time: 'u64',
      start_boottime: 'u64',
      comm: 'char[16]',
      files: 'struct files_struct *',
      nsproxy: 'struct nsproxy *',
      signal: 'struct signal_struct *',
    },
    signal_struct: { sigcnt: 'atomic_t', live: 'atomic_t', nr_threads: 'int', group_exit_code: 'int' },
    files_struct: {
      count: 'atomic_t',
      fdt: 'struct fdtable *',
      fdtab: 'struct fdtable',
      next_fd: 'unsigned int',
    },
    fdtable: {
      max_fds: 'unsigned int',
      fd: 'struct file **',
      close_on_exec: 'unsigned long *',
      open_fds: 'unsigned long *',
    },
    file: {
      f_mode: 'fmode_t',
      f_op: 'void *',
      private_data: 'void *',
      f_inode: 'struct inode *',
      f_flags: 'unsigned int',
      f_pos: 'loff_t',
      ...(fileReferences === 'f_ref' ? { f_ref: 'file_ref_t' } : { f_count: 'atomic_long_t' }),
    },
    inode: {
      i_mode: 'umode_t',
      i_flags: 'unsigned int',
      i_sb: 'struct super_block *',
      i_ino: 'unsigned long',
      i_rdev: 'dev_t',
      i_size: 'loff_t',
    },
    super_block: { s_list: 'struct list_head', s_dev: 'dev_t', s_magic: 'unsigned long' },
    socket: {
      state: 'socket_state',
      type: 'short',
      flags: 'unsigned long',
      file: 'struct file *',
      sk: 'struct sock *',
      ops: 'void *',
    },
    in6_addr: { 'in6_u (union)': { u6_addr8: '__u8[16]', u6_addr16: '__be16[8]', u6_addr32: '__be32[4]' } },
    sock_common: {
      '(union addresses)': {
        skc_addrpair: '__addrpair',
        '(struct)': { skc_daddr: '__be32', skc_rcv_saddr: '__be32' },
      },
      '(union hashes)': { skc_hash: 'unsigned int', skc_u16hashes: '__u16[2]' },
      '(union ports)': { skc_portpair: '__portpair', '(struct)': { skc_dport: '__be16', skc_num: '__u16' } },
      skc_family: 'unsigned short',
      skc_state: 'unsigned char',
      skc_bound_dev_if: 'int',
      skc_prot: 'void *',
      skc_net: 'possible_net_t',
      skc_v6_daddr: 'struct in6_addr',
      skc_v6_rcv_saddr: 'struct in6_addr',
      skc_cookie: 'atomic64_t',
      '(union flags)': { skc_flags: 'unsigned long', skc_listener: 'struct sock *' },
    },
    sock: {
      __sk_common: 'struct sock_common',
      sk_err: 'int',
      sk_socket: 'struct socket *',
      sk_protocol: 'u16',
      sk_type: 'u16',
      sk_sndbuf: 'int',
      sk_rcvbuf: 'int',
      sk_shutdown: 'u8',
    },
    inet_sock: { sk: 'struct sock', inet_saddr: '__be32', inet_sport: '__be16' },
    inet_connection_sock: { icsk_inet: 'struct inet_sock', icsk_rto: '__u32', icsk_retransmits: '__u8' },
    tcp_sock: {
      inet_conn: 'struct inet_connection_sock',
      max_window: 'u32',
      copied_seq: 'u32',
      write_seq: 'u32',
      rcv_nxt: 'u32',
      snd_nxt: 'u32',
      snd_una: 'u32',
      mss_cache: 'u32',
    },
    udp_sock: { inet: 'struct inet_sock', pending: 'int' },
    unix_sock: { sk: 'struct sock', addr: 'void *', peer: 'struct sock *' },
    ns_common: { stashed: 'void *', ops: 'void *', inum: 'unsigned int' },
    net: { ifindex: 'u32', ns: 'struct ns_common', net_cookie: 'u64' },
    nsproxy: { count: 'atomic_t', uts_ns: 'void *', net_ns: 'struct net *' },
    linux_binprm: { file: 'struct file *', argc: 'int', filename: 'const char *', interp: 'const char *' },
    pt_regs: {
      r15: 'unsigned long',
      r14: 'unsigned long',
      r13: 'unsigned long',
      r12: 'unsigned long',
      bp: 'unsigned long',
      bx: 'unsigned long',
      r11: 'unsigned long',
      r10: 'unsigned long',
      r9: 'unsigned long',
      r8: 'unsigned long',
      ax: 'unsigned long',
      cx: 'unsigned long',
      dx: 'unsigned long',
      si: 'unsigned long',
      di: 'unsigned long',
      orig_ax: 'unsigned long',
      ip: 'unsigned long',
      cs: 'unsigned long',
      flags: 'unsigned long',
      sp: 'unsigned long',
      ss: 'unsigned long',
    },
    trace_entry: {
      type: 'unsigned short',
      flags: 'unsigned char',
      preempt_count: 'unsigned char',
      pid: 'int',
    },
    trace_event_raw_sys_enter: {
      ent: 'struct trace_entry',
      id: 'long',
      args: 'unsigned long[6]',
      __data: 'char[0]',
    },
    trace_event_raw_sys_exit: { ent: 'struct trace_entry', id: 'long', ret: 'long', __data: 'char[0]' },
    trace_event_raw_inet_sock_set_state: {
      ent: 'struct trace_entry',
      skaddr: 'const void *',
      oldstate: 'int',
      newstate: 'int',
      sport: '__u16',
      dport: '__u16',
      family: '__u16',
      protocol: '__u16',
      saddr: '__u8[4]',
      daddr: '__u8[4]',
      saddr_v6: '__u8[16]',
      daddr_v6: '__u8[16]',
      __data: 'char[0]',
    },
    trace_event_raw_task_newtask: {
      ent: 'struct trace_entry',
      pid: 'pid_t',
      comm: 'char[16]',
      clone_flags: 'u64',
      oom_score_adj: 'short',
      __data: 'char[0]',
    },
    trace_event_raw_sched_process_fork: {
      ent: 'struct trace_entry',
      __data_loc_parent_comm: 'u32',
      parent_pid: 'pid_t',
      __data_loc_child_comm: 'u32',
      child_pid: 'pid_t',
      __data: 'char[0]',
    },
    trace_event_raw_sched_process_exec: {
      ent: 'struct trace_entry',
      __data_loc_filename: 'u32',
      pid: 'pid_t',
      old_pid: 'pid_t',
      __data: 'char[0]',
    },
    trace_event_raw_sched_process_exit: {
      ent: 'struct trace_entry',
      comm: 'char[16]',
      pid: 'pid_t',
      prio: 'int',
      group_dead: 'bool',
      __data: 'char[0]',
    },
  };
}

/** Arguments of the tracepoints, behind the `void *` that every `btf_trace_*` typedef begins with. */
export const TRACEPOINTS: Readonly<Record<string, readonly string[]>> = {
  sys_enter: ['struct pt_regs *', 'long'],
  sys_exit: ['struct pt_regs *', 'long'],
  inet_sock_set_state: ['const struct sock *', 'const int', 'const int'],
  task_newtask: ['struct task_struct *', 'u64'],
  sched_process_fork: ['struct task_struct *', 'struct task_struct *'],
  sched_process_exec: ['struct task_struct *', 'pid_t', 'struct linux_binprm *'],
  sched_process_exit: ['struct task_struct *', 'bool'],
};
