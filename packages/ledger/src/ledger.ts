/**
 * The loss ledger: every stage counts what it takes, what it gives, and what it drops and why, in its own unit:
 *
 *     in = out + sum(dropped by reason) + held
 *
 * Each counter is incremented where the thing happens; none is computed from the others, so a lost increment shows as
 * an imbalance. Between two stages the unit may change; `from` names the stage whose `out` this stage's `in` counts,
 * where the unit is the same.
 */

export interface StageSpec {
  readonly unit:
    | 'packets'
    | 'connections'
    | 'calls'
    | 'records'
    | 'events'
    | 'bytes'
    | 'messages'
    | 'requests'
    | 'exchanges'
    | 'spans'
    | 'lines'
    | 'rows'
    | 'batches';
  /** Reasons for drops; nothing may be dropped for a reason that is not here. */
  readonly drops: Readonly<Record<string, string>>;
  /** The stage before, if it counts in the same unit and everything it gives comes here. */
  readonly from?: string;
  /** How this stage's unit came from the one before it, where they differ. */
  readonly conversion?: string;
}

/** One stage's counters. */
export class Stage {
  readonly name: string;
  readonly spec: StageSpec;
  in = 0;
  out = 0;
  /** What is inside now; set by the stage, not derived. */
  held = 0;
  readonly dropped: Record<string, number>;

  constructor(name: string, spec: StageSpec) {
    this.name = name;
    this.spec = spec;
    this.dropped = Object.fromEntries(Object.keys(spec.drops).map((reason) => [reason, 0]));
  }

  take(n = 1): void {
    this.in += n;
  }

  give(n = 1): void {
    this.out += n;
  }

  hold(n: number): void {
    this.held += n;
  }

  /** @throws RangeError for a reason that the stage does not list: that is a bug here, not in the input */
  drop(reason: string, n = 1): void {
    const before = this.dropped[reason];
    if (before === undefined) throw new RangeError(`Stage "${this.name}" has no drop reason "${reason}"`);
    this.dropped[reason] = before + n;
  }

  snapshot(): StageSnapshot {
    return {
      stage: this.name,
      unit: this.spec.unit,
      in: this.in,
      out: this.out,
      held: this.held,
      dropped: { ...this.dropped },
    };
  }
}

export interface StageSnapshot {
  readonly stage: string;
  readonly unit: StageSpec['unit'];
  readonly in: number;
  readonly out: number;
  readonly held: number;
  readonly dropped: Readonly<Record<string, number>>;
}

/** The stages of one agent, in the order things pass through them. */
export class Ledger {
  readonly #stages = new Map<string, Stage>();

  /** @throws RangeError if the name is taken */
  stage(name: string, spec: StageSpec): Stage {
    if (this.#stages.has(name)) throw new RangeError(`Stage "${name}" exists`);
    const stage = new Stage(name, spec);
    this.#stages.set(name, stage);
    return stage;
  }

  snapshot(): StageSnapshot[] {
    return [...this.#stages.values()].map((stage) => stage.snapshot());
  }

  /** What does not add up; empty if everything does. */
  imbalances(): Imbalance[] {
    const faults: Imbalance[] = [];
    for (const stage of this.#stages.values()) {
      const accounted = stage.out + stage.held + Object.values(stage.dropped).reduce((sum, n) => sum + n, 0);
      if (stage.in !== accounted)
        faults.push({
          stage: stage.name,
          expected: stage.in,
          found: accounted,
          rule: 'in = out + dropped + held',
        });
      const before = stage.spec.from === undefined ? undefined : this.#stages.get(stage.spec.from);
      if (before !== undefined && before.out !== stage.in) {
        faults.push({
          stage: stage.name,
          expected: before.out,
          found: stage.in,
          rule: `in = out of ${before.name}`,
        });
      }
    }
    return faults;
  }
}

export interface Imbalance {
  readonly stage: string;
  readonly expected: number;
  readonly found: number;
  readonly rule: string;
}
