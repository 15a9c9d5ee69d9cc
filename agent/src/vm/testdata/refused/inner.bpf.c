/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* An array of programs with initial contents. */
#include "../bpf.h"

SEC("socket")
int program(void *ctx)
{
	return 0;
}

struct {
	__uint(type, 3); /* PROG_ARRAY */
	__uint(max_entries, 2);
	__uint(key_size, 4);
	int (*values[])(void *);
} jumps SEC(".maps") = { .values = { [1] = program } };
