/**
 * Responses on their way to one agent. One message is written at a time; what comes meanwhile is merged: the newest
 * acknowledgement stands for all before it, credit adds up. So an agent that reads slowly, or never, costs a bounded
 * amount of memory.
 */
import { Long, type sonde } from '@sonde/proto';

export type StreamResponse = sonde.v1.StreamResponse.$Properties;
export type Refusal = sonde.v1.Refusal.$Properties;

const MAX_REFUSALS = 64;

export class Outbox {
  readonly #write: (response: StreamResponse, done: () => void) => void;
  #isWriting = false;
  #welcome: sonde.v1.Welcome.$Properties | null = null;
  #refusals: Refusal[] = [];
  #acknowledged = 0;
  #creditBytes = 0;
  #clock: sonde.v1.ClockSample.$Properties | null = null;

  /** @param write begins to send a response, and calls `done` when there is room for the next one */
  constructor(write: (response: StreamResponse, done: () => void) => void) {
    this.#write = write;
  }

  welcome(welcome: sonde.v1.Welcome.$Properties): void {
    this.#welcome = welcome;
    this.#next();
  }

  /** @returns false if so many wait already that the agent does not seem to read; then it was not taken */
  refuse(refusal: Refusal): boolean {
    if (this.#refusals.length >= MAX_REFUSALS) return false;
    this.#refusals.push(refusal);
    this.#next();
    return true;
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = sequence;
    this.#next();
  }

  grant(bytes: number): void {
    this.#creditBytes += bytes;
    this.#next();
  }

  /** Only the newest answer is worth sending. */
  answerClock(answer: sonde.v1.ClockSample.$Properties): void {
    this.#clock = answer;
    this.#next();
  }

  /** Hands everything that waits over at once, because the stream ends. */
  flush(): void {
    for (let response = this.#take(); response !== null; response = this.#take())
      this.#write(response, () => {});
    this.#isWriting = true;
  }

  #next(): void {
    if (this.#isWriting) return;
    const response = this.#take();
    if (response === null) return;
    this.#isWriting = true;
    this.#write(response, () => {
      this.#isWriting = false;
      this.#next();
    });
  }

  /** Refusals go before the acknowledgement that covers them: the agent learns the reason first. */
  #take(): StreamResponse | null {
    if (this.#welcome !== null) {
      const welcome = this.#welcome;
      this.#welcome = null;
      return { welcome };
    }
    const refusal = this.#refusals.shift();
    if (refusal !== undefined) return { refusal };
    if (this.#acknowledged > 0) {
      const sequence = Long.fromNumber(this.#acknowledged, true);
      this.#acknowledged = 0;
      return { acknowledgement: { sequence } };
    }
    if (this.#creditBytes > 0) {
      const bytes = Long.fromNumber(this.#creditBytes, true);
      this.#creditBytes = 0;
      return { credit: { bytes } };
    }
    if (this.#clock !== null) {
      const clock = this.#clock;
      this.#clock = null;
      return { clock };
    }
    return null;
  }
}
