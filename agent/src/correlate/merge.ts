import type { Ledger, Stage, StageSpec } from '@sonde/ledger';
import type { Span } from '../model/span.ts';
import type { KeyedSpan } from './spans.ts';

const SPEC: StageSpec = {
  unit: 'spans',
  drops: { second_view: "the other end's view of a call that is reported already" },
};

/** One end may learn of its exchange's end much later than the other: when it closes, or when it is given up. */
const DEFAULT_WINDOW_NS = 60e9;

interface Waiting {
  readonly callKey: string;
  readonly span: Span;
  readonly sinceNs: number;
}

/**
 * One span a call where both of its ends are observed together, as in a capture: the first view waits for the second,
 * and the better one goes on. A whole view is better than an incomplete one; of equals the server's is, because its
 * parent is the client's span. Bounded in time and number; what waited long enough goes on alone.
 */
export class ViewMerger {
  readonly #waiting = new Map<string, Waiting>();
  readonly #onSpan: (span: Span) => void;
  readonly #windowNs: number;
  readonly #capacity: number;
  readonly #stage: Stage;

  constructor(options: {
    readonly ledger: Ledger;
    readonly onSpan: (span: Span) => void;
    readonly windowNs?: number;
    readonly capacity?: number;
  }) {
    this.#onSpan = options.onSpan;
    this.#windowNs = options.windowNs ?? DEFAULT_WINDOW_NS;
    this.#capacity = options.capacity ?? 65_536;
    this.#stage = options.ledger.stage('merge', SPEC);
  }

  push(view: KeyedSpan, nowNs: number): void {
    this.#stage.take();
    const other = this.#waiting.get(view.callKey);
    if (other === undefined) {
      this.#waiting.set(view.callKey, { callKey: view.callKey, span: view.span, sinceNs: nowNs });
      this.#stage.hold(1);
      if (this.#waiting.size > this.#capacity) this.#release(this.#waiting.values().next().value!);
      return;
    }
    if (other.span.kind === view.span.kind) {
      // The same end twice: not two views of one call, but a key that came again.
      this.#release(other);
      this.#waiting.set(view.callKey, { callKey: view.callKey, span: view.span, sinceNs: nowNs });
      this.#stage.hold(1);
      return;
    }
    this.#stage.drop('second_view');
    this.#release({ ...other, span: better(other.span, view.span) });
  }

  /** Lets go of what has waited long enough. */
  advance(nowNs: number): void {
    for (const waiting of this.#waiting.values()) {
      if (nowNs - waiting.sinceNs < this.#windowNs) return;
      this.#release(waiting);
    }
  }

  flush(): void {
    for (const waiting of [...this.#waiting.values()]) this.#release(waiting);
  }

  #release(waiting: Waiting): void {
    this.#waiting.delete(waiting.callKey);
    this.#stage.hold(-1);
    this.#stage.give();
    this.#onSpan(waiting.span);
  }
}

function better(a: Span, b: Span): Span {
  const isWhole = (span: Span) => span.attributes['sonde.incomplete'] === undefined;
  if (isWhole(a) !== isWhole(b)) return isWhole(a) ? a : b;
  return a.kind === 'server' ? a : b;
}
