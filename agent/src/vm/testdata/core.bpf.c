/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Every kind of CO-RE relocation. The programs only mention types, so that any kernel (or a made-up one) can be
 * relocated against; each stores its answers in one array.
 */
#include "bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

enum state { STATE_NONE = 0, STATE_OPEN = 1, STATE_LOST = -7 };
enum wide { WIDE_BIG = 0x100000000ULL, WIDE_BIGGER = 0x1ffffffffULL };

struct inner {
	int first;
	__u8 tail[4];
};

typedef struct {
	int counter;
} counted_t;

struct item {
	__u64 id;
	struct item *next;
	enum state state;
	short numbers[6];
	struct inner pair[2];
	union {
		__u32 ipv4;
		struct {
			__u8 ipv6[16];
			__u16 port;
		};
	};
	unsigned int low : 3;
	unsigned int middle : 13;
	int negative : 9;
	__u64 far : 33;
	counted_t references;
	char open_end[];
};

/* The same type as an older kernel had it. */
struct item___old {
	__u32 gone_id;
	struct item___old *next;
};

struct absent {
	int nothing;
};

typedef int (*callback_t)(struct item *item, long flags);

struct user_pt_regs {
	__u64 regs[31];
};

struct pt_regs___x86 {
	__u64 orig_ax;
};

#pragma clang attribute pop

__u64 answers[64];

#define ANSWER(n, value) answers[n] = (value)

SEC("socket")
int fields(void *ctx)
{
	struct item *item = 0;

	ANSWER(0, field_offset(item->id));
	ANSWER(1, field_offset(item->state));
	ANSWER(2, field_offset(item->numbers[2]));
	ANSWER(3, field_offset(item->pair[1].tail[2]));
	ANSWER(4, field_offset(item->ipv4));
	ANSWER(5, field_offset(item->port));
	ANSWER(6, field_offset(item->references.counter));
	ANSWER(7, field_offset(item->open_end[5]));
	ANSWER(8, field_size(item->next));
	ANSWER(9, field_size(item->numbers));
	ANSWER(10, field_size(item->state));
	ANSWER(11, field_size(item->pair[0]));
	ANSWER(12, field_exists(item->ipv6));
	ANSWER(13, field_signed(item->pair[0].first));
	ANSWER(14, field_signed(item->id));
	ANSWER(15, field_signed(item->references.counter));
	ANSWER(16, field_offset(item[3].id));
	return 0;
}

SEC("socket")
int bit_fields(void *ctx)
{
	struct item *item = 0;

#define BITS(n, field)                       \
	ANSWER(n, field_offset(item->field));    \
	ANSWER(n + 1, field_size(item->field));  \
	ANSWER(n + 2, field_signed(item->field)); \
	ANSWER(n + 3, field_lshift(item->field)); \
	ANSWER(n + 4, field_rshift(item->field))

	BITS(0, low);
	BITS(5, middle);
	BITS(10, negative);
	BITS(15, far);
	BITS(20, state);
	return 0;
}

SEC("socket")
int types(void *ctx)
{
	ANSWER(0, type_id_local(struct item));
	ANSWER(1, type_id_kernel(struct item));
	ANSWER(2, type_exists(struct item));
	ANSWER(3, type_exists(struct absent));
	ANSWER(4, type_size(struct item));
	ANSWER(5, type_size(struct absent));
	ANSWER(6, type_matches(struct inner));
	ANSWER(7, type_matches(struct item));
	ANSWER(8, type_exists(counted_t));
	ANSWER(9, type_exists(callback_t));
	ANSWER(10, type_matches(callback_t));
	ANSWER(11, type_exists(enum state));
	ANSWER(12, type_matches(enum state));
	ANSWER(13, type_id_kernel(struct absent));
	return 0;
}

SEC("socket")
int enumerators(void *ctx)
{
	ANSWER(0, enum_value_exists(enum state, STATE_OPEN));
	ANSWER(1, enum_value(enum state, STATE_OPEN));
	ANSWER(2, enum_value(enum state, STATE_LOST));
	ANSWER(3, enum_value_exists(enum wide, WIDE_BIGGER));
	ANSWER(4, enum_value(enum wide, WIDE_BIG));
	return 0;
}

SEC("socket")
int missing(void *ctx)
{
	struct item___old *old = 0;
	struct absent *absent = 0;

	ANSWER(0, field_exists(old->gone_id));
	ANSWER(1, field_offset(old->gone_id));
	ANSWER(2, field_offset(old->next));
	ANSWER(3, field_exists(absent->nothing));
	ANSWER(4, field_size(absent->nothing));
	return 0;
}

/* Loads through the context are never run: they show how direct accesses change. */
SEC("tp_btf/sys_enter")
int direct(__u64 *ctx)
{
	struct item *item = (struct item *)ctx[0];

	item->id = 1;
	return item->state + item->numbers[3] + item->pair[1].first + item->port + (int)(long)item->next;
}

SEC("tp_btf/sys_exit")
int registers(__u64 *ctx)
{
	struct user_pt_regs *arm = (struct user_pt_regs *)ctx[0];
	struct pt_regs___x86 *x86 = (struct pt_regs___x86 *)ctx[0];

	return arm->regs[2] + x86->orig_ax + field_exists(x86->orig_ax);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
