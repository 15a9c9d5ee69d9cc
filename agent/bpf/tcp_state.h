/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * State changes of TCP sockets that are known, or that an observed process is about to connect.
 *
 * Half of them come in an interrupt, where the current task is whoever was running: the socket's last user stands in
 * the record, and nothing here may touch the scratch of the program that was interrupted. Needs BTF: without it no
 * socket is known by its address.
 */
#ifndef SONDE_TCP_STATE_H
#define SONDE_TCP_STATE_H

static __always_inline __u64 inode_of_socket(const struct sock *sock)
{
	const struct socket *socket = KERNEL(sock, sk_socket);
	const struct file *file = KERNEL(socket, file);
	const struct inode *inode = KERNEL(file, f_inode);

	return KERNEL(inode, i_ino);
}

/* connect() has begun, in the process's own context. */
static __always_inline void enter_connecting(__u64 address)
{
	const struct sock *sock = (const void *)address;
	__u64 pid_tgid = bpf_get_current_pid_tgid();
	__u64 cgroup_id = bpf_get_current_cgroup_id();
	struct socket_state state = {};

	if (!allowed_flags(pid_tgid, cgroup_id))
		return;
	state.inode = inode_of_socket(sock);
	state.cgroup_id = cgroup_id;
	state.tgid = pid_tgid >> 32;
	state.tid = pid_tgid;
	state.family = KERNEL(sock, __sk_common.skc_family);
	state.type = KERNEL(sock, sk_type);
	state.protocol = KERNEL(sock, sk_protocol);
	if (state.type != SOCK_STREAM || state.protocol != IPPROTO_TCP)
		return;
	if (bpf_map_update_elem(&sockets, &address, &state, BPF_ANY))
		count(SOCKETS_FULL, 1);
}

/*
 * SYN_SENT and SYN_RECV are the births of a connection: what the table holds under the address then is a socket that
 * is gone, unless the same one connects again.
 */
static __always_inline void forget_predecessor(__u64 address, __s32 new_state)
{
	const struct socket_state *state = bpf_map_lookup_elem(&sockets, &address);

	if (!state)
		return;
	if (new_state == TCP_SYN_RECV || state->inode != inode_of_socket((const void *)address))
		bpf_map_delete_elem(&sockets, &address);
}

/* Completes a record about `state`'s last user and offers it. */
static __noinline void offer_tcp_state(struct tcp_state_event *event, const struct socket_state *state, enum event_rung rung)
{
	event->head.kind = EVENT_TCP_STATE;
	event->head.rung = rung;
	event->head.cpu = bpf_get_smp_processor_id();
	event->head.tgid = state->tgid;
	event->head.tid = state->tid;
	event->head.cgroup_id = state->cgroup_id;
	event->head.exit_ns = bpf_ktime_get_ns();
	event->head.syscall_nr = -1;
	event->socket.inode = state->inode;
	offer(event, sizeof(*event));
}

static __always_inline void handle_tcp_state(__u64 address, __s32 old_state, __s32 new_state, enum event_rung rung)
{
	struct tcp_state_event event = {};
	const struct socket_state *state;

	if (!has_btf)
		return;
	if (new_state == TCP_SYN_SENT || new_state == TCP_SYN_RECV)
		forget_predecessor(address, new_state);
	state = bpf_map_lookup_elem(&sockets, &address);
	if (!state) {
		if (new_state != TCP_SYN_SENT)
			return;
		enter_connecting(address);
		state = bpf_map_lookup_elem(&sockets, &address);
		if (!state)
			return;
	}
	event.socket.sock = address;
	event.old_state = old_state;
	event.new_state = new_state;
	offer_tcp_state(&event, state, rung);
	/* A socket that closed before its descriptor did may still be read from: the descriptor's close removes it. */
	if (new_state == TCP_CLOSE && state->released)
		bpf_map_delete_elem(&sockets, &address);
}

#endif
