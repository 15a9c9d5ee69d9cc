/**
 * One run of a process, which ends after a number of steps, wherever it is by then: what waits for the next step waits
 * for ever, as in a process that was killed.
 */
export class Life {
  #stepsLeft: number;

  constructor(steps: number) {
    this.#stepsLeft = steps;
  }

  get isOver(): boolean {
    return this.#stepsLeft < 0;
  }

  step(): Promise<void> {
    this.#stepsLeft -= 1;
    return this.isOver ? new Promise(() => undefined) : Promise.resolve();
  }
}
