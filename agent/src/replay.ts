/** `sonde-agent replay`: a capture, played as system calls in the simulated kernel, seen by the agent. */
import { setImmediate } from 'node:timers/promises';
import type { Terminal } from '@sonde/cli';
import type { Settings } from '@sonde/settings';
import { Agent } from './app.ts';
import { readAgentObject } from './input.ts';
import { type OutputFormat, Report } from './report.ts';
import { simulateCapture } from './simulation.ts';

export interface ReplayOptions {
  readonly file: string;
  readonly format: OutputFormat;
  readonly config: Settings;
  /** Bytes of one read; undefined: a read a captured segment. */
  readonly segmentBytes: number | undefined;
  readonly objectFile?: string;
  readonly printsLedger: boolean;
}

/** Simulated time between two looks at signals; twice as long after each in which nothing happened. */
const SLICE_NS = 100e6;

/** @returns exit code. @throws UserError, LoadError, ObjectError */
export async function replay(
  options: ReplayOptions,
  context: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<number> {
  const { terminal, signal } = context;
  const object = readAgentObject(options.objectFile);
  const simulation = simulateCapture(options.file, {
    settings: options.config,
    segmentBytes: options.segmentBytes,
    onProgress: (done, total) => terminal.progress('Replayed', done, total, performance.now()),
  });
  const report = new Report({ terminal, format: options.format, clock: simulation.clock });
  const [node] = simulation.nodes;
  const agent = new Agent({
    platform: node!.platform,
    object,
    config: options.config,
    ledger: node!.ledger,
    names: simulation.names,
    mergesViews: true,
    selection: { cgroups: node!.cgroups },
    onSpan: (span) => report.span(span),
  });

  let sliceNs = SLICE_NS;
  let isRunning = true;
  while (isRunning && simulation.nowNs < simulation.lastNs && !signal.aborted) {
    let nRecords = 0;
    const drain = () => {
      nRecords += agent.drain(simulation.nowNs);
    };
    isRunning = simulation.advance(Math.min(simulation.nowNs + sliceNs, simulation.lastNs), drain);
    drain();
    // Captures may hold years of silence. By records and not by the clock here: the same capture, the same slices.
    sliceNs = nRecords > 0 ? SLICE_NS : 2 * sliceNs;
    report.flush();
    await setImmediate(); // Lets a signal in.
  }
  const faults = simulation.finish();
  agent.finish(simulation.nowNs);
  const defects = report.finish([agent], {
    title: simulation.title,
    elapsedNs: simulation.endNs - simulation.startNs,
    printsLedger: options.printsLedger,
  });
  agent.close();

  for (const fault of faults) terminal.fail(`${options.file}: ${fault}`);
  if (signal.aborted) return 130;
  return faults.length === 0 && defects === 0 ? 0 : 1;
}
