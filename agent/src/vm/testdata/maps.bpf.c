/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Maps of every kind, data sections, and references to both. */
#include "bpf.h"

struct key {
	__u32 pid;
	__u16 port;
};

struct {
	__uint(type, 1); /* HASH */
	__uint(max_entries, 1024);
	__uint(map_flags, 1); /* BPF_F_NO_PREALLOC */
	__type(key, struct key);
	__type(value, __u64);
} by_key SEC(".maps");

struct {
	__uint(type, 27); /* RINGBUF */
	__uint(max_entries, 1 << 16);
} events SEC(".maps");

struct {
	__uint(type, 6); /* PERCPU_ARRAY */
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__uint(value_size, 24);
} scratch SEC(".maps");

struct {
	__uint(type, 9); /* LRU_HASH */
	__uint(max_entries, 8);
	__uint(key_size, 8);
	__type(key, __u64);
	__type(value, struct key);
} recent SEC(".maps");

enum mode { MODE_OFF = -1, MODE_ON = 1 };

const volatile __u32 limit = 4096;
const volatile __s32 balance = -5;
const volatile __u64 cookie = 0x1122334455667788;
const volatile __u8 small = 7;
const volatile _Bool enabled = 1;
const volatile enum mode mode = MODE_ON;
const volatile struct key fixed = { 1, 2 };
const volatile __u32 other SEC(".rodata.other") = 99;
__u32 hits = 3;
__u64 total;
static volatile __u32 hidden;
static const volatile __u32 answer = 42;

SEC("socket")
int lookups(void *ctx)
{
	struct key key = { 1, 2 };
	__u64 *value = map_lookup_elem(&by_key, &key);
	__u32 first = 0;

	if (map_lookup_elem(&scratch, &first) && value)
		return *value;
	return map_lookup_elem(&recent, &key) == 0;
}

SEC("socket")
int variables(void *ctx)
{
	hits += limit;
	total++;
	hidden++;
	return answer + balance + small + enabled + mode + cookie + fixed.port + other;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
