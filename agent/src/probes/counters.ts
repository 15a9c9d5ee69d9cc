import type { Ledger, Stage, StageSpec } from '@sonde/ledger';
import type { MapAccess } from '../hooks/hook.ts';
import { COUNTER } from './layout.gen.ts';

const CALLS: StageSpec = {
  unit: 'calls',
  drops: {
    failed: 'the call returned an error: nothing moved',
    empty: 'the call moved nothing and said nothing',
    peeked: 'MSG_PEEK: the same bytes come again',
    not_captured: 'a descriptor of a kind that is not captured',
    compat: 'a 32-bit task on a 64-bit kernel',
    unreadable: 'kernel or user memory could not be read',
    lost_context: "the call's enter was not seen",
  },
};

const RECORDS: StageSpec = {
  unit: 'records',
  conversion:
    'a reported call gives one record or several; state changes and process events give records of their own',
  drops: { ring_full: 'the ring buffer had no room' },
};

/** The ledger's first two stages: counted by the eBPF programs themselves, in their per-CPU map, and read from there. */
export class KernelCounters {
  readonly #map: MapAccess;
  readonly #calls: Stage;
  readonly #records: Stage;
  /** The program's socket table refused an entry. */
  socketsFull = 0;

  constructor(map: MapAccess, ledger: Ledger) {
    this.#map = map;
    this.#calls = ledger.stage('kernel.calls', CALLS);
    this.#records = ledger.stage('kernel.records', RECORDS);
  }

  /** Records that the ring took, by the programs' count. */
  get recordsWritten(): number {
    return this.#records.out;
  }

  /** Reads the counters of all CPUs. Each is taken as it stands: none is derived from another. */
  refresh(): void {
    this.#calls.in = this.#read(COUNTER.CALLS_TAKEN);
    this.#calls.out = this.#read(COUNTER.CALLS_REPORTED);
    this.#calls.dropped.failed = this.#read(COUNTER.CALLS_FAILED);
    this.#calls.dropped.empty = this.#read(COUNTER.CALLS_EMPTY);
    this.#calls.dropped.peeked = this.#read(COUNTER.CALLS_PEEKED);
    this.#calls.dropped.not_captured = this.#read(COUNTER.CALLS_NOT_CAPTURED);
    this.#calls.dropped.compat = this.#read(COUNTER.CALLS_COMPAT);
    this.#calls.dropped.unreadable = this.#read(COUNTER.CALLS_UNREADABLE);
    this.#calls.dropped.lost_context = this.#read(COUNTER.CALLS_LOST_CONTEXT);
    this.#records.in = this.#read(COUNTER.RECORDS_OFFERED);
    this.#records.out = this.#read(COUNTER.RECORDS_WRITTEN);
    this.#records.dropped.ring_full = this.#read(COUNTER.RECORDS_RING_FULL);
    this.socketsFull = this.#read(COUNTER.SOCKETS_FULL);
  }

  #read(index: number): number {
    const key = new Uint8Array(4);
    new DataView(key.buffer).setUint32(0, index, true);
    const perCpu = this.#map.lookupPerCpu(key) ?? [];
    return perCpu.reduce((sum, value) => {
      const view = new DataView(value.buffer, value.byteOffset, value.length);
      return sum + Number(view.getBigUint64(0, true));
    }, 0);
  }
}
