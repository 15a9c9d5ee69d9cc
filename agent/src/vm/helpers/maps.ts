/** Helpers on maps (kernel/bpf/helpers.c). */
import { E2BIG, EINVAL, ENOENT } from '../maps/errno.ts';
import { ProgArrayMap } from '../maps/prog-array.ts';
import type { HelperCall } from './call.ts';
import type { Helper } from './helper.ts';

const OF_ANY_PROGRAM = { gplOnly: false, programTypes: 'any', passive: true } as const;

/** Most rounds of one bpf_loop (include/linux/bpf.h). */
const BPF_MAX_LOOPS = 1 << 23;

/** Flags are 64 bits, of which only the low ones are defined: more of them are as wrong as 3. */
function flagsOf(call: HelperCall, argument: 4): number {
  return Number(call.u64(argument));
}

export const MAP_HELPERS: readonly Helper[] = [
  {
    ...OF_ANY_PROGRAM,
    id: 1,
    name: 'map_lookup_elem',
    args: ['ARG_CONST_MAP_PTR', 'ARG_PTR_TO_MAP_KEY'],
    returns: 'RET_PTR_TO_MAP_VALUE_OR_NULL',
    invoke: (call) => {
      const map = call.map(1);
      return call.returnsAddress(
        map.lookupAt(call.memory(2, map.spec.keyBytes), call.kernel.environment.cpu),
      );
    },
  },
  {
    ...OF_ANY_PROGRAM,
    id: 2,
    name: 'map_update_elem',
    args: ['ARG_CONST_MAP_PTR', 'ARG_PTR_TO_MAP_KEY', 'ARG_PTR_TO_MAP_VALUE', 'ARG_ANYTHING'],
    returns: 'RET_INTEGER',
    invoke: (call) => {
      const map = call.map(1);
      const key = call.memory(2, map.spec.keyBytes);
      const value = call.memory(3, map.spec.valueBytes);
      return call.returns(map.updateAt(key, value, flagsOf(call, 4), call.kernel.environment.cpu));
    },
  },
  {
    ...OF_ANY_PROGRAM,
    id: 3,
    name: 'map_delete_elem',
    args: ['ARG_CONST_MAP_PTR', 'ARG_PTR_TO_MAP_KEY'],
    returns: 'RET_INTEGER',
    invoke: (call) => {
      const map = call.map(1);
      return call.returns(map.deleteAt(call.memory(2, map.spec.keyBytes)));
    },
  },
  {
    ...OF_ANY_PROGRAM,
    id: 12,
    name: 'tail_call',
    args: ['ARG_PTR_TO_CTX', 'ARG_CONST_MAP_PTR', 'ARG_ANYTHING'],
    returns: 'RET_VOID',
    /** Returns only if there is no program at the index; then r0, which Linux leaves undefined, is an errno. */
    invoke: (call) => {
      const map = call.map(2);
      if (!(map instanceof ProgArrayMap)) return call.fault('r2 is no program array');
      const target = map.target(call.u32(3));
      return target === null ? call.returns(-ENOENT) : call.tailCall(target);
    },
  },
  {
    ...OF_ANY_PROGRAM,
    id: 195,
    name: 'map_lookup_percpu_elem',
    args: ['ARG_CONST_MAP_PTR', 'ARG_PTR_TO_MAP_KEY', 'ARG_ANYTHING'],
    returns: 'RET_PTR_TO_MAP_VALUE_OR_NULL',
    invoke: (call) => {
      const map = call.map(1);
      const cpu = call.u32(3);
      if (cpu >= map.valuesPerEntry) return call.returnsAddress(0);
      return call.returnsAddress(map.lookupAt(call.memory(2, map.spec.keyBytes), cpu));
    },
  },
  {
    ...OF_ANY_PROGRAM,
    id: 181,
    name: 'loop',
    args: ['ARG_ANYTHING', 'ARG_PTR_TO_FUNC', 'ARG_PTR_TO_STACK_OR_NULL', 'ARG_ANYTHING'],
    returns: 'RET_INTEGER',
    /** @returns how often the callback was called; it ends the loop by returning 1 (kernel/bpf/bpf_iter.c) */
    invoke: (call) => {
      const loops = call.u32(1);
      const [callback, context] = [call.u64(2), call.u64(3)];
      if (call.u64(4) !== 0n) return call.returns(-EINVAL);
      if (loops > BPF_MAX_LOOPS) return call.returns(-E2BIG);
      for (let i = 0; i < loops; i++) {
        if (call.callback(callback, BigInt(i), context) !== 0n) return call.returns(i + 1);
      }
      return call.returns(loops);
    },
  },
];
