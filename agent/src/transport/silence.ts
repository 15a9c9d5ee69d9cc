/** Tells when a peer that owes an answer has said nothing for too long. */
export class Silence {
  readonly #limitMs: number;
  readonly #onTooLong: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number, onTooLong: () => void) {
    this.#limitMs = limitMs;
    this.#onTooLong = onTooLong;
  }

  /** The peer owes something: time runs from when it first did, or was last heard. */
  owed(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#onTooLong();
    }, this.#limitMs);
  }

  /** The peer owes nothing. */
  settled(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The peer said something, whatever it was. */
  heard(): void {
    this.#timer?.refresh();
  }
}
