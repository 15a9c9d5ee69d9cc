/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Second rung: raw tracepoints without types, for kernels whose BTF cannot be used for attaching. The contexts are
 * those of the first rung, but an address in them is only a number.
 */
#ifndef SONDE_RUNG_RAW_H
#define SONDE_RUNG_RAW_H

SEC("raw_tp/sys_enter")
int raw_sys_enter(const __u64 *context)
{
	return any_call_enter(context[0], context[1], RUNG_RAW);
}

SEC("raw_tp/sys_exit")
int raw_sys_exit(const __u64 *context)
{
	return any_call_exit(context[0], context[1], RUNG_RAW);
}

SEC("raw_tp/inet_sock_set_state")
int raw_tcp_state(const __u64 *context)
{
	handle_tcp_state(context[0], context[1], context[2], RUNG_RAW);
	return 0;
}

/* Without BTF a child cannot be told from a new thread, nor its number read: then fork is not reported. */
SEC("raw_tp/sched_process_fork")
int raw_fork(const __u64 *context)
{
	const struct task_struct *parent = (const void *)context[0];
	const struct task_struct *child = (const void *)context[1];
	__u32 tgid;

	if (!has_btf)
		return 0;
	tgid = KERNEL(child, tgid);
	if (tgid != (__u32)KERNEL(parent, tgid))
		handle_fork(tgid, KERNEL(child, start_boottime), RUNG_RAW);
	return 0;
}

SEC("raw_tp/sched_process_exec")
int raw_exec(const __u64 *context)
{
	const struct linux_binprm *binary = (const void *)context[2];

	handle_exec(has_btf ? KERNEL(binary, filename) : NULL, RUNG_RAW);
	return 0;
}

SEC("raw_tp/sched_process_exit")
int raw_exit(const __u64 *context)
{
	handle_thread_exit(RUNG_RAW);
	return 0;
}

#endif
