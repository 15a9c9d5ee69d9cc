/** What to add to the totals of each edge since it was last told, by minute of the Unix clock. */
import type { EntitySource, ProcessRef } from '../model/entity.ts';
import type { ProtocolName } from '../model/exchange.ts';
import type { EdgeDelta } from '../model/report.ts';
import { type EdgeIdentity, edgeKey, withOtherPeer } from './edge.ts';

export interface DeltaOptions {
  readonly entities: EntitySource;
  /** Minutes since the Unix epoch, of a monotonic time in ns. */
  readonly minuteOf: (timeNs: number) => number;
  /**
   * Rows between two takes. What finds no room is counted under the peer OTHER_PEER of its own end: as many rows more as
   * this node has ends of its own.
   */
  readonly maxRows?: number;
}

/** One end of an edge, as a process of this node sees it. */
export interface EdgeEnd {
  readonly edge: EdgeIdentity;
  readonly process: ProcessRef;
  /** Equal for equal edges of the same entity: made once a connection, since it is asked for with every event. */
  readonly key: string;
}

type Counts = Omit<EdgeDelta, 'minute' | 'entity' | keyof EdgeIdentity>;

interface Row {
  readonly minute: number;
  readonly key: string;
  readonly end: EdgeEnd;
  readonly counts: Counts;
}

const DEFAULT_MAX_ROWS = 10_000;

export class EdgeDeltas {
  /** Countings since the start that went under OTHER_PEER. */
  folded = 0;
  readonly #entities: EntitySource;
  readonly #minuteOf: (timeNs: number) => number;
  readonly #maxRows: number;
  readonly #rows = new Map<string, Row>();

  constructor({ entities, minuteOf, maxRows }: DeltaOptions) {
    this.#entities = entities;
    this.#minuteOf = minuteOf;
    this.#maxRows = maxRows ?? DEFAULT_MAX_ROWS;
  }

  end(edge: EdgeIdentity, process: ProcessRef): EdgeEnd {
    // The id of an entity never changes; its names may, so they are looked up when a row is taken.
    return { edge, process, key: `${this.#entities.of(process).id}\0${edgeKey(edge)}` };
  }

  /** What to count in. @param timeNs when it happened. @param protocol "" for connections and bytes */
  at(end: EdgeEnd, protocol: ProtocolName | '', timeNs: number): Counts {
    const minute = this.#minuteOf(timeNs);
    const known = this.#rows.get(rowKey(minute, end, protocol));
    if (known !== undefined) return known.counts;
    if (this.#rows.size < this.#maxRows) return this.#add(minute, end, protocol);
    this.folded++;
    const other = this.end(withOtherPeer(end.edge), end.process);
    return this.#rows.get(rowKey(minute, other, protocol))?.counts ?? this.#add(minute, other, protocol);
  }

  /** What was counted since the last take; by minute, then by all that identifies a row. The rows belong to the caller. */
  take(): EdgeDelta[] {
    const rows = [...this.#rows.values()].sort((a, b) => a.minute - b.minute || (a.key < b.key ? -1 : 1));
    this.#rows.clear();
    return rows.map(({ minute, end, counts }) => ({
      minute,
      ...end.edge,
      entity: this.#entities.of(end.process),
      ...counts,
    }));
  }

  #add(minute: number, end: EdgeEnd, protocol: ProtocolName | ''): Counts {
    const key = rowKey(minute, end, protocol);
    const counts = noCounts(protocol);
    this.#rows.set(key, { minute, key, end, counts });
    return counts;
  }
}

const rowKey = (minute: number, end: EdgeEnd, protocol: ProtocolName | ''): string =>
  `${minute}\0${end.key}\0${protocol}`;

const noCounts = (protocol: ProtocolName | ''): Counts => ({
  protocol,
  connections: 0,
  failedConnections: 0,
  requestBytes: 0,
  responseBytes: 0,
  requests: 0,
  errors: 0,
  durationSumNs: 0,
  durations: new Map(),
});
