/**
 * The agent of one node: a platform's events through every room to spans, edges and the ledger. With main.ts,
 * config.ts and the commands beside it the only code that knows every room.
 */

import { type Imbalance, Ledger, type Stage } from '@sonde/ledger';
import type { Settings } from '@sonde/settings';
import { ViewMerger } from './correlate/merge.ts';
import { toSpan } from './correlate/spans.ts';
import { Threads } from './correlate/threads.ts';
import type { LoadedObject, Platform } from './hooks/hook.ts';
import { LogLines } from './logs/lines.ts';
import type { Direction } from './model/events.ts';
import type { LogLine } from './model/log-line.ts';
import type { SocketId } from './model/socket.ts';
import type { Span } from './model/span.ts';
import { ALLOW, DIRECTION, SKIP_KEY, SOCKET_ID } from './probes/layout.gen.ts';
import { Probes } from './probes/probes.ts';
import { ProtocolEngine } from './protocols/engine/engine.ts';
import type { DeltaOptions } from './topology/deltas.ts';
import { type NameSource, Topology } from './topology/edges.ts';

/** What the agent may look at; everything else is denied in the kernel. */
export interface Selection {
  readonly tgids?: readonly number[];
  readonly cgroups?: readonly bigint[];
}

export interface AgentOptions {
  readonly platform: Platform;
  /** The eBPF object's bytes. */
  readonly object: Uint8Array;
  readonly config: Settings;
  readonly selection: Selection;
  readonly names: NameSource;
  /** Keeps what edges gain in each minute, for reports; without it only their totals are kept. */
  readonly edgeDeltas?: DeltaOptions;
  /** Spans, each once, as they are complete. */
  readonly onSpan: (span: Span) => void;
  /** What observed processes write to their standard output and error, line by line. */
  readonly onLine?: (line: LogLine) => void;
  /** True where both ends of every call are observed together (a capture): one span a call instead of two. */
  readonly mergesViews: boolean;
  /** Ledger to add the agent's stages to, so that stages before it (a capture's packets) stand in the same one. */
  readonly ledger?: Ledger;
}

/** Rungs of the attach ladder, best first, by the prefix of their programs' sections. */
const RUNG_SECTIONS = { btf: 'tp_btf/', raw: 'raw_tp/', tracepoint: 'tracepoint/' } as const;
export type Rung = keyof typeof RUNG_SECTIONS;

export class Agent {
  readonly ledger: Ledger;
  readonly topology: Topology;
  readonly #loaded: LoadedObject;
  readonly #probes: Probes;
  readonly #engine: ProtocolEngine;
  readonly #threads: Threads;
  readonly #lines: LogLines;
  readonly #merger: ViewMerger | null;
  readonly #spans: Stage;
  #nowNs = 0;

