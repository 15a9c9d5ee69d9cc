/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Calls a kernel function by name. */
#include "../bpf.h"

extern void rcu_read_lock_here(void) SEC(".ksyms") __attribute__((weak));

SEC("socket")
int program(void *ctx)
{
	rcu_read_lock_here();
	return 0;
}
