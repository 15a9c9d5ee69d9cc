/** Descriptor tables (`struct files_struct`): one a process, shared by its threads, mirrored in kernel memory. */
import type { Kernel } from '../kernel.ts';
import { writePointer } from '../memory/words.ts';
import { Errno } from '../uapi.ts';
import type { OpenFile } from './open-file.ts';

/** Slots of a new table (NR_OPEN_DEFAULT). */
const FIRST_SLOTS = 64;
/** RLIMIT_NOFILE. */
const MAX_DESCRIPTORS = 65536;
const POINTER_BYTES = 8;

export class Descriptors {
  /** `struct files_struct`. */
  readonly offset: number;
  readonly #kernel: Kernel;
  #files: (OpenFile | undefined)[] = [];
  readonly #closeOnExec = new Set<number>();
  /** No free number lies below it. */
  #lowestFree = 0;
  #slots = FIRST_SLOTS;
  /** The array of `struct file *`. */
  #array: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const fields = kernel.fields.files;
    this.offset = kernel.memory.alloc(fields.bytes);
    this.#array = kernel.memory.alloc(FIRST_SLOTS * POINTER_BYTES);
    writePointer(kernel.memory.view, this.offset + fields.table, this.offset + fields.tableStruct);
    kernel.memory.view.setUint32(this.offset + fields.count, 1, true);
    this.#publishTable();
  }

  get(fd: number): OpenFile | undefined {
    return this.#files[fd];
  }

  /** One past the highest number in use. */
  get end(): number {
    return this.#files.length;
  }

  /** Gives the file the lowest free number from `from` on, and takes over the caller's reference. @returns it, or -EMFILE */
  install(file: OpenFile, closeOnExec: boolean, from = 0): number {
    let fd = Math.max(from, this.#lowestFree);
    while (this.#files[fd] !== undefined) fd++;
    if (fd >= MAX_DESCRIPTORS) return -Errno.EMFILE;
    if (from <= this.#lowestFree) this.#lowestFree = fd + 1;
    this.#put(fd, file, closeOnExec);
    return fd;
  }

  /** dup2(): puts the file at this number and closes what was there. @returns the number, or -EBADF */
  replace(fd: number, file: OpenFile, closeOnExec: boolean): number {
    if (fd < 0 || fd >= MAX_DESCRIPTORS) return -Errno.EBADF;
    const before = this.#files[fd];
    this.#put(fd, file, closeOnExec);
    before?.drop();
    return fd;
  }

  /** @returns 0, or -EBADF */
  close(fd: number): number {
    const file = this.#files[fd];
    if (file === undefined) return -Errno.EBADF;
    this.#clear(fd);
    file.drop();
    return 0;
  }

  closesOnExec(fd: number): boolean {
    return this.#closeOnExec.has(fd);
  }

  setCloseOnExec(fd: number, on: boolean): void {
    if (on) this.#closeOnExec.add(fd);
    else this.#closeOnExec.delete(fd);
  }

  /** exec(). */
  closeForExec(): void {
    for (const fd of [...this.#closeOnExec].sort((a, b) => a - b)) this.close(fd);
  }

  /** fork(): the same numbers and the same open files. */
  fork(): Descriptors {
    const copy = new Descriptors(this.#kernel);
    for (const [fd, file] of this.#files.entries()) {
      if (file !== undefined) copy.#put(fd, file.hold(), this.#closeOnExec.has(fd));
    }
    copy.#lowestFree = this.#lowestFree;
    return copy;
  }

  /** exit(): closes all, lowest first, and frees the table. */
  release(): void {
    for (let fd = 0; fd < this.#files.length; fd++) this.close(fd);
    this.#kernel.memory.free(this.#array);
    this.#kernel.memory.free(this.offset);
  }

  #put(fd: number, file: OpenFile, closeOnExec: boolean): void {
    while (fd >= this.#slots) this.#grow();
    while (this.#files.length <= fd) this.#files.push(undefined);
    this.#files[fd] = file;
    this.setCloseOnExec(fd, closeOnExec);
    writePointer(this.#kernel.memory.view, this.#array + fd * POINTER_BYTES, file.offset);
  }

  #clear(fd: number): void {
    this.#files[fd] = undefined;
    while (this.#files.length > 0 && this.#files.at(-1) === undefined) this.#files.pop();
    this.#closeOnExec.delete(fd);
    if (fd < this.#lowestFree) this.#lowestFree = fd;
    writePointer(this.#kernel.memory.view, this.#array + fd * POINTER_BYTES, 0);
  }

  #grow(): void {
    const { memory } = this.#kernel;
    const bytes = this.#slots * POINTER_BYTES;
    const array = memory.alloc(bytes * 2);
    memory.u8.copyWithin(array, this.#array, this.#array + bytes);
    memory.free(this.#array);
    this.#array = array;
    this.#slots *= 2;
    this.#publishTable();
  }

  #publishTable(): void {
    const fields = this.#kernel.fields.files;
    const { view } = this.#kernel.memory;
    view.setUint32(this.offset + fields.maxFds, this.#slots, true);
    writePointer(view, this.offset + fields.descriptors, this.#array);
  }
}
