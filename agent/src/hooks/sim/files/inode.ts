/** Inodes: identity and kind of what a descriptor refers to. */
import type { Kernel } from '../kernel.ts';
import { writePointer, writeWord } from '../memory/words.ts';

/** File systems that inodes belong to, with their device number as in `struct super_block` (major << 20 | minor). */
export type FileSystemKind = 'sockfs' | 'pipefs' | 'devtmpfs' | 'ext4';

export const DEVICES: Readonly<Record<FileSystemKind, number>> = {
  sockfs: 8,
  pipefs: 13,
  devtmpfs: 5,
  ext4: (8 << 20) | 1,
};

export class Inode {
  readonly number: number;
  /** st_mode: kind and permissions. */
  readonly mode: number;
  /** `struct inode`. */
  readonly offset: number;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel, kind: FileSystemKind, mode: number) {
    this.#kernel = kernel;
    this.number = kernel.nextInode();
    this.mode = mode;
    const fields = kernel.fields.inode;
    this.offset = kernel.memory.alloc(fields.bytes);
    const { view } = kernel.memory;
    view.setUint16(this.offset + fields.mode, mode, true);
    writeWord(view, this.offset + fields.number, this.number);
    writePointer(view, this.offset + fields.superBlock, kernel.superBlock(kind));
  }

  set size(bytes: number) {
    writeWord(this.#kernel.memory.view, this.offset + this.#kernel.fields.inode.size, bytes);
  }

  release(): void {
    this.#kernel.memory.free(this.offset);
  }
}
