/** The system call table: what answers which number. */
import type { SystemCall } from './call.ts';
import * as descriptors from './descriptors.ts';
import * as io from './io.ts';
import { type CallName, NR } from './numbers.ts';
import * as processes from './processes.ts';
import * as sockets from './sockets.ts';

/** @returns a result, -errno, or PARKED */
export type Handler = (call: SystemCall) => number;

const HANDLERS: Readonly<Record<CallName, Handler>> = { ...descriptors, ...io, ...processes, ...sockets };

/** By number; a hole means ENOSYS. */
export const CALLS: readonly ({ readonly name: CallName; readonly handle: Handler } | undefined)[] =
  byNumber();

function byNumber() {
  const table: { name: CallName; handle: Handler }[] = [];
  for (const [name, nr] of Object.entries(NR) as [CallName, number][])
    table[nr] = { name, handle: HANDLERS[name] };
  return table;
}
