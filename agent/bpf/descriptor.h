/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * From a descriptor to what it refers to. With BTF through the kernel's own tables (task, files, file, socket, sock);
 * without, through what earlier calls have shown.
 */
#ifndef SONDE_DESCRIPTOR_H
#define SONDE_DESCRIPTOR_H

enum target_kind {
	TARGET_UNREADABLE = 0, /* no such descriptor, or its structures could not be read */
	TARGET_SOCKET,
	TARGET_FILE,	       /* regular file, pipe or terminal */
	TARGET_OTHER,	       /* of a kind that is not captured (AF_NETLINK, eventfd, ...) */
};

/*
 * Key of `sockets`. Without BTF, socket.sock names a process's descriptor; a few bits of the generation keep a socket
 * that lives on under a duplicated descriptor apart from the next one under the same number.
 */
static __always_inline __u64 socket_key(const struct socket_id *socket)
{
	return has_btf ? socket->sock : socket->sock ^ (socket->inode << 54);
}

static __always_inline int is_captured_family(__u16 family)
{
	return family == AF_INET || family == AF_INET6 || (family == AF_UNIX && capture_unix);
}

/* Descriptors whose bytes are captured as log lines. */
static __always_inline int is_log_descriptor(__s32 fd)
{
	return fd == 1 || fd == 2;
}

