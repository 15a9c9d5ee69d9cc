/* SPDX-License-Identifier: (GPL-2.0-only OR Apache-2.0) */
/*
 * Sonde's capture programs: what observed processes say through their sockets, and what they write to files.
 *
 * One object for every kernel and for the simulated one. Read it in the order of the includes: a call comes in through
 * a rung, passes the filter, its descriptor leads to a socket, the socket's state gives the position, and the bytes
 * leave as records. A function marked __noinline without `static` is verified once on its own, however often it is
 * called.
 */
#include "helpers.h"
#include "events.h"
#include "kernel.h"
#include "constants.h"
#include "registers.h"
#include "maps.h"
#include "scratch.h"
#include "counters.h"
#include "filter.h"
#include "descriptor.h"
#include "sockets.h"
#include "payload.h"
#include "transfer.h"
#include "calls.h"
#include "process.h"
#include "tcp_state.h"
#include "rungs.h"
#include "rung_btf.h"
#include "rung_raw.h"
#include "rung_tracepoint.h"

/* One of the strings that include/linux/license.h takes as compatible with the GPL; LICENSE.md says why this one. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";
