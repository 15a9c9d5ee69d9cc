/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The structures of the kernel and of its user interface that the programs read, with only the fields they read.
 *
 * Everything in the first part is relocated (CO-RE): the order and the offsets here mean nothing, the names and the
 * nesting are the kernel's (Linux 5.8 to 6.18). A field that some kernels lack is read only after KERNEL_HAS().
 */
#ifndef SONDE_KERNEL_H
#define SONDE_KERNEL_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	__s64 counter;
} atomic64_t;

typedef struct {
	atomic64_t refcnt;
} file_ref_t;

struct super_block {
	__u32 s_dev;
};

struct inode {
	__u16 i_mode;
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct file {
	struct inode *f_inode;
	void *private_data;
	atomic64_t f_count; /* until 6.12: references */
	file_ref_t f_ref;   /* from 6.13: references - 1 */
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct signal_struct {
	atomic_t live; /* threads that have not begun to exit */
};

struct thread_info {
	unsigned long flags;
	__u32 status; /* x86 */
};

struct task_struct {
	struct thread_info thread_info;
	int tgid;
	int pid;
	int exit_code;
	struct task_struct *group_leader;
	__u64 start_boottime;
	struct files_struct *files;
	struct signal_struct *signal;
};

struct linux_binprm {
	const char *filename;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct in6_addr {
	union {
		__u8 u6_addr8[16];
	} in6_u;
};

struct sock_common {
	union {
		struct {
			__u32 skc_daddr;     /* network byte order */
			__u32 skc_rcv_saddr; /* network byte order */
		};
	};
	union {
		struct {
			__u16 skc_dport; /* network byte order */
			__u16 skc_num;	 /* host byte order */
		};
	};
	unsigned short skc_family;
	unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
	union {
		unsigned long skc_flags; /* bits: enum sock_flags */
	};
};

struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket; /* NULL once no descriptor is left */
	__u16 sk_type;
	__u16 sk_protocol;
};

struct socket {
	struct file *file;
	struct sock *sk;
};

struct tcp_sock {
	__u32 rcv_nxt;	  /* next sequence number expected from the peer; counts the peer's FIN */
	__u32 copied_seq; /* next to be handed to the reader; counts the FIN once a read came to it */
	__u32 write_seq;  /* next to be taken from the writer */
};

struct unix_sock {
	struct sock *peer;
};

#pragma clang attribute pop

/*
 * User ABI: the layout is the contract.
 */

/* Common part of every tracepoint record (the file "format" of each in tracefs). */
struct trace_entry {
	__u16 type;
	__u8 flags;
	__u8 preempt_count;
	__s32 pid;
};

struct trace_sys_enter {
	struct trace_entry entry;
	__s32 nr;
	__u32 padding;
	__u64 arguments[6];
};

struct trace_sys_exit {
	struct trace_entry entry;
	__s32 nr;
	__u32 padding;
	__s64 result;
};

struct trace_inet_sock_set_state {
	struct trace_entry entry;
	__u64 sock;
	__s32 old_state;
	__s32 new_state;
	__u16 source_port;
	__u16 destination_port;
	__u16 family;
	__u16 protocol;
};

/*
 * task:task_newtask comes just before sched:sched_process_fork in the same clone(). It is used in its place, because
 * it alone tells a thread from a process, and because the other's layout differs between kernels.
 */
struct trace_task_newtask {
	struct trace_entry entry;
	__s32 pid;
	__u8 comm[16];
	__u32 padding;
	__u64 clone_flags;
};

struct trace_sched_process_exec {
	struct trace_entry entry;
	__u32 filename; /* low 16 bits: offset of the text from the record's start */
	__s32 pid;
	__s32 old_pid;
};

struct iovec {
	__u64 base;
	__u64 bytes;
};

struct msghdr {
	__u64 name; /* struct sockaddr */
	__u32 name_bytes;
	__u32 padding;
	__u64 segments; /* struct iovec */
	__u64 segment_count;
	__u64 control;
	__u64 control_bytes;
	__u32 flags;
	__u32 padding1;
};

struct mmsghdr {
	struct msghdr message;
	__u32 bytes; /* filled in by the kernel */
	__u32 padding;
};

struct sockaddr_in {
	__u16 family;
	__u16 port; /* network byte order */
	__u8 address[4];
};

struct sockaddr_in6 {
	__u16 family;
	__u16 port; /* network byte order */
	__u32 flow;
	__u8 address[16];
	__u32 scope;
};

enum { AF_UNIX = 1, AF_INET = 2, AF_INET6 = 10 };
enum { SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5 };
enum { IPPROTO_TCP = 6, IPPROTO_UDP = 17 };
enum { S_IFMT = 0170000, S_IFIFO = 0010000, S_IFCHR = 0020000, S_IFREG = 0100000, S_IFSOCK = 0140000 };
enum { MSG_OOB = 0x1, MSG_PEEK = 0x2, MSG_TRUNC = 0x20, MSG_ERRQUEUE = 0x2000 };
enum { F_DUPFD = 0, F_DUPFD_CLOEXEC = 1030 };
enum { O_CLOEXEC = 02000000 };
enum { CLOSE_RANGE_CLOEXEC = 4 };
enum { CLONE_THREAD = 0x10000 };
enum { TCP_SYN_SENT = 2, TCP_SYN_RECV = 3, TCP_CLOSE = 7 };
enum { SOCK_DONE = 1 }; /* bit number in skc_flags: the peer's FIN has come */

#endif
