/** `sonde-agent sim`: a scenario in the simulated kernel, an agent on each of its nodes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Terminal } from '@sonde/cli';
import type { Settings } from '@sonde/settings';
import { Agent } from './app.ts';
import { readAgentObject } from './input.ts';
import { type OutputFormat, Report } from './report.ts';
import { simulateScenario } from './simulation.ts';

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

/** @returns exit code. @throws UserError, SettingsError */
export async function simulate(
  options: SimOptions,
  context: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<number> {
  const { terminal, signal } = context;
  const { durationSeconds, pace } = options;
  const object = readAgentObject(options.objectFile);
  const simulation = simulateScenario(options.file, {
    settings: options.config,
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  });
  const { title, startNs, endNs, lastNs } = simulation;
  const report = new Report({ terminal, format: options.format, clock: simulation.clock });
  const agents = simulation.nodes.map(
    ({ platform, cgroups, ledger }) =>
      new Agent({
        platform,
        object,
        config: options.config,
        ledger,
        names: simulation.names,
        mergesViews: false,
        selection: { cgroups },
        onSpan: (span) => report.span(span),
      }),
  );
  const drain = () => {
    for (const agent of agents) agent.drain(simulation.nowNs);
  };
  const elapsedNs = () => Math.min(simulation.nowNs, endNs) - startNs;

  const startMs = performance.now();
  let drawnMs = startMs;
  let isRunning = true;
  while (isRunning && simulation.nowNs < lastNs && !signal.aborted) {
    isRunning = simulation.advance(Math.min(simulation.nowNs + SLICE_NS, lastNs), drain);
    drain();
    report.flush();
    const doneMs = Math.round(elapsedNs() / 1e6);
    terminal.progress('Simulated', doneMs, Math.round((endNs - startNs) / 1e6), performance.now());
    if (options.format === 'summary' && pace !== undefined && performance.now() - drawnMs > REDRAW_MS) {
      drawnMs = performance.now();
      for (const agent of agents) agent.refreshLedger();
      terminal.redraw(report.summaryLines(agents, { title, elapsedNs: elapsedNs() }));
    }
    if (!isRunning) break;
    const aheadMs = pace === undefined ? 0 : doneMs / pace - (performance.now() - startMs);
    await sleep(Math.max(0, aheadMs), undefined, { signal }).catch(() => undefined);
  }
  for (const agent of agents) agent.finish(simulation.nowNs);
  terminal.redraw([]);
  const defects = report.finish(agents, {
    title,
    elapsedNs: elapsedNs(),
    printsLedger: options.printsLedger,
  });
  for (const agent of agents) agent.close();
  if (signal.aborted) return 130;
  return defects === 0 ? 0 : 1;
}
