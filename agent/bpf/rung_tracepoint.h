/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Third rung: a program for each call's own tracepoints. The dearest, and the one that works wherever tracefs does.
 * The records are user ABI. 32-bit tasks never fire these tracepoints.
 */
#ifndef SONDE_RUNG_TRACEPOINT_H
#define SONDE_RUNG_TRACEPOINT_H

#define ENTER(name, tracepoint)                                        \
	SEC("tracepoint/syscalls/sys_enter_" #tracepoint)              \
	int tp_enter_##name(const struct trace_sys_enter *record)      \
	{                                                              \
		return one_call_enter(record, CALL_##name);            \
	}

#define EXIT(name, tracepoint)                                         \
	SEC("tracepoint/syscalls/sys_exit_" #tracepoint)               \
	int tp_exit_##name(const struct trace_sys_exit *record)        \
	{                                                              \
		return one_call_exit(record, CALL_##name);             \
	}

#define BOTH(name, tracepoint)  \
	ENTER(name, tracepoint) \
	EXIT(name, tracepoint)

BOTH(read, read)
BOTH(write, write)
BOTH(readv, readv)
BOTH(writev, writev)
BOTH(pread64, pread64)
BOTH(pwrite64, pwrite64)
BOTH(sendto, sendto)
BOTH(recvfrom, recvfrom)
BOTH(sendmsg, sendmsg)
BOTH(recvmsg, recvmsg)
BOTH(sendmmsg, sendmmsg)
BOTH(recvmmsg, recvmmsg)
BOTH(sendfile, sendfile64)
BOTH(splice, splice)
BOTH(connect, connect)
BOTH(accept, accept)
BOTH(accept4, accept4)
BOTH(shutdown, shutdown)
BOTH(dup, dup)
BOTH(dup2, dup2)
BOTH(dup3, dup3)
BOTH(fcntl, fcntl)

/* Booked at enter: at exit the socket is gone. */
ENTER(close, close)
ENTER(close_range, close_range)

SEC("tracepoint/sock/inet_sock_set_state")
int tp_tcp_state(const struct trace_inet_sock_set_state *record)
{
	handle_tcp_state(record->sock, record->old_state, record->new_state, RUNG_TRACEPOINT);
	return 0;
}

SEC("tracepoint/task/task_newtask")
int tp_fork(const struct trace_task_newtask *record)
{
	if (!(record->clone_flags & CLONE_THREAD))
		handle_fork(record->pid, 0, RUNG_TRACEPOINT);
	return 0;
}

SEC("tracepoint/sched/sched_process_exec")
int tp_exec(const struct trace_sched_process_exec *record)
{
	handle_exec((const char *)record + (record->filename & 0xffff), RUNG_TRACEPOINT);
	return 0;
}

SEC("tracepoint/sched/sched_process_exit")
int tp_exit(const void *record)
{
	handle_thread_exit(RUNG_TRACEPOINT);
	return 0;
}

#endif