  /** Loads, selects, attaches. @throws LoadError, AttachError */
  constructor(options: AgentOptions) {
    const { config, platform } = options;
    this.ledger = options.ledger ?? new Ledger();
    this.topology = new Topology(
      options.names,
      options.edgeDeltas === undefined ? {} : { deltas: options.edgeDeltas },
    );
    const section = RUNG_SECTIONS[config.capture.rung];
    this.#loaded = platform.load(options.object, {
      sections: (name) => name.startsWith(section),
      constants: {
        payload_limit: config.capture.payloadLimitBytes,
        capture_unix: config.capture.unix ? 1 : 0,
        capture_files: { none: 0, logs: 1, all: 2 }[config.capture.files],
        enter_times: config.capture.enterTimes ? 1 : 0,
      },
      mapEntries: { events: config.capture.ringBytes },
    });
    this.#select(options.selection);

    this.#probes = new Probes({
      node: platform.node,
      ring: this.#loaded.ring('events'),
      counters: this.#loaded.map('counters'),
      ledger: this.ledger,
      reorderWindowNs: config.reorderWindowMs * 1e6,
      onEvent: (event) => {
        this.#nowNs = Math.max(this.#nowNs, event.exitNs);
        this.topology.onEvent(event);
        this.#engine.onEvent(event);
        this.#threads.onEvent(event);
        this.#lines.onEvent(event);
      },
    });
    this.#engine = new ProtocolEngine({
      ledger: this.ledger,
      limits: {
        maxConnections: config.streams.connections,
        maxFlowBytes: config.streams.flowBytes,
        maxTotalBytes: config.streams.totalBytes,
      },
      onSkip: (socket, direction, position) => this.#skip(socket, direction, position),
      onRequest: (request) => this.#threads.opened(request),
      onWithdrawn: (request) => this.#threads.withdrawn(request),
      onExchange: (exchange, request) => {
        this.topology.onExchange(exchange);
        this.#threads.ended(request, exchange.response?.endNs ?? this.#nowNs);
        this.#spans.take();
        const keyed = toSpan(exchange, platform.name, this.#threads.linkOf(request));
        this.#spans.give();
        if (this.#merger === null) options.onSpan(keyed.span);
        else this.#merger.push(keyed, this.#nowNs);
      },
    });
    this.#threads = new Threads({ ledger: this.ledger });
    this.#spans = this.ledger.stage('spans', {
      unit: 'spans',
      conversion: 'an exchange is one span',
      drops: {},
    });
    this.#merger = options.mergesViews
      ? new ViewMerger({ ledger: this.ledger, onSpan: options.onSpan })
      : null;
    this.#lines = new LogLines({
      ledger: this.ledger,
      activeSpan: (tgid, tid, timeNs) => this.#threads.activeSpan(tgid, tid, timeNs),
      onLine: (line) => options.onLine?.(line),
    });
    for (const program of this.#loaded.programs.keys()) this.#loaded.attach(program);
  }

  /** Reads the ring and works off what is in it. @param nowNs the node's monotonic time. @returns records read */
  drain(nowNs: number): number {
    const nRecords = this.#probes.drain();
    if (nRecords > 0) this.#nowNs = Math.max(this.#nowNs, nowNs);
    this.#engine.advance(nowNs);
    this.#lines.advance(nowNs);
    this.#merger?.advance(nowNs);
    return nRecords;
  }

  /** Ends the observation: everything that is held is worked off and reported as far as it is known. */
  finish(nowNs: number): void {
    this.#probes.flush();
    this.#engine.flush(nowNs);
    this.#lines.flush();
    this.#merger?.flush();
    this.refreshLedger();
  }

  /** What does not add up now, the kernel's own counters included. */
  imbalances(): Imbalance[] {
    this.refreshLedger();
    return this.ledger.imbalances();
  }

  /** One line for each program that was stopped while it ran. */
  faults(): string[] {
    return [...this.#loaded.faults].map(
      ([program, { count, last }]) => `program "${program}" was stopped ${count} times: ${last}`,
    );
  }

  /** Brings the counters that live in the kernel into the ledger. */
  refreshLedger(): void {
    this.#probes.refreshLedger();
  }

  close(): void {
    this.#loaded.close();
  }

  #select(selection: Selection): void {
    const allow = u32(ALLOW.ALLOW | ALLOW.ALLOW_CHILDREN);
    const tgids = this.#loaded.map('allowed_tgids');
    for (const tgid of selection.tgids ?? []) tgids.update(u32(tgid), allow);
    const cgroups = this.#loaded.map('allowed_cgroups');
    for (const id of selection.cgroups ?? []) cgroups.update(u64(id), allow);
  }

  /** Tells the programs that nobody will read the bytes of a flow before a position. */
  #skip(socket: SocketId, direction: Direction, untilPosition: number): void {
    const key = new Uint8Array(SKIP_KEY.bytes);
    const view = new DataView(key.buffer);
    view.setBigUint64(SKIP_KEY.socket + SOCKET_ID.sock, kernelAddress(socket.address), true);
    view.setBigUint64(SKIP_KEY.socket + SOCKET_ID.inode, BigInt(socket.inode), true);
    view.setUint32(SKIP_KEY.direction, direction === 'send' ? DIRECTION.SEND : DIRECTION.RECEIVE, true);
    this.#loaded.map('skip_until').update(key, u32(untilPosition));
  }
}

/** The full address of its low 48 bits: kernel addresses are sign-extended. Counted identities stay as they are. */
const kernelAddress = (low48: number): bigint => BigInt.asUintN(64, BigInt.asIntN(48, BigInt(low48)));

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}
