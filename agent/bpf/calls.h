/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The system calls, one after another: where each keeps its buffers, and what it says.
 *
 * Every handler returns the enum counter under which the call is booked, so that each is booked exactly once. Results
 * and arguments are those of the man pages, section 2. Buffers are read at exit (payload.h); only the calls that make
 * a socket go away are handled at enter.
 */
#ifndef SONDE_CALLS_H
#define SONDE_CALLS_H

/* Messages of one sendmmsg or recvmmsg that are read; the others are counted in MESSAGES_OMITTED. */
#define MAX_MESSAGES 64

/* Most messages of one call that the kernel takes (UIO_MAXIOV). */
#define MESSAGES_LIMIT 1024

/* Descriptors that one close_range is followed through. */
#define MAX_CLOSED 64

static __always_inline void begin_transfer(struct scratch *s, enum direction direction, __u64 base, __u64 room)
{
	struct transfer *t = &s->transfer;

	__builtin_memset(t, 0, sizeof(*t));
	t->direction = direction;
	t->bytes = s->call.result > 0 ? s->call.result : 0;
	t->base = base;
	t->room = room;
	t->copy = 1;
}

static __always_inline void begin_vector(struct scratch *s, enum direction direction, __u64 segments, __u64 count)
{
	begin_transfer(s, direction, segments, 0);
	s->transfer.is_vector = 1;
	s->transfer.segment_count = count;
}

/* find_target() of a call that only sockets answer, which is all that a kernel without BTF tells. */
static __always_inline int find_socket(struct scratch *s, __s32 fd, __u64 address)
{
	int kind;

	if (!has_btf)
		return learn_socket(s, fd, read_user_family(address), 0, 0);
	kind = find_target(fd);
	return kind == TARGET_FILE ? TARGET_OTHER : kind;
}

/* Bytes that come again (MSG_PEEK), or that are no part of the stream (urgent data, the error queue). 0: neither. */
static __always_inline int booked_by_flags(struct scratch *s, __u32 message_flags)
{
	if (s->transfer.direction == DIRECTION_SEND)
		return 0;
	s->transfer.truncates = (message_flags & MSG_TRUNC) != 0;
	if (message_flags & MSG_PEEK)
		return CALLS_PEEKED;
	if (message_flags & (MSG_OOB | MSG_ERRQUEUE))
		return CALLS_NOT_CAPTURED;
	return 0;
}

/* read, write, pread64, pwrite64; as vectors readv, writev */
static __noinline int handle_buffer_call(struct scratch *s, enum direction direction, __u32 is_vector)
{
	if (s->call.result < 0)
		return CALLS_FAILED;
	if (is_vector)
		begin_vector(s, direction, s->call.arguments[1], s->call.arguments[2]);
	else
		begin_transfer(s, direction, s->call.arguments[1], s->call.arguments[2]);
	return transfer_target(find_target(s->call.arguments[0]));
}

/* sendto, recvfrom */
static __noinline int handle_address_call(struct scratch *s, enum direction direction)
{
	const __u64 *arguments = s->call.arguments;
	int booked;

	if (s->call.result < 0)
		return CALLS_FAILED;
	begin_transfer(s, direction, arguments[1], arguments[2]);
	booked = booked_by_flags(s, arguments[3]);
	if (booked)
		return booked;
	s->transfer.address = arguments[4];
	return transfer_target(find_socket(s, arguments[0], arguments[4]));
}

static __always_inline void take_message(struct scratch *s, enum direction direction, const struct msghdr *message)
{
	begin_vector(s, direction, message->segments, message->segment_count);
	if (message->name_bytes)
		s->transfer.address = message->name;
}

