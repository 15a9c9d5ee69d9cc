/** The C library of a simulated thread: system calls by name, with their structures built in user memory. */

import { formatAddress } from '../../model/address.ts';
import { PARKED } from './calls/call.ts';
import { NR } from './calls/numbers.ts';
import { CALLS } from './calls/table.ts';
import { MMSGHDR_BYTES, MSGHDR_BYTES } from './calls/user.ts';
import type { Call, IpEndpoint, Os, ThreadProgram, Wait } from './contract.ts';
import { writeWord } from './memory/words.ts';
import { decodeSocketAddress, encodeInetAddress, encodeUnixAddress, inetAddress } from './net/address.ts';
import { Socket } from './net/socket.ts';
import type { Thread } from './tasks/thread.ts';
import {
  AF_INET,
  AF_INET6,
  AT_FDCWD,
  CLONE_THREAD_FLAGS,
  Errno,
  F_GETFL,
  F_SETFL,
  O_NONBLOCK,
  POLLIN,
  SCM_RIGHTS,
  SO_LINGER,
  SOL_SOCKET,
} from './uapi.ts';

const MAX_SOCKADDR_BYTES = 128;
const MSG_WAITFORONE = 0x10000;
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;
const FIRST_SCRATCH_BYTES = 1024;

export class UserOs implements Os {
  readonly #thread: Thread;
  /** A buffer that the conveniences use, which grows as needed; 0 before the first use. */
  #scratch = 0;
  #scratchBytes = 0;

  constructor(thread: Thread) {
    this.#thread = thread;
  }

  get nowNs(): number {
    return this.#thread.process.kernel.clock.nowNs;
  }

  get tgid(): number {
    return this.#thread.process.tgid;
  }

  get tid(): number {
    return this.#thread.tid;
  }

  /** exec() took the memory away. */
  forget(): void {
    this.#scratch = 0;
    this.#scratchBytes = 0;
  }

  // User memory

