/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Functions that call each other, in .text and in program sections. */
#include "bpf.h"

struct record {
	int length;
} __attribute__((preserve_access_index));

static noinline int leaf(int x)
{
	asm volatile("" : "+r"(x));
	return x * 3;
}

static noinline int reads(struct record *record)
{
	int length = 0;

	probe_read_kernel(&length, sizeof(length), &record->length);
	return leaf(length);
}

noinline int shared(int x)
{
	asm volatile("" : "+r"(x));
	return leaf(x) + 1;
}

static int each(__u32 index, void *context)
{
	return leaf(index) == 12;
}

SEC("socket")
int first(void *ctx)
{
	return shared(1) + leaf(2) + shared(3);
}

SEC("socket")
int second(void *ctx)
{
	return reads(0) + shared(5);
}

SEC("socket")
noinline int third(void *ctx)
{
	asm volatile("" : "+r"(ctx));
	return leaf(7);
}

SEC("xdp")
int callback(void *ctx)
{
	loop(10, each, 0, 0);
	return 2;
}

/* The kernel refuses a call from one program to another's entry; the loader does not mind. */
SEC("tc")
int fourth(void *ctx)
{
	return third(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
