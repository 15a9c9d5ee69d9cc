/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * What a call that moved bytes means for the socket or file it moved them through.
 */
#ifndef SONDE_TRANSFER_H
#define SONDE_TRANSFER_H

/* A socket whose every call moves one message. SOCK_SEQPACKET keeps boundaries too. */
static __always_inline int is_datagram(const struct target *target)
{
	return target->type == SOCK_DGRAM || target->type == SOCK_SEQPACKET;
}

/* 1 if the buffers of the call have room for a byte: only then does a receive of 0 mean the end of the stream. */
__noinline int has_room(void)
{
	struct scratch *s = get_scratch();
	struct iovec segment = {};

	if (!s)
		return 0;
	if (!s->transfer.is_vector)
		return s->transfer.room > 0;
	for (__u32 i = 0; i < MAX_SEGMENTS; i++) {
		if (i >= s->transfer.segment_count)
			return 0;
		if (bpf_probe_read_user(&segment, sizeof(segment), (const struct iovec *)s->transfer.base + i))
			return 0;
		if (segment.bytes)
			return 1;
	}
	return 0;
}

/* Position of the transfer's first byte. */
static __always_inline void take_position(struct scratch *s, struct socket_state *state)
{
	struct transfer *t = &s->transfer;
	__u64 sock = s->target.socket.sock;

	if (has_btf && s->target.is_tcp) {
		t->position = t->direction == DIRECTION_SEND ? send_sequence(sock) : receive_sequence(sock);
		t->position -= t->bytes + s->call.later;
		return;
	}
	t->flags |= FLAG_COUNTED;
	if (!state) {
		t->position = 0;
		return;
	}
	/* Atomic additions that return the old value need Linux 5.12: two calls at once on one socket may share it. */
	if (t->direction == DIRECTION_SEND) {
		t->position = state->sent;
		__sync_fetch_and_add(&state->sent, t->bytes);
	} else {
		t->position = state->received;
		__sync_fetch_and_add(&state->received, t->bytes);
	}
}

/* The other side of a datagram: what the call names, else what the socket is connected to. */
static __always_inline void find_peer(struct scratch *s)
{
	struct endpoint *peer = &s->data.peer;
	const struct sock *sock = (const void *)s->target.socket.sock;

	if (s->target.family == AF_UNIX) {
		peer->family = AF_UNIX;
		return;
	}
	read_user_endpoint(peer, s->transfer.address);
	if (peer->family)
		return;
	if (has_btf) {
		peer->port = BIG_ENDIAN_16(KERNEL(sock, __sk_common.skc_dport));
		if (peer->port) {
			peer->family = s->target.family;
			if (peer->family == AF_INET)
				*(__u32 *)peer->addr = KERNEL(sock, __sk_common.skc_daddr);
			else
				bpf_probe_read_kernel(
					peer->addr, 16,
					__builtin_preserve_access_index(&sock->__sk_common.skc_v6_daddr));
			return;
		}
	}
	s->transfer.flags |= FLAG_NO_PEER;
}

/*
 * Writes the records of one transfer through the socket in scratch.target, its SOCKET_OPEN first if nobody has heard
 * of the socket. @return enum counter: what became of the call
 */
__noinline int transfer_socket(void)
{
	struct scratch *s = get_scratch();
	struct socket_state *state;
	struct transfer *t;
	int datagram;

	if (!s)
		return CALLS_UNREADABLE;
	t = &s->transfer;
	datagram = is_datagram(&s->target) || (!has_btf && t->address);
	if (t->bytes == 0 && !datagram) {
		if (t->direction == DIRECTION_SEND || !has_room())
			return CALLS_EMPTY;
		t->flags |= FLAG_END_OF_FILE;
	}
	state = state_of_target(s);
	if (!state || !state->announced)
		open_target(CAUSE_FIRST_USE, 0, datagram ? 0 : t->address);

	__builtin_memset(&s->data, 0, sizeof(s->data));
	take_position(s, state);
	/* With MSG_TRUNC a TCP receive throws the bytes away: they never reach the buffer. */
	if (t->truncates && s->target.is_tcp)
		t->copy = 0;
	if (datagram) {
		t->flags |= FLAG_DATAGRAM;
		find_peer(s);
	}
	s->data.socket = s->target.socket;
	s->data.fd = s->target.fd;
	s->data.direction = t->direction;
	s->data.call_bytes = t->bytes;
	offer_transfer();
	return CALLS_REPORTED;
}

/* Writes the records of one transfer through the file in scratch.target. @return enum counter */
__noinline int transfer_file(void)
{
	struct scratch *s = get_scratch();
	const struct inode *inode;
	const struct super_block *super;

	if (!s)
		return CALLS_UNREADABLE;
	if (capture_files == 0 || (s->transfer.direction == DIRECTION_RECEIVE && capture_files < 2))
		return CALLS_NOT_CAPTURED;
	if (s->transfer.bytes == 0)
		return CALLS_EMPTY;
	__builtin_memset(&s->file, 0, sizeof(s->file));
	inode = (const void *)s->target.inode;
	if (has_btf) {
		super = KERNEL(inode, i_sb);
		s->file.device = KERNEL(super, s_dev);
	}
	s->file.inode = s->target.inode_number;
	s->file.mode = s->target.mode;
	s->file.fd = s->target.fd;
	s->file.direction = s->transfer.direction;
	s->file.call_bytes = s->transfer.bytes;
	s->transfer.copy &= s->transfer.direction == DIRECTION_SEND && is_log_descriptor(s->target.fd);
	offer_transfer();
	return CALLS_REPORTED;
}

/* Writes the records of the transfer through whatever scratch.target is. @return enum counter */
static __always_inline int transfer_target(int kind)
{
	switch (kind) {
	case TARGET_SOCKET:
		return transfer_socket();
	case TARGET_FILE:
		return transfer_file();
	case TARGET_OTHER:
		return CALLS_NOT_CAPTURED;
	default:
		return CALLS_UNREADABLE;
	}
}

#endif
