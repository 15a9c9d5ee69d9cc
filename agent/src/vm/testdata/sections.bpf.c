/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* One program for each kind of section. */
#include "bpf.h"

#define PROGRAM(name, section) \
	SEC(section) int name(void *ctx) { return 0; }

PROGRAM(a_tp_btf, "tp_btf/sys_exit")
PROGRAM(b_raw_tp, "raw_tp/sys_exit")
PROGRAM(c_raw_tracepoint, "raw_tracepoint/sys_enter")
PROGRAM(d_tracepoint, "tracepoint/syscalls/sys_enter_read")
PROGRAM(e_tp, "tp/sched/sched_process_exit")
PROGRAM(f_kprobe, "kprobe/tcp_sendmsg")
PROGRAM(g_kretprobe, "kretprobe/tcp_sendmsg")
PROGRAM(h_socket, "socket")
PROGRAM(i_xdp, "xdp")
PROGRAM(j_tc, "tc")
PROGRAM(k_classifier, "classifier/ingress")
PROGRAM(l_same, "tp_btf/sys_exit")

char LICENSE[] SEC("license") = "GPL";