/* sendmsg, recvmsg */
static __noinline int handle_message_call(struct scratch *s, enum direction direction)
{
	const __u64 *arguments = s->call.arguments;
	int booked;

	if (s->call.result < 0)
		return CALLS_FAILED;
	if (bpf_probe_read_user(&s->message.message, sizeof(s->message.message), (const void *)arguments[1]))
		return CALLS_UNREADABLE;
	take_message(s, direction, &s->message.message);
	booked = booked_by_flags(s, arguments[2]);
	if (booked)
		return booked;
	return transfer_target(find_socket(s, arguments[0], s->transfer.address));
}

/* Bytes of the first `messages` messages of sendmmsg or recvmmsg, as far as they can be read. */
__noinline int message_bytes(unsigned messages)
{
	struct scratch *s = get_scratch();
	__u32 sum = 0, bytes;

	if (!s)
		return 0;
	for (unsigned i = 0; i < MESSAGES_LIMIT; i++) {
		if (i >= messages)
			break;
		if (bpf_probe_read_user(&bytes, sizeof(bytes), &((const struct mmsghdr *)s->call.arguments[1] + i)->bytes))
			break;
		sum += bytes;
	}
	return sum;
}

/* One message of sendmmsg or recvmmsg. @return enum counter */
__noinline int transfer_message(unsigned index, enum direction direction)
{
	struct scratch *s = get_scratch();

	if (!s)
		return CALLS_UNREADABLE;
	if (bpf_probe_read_user(&s->message, sizeof(s->message),
				(const struct mmsghdr *)s->call.arguments[1] + index))
		return CALLS_UNREADABLE;
	take_message(s, direction, &s->message.message);
	s->transfer.bytes = s->message.bytes;
	if (s->call.later)
		s->call.later -= s->message.bytes;
	return transfer_target(find_socket(s, s->call.arguments[0], s->transfer.address));
}

/* sendmmsg, recvmmsg: the result is a number of messages. */
static __always_inline int handle_messages_call(struct scratch *s, enum direction direction)
{
	__u64 messages = s->call.result;
	int booked, last = CALLS_EMPTY;

	if (s->call.result < 0)
		return CALLS_FAILED;
	begin_transfer(s, direction, 0, 0);
	booked = booked_by_flags(s, s->call.arguments[3]);
	if (booked)
		return booked;
	/* The messages of a stream share one sequence, and the socket only knows where it stands after the last. */
	if (find_socket(s, s->call.arguments[0], 0) == TARGET_SOCKET && s->target.is_tcp)
		s->call.later = message_bytes(messages);
	for (unsigned i = 0; i < MAX_MESSAGES; i++) {
		if (i >= messages)
			break;
		last = transfer_message(i, direction);
	}
	if (s->call.offered && messages > MAX_MESSAGES)
		count(MESSAGES_OMITTED, messages - MAX_MESSAGES);
	return s->call.offered ? CALLS_REPORTED : last;
}

/* Bytes that went through a socket or file inside the kernel: only their number is known. */
static __noinline int transfer_opaque(struct scratch *s, enum direction direction, __s32 fd)
{
	begin_transfer(s, direction, 0, 1);
	s->transfer.flags = FLAG_OPAQUE;
	s->transfer.copy = 0;
	return transfer_target(find_target(fd));
}

/* sendfile(out, in, ...): `in` is never a socket. */
static __always_inline int handle_sendfile(struct scratch *s)
{
	if (s->call.result < 0)
		return CALLS_FAILED;
	if (s->call.result == 0)
		return CALLS_EMPTY;
	return transfer_opaque(s, DIRECTION_SEND, s->call.arguments[0]);
}

/* splice(in, offset, out, offset, ...): one of the two is a pipe, the other may be a socket. */
static __noinline int handle_splice(struct scratch *s)
{
	int from, to;

	if (s->call.result < 0)
		return CALLS_FAILED;
	if (s->call.result == 0 && s->call.arguments[4] == 0)
		return CALLS_EMPTY;
	from = transfer_opaque(s, DIRECTION_RECEIVE, s->call.arguments[0]);
	to = transfer_opaque(s, DIRECTION_SEND, s->call.arguments[2]);
	if (s->call.offered)
		return CALLS_REPORTED;
	return from == CALLS_UNREADABLE ? from : to;
}

