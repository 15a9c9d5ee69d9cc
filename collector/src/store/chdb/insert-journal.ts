/**
 * Which blocks were begun and are not known to be finished, on disk: what lets an insert that was cut off be completed
 * and not repeated. Usually it holds one entry or none.
 */
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StoreFull, StoreUnavailable } from '../store.ts';

export interface Attempt {
  readonly block: string;
  /** Tables that hold the rows of the block. */
  landed: string[];
  /**
   * The number of the last part of each table before the attempt that is under way, or whose outcome nobody has looked
   * at; null where that has been done.
   */
  before: PartNumbers | null;
}

/** Table -> number of its last part; a table without parts is not in it. */
export type PartNumbers = Readonly<Record<string, number>>;

export class InsertJournal {
  readonly #path: string;
  #attempts: Attempt[];

  /** @throws StoreUnavailable for a file that cannot be read */
  static async open(path: string): Promise<InsertJournal> {
    try {
      return new InsertJournal(path, JSON.parse(await readFile(path, 'utf8')));
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return new InsertJournal(path, []);
      throw new StoreUnavailable(`Journal of inserts ${path}: ${message}`, { cause });
    }
  }

  private constructor(path: string, attempts: Attempt[]) {
    this.#path = path;
    this.#attempts = attempts;
  }

  get(block: string): Attempt | undefined {
    return this.#attempts.find((attempt) => attempt.block === block);
  }

  /** Whether there is an attempt whose outcome nobody has looked at. */
  get isOpen(): boolean {
    return this.#attempts.some(({ before }) => before !== null);
  }

  /**
   * Books what became of the last attempt. Nothing else inserts, so a table whose last part has a higher number now holds
   * the rows: the engine numbers parts upwards and publishes one whole or not at all.
   */
  settle(now: PartNumbers): void {
    for (const attempt of this.#attempts) {
      if (attempt.before === null) continue;
      const { before } = attempt;
      const landed = Object.keys(now).filter((table) => now[table]! > (before[table] ?? 0));
      attempt.landed = [...new Set([...attempt.landed, ...landed])];
      attempt.before = null;
    }
  }

  /** Resolved: what is begun is on the disk. @throws StoreFull, StoreUnavailable */
  async begin(block: string, before: PartNumbers): Promise<Attempt> {
    let attempt = this.get(block);
    if (attempt === undefined) {
      attempt = { block, landed: [], before };
      this.#attempts.push(attempt);
    }
    attempt.before = before;
    await this.#write({ durably: true });
    return attempt;
  }

  /**
   * Need not survive the loss of power: a block that stands in the journal and is stored is found stored.
   * @throws StoreFull, StoreUnavailable
   */
  async finish(block: string): Promise<void> {
    if (this.get(block) === undefined) return;
    this.#attempts = this.#attempts.filter((attempt) => attempt.block !== block);
    await this.#write({ durably: false });
  }

  async #write({ durably }: { durably: boolean }): Promise<void> {
    const fresh = `${this.#path}.new`;
    try {
      await withFile(fresh, 'w', async (file) => {
        await file.writeFile(JSON.stringify(this.#attempts));
        if (durably) await file.sync();
      });
      await rename(fresh, this.#path);
      if (durably) await withFile(dirname(this.#path), 'r', (folder) => folder.sync());
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      const Fault = code === 'ENOSPC' || code === 'EDQUOT' ? StoreFull : StoreUnavailable;
      throw new Fault(`Journal of inserts ${this.#path}: ${message}`, { cause });
    }
  }
}

async function withFile(
  path: string,
  flags: string,
  act: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await act(file);
  } finally {
    await file.close();
  }
}
