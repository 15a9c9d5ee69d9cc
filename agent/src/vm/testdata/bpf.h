/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The little that the objects of this folder need from a BPF library. Each .o is made from the .c beside it by
 *
 *   clang-19 -target bpf -mcpu=v3 -O2 -g -fdebug-compilation-dir=. -ffile-prefix-map=$PWD=. -c x.bpf.c -o x.bpf.o
 *   llvm-strip-19 -g x.bpf.o
 *
 * refused/nobtf.bpf.o is made without -g.
 */
#ifndef TESTDATA_BPF_H
#define TESTDATA_BPF_H

typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef int __s32;
typedef unsigned long long __u64;
typedef long long __s64;

#define SEC(name) __attribute__((section(name), used))
#define noinline __attribute__((noinline))
#define __uint(name, value) int(*name)[value]
#define __type(name, value) typeof(value) *name

static void *(*const map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const probe_read_kernel)(void *to, __u32 bytes, const void *from) = (void *)113;
static long (*const loop)(__u32 count, void *callback, void *context, __u64 flags) = (void *)181;

/* The second argument of each built-in is enum bpf_field_info_kind, bpf_type_id_kind and so on of clang. */
#define field_offset(field) __builtin_preserve_field_info(field, 0)
#define field_size(field) __builtin_preserve_field_info(field, 1)
#define field_exists(field) __builtin_preserve_field_info(field, 2)
#define field_signed(field) __builtin_preserve_field_info(field, 3)
#define field_lshift(field) __builtin_preserve_field_info(field, 4)
#define field_rshift(field) __builtin_preserve_field_info(field, 5)
#define type_id_local(type) __builtin_btf_type_id(*(typeof(type) *)0, 0)
#define type_id_kernel(type) __builtin_btf_type_id(*(typeof(type) *)0, 1)
#define type_exists(type) __builtin_preserve_type_info(*(typeof(type) *)0, 0)
#define type_size(type) __builtin_preserve_type_info(*(typeof(type) *)0, 1)
#define type_matches(type) __builtin_preserve_type_info(*(typeof(type) *)0, 2)
#define enum_value_exists(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 0)
#define enum_value(type, value) __builtin_preserve_enum_value(*(typeof(type) *)value, 1)

#endif
