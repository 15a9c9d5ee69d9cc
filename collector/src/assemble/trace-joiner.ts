/**
 * Finds which provisional traces belong together, from the rows of batches: a server's row names the span of its caller,
 * and the caller's row, which comes from another agent, says which trace that span is in. Memory only.
 *
 * A batch is added when it comes and composed when its window is over. Joins are made when a block is composed, over all
 * rows that are there by then and in a fixed order, so that the order in which they came does not matter.
 */
import type { TraceAliases } from '../model/block.ts';
import { NO_ALIASES } from '../model/block.ts';
import type { BatchColumns } from '../model/columns.ts';
import { compareTraces, isNoTrace, isSameTrace, readTrace, TRACE_WORDS, writeTrace } from './id-words.ts';
import { SpanIndex } from './span-index.ts';
import { TraceTable } from './trace-table.ts';
import { TraceUnion } from './trace-union.ts';

/**
 * The two ends of a call begin within this: clocks of nodes disagree by less, and a request waits less in the server's
 * queue. Far below the hours after which a call key may come again.
 */
export const NEAR_MS = 5 * 60_000;

/** sonde.v1.SpanKind. */
const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;

export interface TraceJoinerOptions {
  /** Client spans, and traces, that are remembered. At least 4. */
  readonly indexSpans: number;
  readonly seed: number;
}

/** A batch that was added, and what is yet to be found for it. */
export interface AddedBatch {
  readonly batch: BatchColumns;
  /** Rows of servers whose caller was not found so far: the first `unjoined` entries. */
  readonly servers: Uint32Array;
  unjoined: number;
  /** How many callers there were when they were looked for the last time. */
  soughtAmong: number;
}

export interface Resolution {
  /** Trace ids that were replaced in the batches, each once: `alias` by `trace`. */
  readonly replacements: TraceAliases;
  /** For rows that were stored before. */
  readonly aliases: TraceAliases;
}

/** Counted since the start. */
export interface JoinCounters {
  /** Traces found to be part of another. */
  joined: number;
  /** Of these, those under whose id rows were stored already. */
  late: number;
}

export class TraceJoiner {
  readonly counters: JoinCounters = { joined: 0, late: 0 };
  /** Client ends by their span id. */
  readonly #callers: SpanIndex;
  /** Server ends whose batch was composed before the caller came, by the caller's span id. */
  readonly #waiting: SpanIndex;
  readonly #union: TraceUnion;
  readonly #finals: TraceTable;
  /** Pairs of child and parent, to be joined with the next block. */
  #facts = new Uint32Array(2 * TRACE_WORDS * 64);
  #factCount = 0;
  #callerCount = 0;
  readonly #trace = new Uint32Array(TRACE_WORDS);
  readonly #root = new Uint32Array(TRACE_WORDS);

  constructor({ indexSpans, seed }: TraceJoinerOptions) {
    this.#callers = new SpanIndex({ capacity: indexSpans, nearMs: NEAR_MS, seed });
    // Only calls from outside, and those whose two ends came far apart, wait here.
    this.#waiting = new SpanIndex({ capacity: Math.ceil(indexSpans / 4), nearMs: NEAR_MS, seed });
    this.#union = new TraceUnion({ capacity: indexSpans, seed });
    this.#finals = new TraceTable(seed);
  }

  /** Whether a caller came whose server's row was composed before it. */
  get hasLateFacts(): boolean {
    return this.#factCount > 0;
  }

  add(batch: BatchColumns): AddedBatch {
    const { spans } = batch;
    const startMs = millisecondsOf(spans.startUnixNs);
    const servers: number[] = [];
    for (let row = 0; row < spans.rows; row++) {
      const kind = spans.kind[row]!;
      if (kind === CLIENT || kind === PRODUCER) this.#addCaller(batch, row, startMs(row));
      else if ((kind === SERVER || kind === CONSUMER) && hasParent(spans.parentSpanId, row))
        servers.push(row);
    }
    return { batch, servers: Uint32Array.from(servers), unjoined: servers.length, soughtAmong: -1 };
  }

