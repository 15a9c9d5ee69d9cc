/** Plays a bundled scenario with an agent on each node, which send to a collector. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingsSchema } from '@sonde/settings';
import type { Span } from '../../agent/src/model/span.ts';
import { runAgents } from '../../agent/src/run.ts';
import { type Simulation, simulateScenario } from '../../agent/src/simulation.ts';
import { memoryTerminal } from '../../agent/src/testing/memory-terminal.ts';
import { scenarioFile } from '../../agent/src/testing/run-scenario.ts';
import type { GroundTruth } from '../../agent/src/workloads/scenario/truth.ts';

export interface ScenarioChoice {
  /** A file of agent/scenarios. */
  readonly file: string;
  /** Simulated time in which clients make requests. */
  readonly durationMs: number;
  /** Nodes that have an agent; all if it is not given. */
  readonly nodes?: readonly string[];
}

export interface Observation {
  readonly truth: GroundTruth;
  /** As the agents found them, before redaction, of all nodes. */
  readonly spans: readonly Span[];
  /** The service or client that a process is part of. */
  serviceOf(process: Pick<Span, 'node' | 'tgid' | 'cgroupId'>): string;
  /** Unix time minus the simulation's monotonic time. */
  readonly wallMinusMonotonicNs: bigint;
  /** Batches that the collector said are safe. */
  readonly acknowledged: readonly AcknowledgedLine[];
}

/** A line of `--ack-log`. */
export interface AcknowledgedLine {
  readonly agent: string;
  readonly sequence: number;
  readonly rows: number;
}

const BATCH_MS = 100;

/** @param folder for files of this run. @throws Error if the agents do not end as they should */
export async function observe(
  { file, durationMs, nodes }: ScenarioChoice,
  { collector, folder }: { readonly collector: string; readonly folder: string },
): Promise<Observation> {
  const settings = settingsSchema.parse({ transport: { collector, batchMs: BATCH_MS } });
  const scenario = join(folder, file);
  writeFileSync(scenario, scenarioFile(file).replace(/^durationMs: .*/m, `durationMs: ${durationMs}`));
  const simulation = simulateScenario(scenario, { settings, recordCalls: true });
  const spans: Span[] = [];
  const { terminal, stderr } = memoryTerminal();
  const ackLog = join(folder, 'acknowledged.jsonl');
  writeFileSync(ackLog, '');
  const code = await runAgents(
    nodes === undefined ? simulation : onlyNodes(simulation, nodes),
    { settings, workload: { scenario }, once: true, pace: 1, ackLog, onSpan: (span) => spans.push(span) },
    { terminal, signal: new AbortController().signal },
  );
  if (code !== 0) throw new Error(`The agents ended with code ${code}:\n${stderr()}`);
  return {
    truth: simulation.truth(),
    spans,
    serviceOf: (process) => simulation.names.ofProcess(process)!,
    wallMinusMonotonicNs: simulation.clock.wallMinusMonotonicNs,
    acknowledged: readFileSync(ackLog, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AcknowledgedLine),
  };
}

/** The same simulation, of which only some nodes are observed. */
function onlyNodes(simulation: Simulation, names: readonly string[]): Simulation {
  const { title, clock, startNs, endNs, lastNs, names: known } = simulation;
  return {
    ...{ title, clock, startNs, endNs, lastNs, names: known },
    nodes: simulation.nodes.filter(({ name }) => names.includes(name)),
    get nowNs() {
      return simulation.nowNs;
    },
    advance: (untilNs, onIdle) => simulation.advance(untilNs, onIdle),
    finish: () => simulation.finish(),
  };
}
