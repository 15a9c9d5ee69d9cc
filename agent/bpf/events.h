/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What the eBPF programs write into the ring buffer and read from their maps.
 *
 * The one truth about the layout of a record: the programs include this file, and the decoder's offsets
 * (src/probes/layout.gen.ts) are generated from the BTF of the compiled object. All fields are little-endian (the
 * byte order of the target), naturally aligned, with padding spelled out so that no byte is left uninitialised.
 */
#ifndef SONDE_EVENTS_H
#define SONDE_EVENTS_H

enum event_kind {
	EVENT_DATA = 1,		/* bytes moved through a socket: struct data_event + payload */
	EVENT_SOCKET_OPEN = 2,	/* a socket was connected, accepted, or seen for the first time */
	EVENT_SOCKET_CLOSE = 3,	/* a descriptor of a socket was closed or shut down */
	EVENT_TCP_STATE = 4,	/* a known TCP socket changed its state */
	EVENT_DESCRIPTOR = 5,	/* dup, dup2, dup3, fcntl(F_DUPFD*) of a socket */
	EVENT_PROCESS_FORK = 6,
	EVENT_PROCESS_EXEC = 7,
	EVENT_PROCESS_EXIT = 8,
	EVENT_FILE = 9,		/* bytes written to or read from a file, pipe or terminal */
};

/* Which rung of the attach ladder wrote the record. */
enum event_rung {
	RUNG_BTF = 1,		/* tp_btf */
	RUNG_RAW = 2,		/* raw_tp */
	RUNG_TRACEPOINT = 3,	/* tracepoint */
};

enum event_flag {
	FLAG_TRUNCATED = 1 << 0,  /* the call moved more bytes than its records hold */
	FLAG_OPAQUE = 1 << 1,	  /* moved inside the kernel (sendfile, splice): a length, never a payload */
	FLAG_COMPAT = 1 << 2,	  /* a 32-bit task on a 64-bit kernel: arguments not read */
	FLAG_DATAGRAM = 1 << 3,	  /* the record is one whole datagram; `length` ends it */
	FLAG_COUNTED = 1 << 4,	  /* `position` counts bytes from first sight; it is no TCP sequence number */
	FLAG_CONTINUED = 1 << 5,  /* another record of the same call follows this one */
	FLAG_FAULT = 1 << 6,	  /* the user buffer could not be read: a length without a payload */
	FLAG_SKIPPED = 1 << 7,	  /* user space asked not to copy these bytes (map skip_until) */
	FLAG_END_OF_FILE = 1 << 8,/* a receive returned 0: the peer sends no more */
	FLAG_NO_PEER = 1 << 9,	  /* datagram whose peer address the caller did not ask for */
	FLAG_LAST_REFERENCE = 1 << 10, /* SOCKET_CLOSE: no other descriptor refers to the socket */
};

enum direction {
	DIRECTION_RECEIVE = 0,
	DIRECTION_SEND = 1,
};

/* Why a SOCKET_OPEN or SOCKET_CLOSE was written. */
enum socket_cause {
	CAUSE_FIRST_USE = 0,	/* existed before the programs were attached, or its opening was lost */
	CAUSE_CONNECT = 1,	/* connect() by this process: it is the client */
	CAUSE_ACCEPT = 2,	/* accept() by this process: it is the server */
	CAUSE_CLOSE = 3,	/* close, close_range, dup2/dup3 over it */
	CAUSE_SHUTDOWN_READ = 4,
	CAUSE_SHUTDOWN_WRITE = 5,
	CAUSE_SHUTDOWN_BOTH = 6,
};

struct event_head {
	__u8 kind;		/* enum event_kind */
	__u8 rung;		/* enum event_rung */
	__u16 flags;		/* enum event_flag */
	__u32 cpu;
	__u32 tgid;		/* process, in the initial pid namespace */
	__u32 tid;		/* thread, likewise */
	__u64 cgroup_id;	/* cgroup v2 id; 0 where there is none */
	__u64 enter_ns;		/* monotonic; 0 where no enter program ran */
	__u64 exit_ns;		/* monotonic */
	__s32 syscall_nr;	/* of this architecture; -1 outside a system call */
	__u32 reserved;		/* 0 */
};

/* An address. IPv4 stands in the first four bytes of addr; port is in host byte order. */
struct endpoint {
	__u8 addr[16];		/* network byte order; zero for AF_UNIX */
	__u16 family;		/* AF_INET, AF_INET6, AF_UNIX; 0 = unknown */
	__u16 port;
	__u32 reserved;		/* 0 */
};

/*
 * A socket: the address of its struct sock with the number of its socket inode as the generation. Both are 0 on rungs
 * without BTF; then (tgid, fd, counter) stands in: sock = tgid << 24 | fd, inode = count of opens seen.
 */
struct socket_id {
	__u64 sock;
	__u64 inode;
};

