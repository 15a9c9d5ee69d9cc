/** `sonde-agent run`: observes nodes and sends what it finds to the collector. */

import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { aborted, ExitCode, type Terminal } from '@sonde/cli';
import type { Settings } from '@sonde/settings';
import { AckLog } from './ack-log.ts';
import { Agent } from './app.ts';
import { type Counted, closingLines } from './closing-lines.ts';
import { readAgentObject } from './input.ts';
import { RedDeltas } from './metrics/red.ts';
import type { Span } from './model/span.ts';
import { unixMinutesOf } from './model/time.ts';
import { Redactor } from './redact/redact.ts';
import { Reporting } from './reporting.ts';
import { type SimulatedNode, type Simulation, simulateCapture, simulateScenario } from './simulation.ts';
import { Shipper } from './transport/shipper.ts';
import { VERSION } from './version.ts';

export interface RunOptions {
  readonly settings: Settings;
  readonly workload: { readonly scenario: string } | { readonly capture: string };
  /**
   * Plays the workload's own stretch of time as fast as it goes, in its own epoch, and ends when everything is
   * acknowledged. Otherwise a scenario runs in the present, without end.
   */
  readonly once: boolean;
  /** Simulated seconds in a second, where it runs without end. */
  readonly pace: number;
  readonly objectFile?: string;
  /** Gets a line of JSON for each batch that was acknowledged. */
  readonly ackLog?: string;
  /** Sees each span as its node found it, before redaction. */
  readonly onSpan?: (span: Span) => void;
}

/** Simulated time between two looks at signals and the clock. */
const SLICE_NS = 50e6;
/** How long an interrupted agent waits for the collector to take what is left. */
const LAST_WORD_MS = 5_000;

