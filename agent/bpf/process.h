/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Processes that begin, change their program, and end; and who of them is observed next.
 */
#ifndef SONDE_PROCESS_H
#define SONDE_PROCESS_H

/* Begins a record about the current process. @return enum allow_flag of the process; 0: say nothing */
static __noinline __u32 begin_process_event(struct process_event *event, enum event_kind kind, enum event_rung rung)
{
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u64 cgroup_id = bpf_get_current_cgroup_id();
	__u32 flags = allowed_flags(pid_tgid, cgroup_id);

	if (!flags)
		return 0;
	__builtin_memset(event, 0, sizeof(*event));
	event->head.kind = kind;
	event->head.rung = rung;
	event->head.cpu = bpf_get_smp_processor_id();
	event->head.tgid = pid_tgid >> 32;
	event->head.tid = pid_tgid;
	event->head.cgroup_id = cgroup_id;
	event->head.exit_ns = bpf_ktime_get_ns();
	event->head.syscall_nr = -1;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	return flags;
}

static __always_inline __u64 process_start_ns(const struct task_struct *task)
{
	const struct task_struct *leader = KERNEL(task, group_leader);

	return KERNEL(leader, start_boottime);
}

/* `child`: its tgid. `start_ns`: when it began, 0 if the rung cannot know. */
static __always_inline void handle_fork(__u32 child, __u64 start_ns, enum event_rung rung)
{
	struct process_event event;
	__u32 flags = begin_process_event(&event, EVENT_PROCESS_FORK, rung);
	__u32 tgid = event.head.tgid;

	if (!flags)
		return;
	/* A child of an allowed cgroup is in that cgroup; only what was allowed by its number must be handed on. */
	if ((flags & ALLOW_CHILDREN) && bpf_map_lookup_elem(&allowed_tgids, &tgid) &&
	    bpf_map_update_elem(&allowed_tgids, &child, &flags, BPF_ANY))
		count(PROCESSES_FULL, 1);
	event.other_tgid = child;
	event.start_ns = start_ns;
	offer(&event, sizeof(event));
}

/* `path`: kernel address of the file's name, or NULL. */
static __always_inline void handle_exec(const char *path, enum event_rung rung)
{
	struct process_event event;

	if (!begin_process_event(&event, EVENT_PROCESS_EXEC, rung))
		return;
	if (has_btf)
		event.start_ns = process_start_ns((const void *)bpf_get_current_task());
	if (path)
		bpf_probe_read_kernel_str(event.path, sizeof(event.path), path);
	offer(&event, sizeof(event));
}

/*
 * A thread ends. Without BTF nobody says whether others of its process go on: then the process is taken to end with
 * its first thread.
 */
static __always_inline void handle_thread_exit(enum event_rung rung)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u32 tgid = pid_tgid >> 32, tid = pid_tgid;
	const struct signal_struct *signal;
	struct process_event event;

	if (!begin_process_event(&event, EVENT_PROCESS_EXIT, rung))
		return;
	/* exit and exit_group do not return, so nothing else would take the call off the table. */
	bpf_map_delete_elem(&in_flight, &tid);
	if (has_btf) {
		signal = KERNEL(task, signal);
		if (KERNEL(signal, live.counter) != 0)
			return;
		event.start_ns = process_start_ns(task);
		event.exit_code = KERNEL(task, exit_code);
	} else if (tgid != tid) {
		return;
	}
	bpf_map_delete_elem(&allowed_tgids, &tgid);
	offer(&event, sizeof(event));
}

#endif
