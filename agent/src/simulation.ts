/** Simulated nodes with something to do on them: a scenario's services, or the hosts of a capture. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '@sonde/cli';
import { Ledger } from '@sonde/ledger';
import type { Settings } from '@sonde/settings';
import type { Platform } from './hooks/hook.ts';
import { createWorld } from './hooks/sim/world.ts';
import { readInput } from './input.ts';
import type { ClockOffset } from './model/time.ts';
import { captureNamesOf, type Names, namesOf } from './names.ts';
import { type Capture, CaptureError, readCapture } from './workloads/capture/capture.ts';
import { FIRST_PACKET_NS, planReplay } from './workloads/capture/plan.ts';
import { REPLAY_CGROUP } from './workloads/capture/replay/hosts.ts';
import { worldOptions as captureWorldOptions, startReplay } from './workloads/capture/replay.ts';
import { withoutEnd } from './workloads/scenario/endless.ts';
import { parseScenario, ScenarioError } from './workloads/scenario/parse.ts';
import type { Scenario } from './workloads/scenario/scenario.ts';
import { worldOptions as scenarioWorldOptions, startScenario } from './workloads/scenario/start.ts';
import type { GroundTruth } from './workloads/scenario/truth.ts';

export interface Simulation {
  /** For people. */
  readonly title: string;
  /** The same on all nodes: they share one clock and network. */
  readonly clock: ClockOffset;
  readonly nodes: readonly SimulatedNode[];
  readonly names: Names;
  /** When it begins, when nothing new is begun any more, and when what was under way has ended too. Monotonic ns. */
  readonly startNs: number;
  readonly endNs: number;
  readonly lastNs: number;
  readonly nowNs: number;
  /** Runs until a time. `onIdle` is called while it runs, often enough for rings to be read. @returns false if nothing can happen any more */
  advance(untilNs: number, onIdle: () => void): boolean;
  /** Call when it has run. @returns what the simulated kernel would not do, one line each */
  finish(): readonly string[];
}

export interface SimulatedNode {
  readonly name: string;
  readonly platform: Platform;
  /** What is to be observed on it. */
  readonly cgroups: readonly bigint[];
  /** Stages before the agent's own stand in here already. */
  readonly ledger: Ledger;
}

/** What is under way when the clients stop has this long to end. */
const SCENARIO_GRACE_NS = 10e9;
/** After the last packet: what the simulated kernel still has under way. */
const CAPTURE_GRACE_NS = 1e9;

export interface ScenarioOptions {
  readonly settings: Settings;
  /** Instead of the scenario's own. */
  readonly durationSeconds?: number;
  /** Runs without end, in the present, with other choices at each start. */
  readonly live?: { readonly unixMs: number };
  /** See StartOptions.recordCalls of workloads/scenario. */
  readonly recordCalls?: boolean;
}

export interface ScenarioSimulation extends Simulation {
  /** What really happened until now. */
  truth(): GroundTruth;
}

/** @throws UserError with exit code 2 for a faulty scenario, 3 for a file that cannot be read */
export function simulateScenario(file: string, options: ScenarioOptions): ScenarioSimulation {
  const { settings, durationSeconds, live, recordCalls } = options;
  const declared = readScenario(file);
  const scenario =
    live === undefined
      ? declared
      : withoutEnd(declared, { startUnixNs: BigInt(live.unixMs) * 1_000_000n, seed: live.unixMs % 2 ** 31 });
  const world = createWorld({ ...scenarioWorldOptions(scenario), btfSeed: settings.simulation.btfSeed });
  const started = startScenario(scenario, world, { recordCalls: recordCalls ?? false });
  const endNs = durationSeconds === undefined ? started.endNs : started.startNs + durationSeconds * 1e9;
  return {
    title: `Scenario "${scenario.name}" in the simulated kernel`,
    clock: {
      bootId: `simulated-${scenario.seed}`,
      wallMinusMonotonicNs: scenario.startUnixNs - BigInt(started.startNs),
    },
    nodes: started.nodes.map(({ node, processes }) => ({
      name: node.name,
      platform: node.platform,
      cgroups: [...new Set(processes.map(({ cgroupId }) => cgroupId))],
      ledger: new Ledger(),
    })),
    names: namesOf(
      started.nodes.flatMap(({ node, processes }) =>
        processes.map((process) => ({ ...process, node: node.name })),
      ),
      started.startNs,
    ),
    startNs: started.startNs,
    endNs,
    lastNs: endNs + (durationSeconds === undefined ? SCENARIO_GRACE_NS : 0),
    get nowNs() {
      return world.nowNs;
    },
    advance: (untilNs, onIdle) => {
      world.run({ untilNs, onIdle });
      return world.nowNs >= untilNs;
    },
    finish: () => [],
    truth: () => started.truth(),
  };
}

export interface CaptureOptions {
  readonly settings: Settings;
  /** See ReplayOptions.segmentBytes of workloads/capture. */
  readonly segmentBytes?: number | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** @throws UserError with exit code 3 for a file that is no capture or cannot be read */
export function simulateCapture(file: string, options: CaptureOptions): Simulation {
  const { settings, segmentBytes, onProgress } = options;
  const ledger = new Ledger();
  const plan = planReplay(openCapture(file), ledger);
  const world = createWorld({
    ...captureWorldOptions(plan),
    seed: settings.simulation.seed,
    btfSeed: settings.simulation.btfSeed,
  });
  const node = world.addNode({ name: 'replay' });
  const running = startReplay(plan, node, {
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return {
    title: `Capture ${basename(file)}, played through the eBPF programs in the simulated kernel`,
    clock: { bootId: 'capture', wallMinusMonotonicNs: plan.wallMinusMonotonicNs },
    nodes: [{ name: node.name, platform: node.platform, cgroups: [node.cgroup(REPLAY_CGROUP)], ledger }],
    names: captureNamesOf(node.name, running.processes),
    startNs: FIRST_PACKET_NS,
    endNs: plan.endNs,
    lastNs: plan.endNs + CAPTURE_GRACE_NS,
    get nowNs() {
      return world.nowNs;
    },
    advance: (untilNs, onIdle) => {
      world.run({ untilNs, onIdle });
      return world.nowNs >= untilNs;
    },
    finish: () => {
      running.finish();
      return [...plan.faults, ...running.faults];
    },
  };
}

function readScenario(file: string): Scenario {
  const text = readInput(file, 'scenario', (path) => readFileSync(path, 'utf8'));
  try {
    return parseScenario(text, file);
  } catch (cause) {
    if (cause instanceof ScenarioError) throw new UserError(cause.message, 2, cause);
    throw cause;
  }
}

function openCapture(file: string): Capture {
  const bytes = readInput(file, 'capture', (path) => new Uint8Array(readFileSync(path === '-' ? 0 : path)));
  try {
    return readCapture(bytes);
  } catch (cause) {
    if (cause instanceof CaptureError) throw new UserError(`${file}: ${cause.message}`, 3, cause);
    throw cause;
  }
}
