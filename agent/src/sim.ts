/** `sonde-agent sim`: a scenario in the simulated kernel, an agent on each of its nodes. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Terminal, UserError } from '@sonde/cli';
import type { Settings } from '@sonde/settings';
import { Agent } from './app.ts';
import { createWorld } from './hooks/sim/world.ts';
import { readAgentObject, readInput } from './input.ts';
import type { ClockOffset } from './model/time.ts';
import { namesOf } from './names.ts';
import { type OutputFormat, Report } from './report.ts';
import { parseScenario, ScenarioError } from './workloads/scenario/parse.ts';
import type { Scenario } from './workloads/scenario/scenario.ts';
import { startScenario, worldOptions } from './workloads/scenario/start.ts';

export interface SimOptions {
  readonly file: string;
  readonly format: OutputFormat;
  readonly config: Settings;
  readonly durationSeconds: number | undefined;
  /** Simulated seconds in a second; undefined: as fast as it goes. */
  readonly pace: number | undefined;
  readonly objectFile?: string;
  readonly printsLedger: boolean;
}

/** Simulated time between two looks at signals, the clock and the screen. */
const SLICE_NS = 50e6;
const REDRAW_MS = 500;
/** What is under way when the clients stop has this long to end. */
const GRACE_NS = 10e9;

/** @returns exit code. @throws UserError, SettingsError */
export async function simulate(
  options: SimOptions,
  context: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<number> {
  const { terminal, signal } = context;
  const { config } = options;
  const scenario = readScenario(options.file);
  const object = readAgentObject(options.objectFile);

  const world = createWorld({ ...worldOptions(scenario), btfSeed: config.simulation.btfSeed });
  const started = startScenario(scenario, world);
  const clock: ClockOffset = {
    bootId: `simulated-${scenario.seed}`,
    wallMinusMonotonicNs: scenario.startUnixNs - BigInt(started.startNs),
  };
  const names = namesOf(
    started.nodes.flatMap(({ node, processes }) =>
      processes.map((process) => ({ ...process, node: node.name })),
    ),
  );
  const report = new Report({ terminal, format: options.format, clock });
  const agents = started.nodes.map(
    ({ node, processes }) =>
      new Agent({
        platform: node.platform,
        object,
        config,
        names,
        mergesViews: false,
        selection: { cgroups: [...new Set(processes.map(({ cgroupId }) => cgroupId))] },
        onSpan: (span) => report.span(span),
      }),
  );
  const drain = () => {
    for (const agent of agents) agent.drain(world.nowNs);
  };
  const title = `Scenario "${scenario.name}" in the simulated kernel`;
  const endNs =
    options.durationSeconds === undefined ? started.endNs : started.startNs + options.durationSeconds * 1e9;
  const lastNs = endNs + (options.durationSeconds === undefined ? GRACE_NS : 0);

  const startMs = performance.now();
  let drawnMs = startMs;
  while (world.nowNs < lastNs && !signal.aborted) {
    const untilNs = Math.min(world.nowNs + SLICE_NS, lastNs);
    world.run({ untilNs, onIdle: drain });
    drain();
    report.flush();
    const elapsedNs = Math.min(world.nowNs, endNs) - started.startNs;
    terminal.progress(
      'Simulated',
      Math.round(elapsedNs / 1e6),
      Math.round((endNs - started.startNs) / 1e6),
      performance.now(),
    );
    if (
      options.format === 'summary' &&
      options.pace !== undefined &&
      performance.now() - drawnMs > REDRAW_MS
    ) {
      drawnMs = performance.now();
      for (const agent of agents) agent.refreshLedger();
      terminal.redraw(report.summaryLines(agents, { title, elapsedNs }));
    }
    if (world.nowNs < untilNs) break; // Nothing can happen any more.
    const aheadMs =
      options.pace === undefined ? 0 : elapsedNs / 1e6 / options.pace - (performance.now() - startMs);
    await sleep(Math.max(0, aheadMs), undefined, { signal }).catch(() => undefined);
  }
  for (const agent of agents) agent.finish(world.nowNs);
  terminal.redraw([]);
  const elapsedNs = Math.min(world.nowNs, endNs) - started.startNs;
  const defects = report.finish(agents, { title, elapsedNs, printsLedger: options.printsLedger });
  for (const agent of agents) agent.close();
  if (signal.aborted) return 130;
  return defects === 0 ? 0 : 1;
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
