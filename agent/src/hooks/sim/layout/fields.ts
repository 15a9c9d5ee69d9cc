/** Offsets of the fields that the simulated kernel writes, looked up once a node. */
import type { KernelLayout } from './layout.ts';

export type KernelFields = ReturnType<typeof fieldsOf>;

/** Named `structure.field`; those of structures that lie inside a `struct sock` count from the sock's start. */
export function fieldsOf(layout: KernelLayout) {
  const at = (struct: string, path: string) => layout.offsetOf(struct, path);
  const fdtab = at('files_struct', 'fdtab');
  const references = layout.fileReferences === 'f_ref' ? 'f_ref.refcnt.counter' : 'f_count.counter';
  return {
    task: {
      bytes: layout.sizeOf('task_struct'),
      cpu: at('task_struct', 'thread_info.cpu'),
      stack: at('task_struct', 'stack'),
      exitCode: at('task_struct', 'exit_code'),
      pid: at('task_struct', 'pid'),
      tgid: at('task_struct', 'tgid'),
      realParent: at('task_struct', 'real_parent'),
      parent: at('task_struct', 'parent'),
      groupLeader: at('task_struct', 'group_leader'),
      startTime: at('task_struct', 'start_time'),
      startBootTime: at('task_struct', 'start_boottime'),
      comm: at('task_struct', 'comm'),
      files: at('task_struct', 'files'),
      nsproxy: at('task_struct', 'nsproxy'),
      signal: at('task_struct', 'signal'),
    },
    signal: {
      bytes: layout.sizeOf('signal_struct'),
      live: at('signal_struct', 'live.counter'),
      threads: at('signal_struct', 'nr_threads'),
      groupExitCode: at('signal_struct', 'group_exit_code'),
    },
    files: {
      bytes: layout.sizeOf('files_struct'),
      count: at('files_struct', 'count.counter'),
      table: at('files_struct', 'fdt'),
      tableStruct: fdtab,
      maxFds: fdtab + at('fdtable', 'max_fds'),
      descriptors: fdtab + at('fdtable', 'fd'),
    },
    file: {
      bytes: layout.sizeOf('file'),
      privateData: at('file', 'private_data'),
      inode: at('file', 'f_inode'),
      flags: at('file', 'f_flags'),
      position: at('file', 'f_pos'),
      references: at('file', references),
      /** What the field says for one reference: f_ref counts from 0, f_count from 1. */
      oneReference: layout.fileReferences === 'f_ref' ? 0 : 1,
    },
    inode: {
      bytes: layout.sizeOf('inode'),
      mode: at('inode', 'i_mode'),
      number: at('inode', 'i_ino'),
      superBlock: at('inode', 'i_sb'),
      size: at('inode', 'i_size'),
    },
    superBlock: { bytes: layout.sizeOf('super_block'), device: at('super_block', 's_dev') },
    socket: {
      bytes: layout.sizeOf('socket'),
      state: at('socket', 'state'),
      type: at('socket', 'type'),
      file: at('socket', 'file'),
      sock: at('socket', 'sk'),
    },
    sock: {
      family: at('sock', '__sk_common.skc_family'),
      state: at('sock', '__sk_common.skc_state'),
      remoteV4: at('sock', '__sk_common.skc_daddr'),
      localV4: at('sock', '__sk_common.skc_rcv_saddr'),
      remoteV6: at('sock', '__sk_common.skc_v6_daddr'),
      localV6: at('sock', '__sk_common.skc_v6_rcv_saddr'),
      remotePort: at('sock', '__sk_common.skc_dport'),
      localPort: at('sock', '__sk_common.skc_num'),
      net: at('sock', '__sk_common.skc_net.net'),
      flags: at('sock', '__sk_common.skc_flags'),
      error: at('sock', 'sk_err'),
      socket: at('sock', 'sk_socket'),
      protocol: at('sock', 'sk_protocol'),
      type: at('sock', 'sk_type'),
      shutdown: at('sock', 'sk_shutdown'),
    },
    tcp: {
      bytes: layout.sizeOf('tcp_sock'),
      copiedSeq: at('tcp_sock', 'copied_seq'),
      writeSeq: at('tcp_sock', 'write_seq'),
      receiveNext: at('tcp_sock', 'rcv_nxt'),
      sendNext: at('tcp_sock', 'snd_nxt'),
      sendUnacknowledged: at('tcp_sock', 'snd_una'),
      segmentBytes: at('tcp_sock', 'mss_cache'),
    },
    udp: { bytes: layout.sizeOf('udp_sock') },
    unix: { bytes: layout.sizeOf('unix_sock'), peer: at('unix_sock', 'peer') },
    net: { bytes: layout.sizeOf('net'), inode: at('net', 'ns.inum') },
    nsproxy: { bytes: layout.sizeOf('nsproxy'), net: at('nsproxy', 'net_ns') },
    binprm: { bytes: layout.sizeOf('linux_binprm'), fileName: at('linux_binprm', 'filename') },
    registers: {
      bytes: layout.sizeOf('pt_regs'),
      result: at('pt_regs', 'ax'),
      number: at('pt_regs', 'orig_ax'),
      /** Where x86-64 passes a system call's arguments: rdi, rsi, rdx, r10, r8, r9. */
      arguments: [
        at('pt_regs', 'di'),
        at('pt_regs', 'si'),
        at('pt_regs', 'dx'),
        at('pt_regs', 'r10'),
        at('pt_regs', 'r8'),
        at('pt_regs', 'r9'),
      ] as const,
    },
  };
}
