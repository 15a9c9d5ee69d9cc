/** Helpers on ring buffers (kernel/bpf/ringbuf.c). */
import { EINVAL } from '../maps/errno.ts';
import { BPF_RB_FORCE_WAKEUP, BPF_RB_NO_WAKEUP, RingBuffer } from '../maps/ringbuf.ts';
import type { Argument, HelperCall, Returned } from './call.ts';
import type { Helper } from './helper.ts';

const OF_ANY_PROGRAM = { gplOnly: false, programTypes: 'any', passive: true } as const;

export const RING_HELPERS: readonly Helper[] = [
  {
    ...OF_ANY_PROGRAM,
    id: 130,
    name: 'ringbuf_output',
    args: ['ARG_CONST_MAP_PTR', 'ARG_PTR_TO_MEM', 'ARG_CONST_SIZE_OR_ZERO', 'ARG_ANYTHING'],
    returns: 'RET_INTEGER',
    invoke: (call) => {
      const ring = ringOf(call, 1);
      const bytes = call.u32(3);
      const record = bytes === 0 ? 0 : call.memory(2, bytes);
      const flags = call.u64(4);
      if (!validFlags(flags)) return call.returns(-EINVAL);
      return call.returns(ring.output(record, bytes, Number(flags)));
    },
  },
  {
    ...OF_ANY_PROGRAM,
    id: 131,
    name: 'ringbuf_reserve',
    args: ['ARG_CONST_MAP_PTR', 'ARG_CONST_ALLOC_SIZE_OR_ZERO', 'ARG_ANYTHING'],
    returns: 'RET_PTR_TO_RINGBUF_MEM_OR_NULL',
    invoke: (call) => {
      const ring = ringOf(call, 1);
      const bytes = call.u64(2);
      // The size is 64 bits wide: a huge one must not pass for its low half.
      if (call.u64(3) !== 0n || bytes > 0xffffffffn) return call.returnsAddress(0);
      return call.returnsAddress(ring.reserve(Number(bytes)));
    },
  },
  {
    ...OF_ANY_PROGRAM,
    id: 132,
    name: 'ringbuf_submit',
    args: ['ARG_PTR_TO_RINGBUF_MEM', 'ARG_ANYTHING'],
    returns: 'RET_VOID',
    invoke: (call) => commit(call, false),
  },
  {
    ...OF_ANY_PROGRAM,
    id: 133,
    name: 'ringbuf_discard',
    args: ['ARG_PTR_TO_RINGBUF_MEM', 'ARG_ANYTHING'],
    returns: 'RET_VOID',
    invoke: (call) => commit(call, true),
  },
  {
    ...OF_ANY_PROGRAM,
    id: 134,
    name: 'ringbuf_query',
    args: ['ARG_CONST_MAP_PTR', 'ARG_ANYTHING'],
    returns: 'RET_INTEGER',
    invoke: (call) => call.returns(ringOf(call, 1).query(Number(call.u64(2)))),
  },
];

function ringOf(call: HelperCall, argument: Argument): RingBuffer {
  const map = call.map(argument);
  return map instanceof RingBuffer ? map : call.fault(`r${argument} is no ring buffer`);
}

function validFlags(flags: bigint): boolean {
  return (flags & ~BigInt(BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP)) === 0n;
}

function commit(call: HelperCall, discard: boolean): Returned {
  const record = call.memory(1, 0);
  const ring = call.kernel.ringAt(record);
  if (ring === undefined || !ring.commit(record, discard))
    call.fault('r1 is no open reservation', call.u64(1));
  return call.returns(0);
}
