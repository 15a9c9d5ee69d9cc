/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * First rung: raw tracepoints with types. One pair of programs sees every system call, without tracefs.
 * A context is the tracepoint's arguments as an array of 64-bit words (include/trace/events).
 */
#ifndef SONDE_RUNG_BTF_H
#define SONDE_RUNG_BTF_H

SEC("tp_btf/sys_enter")
int btf_sys_enter(const __u64 *context)
{
	return any_call_enter(context[0], context[1], RUNG_BTF);
}

SEC("tp_btf/sys_exit")
int btf_sys_exit(const __u64 *context)
{
	return any_call_exit(context[0], context[1], RUNG_BTF);
}

SEC("tp_btf/inet_sock_set_state")
int btf_tcp_state(const __u64 *context)
{
	handle_tcp_state(context[0], context[1], context[2], RUNG_BTF);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int btf_fork(const __u64 *context)
{
	const struct task_struct *parent = (const void *)context[0];
	const struct task_struct *child = (const void *)context[1];
	__u32 tgid = KERNEL(child, tgid);

	if (tgid != (__u32)KERNEL(parent, tgid))
		handle_fork(tgid, KERNEL(child, start_boottime), RUNG_BTF);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int btf_exec(const __u64 *context)
{
	const struct linux_binprm *binary = (const void *)context[2];

	handle_exec(KERNEL(binary, filename), RUNG_BTF);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int btf_exit(const __u64 *context)
{
	handle_thread_exit(RUNG_BTF);
	return 0;
}

#endif
