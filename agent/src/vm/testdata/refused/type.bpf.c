/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A map of a type that no machine here has (STACK_TRACE). */
#include "../bpf.h"

struct {
	__uint(type, 7);
	__uint(max_entries, 2);
	__uint(key_size, 4);
	__uint(value_size, 8);
} stacks SEC(".maps");
