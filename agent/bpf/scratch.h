/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The work table of the system-call programs: one per CPU, because a record does not fit on a 512-byte stack.
 *
 * It also carries the arguments between functions: those that are verified on their own (global, from Linux 5.6) may
 * take only numbers in the kernels we support, and the verifier forgets what lies in a map, which keeps the number of
 * states it must follow small. On these hooks no task can take the CPU from another in the middle of a program, so one
 * is enough; programs that can run inside an interrupt (tcp_state.h) never touch it.
 */
#ifndef SONDE_SCRATCH_H
#define SONDE_SCRATCH_H

/* Payload of one record. Twice this and the heads must fit in the 32 KiB that a per-CPU value may have. */
#define CHUNK_BYTES 8192

/* The call at hand. */
struct call {
	__u64 pid_tgid;
	__u64 cgroup_id;
	__u64 enter_ns;
	__u64 exit_ns;
	__u64 arguments[6];
	__s64 result;
	__s32 nr;
	enum event_rung rung;
	__u32 offered;	/* records so far */
	__u32 later;	/* bytes that the call moved after those of the transfer at hand (a stream's sendmmsg, recvmmsg) */
};

/* What a descriptor of the call refers to. */
struct target {
	struct socket_id socket;
	__u64 file;	/* struct file */
	__u64 inode;	/* struct inode */
	__u64 inode_number;
	__s32 fd;
	__u32 mode;
	__u16 family;
	__u16 type;
	__u16 protocol;
	__u8 is_tcp;	/* positions are sequence numbers */
	__u8 is_file;
};

/* Bytes that the call moved through the target. */
struct transfer {
	__u64 base;	/* user address of the bytes; of the segments (struct iovec) if there are any */
	__u64 room;	/* bytes at base, if there are no segments */
	__u64 segment_count;
	__u64 address;	/* user address of a datagram's struct sockaddr, or 0 */
	enum direction direction;
	__u32 is_vector;/* base is an array of segments */
	__u32 bytes;
	__u32 position; /* of the first byte */
	enum event_flag flags; /* of every record */
	__u32 copy;	/* 1: payload is wanted */
	__u32 truncates;/* 1: received with MSG_TRUNC */
	__u32 unused;

	/* Progress of payload.h. Offsets are in bytes of the call. */
	__u64 segment_base; /* what is left of the segment at hand */
	__u64 segment_left;
	__u64 next_segment;
	__u32 skip_left;    /* bytes to pass over before the first one copied */
	__u32 copied;	    /* offset behind the last byte gathered */
	__u32 copy_end;	    /* offset at which copying ends */
	__u32 filled;	    /* bytes in the chunk at hand */
	__u32 fault;	    /* 1: a buffer could not be read */
	__u32 unused1;
};

struct scratch {
	struct call call;
	struct target target;
	struct transfer transfer;
	union {
		struct socket_event socket_event;
		struct descriptor_event descriptor_event;
	};
	union {
		struct registers registers;
		struct mmsghdr message;
	};
	/* Both heads end where the payload begins. */
	union {
		struct {
			__u8 before_data[8];
			struct data_event data;
		};
		struct {
			__u8 before_file[40];
			struct file_event file;
		};
	};
#if PAYLOAD_MAX > 0
	/* A copy starts below CHUNK_BYTES and is no longer than it; that it also ends there is more than a verifier sees. */
	__u8 payload[2 * CHUNK_BYTES];
#endif
};

_Static_assert(__builtin_offsetof(struct scratch, data) + sizeof(struct data_event) ==
		       __builtin_offsetof(struct scratch, file) + sizeof(struct file_event),
	       "both heads end where the payload begins");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

/* Never NULL, but only a check says so to the verifier. */
static __always_inline struct scratch *get_scratch(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&scratch, &zero);
}

#endif
