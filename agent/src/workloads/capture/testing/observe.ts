/** Plays a capture before the agent's eBPF programs, and gives what they reported. */
import { readFileSync } from 'node:fs';
import { Ledger } from '@sonde/ledger';
import type { WorldOptions } from '../../../hooks/sim/contract.ts';
import { createWorld } from '../../../hooks/sim/world.ts';
import type { KernelEvent } from '../../../model/events.ts';
import { ALLOW } from '../../../probes/layout.gen.ts';
import { Probes } from '../../../probes/probes.ts';
import { readCapture } from '../capture.ts';
import { planReplay, type ReplayPlan } from '../plan.ts';
import { type Replay, type ReplayOptions, startReplay, worldOptions } from '../replay.ts';

const OBJECT = new Uint8Array(readFileSync(new URL('../../../../bpf/socket.bpf.o', import.meta.url)));

export interface Observation {
  readonly plan: ReplayPlan;
  readonly replay: Replay;
  /** In the order in which the programs' consumer hands them on. */
  readonly events: readonly KernelEvent[];
  readonly ledger: Ledger;
}

export function observe(
  file: Uint8Array,
  options: ReplayOptions = {},
  world: WorldOptions = {},
): Observation {
  const ledger = new Ledger();
  const plan = planReplay(readCapture(file), ledger);
  const simulated = createWorld({ ...worldOptions(plan), ...world });
  const node = simulated.addNode({ name: 'replay' });
  const replay = startReplay(plan, node, options);

  const loaded = node.platform.load(OBJECT, { sections: (name) => name.startsWith('tp_btf/') });
  const cgroup = new Uint8Array(new BigUint64Array([node.cgroup(replay.cgroup)]).buffer);
  loaded.map('allowed_cgroups').update(cgroup, new Uint8Array(new Uint32Array([ALLOW.ALLOW]).buffer));
  const events: KernelEvent[] = [];
  const probes = new Probes({
    node: node.name,
    ring: loaded.ring('events'),
    counters: loaded.map('counters'),
    ledger,
    onEvent: (event) => events.push(event),
  });
  for (const program of loaded.programs.keys()) loaded.attach(program);
  simulated.run({ onIdle: () => probes.drain() });
  probes.flush();
  probes.refreshLedger();
  replay.finish();
  loaded.close();
  return { plan, replay, events, ledger };
}
