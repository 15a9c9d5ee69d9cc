/** `sonde-agent replay`: a capture, played as system calls in the simulated kernel, seen by the agent. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Terminal, UserError } from '@sonde/cli';
import { Ledger } from '@sonde/ledger';
import type { Settings } from '@sonde/settings';
import { Agent } from './app.ts';
import { createWorld } from './hooks/sim/world.ts';
import { readAgentObject, readInput } from './input.ts';
import type { ClockOffset } from './model/time.ts';
import { type OutputFormat, Report } from './report.ts';
import { type Capture, CaptureError, readCapture } from './workloads/capture/capture.ts';
import { FIRST_PACKET_NS, planReplay } from './workloads/capture/plan.ts';
import { REPLAY_CGROUP } from './workloads/capture/replay/hosts.ts';
import { startReplay, worldOptions } from './workloads/capture/replay.ts';

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
/** After the last packet: what the simulated kernel still has under way. */
const GRACE_NS = 1e9;

/** @returns exit code. @throws UserError, LoadError, ObjectError */
export async function replay(
  options: ReplayOptions,
  context: { readonly terminal: Terminal; readonly signal: AbortSignal },
): Promise<number> {
  const { terminal, signal } = context;
  const { config } = options;
  const object = readAgentObject(options.objectFile);
  const ledger = new Ledger();
  const plan = planReplay(openCapture(options.file), ledger);

  const world = createWorld({
    ...worldOptions(plan),
    seed: config.simulation.seed,
    btfSeed: config.simulation.btfSeed,
  });
  const node = world.addNode({ name: 'replay' });
  const running = startReplay(plan, node, {
    ...(options.segmentBytes === undefined ? {} : { segmentBytes: options.segmentBytes }),
    onProgress: (done, total) => terminal.progress('Replayed', done, total, performance.now()),
  });
  const clock: ClockOffset = { bootId: 'capture', wallMinusMonotonicNs: plan.wallMinusMonotonicNs };
  const report = new Report({ terminal, format: options.format, clock });
  const agent = new Agent({
    platform: node.platform,
    object,
    config,
    ledger,
    // A capture knows addresses and no names.
    names: { ofProcess: () => null, ofEndpoint: () => null },
    mergesViews: true,
    selection: { cgroups: [node.cgroup(REPLAY_CGROUP)] },
    onSpan: (span) => report.span(span),
  });

  const lastNs = plan.endNs + GRACE_NS;
  let sliceNs = SLICE_NS;
  while (world.nowNs < lastNs && !signal.aborted) {
    const untilNs = Math.min(world.nowNs + sliceNs, lastNs);
    let nRecords = 0;
    world.run({
      untilNs,
      onIdle: () => {
        nRecords += agent.drain(world.nowNs);
      },
    });
    nRecords += agent.drain(world.nowNs);
    // Captures may hold years of silence. By records and not by the clock here: the same capture, the same slices.
    sliceNs = nRecords > 0 ? SLICE_NS : 2 * sliceNs;
    report.flush();
    if (world.nowNs < untilNs) break; // Nothing can happen any more.
    await setImmediate(); // Lets a signal in.
  }
  running.finish();
  agent.finish(world.nowNs);
  const title = `Capture ${basename(options.file)}, played through the eBPF programs in the simulated kernel`;
  const defects = report.finish([agent], {
    title,
    elapsedNs: plan.endNs - FIRST_PACKET_NS,
    printsLedger: options.printsLedger,
  });
  agent.close();

  const faults = [...plan.faults, ...running.faults];
  for (const fault of faults) terminal.fail(`${options.file}: ${fault}`);
  if (signal.aborted) return 130;
  return faults.length === 0 && defects === 0 ? 0 : 1;
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
