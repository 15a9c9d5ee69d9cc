/**
 * A disk in memory that knows what a page cache is: writes are seen by readers at once and reach the disk with an fsync,
 * or by chance. Every call takes several turns, between which the machine can lose power or the process be killed.
 */
import type { WalFile, WalFiles } from '../wal-files.ts';

export interface ModelDiskOptions {
  /** From 0 to below 1; decides what survives a power cut. */
  random(): number;
  /** Bytes of all files together from which writes fail with ENOSPC. */
  capacityBytes?: number;
}

/** The smallest piece that is written wholly or not at all; far smaller than a real one, so that records straddle many. */
const SECTOR_BYTES = 32;

type Change =
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly bytes: number };

interface Inode {
  /** As readers see it. */
  cached: Uint8Array;
  /** As it is after a power cut, but for `dirty`. */
  durable: Uint8Array;
  /** What no fsync has taken yet. */
  dirty: Change[];
}

type NameChange = { readonly name: string; readonly inode: Inode | null };

export class ModelDisk {
  readonly #random: () => number;
  capacityBytes: number;
  /** The next fsync of a file fails with this code and drops what it should have written, as Linux may. */
  failNextSync: string | null = null;
  /** Calls of fsync on files so far. */
  syncs = 0;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #dirtyNames: NameChange[] = [];
  /** Contents of deleted files: blocks of a new file may still hold them. */
  readonly #deleted: Uint8Array[] = [];
  /** Counts processes: the calls of one that has ended never return. */
  #process = 0;
  #turnsLeft = Number.POSITIVE_INFINITY;
  #atEnd: () => void = () => {};

  constructor(options: ModelDiskOptions) {
    this.#random = () => options.random();
    this.capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY;
  }