  alloc(bytes: number): bigint {
    return BigInt(this.#thread.process.space.alloc(bytes));
  }

  free(address: bigint): void {
    this.#thread.process.space.free(Number(address));
  }

  poke(address: bigint, bytes: Uint8Array): void {
    this.#put(Number(address), bytes);
  }

  peek(address: bigint, bytes: number): Uint8Array {
    return this.#get(Number(address), bytes);
  }

  // System calls

  *syscall(nr: number, ...args: readonly (bigint | number)[]): Call {
    const thread = this.#thread;
    const { kernel } = thread.process;
    const entry = CALLS[nr];
    kernel.enterCall(thread, nr, args);
    let result = entry === undefined ? -Errno.ENOSYS : entry.handle(thread.call);
    while (result === PARKED) {
      thread.call.holdFile();
      yield waitOf(nr);
      result = entry!.handle(thread.call);
    }
    // A thread that has ended in its call is never resumed.
    if (thread.state === 'ended') yield waitOf(nr);
    if (kernel.overlap > 0 && kernel.scheduler.preempts(kernel.overlap)) yield waitOf(nr);
    kernel.exitCall(thread, result);
    if (kernel.scheduler.preempts()) yield PREEMPTED;
    return result;
  }

  socket(domain: number, type: number, protocol = 0): Call {
    return this.syscall(NR.socket, domain, type, protocol);
  }

  *socketpair(domain: number, type: number): Call<readonly [number, number] | number> {
    const pair = this.#reserve(8);
    return this.#pairAt(pair, yield* this.syscall(NR.socketpair, domain, type, 0, pair));
  }

  *bind(fd: number, to: IpEndpoint | string): Call {
    const address = this.#address(fd, to);
    return yield* this.syscall(
      NR.bind,
      fd,
      this.#put(this.#reserve(address.length), address),
      address.length,
    );
  }

  listen(fd: number, backlog = 128): Call {
    return this.syscall(NR.listen, fd, backlog);
  }

  *connect(fd: number, to: IpEndpoint | string): Call {
    const address = this.#address(fd, to);
    return yield* this.syscall(
      NR.connect,
      fd,
      this.#put(this.#reserve(address.length), address),
      address.length,
    );
  }

  accept(fd: number, flags = 0): Call {
    return this.syscall(NR.accept4, fd, 0, 0, flags);
  }

  *localEndpoint(fd: number): Call<IpEndpoint | number> {
    const at = this.#reserve(16 + MAX_SOCKADDR_BYTES);
    this.#put32(at, MAX_SOCKADDR_BYTES);
    const result = yield* this.syscall(NR.getsockname, fd, at + 16, at);
    return result < 0 ? result : (this.#endpointAt(at + 16, this.#get32(at)) ?? -Errno.EAFNOSUPPORT);
  }

  read(fd: number, address: bigint, bytes: number): Call {
    return this.syscall(NR.read, fd, address, bytes);
  }

  write(fd: number, address: bigint, bytes: number): Call {
    return this.syscall(NR.write, fd, address, bytes);
  }

  recv(fd: number, address: bigint, bytes: number, flags = 0): Call {
    return this.syscall(NR.recvfrom, fd, address, bytes, flags, 0, 0);
  }

  send(fd: number, address: bigint, bytes: number, flags = 0): Call {
    return this.syscall(NR.sendto, fd, address, bytes, flags, 0, 0);
  }

  sendfile(outFd: number, inFd: number, bytes: number): Call {
    return this.syscall(NR.sendfile64, outFd, inFd, 0, bytes);
  }

  splice(inFd: number, outFd: number, bytes: number): Call {
    return this.syscall(NR.splice, inFd, 0, outFd, 0, bytes, 0);
  }

  *pipe(): Call<readonly [number, number] | number> {
    const pair = this.#reserve(8);
    return this.#pairAt(pair, yield* this.syscall(NR.pipe2, pair, 0));
  }

  *open(path: string, flags = 0): Call {
    return yield* this.syscall(NR.openat, AT_FDCWD, this.#text(path), flags, 0o644);
  }

  close(fd: number): Call {
    return this.syscall(NR.close, fd);
  }

  shutdown(fd: number, how: 0 | 1 | 2): Call {
    return this.syscall(NR.shutdown, fd, how);
  }

  dup(fd: number): Call {
    return this.syscall(NR.dup, fd);
  }

  dup2(oldFd: number, newFd: number): Call {
    return this.syscall(NR.dup2, oldFd, newFd);
  }

  *setNonBlocking(fd: number, on: boolean): Call {
    const flags = yield* this.syscall(NR.fcntl, fd, F_GETFL, 0);
    if (flags < 0) return flags;
    return yield* this.syscall(NR.fcntl, fd, F_SETFL, on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK);
  }

  setReset(fd: number): Call {
    return this.setOption(fd, SOL_SOCKET, SO_LINGER, 1, 0);
  }

  *setOption(fd: number, level: number, option: number, ...values: readonly number[]): Call {
    const at = this.#put(this.#reserve(4 * values.length), new Uint8Array(Int32Array.from(values).buffer));
    return yield* this.syscall(NR.setsockopt, fd, level, option, at, 4 * values.length);
  }

  *waitReadable(fds: readonly number[], timeoutNs?: number): Call {
    const times = 16 * Number(timeoutNs !== undefined);
    const at = this.#reserve(times + 8 * fds.length);
    if (timeoutNs !== undefined) this.#putTime(at, timeoutNs);
    const entries = new DataView(new ArrayBuffer(8 * fds.length));
    for (const [i, fd] of fds.entries()) {
      entries.setInt32(8 * i, fd, true);
      entries.setInt16(8 * i + 4, POLLIN, true);
    }
    this.#put(at + times, new Uint8Array(entries.buffer));
    const ready = yield* this.syscall(
      NR.ppoll,
      at + times,
      fds.length,
      timeoutNs === undefined ? 0 : at,
      0,
      0,
    );
    if (ready < 0) return ready;
    const events = this.#get(at + times, 8 * fds.length);
    const first = fds.findIndex((_, i) => events[8 * i + 6] !== 0 || events[8 * i + 7] !== 0);
    return first < 0 ? -Errno.ETIMEDOUT : fds[first]!;
  }

  *fork(child: ThreadProgram): Call {
    this.#thread.childProgram = child;
    return yield* this.syscall(NR.fork);
  }

  *thread(main: ThreadProgram): Call {
    this.#thread.childProgram = main;
    return yield* this.syscall(NR.clone, CLONE_THREAD_FLAGS, 0, 0, 0, 0);
  }

  *exec(path: string): Call {
    return yield* this.syscall(NR.execve, this.#text(path), 0, 0);
  }

  *exit(status = 0): Call {
    return yield* this.syscall(NR.exit_group, status);
  }

  *sleepUntil(ns: number): Call<void> {
    if (ns <= this.nowNs) return;
    yield* this.syscall(
      NR.clock_nanosleep,
      CLOCK_MONOTONIC,
      TIMER_ABSTIME,
      this.#putTime(this.#reserve(16), ns),
      0,
    );
  }

  *sleep(ns: number): Call<void> {
    yield* this.syscall(NR.nanosleep, this.#putTime(this.#reserve(16), ns), 0);
  }

  // Conveniences: buffers in, buffers out

  *readBytes(fd: number, maxBytes: number): Call<Uint8Array | number> {
    const at = this.#reserve(maxBytes);
    const read = yield* this.syscall(NR.read, fd, at, maxBytes);
    return read < 0 ? read : this.#get(at, read);
  }

  *writeBytes(fd: number, bytes: Uint8Array): Call {
    return yield* this.syscall(NR.write, fd, this.#put(this.#reserve(bytes.length), bytes), bytes.length);
  }

  *writeAllBytes(fd: number, bytes: Uint8Array): Call {
    for (let done = 0; done < bytes.length; ) {
      const written = yield* this.writeBytes(fd, done === 0 ? bytes : bytes.subarray(done));
      if (written < 0) return written;
      done += written;
    }
    return bytes.length;
  }

  *sendtoBytes(fd: number, bytes: Uint8Array, to?: IpEndpoint): Call {
    const address = to === undefined ? NOTHING : this.#address(fd, to);
    const at = this.#reserve(MAX_SOCKADDR_BYTES + bytes.length);
    this.#put(at, address);
    this.#put(at + MAX_SOCKADDR_BYTES, bytes);
    const named = address.length === 0 ? 0 : at;
    return yield* this.syscall(
      NR.sendto,
      fd,
      at + MAX_SOCKADDR_BYTES,
      bytes.length,
      0,
      named,
      address.length,
    );
  }

  *recvfromBytes(
    fd: number,
    maxBytes: number,
  ): Call<{ readonly bytes: Uint8Array; readonly from: IpEndpoint | null } | number> {
    const buffer = 16 + MAX_SOCKADDR_BYTES;
    const at = this.#reserve(buffer + maxBytes);
    this.#put32(at, MAX_SOCKADDR_BYTES);
    const received = yield* this.syscall(NR.recvfrom, fd, at + buffer, maxBytes, 0, at + 16, at);
    if (received < 0) return received;
    return { bytes: this.#get(at + buffer, received), from: this.#endpointAt(at + 16, this.#get32(at)) };
  }

  *writevBytes(fd: number, parts: readonly Uint8Array[]): Call {
    const { vector, count } = this.#gather(0, parts);
    return yield* this.syscall(NR.writev, fd, vector, count);
  }

  *readvBytes(fd: number, sizes: readonly number[]): Call<Uint8Array | number> {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const vector = this.#reserve(16 * sizes.length + total);
    const data = this.#vectorAt(vector, sizes);
    const read = yield* this.syscall(NR.readv, fd, vector, sizes.length);
    // The segments lie one behind the other, so what was read is in one piece.
    return read < 0 ? read : this.#get(data, read);
  }

  *sendmsgBytes(fd: number, parts: readonly Uint8Array[], to?: IpEndpoint): Call {
    const address = to === undefined ? NOTHING : this.#address(fd, to);
    const { start, vector, count } = this.#gather(HEADER_AREA_BYTES, parts);
    this.#put(start + MMSGHDR_BYTES, address);
    this.#putHeader(start, { name: start + MMSGHDR_BYTES, nameBytes: address.length, vector, count });
    return yield* this.syscall(NR.sendmsg, fd, start, 0);
  }

  *sendmmsgBytes(
    fd: number,
    messages: readonly { readonly bytes: Uint8Array; readonly to?: IpEndpoint }[],
  ): Call {
    const addresses = messages.map(({ to }) => (to === undefined ? NOTHING : this.#address(fd, to)));
    const sizes = messages.map(({ bytes }) => bytes.length);
    const { start, data } = this.#messages(sizes, (i) => addresses[i]!.length);
    let at = data;
    for (const [i, { bytes }] of messages.entries()) {
      this.#put(this.#nameOf(start, messages.length, i), addresses[i]!);
      this.#put(at, bytes);
      at += bytes.length;
    }
    return yield* this.syscall(NR.sendmmsg, fd, start, messages.length, 0);
  }

  *recvmmsgBytes(fd: number, count: number, maxBytes: number): Call<readonly Uint8Array[] | number> {
    const sizes = new Array<number>(count).fill(maxBytes);
    const { start, data } = this.#messages(sizes, () => MAX_SOCKADDR_BYTES);
    const received = yield* this.syscall(NR.recvmmsg, fd, start, count, MSG_WAITFORONE, 0);
    if (received < 0) return received;
    return Array.from({ length: received }, (_, i) => {
      const bytes = this.#get32(start + i * MMSGHDR_BYTES + MSGHDR_BYTES);
      return this.#get(data + i * maxBytes, bytes);
    });
  }

  *sendDescriptor(fd: number, passed: number): Call {
    const { start, vector, count } = this.#gather(HEADER_AREA_BYTES, [Uint8Array.of(0)]);
    const control = start + MMSGHDR_BYTES;
    const bytes = new DataView(new ArrayBuffer(CONTROL_BYTES));
    bytes.setUint32(0, 20, true);
    bytes.setInt32(8, SOL_SOCKET, true);
    bytes.setInt32(12, SCM_RIGHTS, true);
    bytes.setInt32(16, passed, true);
    this.#put(control, new Uint8Array(bytes.buffer));
    this.#putHeader(start, { name: 0, nameBytes: 0, vector, count, control });
    const sent = yield* this.syscall(NR.sendmsg, fd, start, 0);
    return Math.min(sent, 0);
  }

  *recvDescriptor(fd: number): Call {
    const { start, vector, count } = this.#gather(HEADER_AREA_BYTES, [Uint8Array.of(0)]);
    const control = start + MMSGHDR_BYTES;
    this.#put(control, new Uint8Array(CONTROL_BYTES));
    this.#putHeader(start, { name: 0, nameBytes: 0, vector, count, control });
    const received = yield* this.syscall(NR.recvmsg, fd, start, 0);
    if (received < 0) return received;
    const passed = this.#get32(control) >= 20;
    return passed ? this.#get32(control + 16) | 0 : -Errno.ENOENT;
  }

  // Structures in user memory

  /** Scratch memory that nothing else of this thread uses until its next call. */
  #reserve(bytes: number): number {
    if (bytes > this.#scratchBytes) {
      const { space } = this.#thread.process;
      if (this.#scratch !== 0) space.free(this.#scratch);
      this.#scratchBytes = Math.max(bytes, FIRST_SCRATCH_BYTES, 2 * this.#scratchBytes);
      this.#scratch = space.alloc(this.#scratchBytes);
    }
    return this.#scratch;
  }

  /** An array of iovecs and their contents behind it. @param before bytes to keep free at the start */
  #gather(before: number, parts: readonly Uint8Array[]) {
    const sizes = parts.map((part) => part.length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const start = this.#reserve(before + 16 * parts.length + total);
    let at = this.#vectorAt(start + before, sizes);
    for (const part of parts) {
      this.#put(at, part);
      at += part.length;
    }
    return { start, vector: start + before, count: parts.length };
  }

  /** `struct iovec[]` whose segments follow it. @returns where they begin */
  #vectorAt(vector: number, sizes: readonly number[]): number {
    const data = vector + 16 * sizes.length;
    let at = data;
    for (const [i, size] of sizes.entries()) {
      this.#putWord(vector + 16 * i, at);
      this.#putWord(vector + 16 * i + 8, size);
      at += size;
    }
    return data;
  }

  /** `struct mmsghdr[]`, then an iovec each, then addresses, then the data. */
  #messages(sizes: readonly number[], nameBytes: (index: number) => number) {
    const count = sizes.length;
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const start = this.#reserve(count * (MMSGHDR_BYTES + 16 + MAX_SOCKADDR_BYTES) + total);
    const vectors = start + count * MMSGHDR_BYTES;
    const data = this.#nameOf(start, count, count);
    let at = data;
    for (const [i, size] of sizes.entries()) {
      this.#putWord(vectors + 16 * i, at);
      this.#putWord(vectors + 16 * i + 8, size);
      const header = {
        name: this.#nameOf(start, count, i),
        nameBytes: nameBytes(i),
        vector: vectors + 16 * i,
        count: 1,
      };
      this.#putHeader(start + i * MMSGHDR_BYTES, header);
      at += size;
    }
    return { start, data };
  }

  #nameOf(start: number, count: number, index: number): number {
    return start + count * (MMSGHDR_BYTES + 16) + index * MAX_SOCKADDR_BYTES;
  }

  /** `struct msghdr`; without a name its pointer is NULL. */
  #putHeader(
    at: number,
    header: { name: number; nameBytes: number; vector: number; count: number; control?: number },
  ): void {
    this.#put(at, new Uint8Array(MMSGHDR_BYTES));
    if (header.nameBytes > 0) this.#putWord(at, header.name);
    this.#put32(at + 8, header.nameBytes);
    this.#putWord(at + 16, header.vector);
    this.#putWord(at + 24, header.count);
    if (header.control === undefined) return;
    this.#putWord(at + 32, header.control);
    this.#putWord(at + 40, CONTROL_BYTES);
  }

  /** An address in the family of the socket: a v6 socket needs v4 ones mapped. */
  #address(fd: number, to: IpEndpoint | string): Uint8Array {
    if (typeof to === 'string') return encodeUnixAddress(to);
    const address = inetAddress(to.address, to.port);
    const object = this.#thread.process.files.get(fd)?.object;
    const family = object instanceof Socket ? object.kind.family : AF_INET;
    return encodeInetAddress(
      address,
      address.bytes.length === 16 || family === AF_INET6 ? AF_INET6 : AF_INET,
    );
  }

  #endpointAt(at: number, bytes: number): IpEndpoint | null {
    const address = decodeSocketAddress(this.#get(at, Math.min(bytes, MAX_SOCKADDR_BYTES)));
    return address?.family === 'inet' ? { address: formatAddress(address.bytes), port: address.port } : null;
  }

  #pairAt(at: number, result: number): readonly [number, number] | number {
    return result < 0 ? result : [this.#get32(at), this.#get32(at + 4)];
  }

  #text(text: string): number {
    const bytes = new TextEncoder().encode(`${text}\0`);
    return this.#put(this.#reserve(bytes.length), bytes);
  }

  /** `struct timespec`. */
  #putTime(at: number, ns: number): number {
    const whole = Math.max(0, Math.ceil(ns));
    this.#putWord(at, Math.floor(whole / 1e9));
    this.#putWord(at + 8, whole % 1e9);
    return at;
  }

  #put(at: number, bytes: Uint8Array): number {
    this.#thread.process.kernel.memory.u8.set(bytes, this.#offset(at, bytes.length));
    return at;
  }

  #get(at: number, bytes: number): Uint8Array {
    const offset = this.#offset(at, bytes);
    return this.#thread.process.kernel.memory.u8.slice(offset, offset + bytes);
  }

