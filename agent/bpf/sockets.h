/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The connection table: which sockets are known, where their streams stand, and the records that open and close them.
 */
#ifndef SONDE_SOCKETS_H
#define SONDE_SOCKETS_H

static __noinline void fill_head(struct event_head *head, const struct call *call, enum event_kind kind, __u32 flags)
{
	head->kind = kind;
	head->rung = call->rung;
	head->flags = flags;
	head->cpu = bpf_get_smp_processor_id();
	head->tgid = call->pid_tgid >> 32;
	head->tid = call->pid_tgid;
	head->cgroup_id = call->cgroup_id;
	head->enter_ns = call->enter_ns;
	head->exit_ns = call->exit_ns;
	head->syscall_nr = call->nr;
	head->reserved = 0;
}

/* Offers a record of the call at hand. @return 1 if the ring took it */
static __always_inline int offer_of_call(struct scratch *s, void *record, __u64 bytes)
{
	s->call.offered++;
	return offer(record, bytes);
}

/*
 * The state of the target, made when it is not known yet. NULL if the table refused it.
 */
static __always_inline struct socket_state *state_of_target(struct scratch *s)
{
	__u64 key = socket_key(&s->target.socket);
	struct socket_state *state = bpf_map_lookup_elem(&sockets, &key);
	struct socket_state fresh = {};

	if (!state || state->inode != s->target.socket.inode) {
		fresh.inode = s->target.socket.inode;
		fresh.family = s->target.family;
		fresh.type = s->target.type;
		fresh.protocol = s->target.protocol;
		if (bpf_map_update_elem(&sockets, &key, &fresh, BPF_ANY)) {
			count(SOCKETS_FULL, 1);
			return NULL;
		}
		state = bpf_map_lookup_elem(&sockets, &key);
		if (!state)
			return NULL;
	}
	state->tgid = s->call.pid_tgid >> 32;
	state->tid = s->call.pid_tgid;
	state->cgroup_id = s->call.cgroup_id;
	return state;
}

/* Sequence number of the next byte that the socket will send. */
static __always_inline __u32 send_sequence(__u64 sock)
{
	return KERNEL((const struct tcp_sock *)sock, write_seq);
}

/*
 * Sequence number of the next byte that will be read. copied_seq also counts the peer's FIN, and a read that empties
 * the queue may come to it together with the last bytes: net/ipv4/tcp.c, found_fin_ok in tcp_recvmsg_locked().
 */
static __always_inline __u32 receive_sequence(__u64 sock)
{
	const struct tcp_sock *tcp = (const void *)sock;
	const struct sock *common = (const void *)sock;
	__u32 next = KERNEL(tcp, copied_seq);

	if (!KERNEL_HAS(tcp, rcv_nxt) || !KERNEL_HAS(common, __sk_common.skc_flags))
		return next;
	if (!((KERNEL(common, __sk_common.skc_flags) >> SOCK_DONE) & 1))
		return next;
	return next == KERNEL(tcp, rcv_nxt) ? next - 1 : next;
}

static __always_inline void read_endpoints(struct socket_event *event, const struct sock *sock)
{
	event->local.family = event->family;
	event->remote.family = event->family;
	if (event->family == AF_INET) {
		*(__u32 *)event->local.addr = KERNEL(sock, __sk_common.skc_rcv_saddr);
		*(__u32 *)event->remote.addr = KERNEL(sock, __sk_common.skc_daddr);
	} else {
		bpf_probe_read_kernel(event->local.addr, 16,
				      __builtin_preserve_access_index(&sock->__sk_common.skc_v6_rcv_saddr));
		bpf_probe_read_kernel(event->remote.addr, 16,
				      __builtin_preserve_access_index(&sock->__sk_common.skc_v6_daddr));
	}
	event->local.port = KERNEL(sock, __sk_common.skc_num);
	event->remote.port = BIG_ENDIAN_16(KERNEL(sock, __sk_common.skc_dport));
}

/*
 * Fills in scratch.socket_event with all that the kernel says of the target. Positions are those before the bytes of
 * the call at hand (scratch.transfer), so that a record written ahead of them says where they start.
 */
static __noinline void describe_target(struct scratch *s)
{
	struct socket_event *event = &s->socket_event;
	const struct sock *sock = (const void *)s->target.socket.sock;
	const struct net *net;

	__builtin_memset(event, 0, sizeof(*event));
	event->socket = s->target.socket;
	event->fd = s->target.fd;
	event->family = s->target.family;
	event->type = s->target.type;
	event->protocol = s->target.protocol;
	if (!has_btf) {
		event->local.family = event->family;
		event->remote.family = event->family;
		return;
	}
	net = KERNEL(sock, __sk_common.skc_net.net);
	event->netns_inode = KERNEL(net, ns.inum);
	if (event->family == AF_UNIX) {
		event->local.family = AF_UNIX;
		event->remote.family = AF_UNIX;
		event->peer_sock = (__u64)KERNEL((const struct unix_sock *)sock, peer);
		return;
	}
	read_endpoints(event, sock);
	if (!s->target.is_tcp)
		return;
	event->tcp_state = KERNEL(sock, __sk_common.skc_state);
	event->send_position = send_sequence(s->target.socket.sock);
	event->receive_position = receive_sequence(s->target.socket.sock);
	if (s->transfer.direction == DIRECTION_SEND)
		event->send_position -= s->transfer.bytes + s->call.later;
	else
		event->receive_position -= s->transfer.bytes + s->call.later;
}

