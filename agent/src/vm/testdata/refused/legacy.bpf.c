/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* A map defined as loaders did before BTF. */
#include "../bpf.h"

struct bpf_map_def {
	__u32 type, key_size, value_size, max_entries, flags;
};

struct bpf_map_def SEC("maps") counts = { 1, 4, 8, 16, 0 };

SEC("socket")
int program(void *ctx)
{
	__u32 key = 0;

	return map_lookup_elem(&counts, &key) != 0;
}
