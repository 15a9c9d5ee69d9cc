/** Runs a scenario with an agent on each node, for tests of the whole path. */
import { readFileSync } from 'node:fs';
import { type Settings, settingsSchema } from '@sonde/settings';
import { Agent } from '../app.ts';
import { createWorld } from '../hooks/sim/world.ts';
import type { ProcessRef } from '../model/entity.ts';
import type { LogLine } from '../model/log-line.ts';
import type { Span } from '../model/span.ts';
import { namesOf } from '../names.ts';
import { parseScenario } from '../workloads/scenario/parse.ts';
import { startScenario, worldOptions } from '../workloads/scenario/start.ts';

export const AGENT_OBJECT = new Uint8Array(readFileSync(new URL('../../bpf/socket.bpf.o', import.meta.url)));

export interface ScenarioRun {
  readonly spans: readonly Span[];
  readonly lines: readonly LogLine[];
  readonly agents: readonly Agent[];
  readonly truth: ReturnType<ReturnType<typeof startScenario>['truth']>;
  /** The service or client that a process is part of. */
  serviceOf(process: Pick<ProcessRef, 'node' | 'cgroupId'>): string;
}

export interface ScenarioRunOptions {
  readonly file?: string;
  readonly text?: string;
  /** Simulated time; the scenario's own if it is not given. */
  readonly durationNs?: number;
  readonly config?: (defaults: Settings) => Settings;
  readonly object?: Uint8Array;
  /** False: nobody reads the rings before the end, so that they overflow. */
  readonly drains?: boolean;
  /** Called after each drain, while things are under way. */
  readonly onDrain?: (agents: readonly Agent[]) => void;
}

export const scenarioFile = (name: string): string =>
  readFileSync(new URL(`../../scenarios/${name}`, import.meta.url), 'utf8');

export function runScenario(options: ScenarioRunOptions): ScenarioRun {
  const defaults = settingsSchema.parse({});
  const config = options.config?.(defaults) ?? defaults;
  const text = options.text ?? scenarioFile(options.file ?? 'http-small.yaml');
  const scenario = parseScenario(text, options.file ?? 'scenario.yaml');
  const world = createWorld({ ...worldOptions(scenario), btfSeed: config.simulation.btfSeed });
  const started = startScenario(scenario, world, { recordCalls: true });
  const spans: Span[] = [];
  const lines: LogLine[] = [];
  const services = new Map(
    started.nodes.flatMap(({ node, processes }) =>
      processes.map(({ cgroupId, name }) => [`${node.name}/${cgroupId}`, name]),
    ),
  );
  const names = namesOf(
    started.nodes.flatMap(({ node, processes }) =>
      processes.map((process) => ({ ...process, node: node.name })),
    ),
  );
  const agents = started.nodes.map(
    ({ node, processes }) =>
      new Agent({
        platform: node.platform,
        object: options.object ?? AGENT_OBJECT,
        config,
        names,
        mergesViews: false,
        selection: { cgroups: [...new Set(processes.map(({ cgroupId }) => cgroupId))] },
        onSpan: (span) => spans.push(span),
        onLine: (line) => lines.push(line),
      }),
  );
  const drain = () => {
    if (options.drains !== false) for (const agent of agents) agent.drain(world.nowNs);
    options.onDrain?.(agents);
  };
  const endNs =
    options.durationNs === undefined ? started.endNs + 10e9 : started.startNs + options.durationNs;
  world.run({ untilNs: endNs, onIdle: drain });
  const truth = started.truth();
  for (const agent of agents) agent.finish(world.nowNs);
  for (const agent of agents) agent.close();
  const serviceOf: ScenarioRun['serviceOf'] = ({ node, cgroupId }) => services.get(`${node}/${cgroupId}`)!;
  return { spans, lines, agents, truth, serviceOf };
}