  /** The disk as a new process sees it; an earlier one must have ended. */
  files(): WalFiles {
    const process = this.#process;
    const turn = () => this.#turn(process);
    return {
      list: async () => {
        await turn();
        return [...this.#names.keys()];
      },
      create: async (path) => {
        await turn();
        const name = nameOf(path);
        if (this.#names.has(name)) throw systemError('EEXIST');
        const inode = { cached: new Uint8Array(0), durable: new Uint8Array(0), dirty: [] };
        this.#names.set(name, inode);
        this.#dirtyNames.push({ name, inode });
        await turn();
        return this.#file(inode, turn);
      },
      open: async (path) => {
        await turn();
        const inode = this.#names.get(nameOf(path));
        if (inode === undefined) throw systemError('ENOENT');
        return this.#file(inode, turn);
      },
      remove: async (path) => {
        await turn();
        const inode = this.#names.get(nameOf(path));
        if (inode === undefined) throw systemError('ENOENT');
        this.#deleted.push(inode.cached);
        this.#names.delete(nameOf(path));
        this.#dirtyNames.push({ name: nameOf(path), inode: null });
        await turn();
      },
      syncDirectory: async () => {
        await turn();
        this.#durableNames = new Map(this.#names);
        this.#dirtyNames = [];
        await turn();
      },
    };
  }

  /** Ends the process after so many turns of its calls. @returns when it has ended */
  endAfter(turns: number): Promise<void> {
    this.#turnsLeft = turns;
    return new Promise((resolve) => {
      this.#atEnd = resolve;
    });
  }

  /** Ends the process now. What it wrote stays in the page cache. */
  kill(): void {
    this.#process++;
    this.#turnsLeft = Number.POSITIVE_INFINITY;
    this.#atEnd();
  }

  /** Ends the process and forgets the page cache, but for what happened to be written. */
  cutPower(): void {
    this.kill();
    for (const { name, inode } of this.#dirtyNames) {
      if (this.#random() < 0.5) continue;
      if (inode === null) this.#durableNames.delete(name);
      else this.#durableNames.set(name, inode);
    }
    this.#dirtyNames = [];
    for (const inode of this.#durableNames.values()) {
      inode.durable = this.#torn(inode);
      inode.cached = inode.durable;
      inode.dirty = [];
    }
    this.#names = new Map(this.#durableNames);
  }

  /** Names of the files. */
  get names(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  /** Contents of a file as a reader sees them. */
  content(name: string): Uint8Array {
    const inode = this.#names.get(name);
    if (inode === undefined) throw systemError('ENOENT');
    return inode.cached.slice();
  }

  /** Puts a file on the disk, or takes it away, behind the back of the log. */
  replace(name: string, content: Uint8Array | null): void {
    if (content === null) this.#names.delete(name);
    else this.#names.set(name, { cached: content, durable: content, dirty: [] });
    this.#durableNames = new Map(this.#names);
  }

  async #turn(process: number): Promise<void> {
    await Promise.resolve();
    if (process === this.#process && this.#turnsLeft-- <= 0) this.kill();
    if (process !== this.#process) await new Promise(() => {});
  }

  #file(inode: Inode, turn: () => Promise<void>): WalFile {
    const change = (made: Change) => {
      inode.cached = applied(inode.cached, made);
      inode.dirty.push(made);
    };
    return {
      bytes: async () => inode.cached.length,
      read: async (position, bytes) => {
        await turn();
        return inode.cached.slice(position, position + bytes);
      },
      write: async (buffers, position) => {
        const all = Buffer.concat(buffers);
        const used = [...this.#names.values()].reduce((sum, { cached }) => sum + cached.length, 0);
        const end = Math.max(
          0,
          Math.min(all.length, inode.cached.length - position + this.capacityBytes - used),
        );
        const middle = Math.floor(this.#random() * end);
        for (const [from, to] of [
          [0, middle],
          [middle, end],
        ] as const) {
          await turn();
          if (to > from) change({ kind: 'write', position: position + from, bytes: all.subarray(from, to) });
        }
        if (end < all.length) throw systemError('ENOSPC');
      },
      truncate: async (bytes) => {
        await turn();
        change({ kind: 'truncate', bytes });
      },
      sync: async () => {
        await turn();
        this.syncs++;
        const code = this.failNextSync;
        // A file that has just become shorter wants no room.
        const isShortened = inode.dirty.at(-1)?.kind === 'truncate';
        if (code !== null && !(code === 'ENOSPC' && isShortened)) {
          this.failNextSync = null;
          inode.durable = this.#torn(inode);
          inode.dirty = [];
          throw systemError(code);
        }
        inode.durable = inode.dirty.reduce(applied, inode.durable);
        inode.dirty = [];
        await turn();
      },
      close: () => turn(),
    };
  }

  /** What a disk may hold of a file whose last changes were not fsynced. */
  #torn(inode: Inode): Uint8Array {
    let content = inode.durable;
    for (const made of inode.dirty) {
      const fate = this.#random();
      if (fate < 0.25) continue;
      if (fate < 0.5 || made.kind === 'truncate') content = applied(content, made);
      else content = this.#tornWrite(content, made.position, made.bytes);
    }
    return content;
  }

  /** Some sectors of a write; the others keep what they held, or where there was nothing get zeros, noise or old contents. */
  #tornWrite(before: Uint8Array, position: number, bytes: Uint8Array): Uint8Array {
    const content = applied(before, { kind: 'write', position, bytes });
    const end = position + bytes.length;
    const lostShare = this.#random();
    const stale = this.#deleted[Math.floor(this.#random() * 2 * this.#deleted.length)];
    const isNoise = this.#random() < 0.5;
    for (let at = position; at < end; ) {
      const to = Math.min(end, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
      if (this.#random() < lostShare)
        for (let i = at; i < to; i++)
          content[i] = before[i] ?? stale?.[i] ?? (isNoise ? Math.floor(this.#random() * 256) : 0);
      at = to;
    }
    return content;
  }
}

function applied(content: Uint8Array, made: Change): Uint8Array {
  const bytes =
    made.kind === 'truncate' ? made.bytes : Math.max(content.length, made.position + made.bytes.length);
  const changed = new Uint8Array(bytes);
  changed.set(content.subarray(0, bytes));
  if (made.kind === 'write') changed.set(made.bytes, made.position);
  return changed;
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: as the model wants it`), { code });
}
