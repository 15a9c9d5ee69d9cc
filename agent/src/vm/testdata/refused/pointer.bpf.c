/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A data section that holds the address of another. */
#include "../bpf.h"

int target = 1;
int *volatile pointer = &target;

SEC("socket")
int program(void *ctx)
{
	return *pointer;
}