  /**
   * Writes the final trace ids into the batches to be composed.
   * @param held those that go on waiting: what they know counts already
   */
  compose(composed: readonly AddedBatch[], held: readonly AddedBatch[]): Resolution {
    for (const added of composed) this.#seekCallers(added);
    for (const added of held) this.#seekCallers(added);
    for (const added of composed) this.#leaveWaiting(added);
    const aliases = this.#joinFacts();
    this.#finals.clear();
    for (const { batch } of composed) {
      this.#resolve(batch.spans.traceId, batch.spans.rows);
      this.#resolve(batch.logs.traceId, batch.logs.rows);
    }
    return { replacements: this.#replacements(), aliases };
  }

  /**
   * Learns from a block of an earlier life, so that rows which come now find their trace.
   * @param batches with the provisional trace ids that they came with; they are not changed
   */
  recall(batches: readonly BatchColumns[], resolution: Resolution): void {
    for (const { rows, alias, trace } of [resolution.replacements, resolution.aliases]) {
      for (let row = 0; row < rows; row++) {
        readTrace(alias, row, this.#trace);
        readTrace(trace, row, this.#root);
        this.#union.join(this.#trace, 0, this.#root, 0);
      }
    }
    this.#recallAliased(resolution.aliases);
    for (const batch of batches) {
      const added = this.add(batch);
      this.#seekCallers(added);
      this.#leaveWaiting(added);
      this.#recallStored(batch.spans.traceId, batch.spans.rows);
      this.#recallStored(batch.logs.traceId, batch.logs.rows);
    }
  }

  /** An alias leads to its trace whether rows are stored under that or not; so that one needs an alias too, if it is a part. */
  #recallAliased({ rows, trace }: TraceAliases): void {
    for (let row = 0; row < rows; row++) {
      readTrace(trace, row, this.#trace);
      this.#union.rootOf(this.#trace, 0, this.#root);
      this.#union.markStored(this.#root, 0);
    }
  }

  #recallStored(traceIds: Uint8Array, rows: number): void {
    for (let row = 0; row < rows; row++) {
      readTrace(traceIds, row, this.#trace);
      if (isNoTrace(this.#trace, 0)) continue;
      this.#union.rootOf(this.#trace, 0, this.#root);
      this.#union.markStored(this.#root, 0);
    }
  }

  #addCaller({ spans }: BatchColumns, row: number, startMs: number): void {
    readTrace(spans.traceId, row, this.#trace);
    if (isNoTrace(this.#trace, 0)) return;
    this.#callers.insert(spans.spanId, row, startMs, this.#trace);
    this.#callerCount += 1;
    const server = this.#waiting.find(spans.spanId, row, startMs);
    if (server >= 0) this.#note(this.#waiting.traces, server * TRACE_WORDS, this.#trace, 0);
  }

  #seekCallers(added: AddedBatch): void {
    if (added.soughtAmong === this.#callerCount) return;
    added.soughtAmong = this.#callerCount;
    const { spans } = added.batch;
    const startMs = millisecondsOf(spans.startUnixNs);
    let unjoined = 0;
    for (let i = 0; i < added.unjoined; i++) {
      const row = added.servers[i]!;
      const caller = this.#callers.find(spans.parentSpanId, row, startMs(row));
      if (caller < 0) {
        added.servers[unjoined++] = row;
        continue;
      }
      readTrace(spans.traceId, row, this.#trace);
      this.#note(this.#trace, 0, this.#callers.traces, caller * TRACE_WORDS);
    }
    added.unjoined = unjoined;
  }

  #leaveWaiting({ batch: { spans }, servers, unjoined }: AddedBatch): void {
    const startMs = millisecondsOf(spans.startUnixNs);
    for (let i = 0; i < unjoined; i++) {
      const row = servers[i]!;
      readTrace(spans.traceId, row, this.#trace);
      this.#waiting.insert(spans.parentSpanId, row, startMs(row), this.#trace);
    }
  }

  #note(child: Uint32Array, childAt: number, parent: Uint32Array, parentAt: number): void {
    if (isSameTrace(child, childAt, parent, parentAt) || isNoTrace(child, childAt)) return;
    const at = this.#factCount * 2 * TRACE_WORDS;
    if (at === this.#facts.length) {
      const facts = new Uint32Array(this.#facts.length * 2);
      facts.set(this.#facts);
      this.#facts = facts;
    }
    for (let i = 0; i < TRACE_WORDS; i++) {
      this.#facts[at + i] = child[childAt + i]!;
      this.#facts[at + TRACE_WORDS + i] = parent[parentAt + i]!;
    }
    this.#factCount += 1;
  }

  /**
   * The order of facts matters only where they contradict each other, which those of honest agents do not. They are
   * sorted, so that it is at least not the order of arrival.
   */
  #joinFacts(): TraceAliases {
    const facts = this.#facts;
    const order = Uint32Array.from({ length: this.#factCount }, (_, i) => i * 2 * TRACE_WORDS);
    order.sort(
      (a, b) =>
        compareTraces(facts, a, facts, b) || compareTraces(facts, a + TRACE_WORDS, facts, b + TRACE_WORDS),
    );
    const late: number[] = [];
    for (const at of order) {
      const outcome = this.#union.join(facts, at, facts, at + TRACE_WORDS);
      if (outcome !== 'refused') this.counters.joined += 1;
      if (outcome === 'late') late.push(at);
    }
    this.counters.late += late.length;
    this.#factCount = 0;
    return this.#aliases(facts, late);
  }

  /** @param late words of `facts` at which the traces begin */
  #aliases(facts: Uint32Array, late: readonly number[]): TraceAliases {
    if (late.length === 0) return NO_ALIASES;
    const alias = new Uint8Array(late.length * 16);
    const trace = new Uint8Array(late.length * 16);
    for (const [row, at] of late.entries()) {
      writeTrace(facts, at, alias, row);
      this.#union.rootOf(facts, at, this.#root);
      // Should the root turn out to be a part itself, it needs an alias too, or this one would lead nowhere.
      this.#union.markStored(this.#root, 0);
      writeTrace(this.#root, 0, trace, row);
    }
    return { rows: late.length, alias, trace };
  }

  #resolve(traceIds: Uint8Array, rows: number): void {
    const finals = this.#finals;
    for (let row = 0; row < rows; row++) {
      readTrace(traceIds, row, this.#trace);
      if (isNoTrace(this.#trace, 0)) continue;
      const known = finals.find(this.#trace, 0);
      const entry = known >= 0 ? known : this.#addFinal();
      if (!isSameTrace(finals.values, entry * TRACE_WORDS, this.#trace, 0))
        writeTrace(finals.values, entry * TRACE_WORDS, traceIds, row);
    }
  }

  #addFinal(): number {
    this.#union.rootOf(this.#trace, 0, this.#root);
    this.#union.markStored(this.#root, 0);
    const entry = this.#finals.add(this.#trace, 0);
    this.#finals.values.set(this.#root, entry * TRACE_WORDS);
    return entry;
  }

  #replacements(): TraceAliases {
    const { ids, values, size } = this.#finals;
    const replaced: number[] = [];
    for (let at = 0; at < size * TRACE_WORDS; at += TRACE_WORDS)
      if (!isSameTrace(ids, at, values, at)) replaced.push(at);
    if (replaced.length === 0) return NO_ALIASES;
    const alias = new Uint8Array(replaced.length * 16);
    const trace = new Uint8Array(replaced.length * 16);
    for (const [row, at] of replaced.entries()) {
      writeTrace(ids, at, alias, row);
      writeTrace(values, at, trace, row);
    }
    return { rows: replaced.length, alias, trace };
  }
}

function hasParent(parents: Uint8Array, row: number): boolean {
  for (let at = row * 8; at < row * 8 + 8; at++) if (parents[at] !== 0) return true;
  return false;
}

/** Unix ms by row, without a bigint for each: the two halves of 64 bits are read as they lie, low one first. */
function millisecondsOf(unixNs: BigUint64Array): (row: number) => number {
  const halves = new Uint32Array(unixNs.buffer, unixNs.byteOffset, unixNs.length * 2);
  return (row) => (halves[row * 2 + 1]! * 2 ** 32 + halves[row * 2]!) / 1e6;
}
