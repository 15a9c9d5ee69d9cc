/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What user space decides before the programs load. It lies in .rodata, which the loader overwrites by name and then
 * freezes, so that the verifier knows the values and drops the code they rule out.
 */
#ifndef SONDE_CONSTANTS_H
#define SONDE_CONSTANTS_H

/* Most bytes of one call whose payload is copied. 0 at compile time: an object that cannot copy any. */
#ifndef PAYLOAD_MAX
#define PAYLOAD_MAX 65536
#endif

/* 1: kernel structures can be read (this kernel has BTF). 0: sockets are known by process and descriptor. */
const volatile __u32 has_btf = 1;

/* The agent's own process: never observed, or every record would make another. */
const volatile __u32 own_tgid = 0;

/* 1: the enter programs remember when each call began. Costs a map update and a lookup per call. */
const volatile __u32 enter_times = 0;

/* 1: AF_UNIX sockets are captured. */
const volatile __u32 capture_unix = 1;

/* Files, pipes and terminals. 0: none. 1: what is written to them, with the bytes of descriptors 1 and 2. 2: reads too. */
const volatile __u32 capture_files = 1;

/* Bytes of one call that are copied, <= PAYLOAD_MAX. */
const volatile __u32 payload_limit = PAYLOAD_MAX;

/* 1: skip_until is not asked, all payload is copied. */
const volatile __u32 ignore_skip = 0;

/*
 * The calls that are handled: name, name of its tracepoint, its number on x86-64. Others come through nr_NAME (-1 for
 * a call that the architecture lacks). The busiest come first: this is the order in which a number is looked up.
 */
#define FOR_EACH_CALL(CALL)                     \
	CALL(read, read, 0)                     \
	CALL(write, write, 1)                   \
	CALL(recvfrom, recvfrom, 45)            \
	CALL(sendto, sendto, 44)                \
	CALL(recvmsg, recvmsg, 47)              \
	CALL(sendmsg, sendmsg, 46)              \
	CALL(writev, writev, 20)                \
	CALL(readv, readv, 19)                  \
	CALL(close, close, 3)                   \
	CALL(accept4, accept4, 288)             \
	CALL(connect, connect, 42)              \
	CALL(fcntl, fcntl, 72)                  \
	CALL(recvmmsg, recvmmsg, 299)           \
	CALL(sendmmsg, sendmmsg, 307)           \
	CALL(sendfile, sendfile64, 40)          \
	CALL(splice, splice, 275)               \
	CALL(shutdown, shutdown, 48)            \
	CALL(accept, accept, 43)                \
	CALL(pread64, pread64, 17)              \
	CALL(pwrite64, pwrite64, 18)            \
	CALL(dup, dup, 32)                      \
	CALL(dup2, dup2, 33)                    \
	CALL(dup3, dup3, 292)                   \
	CALL(close_range, close_range, 436)

#define DECLARE_NUMBER(name, tracepoint, x86_64) const volatile __s32 nr_##name = x86_64;
FOR_EACH_CALL(DECLARE_NUMBER)

#define DECLARE_CALL(name, tracepoint, x86_64) CALL_##name,
enum call_name {
	CALL_none = 0,
	FOR_EACH_CALL(DECLARE_CALL)
};

/* A negative number is no call at all (a return from a signal handler), and that of a call the architecture lacks. */
static __always_inline enum call_name call_of(__s32 nr)
{
	if (nr < 0)
		return CALL_none;
#define COMPARE_NUMBER(name, tracepoint, x86_64) \
	if (nr == nr_##name)                     \
		return CALL_##name;
	FOR_EACH_CALL(COMPARE_NUMBER)
	return CALL_none;
}

#endif
