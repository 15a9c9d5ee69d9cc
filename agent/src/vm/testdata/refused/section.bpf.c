/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A program of a kind that is not known. */
#include "../bpf.h"

SEC("lsm/file_open")
int program(void *ctx)
{
	return 0;
}