/* A failed connect is reported too, if it was tried on a socket: the address it did not reach is worth knowing. */
static __noinline int handle_connect(struct scratch *s)
{
	__u64 address = s->call.arguments[1];
	__s32 fd = s->call.arguments[0];
	int kind;

	if (has_btf)
		kind = find_target(fd);
	else
		kind = learn_socket(s, fd, read_user_family(address), 0, 1);
	if (kind != TARGET_SOCKET) {
		if (s->call.result < 0)
			return CALLS_FAILED;
		return kind == TARGET_UNREADABLE ? CALLS_UNREADABLE : CALLS_NOT_CAPTURED;
	}
	s->transfer.bytes = 0;
	open_target(CAUSE_CONNECT, s->call.result, address);
	return CALLS_REPORTED;
}

static __noinline int handle_accept(struct scratch *s)
{
	__u64 address = s->call.arguments[1];
	__s32 fd = s->call.result;
	int kind;

	if (fd < 0)
		return CALLS_FAILED;
	if (has_btf)
		kind = find_target(fd);
	else
		kind = learn_socket(s, fd, read_user_family(address), SOCK_STREAM, 1);
	if (kind != TARGET_SOCKET)
		return kind == TARGET_UNREADABLE ? CALLS_UNREADABLE : CALLS_NOT_CAPTURED;
	s->transfer.bytes = 0;
	open_target(CAUSE_ACCEPT, 0, address);
	return CALLS_REPORTED;
}

/* SHUT_RD, SHUT_WR and SHUT_RDWR are 0, 1 and 2. */
static __noinline int handle_shutdown(struct scratch *s)
{
	int kind;

	if (s->call.result < 0)
		return CALLS_FAILED;
	kind = find_socket(s, s->call.arguments[0], 0);
	if (kind != TARGET_SOCKET)
		return kind == TARGET_UNREADABLE ? CALLS_UNREADABLE : CALLS_NOT_CAPTURED;
	close_target(s, CAUSE_SHUTDOWN_READ + (s->call.arguments[1] & 3), 0);
	return CALLS_REPORTED;
}

/* The call made descriptor `to` refer to what `from` refers to. */
static __noinline int duplicated(struct scratch *s, __s32 from, __s32 to)
{
	struct descriptor_event *event = &s->descriptor_event;
	int kind;

	if (s->call.result < 0)
		return CALLS_FAILED;
	if (!has_btf)
		copy_descriptor(s, from, to);
	kind = find_target(to);
	if (kind != TARGET_SOCKET)
		return kind == TARGET_UNREADABLE ? CALLS_UNREADABLE : CALLS_NOT_CAPTURED;
	fill_head(&event->head, &s->call, EVENT_DESCRIPTOR, 0);
	event->socket = s->target.socket;
	event->old_fd = from;
	event->new_fd = to;
	offer_of_call(s, event, sizeof(*event));
	return CALLS_REPORTED;
}

static __always_inline int handle_fcntl(struct scratch *s)
{
	__u32 command = s->call.arguments[1];

	if (s->call.result < 0)
		return CALLS_FAILED;
	if (command != F_DUPFD && command != F_DUPFD_CLOEXEC)
		return CALLS_EMPTY;
	return duplicated(s, s->call.arguments[0], s->call.result);
}

/*
 * What the call has said by its exit. With a constant `name` only its own case is left in a program.
 * @return enum counter; CALLS_TAKEN for a call that is booked at enter
 */