export interface RunContext {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** @returns exit code. @throws UserError, LoadError, ObjectError, AttachError */
export const run = (options: RunOptions, context: RunContext): Promise<number> =>
  runAgents(startWorkload(options, Date.now()), options, context);

/** As run(), over a simulation that has not begun. */
export async function runAgents(
  simulation: Simulation,
  options: RunOptions,
  { terminal, signal }: RunContext,
): Promise<number> {
  const bootEpoch = Date.now();
  const object = readAgentObject(options.objectFile);
  const ackLog = options.ackLog === undefined ? null : new AckLog(options.ackLog);
  const note = (line: string) => terminal.note(line);
  const observers = simulation.nodes.map((node) =>
    observe(node, { options, simulation, object, bootEpoch, ackLog, note }),
  );

  await play(simulation, observers, options, signal);
  const faults = [...simulation.finish()];
  for (const { agent } of observers) agent.finish(simulation.nowNs);
  const lastWord = Promise.all(observers.map(({ reporting }) => reporting.finish(simulation.nowNs)));
  const patience = aborted(signal).then(() => sleep(LAST_WORD_MS, undefined, { ref: false }));
  await Promise.race([lastWord, patience]);

  for (const { agent, name } of observers) {
    for (const fault of agent.faults()) faults.push(`${name}: ${fault}`);
    for (const { stage, rule, expected, found } of agent.imbalances())
      faults.push(`${name}: defect: ledger stage ${stage} breaks "${rule}": ${expected} against ${found}`);
  }
  for (const { agent, shipper, name, counted } of observers) {
    await shipper.close();
    agent.close();
    for (const line of closingLines(counted())) note(`${name}: ${line}`);
  }
  const ackFault = ackLog?.close() ?? null;
  if (ackFault !== null) faults.push(ackFault);
  for (const fault of faults) terminal.fail(fault);
  const endsByItself = options.once || 'capture' in options.workload;
  if (signal.aborted && endsByItself) return ExitCode.INTERRUPTED;
  return faults.length === 0 ? ExitCode.OK : ExitCode.FAILED;
}

function startWorkload({ workload, settings, once }: RunOptions, unixMs: number): Simulation {
  if ('capture' in workload) return simulateCapture(workload.capture, { settings });
  return simulateScenario(workload.scenario, { settings, ...(once ? {} : { live: { unixMs } }) });
}

/** One node under observation. */
interface Observer {
  readonly name: string;
  readonly agent: Agent;
  readonly reporting: Reporting;
  readonly shipper: Shipper;
  readonly counted: () => Counted;
}

function observe(
  node: SimulatedNode,
  about: {
    readonly options: RunOptions;
    readonly simulation: Simulation;
    readonly object: Uint8Array;
    readonly bootEpoch: number;
    readonly ackLog: AckLog | null;
    readonly note: (line: string) => void;
  },
): Observer {
  const { options, simulation, object, bootEpoch, ackLog, note } = about;
  const { settings, onSpan } = options;
  const { names, clock } = simulation;
  const agentId =
    settings.transport.agentId === '' ? node.name : `${settings.transport.agentId}.${node.name}`;
  const shipper = new Shipper({
    collector: settings.transport.collector,
    agentId,
    bootEpoch,
    agentVersion: VERSION,
    node: node.name,
    platform: node.platform.name,
    clock: () => clock,
    monotonicNs: () => simulation.nowNs,
    queueBytes: settings.transport.queueBytes,
    retryMaxMs: settings.transport.retryMaxMs,
    ledger: node.ledger,
    onNote: (line) => note(`${node.name}: ${line}`),
    onAcknowledged: (batch) => ackLog?.add({ agent: agentId, epoch: bootEpoch, ...batch }),
  });
  const agent: Agent = new Agent({
    platform: node.platform,
    object,
    config: settings,
    ledger: node.ledger,
    names,
    // Both ends of a call are told: the map and the traces join them.
    mergesViews: false,
    selection: { cgroups: node.cgroups },
    edgeDeltas: { entities: names, minuteOf: unixMinutesOf(clock) },
    onSpan: (span) => {
      onSpan?.(span);
      reporting.span(span);
    },
    onLine: (line) => reporting.line(line),
  });
  const redactor = new Redactor();
  const red = new RedDeltas();
  const reporting = new Reporting({
    shipper,
    entities: names,
    names,
    redactor,
    red,
    topology: agent.topology,
    ledger: node.ledger,
    refreshLedger: () => agent.refreshLedger(),
    minuteOf: unixMinutesOf(clock),
    batchRows: settings.transport.batchRows,
    batchNs: settings.transport.batchMs * 1e6,
    startNs: simulation.nowNs,
  });
  const { topology } = agent;
  return {
    name: node.name,
    agent,
    reporting,
    shipper,
    counted: () => ({ redactor, red, topology, transport: shipper }),
  };
}

/** Runs the simulated nodes to their end, or until the signal. */
async function play(
  simulation: Simulation,
  observers: readonly Observer[],
  { once, pace, workload, settings }: RunOptions,
  signal: AbortSignal,
): Promise<void> {
  const isPaced = !once && 'scenario' in workload;
  const startMs = performance.now();
  let sliceNs = SLICE_NS;
  let isRunning = true;
  while (isRunning && simulation.nowNs < simulation.lastNs && !signal.aborted) {
    let nRecords = 0;
    const drain = () => {
      for (const { agent } of observers) nRecords += agent.drain(simulation.nowNs);
    };
    isRunning = simulation.advance(Math.min(simulation.nowNs + sliceNs, simulation.lastNs), drain);
    drain();
    for (const { reporting } of observers) reporting.tick(simulation.nowNs);
    if (isPaced) {
      const aheadMs = (simulation.nowNs - simulation.startNs) / 1e6 / pace - (performance.now() - startMs);
      await sleep(Math.max(0, aheadMs), undefined, { signal }).catch(() => undefined);
    } else {
      // Captures may hold years of silence.
      sliceNs = nRecords > 0 ? SLICE_NS : 2 * sliceNs;
      await setImmediate();
      await roomInQueues(observers, settings.transport.queueBytes / 2, signal);
    }
  }
}

/** A workload that can wait does, before a queue overflows. */
async function roomInQueues(
  observers: readonly Observer[],
  maxBytes: number,
  signal: AbortSignal,
): Promise<void> {
  while (observers.some(({ shipper }) => shipper.queuedBytes > maxBytes) && !signal.aborted) {
    await sleep(20, undefined, { signal }).catch(() => undefined);
  }
}
