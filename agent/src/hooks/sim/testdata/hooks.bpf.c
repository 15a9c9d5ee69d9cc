/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What a program sees at the simulated kernel's hooks, copied into a ring as it is. Made like the objects of
 * src/vm/testdata, whose bpf.h it uses:
 *
 *   clang-19 -target bpf -mcpu=v3 -O2 -g -I../../../vm/testdata -fdebug-compilation-dir=. \
 *     -ffile-prefix-map=$PWD=. -c hooks.bpf.c -o hooks.bpf.o && llvm-strip-19 -g hooks.bpf.o
 */
#include "bpf.h"

static __u32 (*const get_smp_processor_id)(void) = (void *)8;
static __u64 (*const get_current_pid_tgid)(void) = (void *)14;
static long (*const get_current_comm)(void *to, __u32 bytes) = (void *)16;
static void *(*const get_current_task)(void) = (void *)35;
static __u64 (*const get_current_cgroup_id)(void) = (void *)80;
static long (*const probe_read_user)(void *to, __u32 bytes, const void *from) = (void *)112;
static long (*const probe_read_kernel_str)(void *to, __u32 bytes, const void *from) = (void *)115;
static long (*const ringbuf_output)(void *ring, void *data, __u64 bytes, __u64 flags) = (void *)130;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct pt_regs {
	unsigned long ax, di, si, dx, orig_ax;
};
struct nsproxy {
	struct net *net_ns;
};
struct net {
	struct {
		unsigned int inum;
	} ns;
};
struct task_struct {
	int pid;
	int tgid;
	char comm[16];
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct nsproxy *nsproxy;
	__u64 start_time;
};
struct linux_binprm {
	const char *filename;
};
#pragma clang attribute pop

struct {
	__uint(type, 27);
	__uint(max_entries, 65536);
} seen SEC(".maps");

enum where { ENTER = 1, EXIT, FORK, EXEC, WRITE };

struct sight {
	__u32 where;
	__u32 cpu;
	__u64 pid_tgid;
	__u64 cgroup_id;
	__u64 a, b, c, d;
	char text[32];
};

const volatile __u32 wanted_tgid = 0;

static long read(void *to, __u32 bytes, const void *from)
{
	return probe_read_kernel(to, bytes, from);
}

#define GET(from, field)                                            \
	({                                                          \
		typeof((from)->field) value = 0;                    \
		read(&value, sizeof(value), &(from)->field);        \
		value;                                              \
	})

static __attribute__((always_inline)) int begin(struct sight *s, __u32 where)
{
	s->where = where;
	s->cpu = get_smp_processor_id();
	s->pid_tgid = get_current_pid_tgid();
	s->cgroup_id = get_current_cgroup_id();
	return wanted_tgid == 0 || s->pid_tgid >> 32 == wanted_tgid;
}

static __attribute__((always_inline)) int end(struct sight *s)
{
	return ringbuf_output(&seen, s, sizeof(*s), 0);
}

SEC("tp_btf/sys_enter")
int on_enter(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];
	struct sight s = {};

	if (!begin(&s, ENTER))
		return 0;
	s.a = ctx[1];
	s.b = GET(regs, orig_ax);
	s.c = GET(regs, di);
	s.d = GET(regs, dx);
	return end(&s);
}

SEC("raw_tp/sys_exit")
int on_exit(__u64 *ctx)
{
	struct pt_regs *regs = (void *)ctx[0];
	struct sight s = {};

	if (!begin(&s, EXIT))
		return 0;
	s.a = ctx[1];
	s.b = GET(regs, orig_ax);
	s.c = GET(regs, di);
	s.d = GET(regs, ax);
	return end(&s);
}

SEC("tp_btf/sched_process_fork")
int on_fork(__u64 *ctx)
{
	struct task_struct *parent = (void *)ctx[0], *child = (void *)ctx[1];
	struct sight s = {};

	if (!begin(&s, FORK))
		return 0;
	s.a = GET(parent, tgid);
	s.b = GET(child, tgid);
	s.c = GET(GET(child, real_parent), pid);
	s.d = GET(GET(GET(child, nsproxy), net_ns), ns.inum);
	read(s.text, sizeof(child->comm), &child->comm);
	return end(&s);
}

SEC("tp_btf/sched_process_exec")
int on_exec(__u64 *ctx)
{
	struct task_struct *task = (void *)ctx[0];
	struct linux_binprm *binprm = (void *)ctx[2];
	struct sight s = {};

	if (!begin(&s, EXEC))
		return 0;
	s.a = GET(task, start_time);
	s.b = ctx[1];
	s.c = (__u64)get_current_task() == (__u64)task;
	s.d = GET(task, group_leader) == task;
	probe_read_kernel_str(s.text, sizeof(s.text), GET(binprm, filename));
	return end(&s);
}

struct enter_record {
	__u64 hidden;
	long nr;
	unsigned long args[6];
};

SEC("tracepoint/syscalls/sys_enter_write")
int on_write(struct enter_record *record)
{
	struct sight s = {};

	if (!begin(&s, WRITE))
		return 0;
	s.a = record->nr;
	s.b = record->args[0];
	s.c = record->args[2];
	s.d = probe_read_user(s.text, 8, (void *)record->args[1]);
	get_current_comm(s.text + 16, 16);
	return end(&s);
}

/* A fault on purpose: a store to an address that is nobody's. */
SEC("raw_tp/task_newtask")
int stray(__u64 *ctx)
{
	*(volatile __u64 *)ctx[1] = 1;
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
