/** What is wrong with a batch. One fault is enough to refuse it, so only the first is kept. */
export class Faults {
  /** One line that names table, column and row; null as long as nothing is wrong. */
  first: string | null = null;

  add(fault: string): void {
    this.first ??= fault;
  }
}
