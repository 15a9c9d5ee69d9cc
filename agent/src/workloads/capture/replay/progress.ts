/** What all parts of one replay share: the ledger, the count of what is done, and what could not be played. */
import type { CaptureStages } from '../stages.ts';

/** Faults kept as text; more of them are counted only. */
const MAX_FAULTS = 20;

export class ReplayProgress {
  readonly stages: CaptureStages;
  readonly total: number;
  readonly faults: string[] = [];
  nFaults = 0;
  #done = 0;
  readonly #onProgress: ((done: number, total: number) => void) | null;

  constructor(
    stages: CaptureStages,
    total: number,
    onProgress: ((done: number, total: number) => void) | null,
  ) {
    this.stages = stages;
    this.total = total;
    this.#onProgress = onProgress;
  }

  /** One action of a script, or one datagram, has been played. */
  step(): void {
    this.#done++;
    this.#onProgress?.(this.#done, this.total);
  }

  opened(): void {
    this.stages.connections.hold(-1);
    this.stages.connections.give();
  }

  notOpened(reason: 'unanswered' | 'not_played'): void {
    this.stages.connections.hold(-1);
    this.stages.connections.drop(reason);
  }

  received(count: number): void {
    this.stages.bytes.hold(-count);
    this.stages.bytes.give(count);
  }

  passed(gapBytes: number): void {
    this.stages.missing.hold(-gapBytes);
    this.stages.missing.give(gapBytes);
  }

  fault(line: string): void {
    this.nFaults++;
    if (this.faults.length < MAX_FAULTS) this.faults.push(line);
  }

  /** The world has stopped: what was planned and did not happen never will. */
  finish(): void {
    const { bytes, missing, connections } = this.stages;
    for (const stage of [bytes, missing, connections]) {
      stage.drop('not_played', stage.held);
      stage.hold(-stage.held);
    }
  }
}
