/** All helpers that programs may call, by id. What is not here does not exist: a program that calls it is refused. */
import type { Helper } from './helper.ts';
import { MAP_HELPERS } from './maps.ts';
import { PROBE_HELPERS } from './probe.ts';
import { RING_HELPERS } from './ring.ts';
import { TASK_HELPERS } from './task.ts';

export const HELPERS: readonly Helper[] = [
  ...MAP_HELPERS,
  ...PROBE_HELPERS,
  ...RING_HELPERS,
  ...TASK_HELPERS,
].sort((a, b) => a.id - b.id);

const BY_ID: readonly (Helper | undefined)[] = (() => {
  const table = new Array<Helper | undefined>(256).fill(undefined);
  for (const helper of HELPERS) table[helper.id] = helper;
  return table;
})();

export function helperById(id: number): Helper | undefined {
  return BY_ID[id];
}

export function helperName(id: number): string | undefined {
  return BY_ID[id]?.name ?? ACTIVE_HELPERS[id];
}

/**
 * Helpers of Linux that change what they observe: memory of a process, its control flow, signals, return values,
 * packets. No program of Sonde may call one; they are listed so that a refusal can name them.
 */
export const ACTIVE_HELPERS: Readonly<Record<number, string>> = {
  9: 'skb_store_bytes',
  36: 'probe_write_user',
  49: 'setsockopt',
  58: 'override_return',
  64: 'bind',
  109: 'send_signal',
  117: 'send_signal_thread',
  166: 'sys_bpf',
  167: 'sys_close',
};

/** Licences that count as GPL-compatible (include/linux/license.h). */
const GPL_COMPATIBLE = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

export function isGplCompatible(license: string): boolean {
  return GPL_COMPATIBLE.has(license);
}
