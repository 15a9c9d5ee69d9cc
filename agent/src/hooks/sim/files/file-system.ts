/** An in-memory file system: regular files by path, and the devices programs expect. Directories exist as needed. */
import type { SystemCall } from '../calls/call.ts';
import type { Kernel } from '../kernel.ts';
import { Errno, O_ACCMODE, O_APPEND, O_CREAT, O_TRUNC, POLLIN, POLLOUT, S_IFCHR, S_IFREG } from '../uapi.ts';
import { FileObject } from './file-object.ts';
import { Inode } from './inode.ts';
import { OpenFile } from './open-file.ts';

/** Longest path, with its terminator (PATH_MAX). */
export const PATH_MAX = 4096;

export class FileSystem {
  readonly #kernel: Kernel;
  readonly #files = new Map<string, RegularFile>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Makes a file, or replaces its contents. @param content bytes, or a size in bytes of zeros that take no memory */
  write(path: string, content: Uint8Array | number): void {
    const file = this.#files.get(path) ?? this.#make(path);
    file.replace(content);
  }

  /** open(2). @returns the open file with one reference, or -errno */
  open(path: string, flags: number): OpenFile | number {
    const device = DEVICES[path];
    if (device !== undefined) return new OpenFile(this.#kernel, new Device(this.#kernel, device), flags);
    let file = this.#files.get(path);
    if (file === undefined) {
      if (path === '' || (flags & O_CREAT) === 0) return -Errno.ENOENT;
      file = this.#make(path);
    }
    if ((flags & O_TRUNC) !== 0 && (flags & O_ACCMODE) !== 0) file.replace(new Uint8Array(0));
    return new OpenFile(this.#kernel, file, flags);
  }

  /** Open files of the path go on to work. @returns false if there is none */
  unlink(path: string): boolean {
    return this.#files.delete(path);
  }

  #make(path: string): RegularFile {
    const file = new RegularFile(this.#kernel);
    this.#files.set(path, file);
    return file;
  }
}

/** Every open file of one path shares it; it lives as long as the node. */
class RegularFile extends FileObject {
  override readonly inode: Inode;
  #bytes = new Uint8Array(0);
  /** Size; what lies behind #bytes reads as zeros. */
  #size = 0;

  constructor(kernel: Kernel) {
    super();
    this.inode = new Inode(kernel, 'ext4', S_IFREG | 0o644);
  }

  replace(content: Uint8Array | number): void {
    this.#bytes = typeof content === 'number' ? new Uint8Array(0) : content.slice();
    this.#resize(typeof content === 'number' ? content : content.length);
  }

  override read(call: SystemCall, position: number | null): number {
    const file = call.file!;
    const from = position ?? file.position;
    const bytes = Math.max(0, Math.min(call.buffer.bytes, this.#size - from));
    if (!call.buffer.isMapped(0, bytes)) return -Errno.EFAULT;
    call.buffer.copyOut(0, this.#slice(from, bytes));
    if (position === null) file.position += bytes;
    return bytes;
  }

  override write(call: SystemCall, position: number | null): number {
    const file = call.file!;
    const bytes = call.buffer.copyIn(0, call.buffer.bytes);
    if (bytes === null) return -Errno.EFAULT;
    const at = (file.flags & O_APPEND) !== 0 ? this.#size : (position ?? file.position);
    this.#put(at, bytes);
    if (position === null) file.position = at + bytes.length;
    return bytes.length;
  }

  override room(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  override append(bytes: Uint8Array): void {
    this.#put(this.#size, bytes);
  }

  /** sendfile() reads at a position of its own (see readAt). */
  override take(): number {
    return -Errno.EINVAL;
  }

  /** Up to `bytes` bytes from a position on; none at the end. */
  readAt(position: number, bytes: number): Uint8Array {
    return this.#slice(position, Math.max(0, Math.min(bytes, this.#size - position)));
  }

  override poll(): number {
    return POLLIN | POLLOUT;
  }

  override release(): void {
    // The path still names it.
  }

  #slice(from: number, bytes: number): Uint8Array {
    const slice = new Uint8Array(bytes);
    slice.set(this.#bytes.subarray(from, from + bytes));
    return slice;
  }

  #put(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, at);
    if (end > this.#size) this.#resize(end);
  }

  #resize(bytes: number): void {
    this.#size = bytes;
    this.inode.size = bytes;
  }
}

/** Whether sendfile() can read from it at a position. */
export const isRegular = (object: FileObject): object is RegularFile => object instanceof RegularFile;

type DeviceKind = 'null' | 'zero';
const DEVICES: Readonly<Record<string, DeviceKind>> = { '/dev/null': 'null', '/dev/zero': 'zero' };

class Device extends FileObject {
  override readonly inode: Inode;
  readonly #kind: DeviceKind;

  constructor(kernel: Kernel, kind: DeviceKind) {
    super();
    this.inode = new Inode(kernel, 'devtmpfs', S_IFCHR | 0o666);
    this.#kind = kind;
  }

  override read(call: SystemCall): number {
    const bytes = this.#kind === 'zero' ? call.buffer.bytes : 0;
    if (!call.buffer.isMapped(0, bytes)) return -Errno.EFAULT;
    call.buffer.copyOut(0, this.take(bytes));
    return bytes;
  }

  override room(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  override append(): void {
    // Both devices swallow what is written to them.
  }

  override take(maxBytes: number): Uint8Array {
    return new Uint8Array(this.#kind === 'zero' ? maxBytes : 0);
  }

  override poll(): number {
    return POLLIN | POLLOUT;
  }

  override release(): void {
    this.inode.release();
  }
}
