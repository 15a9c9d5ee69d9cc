/**
 * Rate, errors, duration: what the spans of one report add to the totals of each operation in each minute. Counted at the
 * agent from every span, so sampling that comes later changes no rate.
 */
import type { Entity } from '../model/entity.ts';
import { addDuration } from '../model/histogram.ts';
import type { RedDelta } from '../model/report.ts';
import type { Span } from '../model/span.ts';

/** Name of the operation under which spans are counted that found no room for their own. */
export const OTHER_OPERATION = '(other)';

const DEFAULT_MAX_OPERATIONS = 10_000;

type Row = Omit<RedDelta, 'entity'> & { entity: Entity };

export class RedDeltas {
  /** Spans since the start that were counted under OTHER_OPERATION. */
  folded = 0;
  readonly #rows = new Map<string, Row>();
  readonly #maxOperations: number;

  /**
   * @param options.maxOperations distinct operations (minute, entity, name, kind, protocol) between two takes. A span of a
   * further one is counted under OTHER_OPERATION of its minute, entity, kind and protocol: its name is lost, it is not.
   * There are never more rows than spans were added, so who bounds the spans of a report bounds these too.
   */
  constructor(options: { readonly maxOperations?: number } = {}) {
    this.#maxOperations = options.maxOperations ?? DEFAULT_MAX_OPERATIONS;
  }

  /**
   * Counts a span. One without both of its messages is a request, but has no duration: what was not seen has no time.
   *
   * @param span as it leaves the node: its name is the operation's
   * @param endMinute minutes since the Unix epoch, of the span's end
   */
  add(span: Span, entity: Entity, endMinute: number): void {
    const row = this.#row(span, entity, endMinute);
    // The same entity under a better name: what is reported of it goes by the newest.
    row.entity = entity;
    row.requests++;
    if (span.status === 'error') row.errors++;
    if (span.request === null || span.response === null) return;
    row.durationSumNs += span.durationNs;
    addDuration(row.durations, span.durationNs);
  }

  /** What was added since the last take; by minute, entity id, name, kind, protocol. The rows belong to the caller. */
  take(): RedDelta[] {
    const rows = [...this.#rows.values()].sort(byIdentity);
    this.#rows.clear();
    return rows;
  }

  #row(span: Span, entity: Entity, minute: number): Row {
    const { kind, protocol } = span;
    const keyOf = (name: string) => `${minute}\0${entity.id}\0${kind}\0${protocol}\0${name}`;
    let name = span.name;
    const known = this.#rows.get(keyOf(name));
    if (known !== undefined) return known;
    if (this.#rows.size >= this.#maxOperations) {
      this.folded++;
      name = OTHER_OPERATION;
      const other = this.#rows.get(keyOf(name));
      if (other !== undefined) return other;
    }
    const row: Row = {
      minute,
      entity,
      name,
      kind,
      protocol,
      requests: 0,
      errors: 0,
      durationSumNs: 0,
      durations: new Map(),
    };
    this.#rows.set(keyOf(name), row);
    return row;
  }
}

const byIdentity = (a: Row, b: Row): number =>
  a.minute - b.minute ||
  compare(a.entity.id, b.entity.id) ||
  compare(a.name, b.name) ||
  compare(a.kind, b.kind) ||
  compare(a.protocol, b.protocol);

/** By UTF-16 code units: the same order under every locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
