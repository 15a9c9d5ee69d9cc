/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * The programs' ledger: every call and every record is counted, whatever becomes of it.
 */
#ifndef SONDE_COUNTERS_H
#define SONDE_COUNTERS_H

/* Atomic although per CPU: tcp_state.h may run in an interrupt in the middle of another program's count. */
static __always_inline void count(enum counter counter, __u64 by)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &counter);

	if (value)
		__sync_fetch_and_add(value, by);
}

/* @return 1 if the ring took the record */
static __always_inline int offer(void *record, __u64 bytes)
{
	long error = bpf_ringbuf_output(&events, record, bytes, BPF_RB_NO_WAKEUP);

	count(RECORDS_OFFERED, 1);
	count(error ? RECORDS_RING_FULL : RECORDS_WRITTEN, 1);
	return error == 0;
}

#endif