/* Reads a struct sockaddr of the process; leaves `endpoint` as it is if it cannot or the family is not IP. */
static __noinline void read_user_endpoint(struct endpoint *endpoint, __u64 address)
{
	struct sockaddr_in6 from = {};

	if (!address || bpf_probe_read_user(&from.family, sizeof(from.family), (const void *)address))
		return;
	if (from.family == AF_INET) {
		struct sockaddr_in from4 = {};

		if (bpf_probe_read_user(&from4, sizeof(from4), (const void *)address))
			return;
		__builtin_memset(endpoint, 0, sizeof(*endpoint));
		__builtin_memcpy(endpoint->addr, from4.address, 4);
		endpoint->port = BIG_ENDIAN_16(from4.port);
	} else if (from.family == AF_INET6) {
		if (bpf_probe_read_user(&from, sizeof(from), (const void *)address))
			return;
		__builtin_memcpy(endpoint->addr, from.address, 16);
		endpoint->port = BIG_ENDIAN_16(from.port);
		endpoint->reserved = 0;
	} else {
		return;
	}
	endpoint->family = from.family;
}

/* Address family of a struct sockaddr of the process; 0 if there is none. */
static __always_inline __u16 read_user_family(__u64 address)
{
	__u16 family = 0;

	if (address)
		bpf_probe_read_user(&family, sizeof(family), (const void *)address);
	return family;
}

/*
 * Writes EVENT_SOCKET_OPEN for the target. `remote`: user address of the struct sockaddr that the call named, for a
 * socket that does not know its peer (a connection that failed, a kernel without BTF); 0 if none.
 * The socket counts as announced only if the ring took the record: else the next call tries again.
 */
__noinline int open_target(enum socket_cause cause, int error, unsigned long remote)
{
	struct scratch *s = get_scratch();
	struct socket_state *state;

	if (!s)
		return 0;
	describe_target(s);
	s->socket_event.cause = cause;
	s->socket_event.error = error;
	if (s->socket_event.remote.port == 0)
		read_user_endpoint(&s->socket_event.remote, remote);
	fill_head(&s->socket_event.head, &s->call, EVENT_SOCKET_OPEN, s->target.is_tcp ? 0 : FLAG_COUNTED);
	if (!offer_of_call(s, &s->socket_event, sizeof(s->socket_event)))
		return 0;
	state = state_of_target(s);
	if (state)
		state->announced = 1;
	return 1;
}

/* 1 if no descriptor but the one being closed refers to the file. */
static __always_inline int is_last_reference(__u64 address)
{
	const struct file *file = (const void *)address;

	if (KERNEL_HAS(file, f_ref))
		return KERNEL(file, f_ref.refcnt.counter) == 0;
	return KERNEL(file, f_count.counter) == 1;
}

/* Writes EVENT_SOCKET_CLOSE for the target. */
static __noinline void close_target(struct scratch *s, enum socket_cause cause, __u32 flags)
{
	s->transfer.bytes = 0;
	describe_target(s);
	s->socket_event.cause = cause;
	fill_head(&s->socket_event.head, &s->call, EVENT_SOCKET_CLOSE, flags | (s->target.is_tcp ? 0 : FLAG_COUNTED));
	offer_of_call(s, &s->socket_event, sizeof(s->socket_event));
}

/*
 * A descriptor is about to be closed: called at enter, for at exit nothing is left to read. A TCP socket whose state
 * still changes stays in the table until TCP_CLOSE (tcp_state.h); any other goes with its last descriptor.
 * @return enum target_kind
 */
__noinline int close_descriptor(int fd)
{
	struct scratch *s = get_scratch();
	struct socket_state *state;
	__u64 key;
	int kind;

	if (!s)
		return TARGET_UNREADABLE;
	kind = find_target(fd);
	if (kind != TARGET_SOCKET)
		return kind;
	if (!has_btf) {
		close_target(s, CAUSE_CLOSE, 0);
		forget_descriptor(s, fd);
		return TARGET_SOCKET;
	}
	if (!is_last_reference(s->target.file)) {
		close_target(s, CAUSE_CLOSE, 0);
		return TARGET_SOCKET;
	}
	close_target(s, CAUSE_CLOSE, FLAG_LAST_REFERENCE);
	key = socket_key(&s->target.socket);
	state = bpf_map_lookup_elem(&sockets, &key);
	if (!state)
		return TARGET_SOCKET;
	if (s->target.is_tcp && s->socket_event.tcp_state != TCP_CLOSE)
		state->released = 1;
	else
		bpf_map_delete_elem(&sockets, &key);
	return TARGET_SOCKET;
}

#endif
