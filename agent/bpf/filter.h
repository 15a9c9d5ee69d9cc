/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Who is observed: nobody, unless user space says so. The first thing that every program asks.
 */
#ifndef SONDE_FILTER_H
#define SONDE_FILTER_H

/* @return enum allow_flag of the current process; 0: not observed */
static __always_inline __u32 allowed_flags(__u64 pid_tgid, __u64 cgroup_id)
{
	__u32 tgid = pid_tgid >> 32;
	enum allow_flag *flags;

	if (tgid == own_tgid)
		return 0;
	flags = bpf_map_lookup_elem(&allowed_tgids, &tgid);
	if (!flags)
		flags = bpf_map_lookup_elem(&allowed_cgroups, &cgroup_id);
	return flags && (*flags & ALLOW) ? *flags : 0;
}

#endif
