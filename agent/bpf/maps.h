/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The maps: what user space tells the programs, what they tell user space, what they remember. Hashes are allocated in
 * full when they are made (no BPF_F_NO_PREALLOC): until Linux 6.1 it was not safe to allocate from these hooks. About
 * 20 MiB a kernel, the ring apart.
 */
#ifndef SONDE_MAPS_H
#define SONDE_MAPS_H

/* Records of events.h. The loader may set another size (a power of two, at least one page). */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 * 1024 * 1024);
} events SEC(".maps");

/* Processes that are observed: tgid -> enum allow_flag. An entry without ALLOW keeps a process out of its cgroup's. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, enum allow_flag);
} allowed_tgids SEC(".maps");

/* Control groups (v2 id) whose processes are observed. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, enum allow_flag);
} allowed_cgroups SEC(".maps");

/* By enum counter. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32); /* enum counter */
	__type(value, __u64);
} counters SEC(".maps");

/* Payload that no parser will read: position in the stream before which bytes are not copied. Written by user space. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, struct skip_key);
	__type(value, __u32);
} skip_until SEC(".maps");

/* What is remembered of a socket. */
struct socket_state {
	__u64 inode;	/* the generation: another number means another socket at the same address */
	__u64 cgroup_id;/* last user */
	__u32 tgid;	/* last user */
	__u32 tid;	/* last user */
	__u32 sent;	/* bytes since first sight, of sockets without sequence numbers */
	__u32 received; /* likewise */
	__u16 family;
	__u16 type;
	__u16 protocol;
	__u8 announced; /* the ring took its EVENT_SOCKET_OPEN */
	__u8 released;	/* its last descriptor was closed */
};

/* Key: address of struct sock; without BTF see socket_key(). */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct socket_state);
} sockets SEC(".maps");

/* A descriptor that a call has shown to be a socket; only where kernel structures cannot be read. */
struct descriptor {
	struct socket_id socket;
	__u32 opens; /* sockets seen under this number; kept over close, for it makes the generation */
	__u16 family;
	__u16 type;
	__u32 open;
	__u32 unused;
};

/* Key: tgid << 24 | fd. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct descriptor);
} descriptors SEC(".maps");

/* A call between enter and exit. */
struct in_flight {
	__u64 enter_ns;
	__u64 arguments[6]; /* tracepoint rung only */
	__s32 nr;
	__u32 unused;
};

/* Key: tid. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, struct in_flight);
} in_flight SEC(".maps");

#endif