struct data_event {
	struct event_head head;
	struct socket_id socket;
	__s32 fd;
	__u8 direction;		/* enum direction */
	__u8 reserved0[3];	/* 0 */
	__u32 position;		/* of the first byte of this record: TCP sequence number, or FLAG_COUNTED */
	__u32 length;		/* bytes of the stream that this record stands for (>= captured) */
	__u32 captured;		/* bytes of payload that follow */
	__u32 call_bytes;	/* bytes that the whole call (for *mmsg: this datagram) moved */
	__u32 call_offset;	/* offset of this record's first byte in the call */
	__u32 reserved1;	/* 0 */
	struct endpoint peer;	/* datagrams: the other side; zero for streams */
	__u8 payload[];
};

struct socket_event {		/* EVENT_SOCKET_OPEN, EVENT_SOCKET_CLOSE */
	struct event_head head;
	struct socket_id socket;
	__u64 peer_sock;	/* AF_UNIX: struct sock of the other end, 0 if unknown */
	__s32 fd;
	__s32 error;		/* connect: 0, -EINPROGRESS, or the error */
	__u16 family;
	__u16 type;		/* SOCK_STREAM, SOCK_DGRAM, ... */
	__u16 protocol;		/* IPPROTO_* */
	__u8 cause;		/* enum socket_cause */
	__u8 tcp_state;		/* TCP_ESTABLISHED, ...; 0 for others */
	__u32 netns_inode;
	__u32 send_position;	/* TCP: of the next byte to be sent, before what the call at hand sent */
	__u32 receive_position;	/* TCP: of the next byte to be read, before what the call at hand read */
	__u32 reserved;		/* 0 */
	struct endpoint local;
	struct endpoint remote;
};

struct tcp_state_event {
	struct event_head head;	/* tgid and tid: the socket's last known user */
	struct socket_id socket;
	__u8 old_state;
	__u8 new_state;
	__u8 reserved[6];	/* 0 */
};

struct descriptor_event {
	struct event_head head;
	struct socket_id socket;
	__s32 old_fd;
	__s32 new_fd;
};

struct process_event {		/* EVENT_PROCESS_FORK, _EXEC, _EXIT */
	struct event_head head;	/* fork: the parent */
	__u64 start_ns;		/* the process's (fork: the child's) start, boot time; 0 where the rung cannot know */
	__u32 other_tgid;	/* fork: the child */
	__s32 exit_code;	/* exit: as wait() reports it */
	__u8 comm[16];
	__u8 path[128];		/* exec: the file, cut, zero-terminated */
};

struct file_event {
	struct event_head head;
	__u64 inode;
	__u32 device;
	__u32 mode;		/* st_mode: type and permissions */
	__s32 fd;
	__u8 direction;
	__u8 reserved0[3];	/* 0 */
	__u32 length;
	__u32 captured;		/* > 0 only where log capture chose the descriptor */
	__u32 call_bytes;
	__u32 call_offset;
	__u8 payload[];
};

/*
 * Counters of what the programs took, gave and dropped: a per-CPU array indexed by this enum. Each call that a
 * selected process makes and that the programs handle is counted once in CALLS_TAKEN and once in exactly one of the
 * other CALLS_*; each record once in RECORDS_OFFERED and once in RECORDS_WRITTEN or RECORDS_RING_FULL.
 */
enum counter {
	CALLS_TAKEN = 0,
	CALLS_REPORTED,		/* gave at least one record offer */
	CALLS_FAILED,		/* returned an error: nothing moved */
	CALLS_EMPTY,		/* moved nothing and said nothing (zero-length call, fcntl of another kind) */
	CALLS_PEEKED,		/* MSG_PEEK: the bytes come again */
	CALLS_NOT_CAPTURED,	/* a descriptor of a kind that is not captured (file, pipe, AF_NETLINK, ...) */
	CALLS_COMPAT,		/* 32-bit task */
	CALLS_UNREADABLE,	/* kernel or user structures could not be read (bad descriptor, bad pointer) */
	CALLS_LOST_CONTEXT,	/* tracepoint rung: no enter was seen for this exit */
	RECORDS_OFFERED,
	RECORDS_WRITTEN,
	RECORDS_RING_FULL,
	SOCKETS_FULL,		/* the socket table refused an entry */
	MESSAGES_OMITTED,	/* datagrams of one sendmmsg or recvmmsg beyond those that are read */
	PROCESSES_FULL,		/* allowed_tgids refused a child: it is not observed */
	COUNTERS,
};

/* Value of allowed_tgids and allowed_cgroups. */
enum allow_flag {
	ALLOW = 1 << 0,
	ALLOW_CHILDREN = 1 << 1,	/* what it forks is allowed too */
};

/* Key of skip_until: payload before the position is not copied (bodies that no parser reads). */
struct skip_key {
	struct socket_id socket;
	__u32 direction;
	__u32 reserved;		/* 0 */
};

#endif
