/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the programs use of the BPF interface: types, section and map macros, helper prototypes, CO-RE reads. Our own
 * small header, so that the committed object depends on this folder and the compiler and on nothing else.
 *
 * Helper numbers: include/uapi/linux/bpf.h (__BPF_FUNC_MAPPER). Every helper here is passive: it changes nothing but
 * the programs' own maps. All of them exist since Linux 5.8, the first with a ring buffer.
 */
#ifndef SONDE_HELPERS_H
#define SONDE_HELPERS_H

typedef unsigned char __u8;
typedef signed char __s8;
typedef unsigned short __u16;
typedef short __s16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;

#define SEC(name) __attribute__((section(name), used))
#define __always_inline inline __attribute__((always_inline))
#define __noinline __attribute__((noinline))
#define NULL ((void *)0)

/* Of a map's definition: libbpf's convention, a number as the length of an array type. */
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

enum map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_RINGBUF = 27,
};

enum update_flag {
	BPF_ANY = 0,
};

/* The reader polls by a timer: waking it at every record costs ten times the record itself. */
enum ring_flag {
	BPF_RB_NO_WAKEUP = 1,
};

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value, __u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static __u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static __u32 (*const bpf_get_smp_processor_id)(void) = (void *)8;
static __u64 (*const bpf_get_current_pid_tgid)(void) = (void *)14;
static long (*const bpf_get_current_comm)(void *destination, __u32 bytes) = (void *)16;
static __u64 (*const bpf_get_current_task)(void) = (void *)35;
static __u64 (*const bpf_get_current_cgroup_id)(void) = (void *)80;
static long (*const bpf_probe_read_user)(void *destination, __u32 bytes, const void *user) = (void *)112;
static long (*const bpf_probe_read_kernel)(void *destination, __u32 bytes, const void *kernel) = (void *)113;
static long (*const bpf_probe_read_kernel_str)(void *destination, __u32 bytes, const void *kernel) = (void *)115;
static long (*const bpf_ringbuf_output)(void *ring, void *record, __u64 bytes, __u64 flags) = (void *)130;

/*
 * Value of a field of a kernel structure, wherever this kernel keeps it; 0 if it cannot be read. A probe read instead
 * of a load through a BTF pointer, because it is what all rungs of the ladder can do.
 */
#define KERNEL(pointer, field)                                                                    \
	({                                                                                        \
		__typeof_unqual__((pointer)->field) field_value = {};                                       \
		bpf_probe_read_kernel(&field_value, sizeof(field_value),                          \
				      __builtin_preserve_access_index(&(pointer)->field));        \
		field_value;                                                                      \
	})

/* Kind 2 of bpf_core_relo_kind: 1 if this kernel's structure has the field. */
#define KERNEL_HAS(pointer, field) __builtin_preserve_field_info((pointer)->field, 2)

/* Hides from the compiler where a value came from, so that a bound checked afterwards stays in the code. */
#define OPAQUE_TO_COMPILER(variable) asm volatile("" : "+r"(variable))

#define BIG_ENDIAN_16(value) ((__u16)__builtin_bswap16(value))

#endif
