/** Open file descriptions (`struct file`): what descriptors share after dup() and fork(). */
import type { Kernel } from '../kernel.ts';
import { writePointer, writeWord } from '../memory/words.ts';
import { O_APPEND, O_CLOEXEC, O_NONBLOCK } from '../uapi.ts';
import type { FileObject } from './file-object.ts';

/** Flags that F_SETFL may change. */
const SETTABLE = O_APPEND | O_NONBLOCK;

export class OpenFile {
  readonly object: FileObject;
  /** `struct file`. */
  readonly offset: number;
  /** Where read() and write() of a seekable file go on. */
  position = 0;
  readonly #kernel: Kernel;
  #flags: number;
  #references = 1;

  /** @param flags O_*: close-on-exec belongs to the descriptor and is not kept here */
  constructor(kernel: Kernel, object: FileObject, flags: number) {
    this.#kernel = kernel;
    this.object = object;
    this.#flags = flags & ~O_CLOEXEC;
    const fields = kernel.fields.file;
    this.offset = kernel.memory.alloc(fields.bytes);
    const { view } = kernel.memory;
    writePointer(view, this.offset + fields.inode, object.inode.offset);
    writePointer(view, this.offset + fields.privateData, object.privateData);
    this.#publish();
  }

  get flags(): number {
    return this.#flags;
  }

  get nonBlocking(): boolean {
    return (this.#flags & O_NONBLOCK) !== 0;
  }

  get references(): number {
    return this.#references;
  }

  /** fcntl(F_SETFL). */
  setFlags(flags: number): void {
    this.#flags = (this.#flags & ~SETTABLE) | (flags & SETTABLE);
    this.#publish();
  }

  /** One more descriptor, or message under way, refers to it. */
  hold(): this {
    this.#references++;
    this.#publish();
    return this;
  }

  /** One fewer; the last releases what it refers to. */
  drop(): void {
    this.#references--;
    if (this.#references > 0) {
      this.#publish();
      return;
    }
    this.object.release();
    this.#kernel.memory.free(this.offset);
  }

  #publish(): void {
    const fields = this.#kernel.fields.file;
    const { view } = this.#kernel.memory;
    view.setUint32(this.offset + fields.flags, this.#flags, true);
    writeWord(view, this.offset + fields.references, this.#references - 1 + fields.oneReference);
  }
}
