/** The outside world of the log: the few calls on files that it needs, so that tests can put a failing disk below it. */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, unlink } from 'node:fs/promises';

/** Every call rejects with an error that carries the system's `code`. */
export interface WalFiles {
  /** Names in a folder, in any order. */
  list(directory: string): Promise<readonly string[]>;
  /** Makes a file that must not exist. */
  create(path: string): Promise<WalFile>;
  /** Opens a file that must exist, for reading and writing. */
  open(path: string): Promise<WalFile>;
  remove(path: string): Promise<void>;
  /** Makes durable which names the folder holds. */
  syncDirectory(path: string): Promise<void>;
}

export interface WalFile {
  /** Length of the file in bytes. */
  bytes(): Promise<number>;
  /** Fewer bytes than asked for only at the end of the file. */
  read(position: number, bytes: number): Promise<Uint8Array>;
  /** Writes the buffers one after the other. Rejected: any part of them may have been written. */
  write(buffers: readonly Uint8Array[], position: number): Promise<void>;
  truncate(bytes: number): Promise<void>;
  /**
   * Makes durable what was written and the length of the file, but not its times: fdatasync(2), which spares the journal
   * where the length stays. On macOS libuv takes F_FULLFSYNC, since fsync(2) leaves the data in the drive's cache there.
   */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export const NODE_FILES: WalFiles = {
  list: (directory) => readdir(directory),
  create: async (path) =>
    new NodeFile(await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)),
  open: async (path) => new NodeFile(await open(path, constants.O_RDWR)),
  remove: (path) => unlink(path),
  syncDirectory: async (path) => {
    const handle = await open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

class NodeFile implements WalFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async bytes(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(position: number, bytes: number): Promise<Uint8Array> {
    const buffer = new Uint8Array(bytes);
    let filled = 0;
    while (filled < bytes) {
      const { bytesRead } = await this.#handle.read(buffer, filled, bytes - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    // writev(2) may write less than it was given, for one when the disk fills up; the next call then says why.
    let rest = buffers.filter((buffer) => buffer.length > 0);
    let at = position;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#handle.writev(rest, at);
      if (bytesWritten === 0) throw new Error('the file system takes no bytes and does not say why');
      at += bytesWritten;
      rest = withoutFirst(rest, bytesWritten);
    }
  }

  truncate(bytes: number): Promise<void> {
    return this.#handle.truncate(bytes);
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** What is left of the buffers after their first `bytes` bytes. */
export function withoutFirst(buffers: readonly Uint8Array[], bytes: number): Uint8Array[] {
  let skipped = 0;
  let index = 0;
  while (index < buffers.length && skipped + buffers[index]!.length <= bytes)
    skipped += buffers[index++]!.length;
  const rest = buffers.slice(index);
  if (rest.length > 0) rest[0] = rest[0]!.subarray(bytes - skipped);
  return rest;
}