  #putWord(at: number, value: number): void {
    const offset = this.#offset(at, 8);
    writeWord(this.#thread.process.kernel.memory.view, offset, value);
  }

  #put32(at: number, value: number): void {
    const offset = this.#offset(at, 4);
    this.#thread.process.kernel.memory.view.setUint32(offset, value, true);
  }

  #get32(at: number): number {
    const offset = this.#offset(at, 4);
    return this.#thread.process.kernel.memory.view.getUint32(offset, true);
  }

  /** @throws RangeError for unmapped memory: where a real program would crash */
  #offset(address: number, bytes: number): number {
    const offset = this.#thread.process.space.translate(address, bytes);
    if (offset >= 0 || bytes === 0) return Math.max(0, offset);
    throw new RangeError(
      `Cannot access ${bytes} bytes at user address 0x${address.toString(16)}: not mapped`,
    );
  }
}

const NOTHING = new Uint8Array(0);
/** Room before an iovec array for a msghdr and an address or a control message. */
const HEADER_AREA_BYTES = MMSGHDR_BYTES + MAX_SOCKADDR_BYTES;
/** CMSG_SPACE(sizeof(int)). */
const CONTROL_BYTES = 24;

const PREEMPTED: Wait = { call: 'none' };
const WAITS = new Map<number, Wait>();

/** What a thread in this call yields. */
function waitOf(nr: number): Wait {
  let wait = WAITS.get(nr);
  if (wait === undefined) {
    wait = { call: CALLS[nr]?.name ?? `syscall ${nr}` };
    WAITS.set(nr, wait);
  }
  return wait;
}
