/** Pipes: a bounded queue of bytes with a reading and a writing end. */
import type { SystemCall } from '../calls/call.ts';
import type { Kernel } from '../kernel.ts';
import { ByteQueue } from '../memory/byte-queue.ts';
import { Errno, POLLERR, POLLHUP, POLLIN, POLLOUT, S_IFIFO } from '../uapi.ts';
import { FileObject } from './file-object.ts';
import { Inode } from './inode.ts';

/** Default capacity of a pipe, bytes (pipe(7)). */
const CAPACITY_BYTES = 65536;

/** @returns both ends, which share an inode */
export function makePipe(kernel: Kernel): { readonly reader: PipeEnd; readonly writer: PipeEnd } {
  const shared: SharedPipe = {
    inode: new Inode(kernel, 'pipefs', S_IFIFO | 0o600),
    queue: new ByteQueue(),
    ends: 2,
  };
  const reader = new PipeEnd(shared, 'reader');
  const writer = new PipeEnd(shared, 'writer');
  reader.connect(writer);
  return { reader, writer };
}

/**
 * The writing end of a pipe whose reader, outside of the simulation, takes everything at once: what a container runtime
 * gives a process as standard output and standard error.
 */
export function makeDrain(kernel: Kernel): FileObject {
  const { writer } = makePipe(kernel);
  return new Drain(writer);
}

interface SharedPipe {
  readonly inode: Inode;
  readonly queue: ByteQueue;
  /** How many of the two ends are open. */
  ends: number;
}

class PipeEnd extends FileObject {
  readonly #pipe: SharedPipe;
  readonly #role: 'reader' | 'writer';
  #other: PipeEnd | null = null;

  constructor(pipe: SharedPipe, role: 'reader' | 'writer') {
    super();
    this.#pipe = pipe;
    this.#role = role;
  }

  connect(other: PipeEnd): void {
    this.#other = other;
    other.#other = this;
  }

  override get inode(): Inode {
    return this.#pipe.inode;
  }

  override read(call: SystemCall): number {
    if (this.#role === 'writer') return -Errno.EBADF;
    const { queue } = this.#pipe;
    const bytes = Math.min(call.buffer.bytes, queue.length);
    if (bytes === 0)
      return this.#other === null || call.buffer.bytes === 0 ? 0 : call.waitOrAgain(this.waiters);
    if (!call.buffer.fillFrom(queue, 0, bytes)) return -Errno.EFAULT;
    queue.drop(bytes);
    this.#other?.waiters.wake();
    return bytes;
  }

  override room(): number {
    if (this.#role === 'reader') return -Errno.EBADF;
    return this.#other === null ? -Errno.EPIPE : CAPACITY_BYTES - this.#pipe.queue.length;
  }

  override append(bytes: Uint8Array): void {
    this.#pipe.queue.push(bytes);
    this.#other?.waiters.wake();
  }

  override take(maxBytes: number): Uint8Array | number {
    if (this.#role === 'writer') return -Errno.EBADF;
    const bytes = Math.min(maxBytes, this.#pipe.queue.length);
    if (bytes === 0 && this.#other !== null) return -Errno.EAGAIN;
    const taken = this.#pipe.queue.take(bytes);
    this.#other?.waiters.wake();
    return taken;
  }

  override poll(): number {
    const { queue } = this.#pipe;
    if (this.#role === 'reader')
      return (queue.length > 0 ? POLLIN : 0) | (this.#other === null ? POLLHUP : 0);
    if (this.#other === null) return POLLOUT | POLLERR;
    return queue.length < CAPACITY_BYTES ? POLLOUT : 0;
  }

  override release(): void {
    const other = this.#other;
    if (other !== null) {
      other.#other = null;
      other.waiters.wake();
    }
    if (--this.#pipe.ends === 0) this.inode.release();
  }
}

class Drain extends FileObject {
  readonly #writer: PipeEnd;

  constructor(writer: PipeEnd) {
    super();
    this.#writer = writer;
  }

  override get inode(): Inode {
    return this.#writer.inode;
  }

  override read(): number {
    return -Errno.EBADF;
  }

  override room(): number {
    return CAPACITY_BYTES;
  }

  override append(): void {
    // The reader outside has it.
  }

  override take(): number {
    return -Errno.EBADF;
  }

  override poll(): number {
    return POLLOUT;
  }

  override release(): void {
    this.inode.release();
  }
}
