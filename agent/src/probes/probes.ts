import type { Ledger, Stage, StageSpec } from '@sonde/ledger';
import type { MapAccess, RingReader } from '../hooks/hook.ts';
import type { KernelEvent } from '../model/events.ts';
import { KernelCounters } from './counters.ts';
import { Decoder } from './decode.ts';
import { ReorderWindow } from './reorder.ts';
import { SocketTable } from './sockets.ts';

const RING: StageSpec = { unit: 'records', from: 'kernel.records', drops: {} };

const PROBES: StageSpec = {
  unit: 'events',
  conversion: 'a record read from the ring is one event',
  drops: {
    short_record: 'the record is shorter than its kind',
    unknown_kind: 'the record is of no kind that this agent knows',
    bad_length: 'the record claims more payload than it has',
  },
};

export interface ProbesOptions {
  readonly node: string;
  readonly ring: RingReader;
  readonly counters: MapAccess;
  readonly ledger: Ledger;
  /** Events come in time order, each once. */
  readonly onEvent: (event: KernelEvent) => void;
  /** How long an event may wait for one that happened before it. */
  readonly reorderWindowNs?: number;
  readonly socketCapacity?: number;
}

/** Reads one node's ring buffer: bytes to records, in order. */
export class Probes {
  readonly #ring: RingReader;
  readonly #counters: KernelCounters;
  readonly #decoder: Decoder;
  readonly #window: ReorderWindow;
  readonly #ringStage: Stage;
  readonly #stage: Stage;
  readonly sockets: SocketTable;

  constructor(options: ProbesOptions) {
    this.#ring = options.ring;
    this.#counters = new KernelCounters(options.counters, options.ledger);
    this.#ringStage = options.ledger.stage('ring', RING);
    this.#stage = options.ledger.stage('probes', PROBES);
    this.sockets = new SocketTable(options.node, options.socketCapacity);
    this.#decoder = new Decoder(options.node, this.sockets);
    this.#window = new ReorderWindow({
      windowNs: options.reorderWindowNs ?? 1_000_000,
      release: (event) => {
        this.#stage.give();
        this.#stage.hold(-1);
        options.onEvent(event);
      },
    });
  }

  /** Events that arrived too late to be put in order. */
  get late(): number {
    return this.#window.late;
  }

  /** Reads what the ring holds and hands on what is in order. @returns records read */
  drain(): number {
    const n = this.#ring.drain((record) => this.#take(record));
    this.#window.release();
    return n;
  }

  /** Reads what is left and hands on everything, also what might still be overtaken. */
  flush(): void {
    this.#ring.drain((record) => this.#take(record));
    this.#window.flush();
  }

  /** Brings the kernel's own counters and the ring's fill into the ledger. */
  refreshLedger(): void {
    this.#counters.refresh();
    // Three independent counts: the programs' own, what lies between the ring's positions, and what was read here.
    this.#ringStage.in = this.#counters.recordsWritten;
    this.#ringStage.held = this.#ring.pendingRecords();
  }

  #take(record: Uint8Array): void {
    this.#ringStage.give();
    this.#stage.take();
    const event = this.#decoder.decode(record);
    if (typeof event === 'string') {
      this.#stage.drop(event);
      return;
    }
    this.#stage.hold(1);
    this.#window.push(event);
  }
}