static __always_inline int handle_exit(struct scratch *s, enum call_name name)
{
	const __u64 *arguments = s->call.arguments;

	switch (name) {
	case CALL_read:
	case CALL_pread64:
		return handle_buffer_call(s, DIRECTION_RECEIVE, 0);
	case CALL_write:
	case CALL_pwrite64:
		return handle_buffer_call(s, DIRECTION_SEND, 0);
	case CALL_readv:
		return handle_buffer_call(s, DIRECTION_RECEIVE, 1);
	case CALL_writev:
		return handle_buffer_call(s, DIRECTION_SEND, 1);
	case CALL_recvfrom:
		return handle_address_call(s, DIRECTION_RECEIVE);
	case CALL_sendto:
		return handle_address_call(s, DIRECTION_SEND);
	case CALL_recvmsg:
		return handle_message_call(s, DIRECTION_RECEIVE);
	case CALL_sendmsg:
		return handle_message_call(s, DIRECTION_SEND);
	case CALL_recvmmsg:
		return handle_messages_call(s, DIRECTION_RECEIVE);
	case CALL_sendmmsg:
		return handle_messages_call(s, DIRECTION_SEND);
	case CALL_sendfile:
		return handle_sendfile(s);
	case CALL_splice:
		return handle_splice(s);
	case CALL_connect:
		return handle_connect(s);
	case CALL_accept:
	case CALL_accept4:
		return handle_accept(s);
	case CALL_shutdown:
		return handle_shutdown(s);
	case CALL_dup:
	case CALL_dup2:
	case CALL_dup3:
		return duplicated(s, arguments[0], s->call.result);
	case CALL_fcntl:
		return handle_fcntl(s);
	case CALL_close:
	case CALL_close_range:
	case CALL_none:
		break;
	}
	return CALLS_TAKEN;
}

static __noinline int handle_close(struct scratch *s)
{
	int kind = close_descriptor(s->call.arguments[0]);

	if (kind == TARGET_SOCKET)
		return CALLS_REPORTED;
	return kind == TARGET_UNREADABLE ? CALLS_UNREADABLE : CALLS_NOT_CAPTURED;
}

static __noinline int handle_close_range(struct scratch *s)
{
	__u32 first = s->call.arguments[0];
	__u32 last = s->call.arguments[1];

	if (first > last || (s->call.arguments[2] & CLOSE_RANGE_CLOEXEC))
		return CALLS_EMPTY;
	for (__u32 i = 0; i < MAX_CLOSED; i++) {
		if (i > last - first)
			break;
		close_descriptor(first + i);
	}
	return s->call.offered ? CALLS_REPORTED : CALLS_NOT_CAPTURED;
}

/*
 * dup2 and dup3 close what the new number referred to, if the old one refers to something. The call itself is booked
 * at exit, by what it duplicated.
 */
static __noinline void handle_replacement(struct scratch *s, __u64 flags)
{
	__s32 from = s->call.arguments[0];
	__s32 to = s->call.arguments[1];

	if (from == to || (flags & ~(__u64)O_CLOEXEC))
		return;
	if (has_btf && find_target(from) == TARGET_UNREADABLE)
		return;
	close_descriptor(to);
}

static __always_inline int is_handled_at_enter(enum call_name name)
{
	return name == CALL_close || name == CALL_close_range || name == CALL_dup2 || name == CALL_dup3;
}

/*
 * What must be done while the socket is still there.
 * @return enum counter; CALLS_TAKEN for a call that is booked at exit
 */
static __always_inline int handle_enter(struct scratch *s, enum call_name name)
{
	switch (name) {
	case CALL_close:
		return handle_close(s);
	case CALL_close_range:
		return handle_close_range(s);
	case CALL_dup2:
		handle_replacement(s, 0);
		return CALLS_TAKEN;
	case CALL_dup3:
		handle_replacement(s, s->call.arguments[2]);
		return CALLS_TAKEN;
	default:
		return CALLS_TAKEN;
	}
}

/* Books a call: under CALLS_TAKEN, and under what became of it. */
static __noinline void book(enum counter outcome)
{
	if (outcome == CALLS_TAKEN)
		return;
	count(CALLS_TAKEN, 1);
	count(outcome, 1);
}

#endif
