/**
 * The block whose insert was begun last, on disk: what lets an insert that was cut off be completed and not repeated.
 */
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StoreFull, StoreUnavailable } from '../store.ts';

export interface Attempt {
  readonly block: string;
  /** Tables that held the rows of the block before the attempt. */
  readonly landed: readonly string[];
  /** Before the attempt. */
  readonly parts: PartNumbers;
}

/** Table -> number of its last part; a table without parts is not in it. */
export type PartNumbers = Readonly<Record<string, number>>;

export class InsertJournal {
  readonly #path: string;
  #last: Attempt | null;

  /** @throws StoreUnavailable for a file that cannot be read */
  static async open(path: string): Promise<InsertJournal> {
    try {
      return new InsertJournal(path, JSON.parse(await readFile(path, 'utf8')));
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT') return new InsertJournal(path, null);
      throw new StoreUnavailable(`Journal of inserts ${path}: ${message}`, { cause });
    }
  }

  private constructor(path: string, last: Attempt | null) {
    this.#path = path;
    this.#last = last;
  }

  /** The attempt that was begun last, whatever became of it. */
  get last(): Attempt | null {
    return this.#last;
  }

  /** Resolved: what is begun is on the disk, in place of the last attempt. @throws StoreFull, StoreUnavailable */
  async begin(attempt: Attempt): Promise<void> {
    const fresh = `${this.#path}.new`;
    try {
      await withFile(fresh, 'w', async (file) => {
        await file.writeFile(JSON.stringify(attempt));
        await file.sync();
      });
      await rename(fresh, this.#path);
      await withFile(dirname(this.#path), 'r', (folder) => folder.sync());
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      const Fault = code === 'ENOSPC' || code === 'EDQUOT' ? StoreFull : StoreUnavailable;
      throw new Fault(`Journal of inserts ${this.#path}: ${message}`, { cause });
    }
    this.#last = attempt;
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
