/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the programs of all rungs begin and end with.
 */
#ifndef SONDE_RUNGS_H
#define SONDE_RUNGS_H

/* Begins a call of the current process in the scratch. @return NULL if it is not observed */
static __noinline struct scratch *begin_call(enum event_rung rung)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u64 cgroup_id = bpf_get_current_cgroup_id();
	struct scratch *s;

	if (!allowed_flags(pid_tgid, cgroup_id))
		return NULL;
	s = get_scratch();
	if (!s)
		return NULL;
	s->call.pid_tgid = pid_tgid;
	s->call.cgroup_id = cgroup_id;
	s->call.rung = rung;
	s->call.offered = 0;
	s->call.later = 0;
	s->call.enter_ns = 0;
	s->call.result = 0;
	s->call.exit_ns = bpf_ktime_get_ns();
	return s;
}

/* The record of a call that is handled at enter: there is no exit time yet, so both times are the enter's. */
static __always_inline void finish_enter(struct scratch *s, enum call_name name)
{
	s->call.enter_ns = s->call.exit_ns;
	book(handle_enter(s, name));
}

static __noinline void remember_call(const struct scratch *s, int with_arguments)
{
	struct in_flight flight = {};
	__u32 tid = s->call.pid_tgid;

	flight.enter_ns = s->call.exit_ns;
	flight.nr = s->call.nr;
	if (with_arguments)
		__builtin_memcpy(flight.arguments, s->call.arguments, sizeof(flight.arguments));
	/* A refused entry shows at exit: as enter_ns 0, or in CALLS_LOST_CONTEXT. */
	bpf_map_update_elem(&in_flight, &tid, &flight, BPF_ANY);
}

/* @return 0 if no enter of this call was seen */
static __noinline int recall_call(struct scratch *s, int with_arguments)
{
	__u32 tid = s->call.pid_tgid;
	const struct in_flight *flight = bpf_map_lookup_elem(&in_flight, &tid);

	if (!flight || flight->nr != s->call.nr)
		return 0;
	s->call.enter_ns = flight->enter_ns;
	if (with_arguments)
		__builtin_memcpy(s->call.arguments, flight->arguments, sizeof(flight->arguments));
	bpf_map_delete_elem(&in_flight, &tid);
	return 1;
}

/* sys_enter of the rungs that see every system call. `registers`: the task's pt_regs. */
static __always_inline int any_call_enter(__u64 registers, __s32 nr, enum event_rung rung)
{
	enum call_name name;
	struct scratch *s;

	/* Before the filter, because it costs a few comparisons, and nearly every call of the machine ends here. */
	if (!enter_times && nr != nr_close && nr != nr_close_range && nr != nr_dup2 && nr != nr_dup3)
		return 0;
	s = begin_call(rung);
	if (!s)
		return 0;
	name = call_of(nr);
	if (name == CALL_none)
		return 0;
	if (bpf_probe_read_kernel(&s->registers, sizeof(s->registers), (const void *)registers))
		return 0;
	/* The numbers of a 32-bit task are others; its calls are booked at exit. */
	if (is_compat((const void *)bpf_get_current_task(), &s->registers))
		return 0;
	s->call.nr = nr;
	REGISTERS_ARGUMENTS(&s->registers, s->call.arguments);
	if (enter_times)
		remember_call(s, 0);
	if (is_handled_at_enter(name))
		finish_enter(s, name);
	return 0;
}

/* sys_exit of the rungs that see every system call. */
static __always_inline int any_call_exit(__u64 registers, __s64 result, enum event_rung rung)
{
	struct scratch *s = begin_call(rung);
	enum call_name name;

	if (!s || bpf_probe_read_kernel(&s->registers, sizeof(s->registers), (const void *)registers))
		return 0;
	if (is_compat((const void *)bpf_get_current_task(), &s->registers)) {
		book(CALLS_COMPAT);
		return 0;
	}
	s->call.nr = REGISTERS_NR(&s->registers);
	name = call_of(s->call.nr);
	if (name == CALL_none)
		return 0;
	s->call.result = result;
	REGISTERS_ARGUMENTS(&s->registers, s->call.arguments);
	if (enter_times)
		recall_call(s, 0);
	book(handle_exit(s, name));
	return 0;
}

/* One call's own enter tracepoint. */
static __always_inline int one_call_enter(const struct trace_sys_enter *record, enum call_name name)
{
	struct scratch *s = begin_call(RUNG_TRACEPOINT);

	if (!s)
		return 0;
	s->call.nr = record->nr;
	s->call.arguments[0] = record->arguments[0];
	s->call.arguments[1] = record->arguments[1];
	s->call.arguments[2] = record->arguments[2];
	s->call.arguments[3] = record->arguments[3];
	s->call.arguments[4] = record->arguments[4];
	s->call.arguments[5] = record->arguments[5];
	if (name != CALL_close && name != CALL_close_range)
		remember_call(s, 1);
	if (is_handled_at_enter(name))
		finish_enter(s, name);
	return 0;
}

/* One call's own exit tracepoint: it has no arguments, so the enter must have been seen. */
static __always_inline int one_call_exit(const struct trace_sys_exit *record, enum call_name name)
{
	struct scratch *s = begin_call(RUNG_TRACEPOINT);

	if (!s)
		return 0;
	s->call.nr = record->nr;
	s->call.result = record->result;
	book(recall_call(s, 1) ? handle_exit(s, name) : CALLS_LOST_CONTEXT);
	return 0;
}

#endif
