/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What an architecture decides: the registers of a system call, and how a 32-bit task shows.
 *
 * The layout of pt_regs is user ABI (ptrace, core files), so it is read in one piece and not relocated. At sys_exit it
 * still holds the arguments; the result comes as the tracepoint's own argument.
 */
#ifndef SONDE_REGISTERS_H
#define SONDE_REGISTERS_H

#if defined(TARGET_ARCH_arm64)

struct registers {
	__u64 regs[31];
	__u64 sp;
	__u64 pc;
	__u64 pstate;
	__u64 orig_x0;
	__s32 syscallno;
	__u32 unused;
};

#define REGISTERS_NR(r) ((r)->syscallno)
#define REGISTERS_ARGUMENTS(r, to)            \
	({                                    \
		(to)[0] = (r)->orig_x0;       \
		(to)[1] = (r)->regs[1];       \
		(to)[2] = (r)->regs[2];       \
		(to)[3] = (r)->regs[3];       \
		(to)[4] = (r)->regs[4];       \
		(to)[5] = (r)->regs[5];       \
	})

#define TIF_32BIT 22
#define PSTATE_MODE_32BIT 0x10

static __always_inline int is_compat(const struct task_struct *task, const struct registers *registers)
{
	if (has_btf)
		return (KERNEL(task, thread_info.flags) >> TIF_32BIT) & 1;
	return (registers->pstate & PSTATE_MODE_32BIT) != 0;
}

#else /* x86-64 */

struct registers {
	__u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};

#define REGISTERS_NR(r) ((__s32)(r)->orig_ax)
#define REGISTERS_ARGUMENTS(r, to)      \
	({                              \
		(to)[0] = (r)->di;      \
		(to)[1] = (r)->si;      \
		(to)[2] = (r)->dx;      \
		(to)[3] = (r)->r10;     \
		(to)[4] = (r)->r8;      \
		(to)[5] = (r)->r9;      \
	})

#define TS_COMPAT 2
#define USER32_CS 0x23

/* Without BTF only the code segment is left to ask: it misses a 64-bit task that enters by int 0x80. */
static __always_inline int is_compat(const struct task_struct *task, const struct registers *registers)
{
	if (has_btf)
		return (KERNEL(task, thread_info.status) & TS_COMPAT) != 0;
	return (registers->cs & 0xffff) == USER32_CS;
}

#endif

#endif
