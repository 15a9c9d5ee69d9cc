import type { Scenario } from './scenario.ts';

/**
 * The same scenario without an end: its clients go on for ever. `startUnixNs`: the wall time of its start. `seed`: what
 * decides every choice; another one each time, so that two runs do not make the same connections.
 */
export const withoutEnd = (
  scenario: Scenario,
  present: { readonly startUnixNs: bigint; readonly seed: number },
): Scenario => ({
  ...scenario,
  ...present,
  durationNs: Number.POSITIVE_INFINITY,
  clients: scenario.clients.map((client) => ({ ...client, durationNs: Number.POSITIVE_INFINITY })),
});