static __always_inline struct file *kernel_file(__s32 fd)
{
	const struct task_struct *task = (const void *)bpf_get_current_task();
	const struct files_struct *files = KERNEL(task, files);
	const struct fdtable *table = KERNEL(files, fdt);
	struct file **slots, *file = NULL;

	if (fd < 0 || (__u32)fd >= KERNEL(table, max_fds))
		return NULL;
	slots = KERNEL(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
	return file;
}

/* Reads what kind of socket `sock` is into the target. @return enum target_kind */
static __always_inline int classify_socket(struct target *target)
{
	const struct sock *sock = (const void *)target->socket.sock;

	target->family = KERNEL(sock, __sk_common.skc_family);
	target->type = KERNEL(sock, sk_type);
	target->protocol = KERNEL(sock, sk_protocol);
	if (!is_captured_family(target->family))
		return TARGET_OTHER;
	if (target->family == AF_UNIX)
		return TARGET_SOCKET;
	target->is_tcp = target->type == SOCK_STREAM && target->protocol == IPPROTO_TCP;
	if (target->is_tcp || (target->type == SOCK_DGRAM && target->protocol == IPPROTO_UDP))
		return TARGET_SOCKET;
	return TARGET_OTHER;
}

static __always_inline int is_file_mode(__u32 mode)
{
	return (mode & S_IFMT) == S_IFREG || (mode & S_IFMT) == S_IFIFO || (mode & S_IFMT) == S_IFCHR;
}

static __always_inline int find_kernel_target(struct target *target, __s32 fd)
{
	const struct file *file = kernel_file(fd);
	const struct inode *inode = KERNEL(file, f_inode);
	const struct socket *socket;
	const struct socket_state *known;

	if (!file || !inode)
		return TARGET_UNREADABLE;
	target->file = (__u64)file;
	target->inode = (__u64)inode;
	target->inode_number = KERNEL(inode, i_ino);
	target->mode = KERNEL(inode, i_mode);
	if ((target->mode & S_IFMT) != S_IFSOCK) {
		target->is_file = is_file_mode(target->mode);
		return target->is_file ? TARGET_FILE : TARGET_OTHER;
	}

	socket = KERNEL(file, private_data);
	target->socket.sock = (__u64)KERNEL(socket, sk);
	target->socket.inode = target->inode_number;
	if (!target->socket.sock)
		return TARGET_UNREADABLE;
	known = bpf_map_lookup_elem(&sockets, &target->socket.sock);
	if (!known || known->inode != target->socket.inode)
		return classify_socket(target);
	target->family = known->family;
	target->type = known->type;
	target->protocol = known->protocol;
	target->is_tcp = known->family != AF_UNIX && known->type == SOCK_STREAM;
	return TARGET_SOCKET;
}

static __always_inline int find_remembered_target(struct target *target, __u64 key)
{
	const struct descriptor *known = bpf_map_lookup_elem(&descriptors, &key);

	if (!known || !known->open) {
		/* Nothing says what it is, but log lines are worth the guess. */
		target->is_file = is_log_descriptor(target->fd);
		return target->is_file ? TARGET_FILE : TARGET_OTHER;
	}
	target->socket = known->socket;
	target->family = known->family;
	target->type = known->type;
	return known->family == 0 || is_captured_family(known->family) ? TARGET_SOCKET : TARGET_OTHER;
}

/*
 * A process's descriptor as one number of 46 bits: a process id has at most 22 (PID_MAX_LIMIT, include/linux/threads.h),
 * and user space keeps the low 48 bits of what stands in for an address.
 */
static __always_inline __u64 descriptor_key(const struct call *call, __s32 fd)
{
	return call->pid_tgid >> 32 << 24 | ((__u32)fd & 0xffffff);
}

/* Looks up descriptor `fd` of the current process and fills in scratch.target. @return enum target_kind */
__noinline int find_target(int fd)
{
	struct scratch *s = get_scratch();

	if (!s)
		return TARGET_UNREADABLE;
	__builtin_memset(&s->target, 0, sizeof(s->target));
	s->target.fd = fd;
	if (has_btf)
		return find_kernel_target(&s->target, fd);
	return find_remembered_target(&s->target, descriptor_key(&s->call, fd));
}

/*
 * Without BTF: a call that only sockets answer has shown that `fd` is one. `anew`: it is a new one (connect, accept).
 * Fills in scratch.target. @return enum target_kind
 */
static __noinline int learn_socket(struct scratch *s, __s32 fd, __u16 family, __u16 type, int anew)
{
	__u64 key = descriptor_key(&s->call, fd);
	const struct descriptor *known = bpf_map_lookup_elem(&descriptors, &key);
	struct descriptor next = {};

	if (known)
		next = *known;
	if (anew || !next.open) {
		next.opens++;
		next.open = 1;
		next.socket.sock = key;
		next.socket.inode = next.opens;
		next.family = 0;
		next.type = 0;
	}
	if (family)
		next.family = family;
	if (type)
		next.type = type;
	if (bpf_map_update_elem(&descriptors, &key, &next, BPF_ANY))
		count(SOCKETS_FULL, 1);
	__builtin_memset(&s->target, 0, sizeof(s->target));
	s->target.fd = fd;
	s->target.socket = next.socket;
	s->target.family = next.family;
	s->target.type = next.type;
	return next.family == 0 || is_captured_family(next.family) ? TARGET_SOCKET : TARGET_OTHER;
}

/* Without BTF: `to` now refers to what `from` refers to. */
static __always_inline void copy_descriptor(struct scratch *s, __s32 from, __s32 to)
{
	__u64 from_key = descriptor_key(&s->call, from);
	__u64 to_key = descriptor_key(&s->call, to);
	const struct descriptor *source = bpf_map_lookup_elem(&descriptors, &from_key);
	const struct descriptor *old;
	struct descriptor next;

	if (!source || !source->open)
		return;
	next = *source;
	old = bpf_map_lookup_elem(&descriptors, &to_key);
	next.opens = old ? old->opens : 0;
	if (bpf_map_update_elem(&descriptors, &to_key, &next, BPF_ANY))
		count(SOCKETS_FULL, 1);
}

/* Without BTF: the number is free for another file. */
static __always_inline void forget_descriptor(struct scratch *s, __s32 fd)
{
	__u64 key = descriptor_key(&s->call, fd);
	struct descriptor *known = bpf_map_lookup_elem(&descriptors, &key);

	if (known)
		known->open = 0;
}

#endif
