/**
 * Files that hand a block over to the engine, which takes binary rows from a file only: rows within the text of a
 * statement end for it at the first empty line, and what follows it would execute.
 *
 * They need not outlive a crash: a block is made again from the write-ahead log.
 */
import { chmod, lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreFull, StoreUnavailable } from '../store.ts';

export class BlockFiles {
  readonly #folder: string;
  #written = 0;

  /**
   * Makes the folder, for this user alone since rows lie in it, and deletes what a killed process left there.
   * @param folder absolute; of one store, nothing else may lie in it
   * @throws StoreUnavailable
   */
  static async open(folder: string): Promise<BlockFiles> {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const stats = await lstat(folder);
      if (!stats.isDirectory() || stats.uid !== process.getuid?.())
        throw new StoreUnavailable(`Folder for blocks ${folder} belongs to somebody else`);
      await chmod(folder, 0o700);
      for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
    } catch (cause) {
      throw asStoreError(cause, folder);
    }
    return new BlockFiles(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Writes a file, hands out its path, and deletes it afterwards.
   * @throws StoreFull, StoreUnavailable, and what `use` throws
   */
  async lend<T>(bytes: Uint8Array, use: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.#folder, `${++this.#written}.native`);
    try {
      await this.#write(path, bytes).catch((cause: unknown) => {
        throw asStoreError(cause, path);
      });
      return await use(path);
    } finally {
      await rm(path, { force: true });
    }
  }

  /** In memory the folder is, where others may clear up: it is made again. */
  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const write = () => writeFile(path, bytes, { mode: 0o600 });
    await write().catch(async (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await write();
    });
  }

  /** Deletes the folder. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function asStoreError(cause: unknown, path: string): Error {
  if (cause instanceof StoreUnavailable) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new StoreFull(`Folder for blocks: no room for ${path}`, { cause });
  return new StoreUnavailable(`Folder for blocks: ${message}`, { cause });
}
