/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/* Compiled without -g: nothing says what the map is. */
#include "../bpf.h"

struct {
	__uint(type, 2);
} array SEC(".maps");
