/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The bytes of one call, from the process's buffers into records.
 *
 * scratch.transfer says where they lie: in one buffer, or in segments (struct iovec). They are gathered into chunks of
 * CHUNK_BYTES, a record each. Whatever is not copied (skipped, beyond the limit, unreadable) is still reported as a
 * length, so that the records of a call always cover it from its first byte to its last.
 *
 * Payload is read at exit for both directions. What is received is there only then; what was sent may by then have
 * been changed by another thread of the process, which is the price for needing no enter program.
 */
#ifndef SONDE_PAYLOAD_H
#define SONDE_PAYLOAD_H

/* Segments of one call that are gathered; more are reported by length. */
#define MAX_SEGMENTS 64

/* Every step of gather() finishes a segment or a chunk, or is the last. */
#define MAX_STEPS (MAX_SEGMENTS + PAYLOAD_MAX / CHUNK_BYTES + 1)

/* Writes one record of the call: `length` bytes from `offset`, of which `captured` lie in scratch.payload. */
static __noinline void offer_part(struct scratch *s, __u32 offset, __u32 length, __u32 captured, __u32 flags)
{
	struct transfer *t = &s->transfer;

	if (offset + length < t->bytes)
		flags |= FLAG_CONTINUED;
	if (captured > CHUNK_BYTES)
		captured = CHUNK_BYTES;
	if (s->target.is_file) {
		struct file_event *event = &s->file;

		fill_head(&event->head, &s->call, EVENT_FILE, t->flags | flags);
		event->length = length;
		event->captured = captured;
		event->call_offset = offset;
		offer_of_call(s, event, sizeof(*event) + captured);
	} else {
		struct data_event *event = &s->data;

		fill_head(&event->head, &s->call, EVENT_DATA, t->flags | flags);
		event->position = t->position + offset;
		event->length = length;
		event->captured = captured;
		event->call_offset = offset;
		offer_of_call(s, event, sizeof(*event) + captured);
	}
}

#if PAYLOAD_MAX > 0

/* Writes out the chunk at hand. */
static __always_inline void flush_chunk(struct scratch *s)
{
	struct transfer *t = &s->transfer;

	if (t->filled == 0)
		return;
	offer_part(s, t->copied - t->filled, t->filled, t->filled, 0);
	t->filled = 0;
}

/* Turns to the next segment. @return 0 if there is none or it cannot be read */
static __always_inline int next_segment(struct transfer *t)
{
	struct iovec segment = {};
	__u64 index = t->next_segment;

	if (!t->is_vector) {
		segment.base = t->base;
		segment.bytes = t->room;
		if (index > 0)
			return 0;
	} else {
		if (index >= t->segment_count)
			return 0;
		if (bpf_probe_read_user(&segment, sizeof(segment), (const struct iovec *)t->base + index)) {
			t->fault = 1;
			return 0;
		}
	}
	t->next_segment = index + 1;
	t->segment_base = segment.base;
	t->segment_left = segment.bytes;
	if (t->skip_left) {
		__u64 skipped = t->skip_left < segment.bytes ? t->skip_left : segment.bytes;

		t->skip_left -= skipped;
		t->segment_base += skipped;
		t->segment_left -= skipped;
	}
	return 1;
}

/* Copies up to the end of the segment or of the chunk. @return 0 when there is nothing left to do */
__noinline int gather(void)
{
	struct scratch *s = get_scratch();
	struct transfer *t;
	__u32 filled, bytes;

	if (!s)
		return 0;
	t = &s->transfer;
	if (t->copied >= t->copy_end)
		return 0;
	if (t->segment_left == 0 && !next_segment(t))
		return 0;

	filled = t->filled;
	if (filled >= CHUNK_BYTES)
		return 0;
	bytes = t->copy_end - t->copied;
	if (bytes > t->segment_left)
		bytes = t->segment_left;
	if (bytes > CHUNK_BYTES - filled)
		bytes = CHUNK_BYTES - filled;
	OPAQUE_TO_COMPILER(bytes);
	if (bytes > CHUNK_BYTES)
		return 0;
	if (bytes && bpf_probe_read_user(s->payload + filled, bytes, (const void *)t->segment_base)) {
		t->fault = 1;
		return 0;
	}
	t->segment_base += bytes;
	t->segment_left -= bytes;
	t->copied += bytes;
	t->filled = filled + bytes;
	if (t->filled == CHUNK_BYTES)
		flush_chunk(s);
	return 1;
}

/* Copies the payload from `offset` on, as far as limits and buffers go. @return offset of the first byte not copied */
static __always_inline __u32 offer_payload(struct scratch *s, __u32 offset)
{
	struct transfer *t = &s->transfer;
	__u32 limit = payload_limit < PAYLOAD_MAX ? payload_limit : PAYLOAD_MAX;

	t->segment_left = 0;
	t->next_segment = 0;
	t->skip_left = offset;
	t->copied = offset;
	t->copy_end = t->bytes - offset > limit ? offset + limit : t->bytes;
	t->filled = 0;
	for (int step = 0; step < MAX_STEPS; step++)
		if (!gather())
			break;
	flush_chunk(s);
	return t->copied;
}

/* Bytes of the call, from its first, that user space asked not to copy. */
static __always_inline __u32 skipped_bytes(struct scratch *s)
{
	struct transfer *t = &s->transfer;
	struct skip_key key = {};
	const __u32 *until;
	__s32 ahead;

	if (ignore_skip)
		return 0;
	key.socket = s->target.socket;
	key.direction = t->direction;
	until = bpf_map_lookup_elem(&skip_until, &key);
	if (!until)
		return 0;
	/* Positions wrap, so only their difference says which comes first. */
	ahead = *until - t->position;
	if (ahead <= 0)
		return 0;
	return (__u32)ahead < t->bytes ? ahead : t->bytes;
}

#endif

/* Writes the records of scratch.transfer; the constant parts of their heads are filled in by the caller. */
__noinline int offer_transfer(void)
{
	struct scratch *s = get_scratch();
	__u32 done = 0, why = FLAG_TRUNCATED;

	if (!s)
		return 0;
	s->transfer.fault = 0;
	if (s->transfer.bytes == 0) {
		offer_part(s, 0, 0, 0, 0);
		return 0;
	}
#if PAYLOAD_MAX > 0
	if (s->transfer.copy) {
		if (s->target.socket.sock)
			done = skipped_bytes(s);
		if (done)
			offer_part(s, 0, done, 0, FLAG_SKIPPED);
		if (done < s->transfer.bytes)
			done = offer_payload(s, done);
	}
#endif
	if (s->transfer.fault)
		why = FLAG_FAULT;
	else if (s->transfer.flags & FLAG_OPAQUE)
		why = 0;
	if (done < s->transfer.bytes)
		offer_part(s, done, s->transfer.bytes - done, 0, why);
	return 0;
}

#endif
