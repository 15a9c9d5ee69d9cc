/**
 * The simulated kernel as workloads see it: a world of nodes on one virtual clock and one network, processes on each
 * node, and threads that make system calls. Threads are generators; a call that blocks parks the generator until the
 * kernel wakes it. Everything is deterministic: the same seed and the same programs give the same events.
 */
import type { Platform } from '../hook.ts';

export interface WorldOptions {
  /** Seeds the scheduler (order of runnable threads), initial sequence numbers and addresses. */
  readonly seed?: number;
  /** Seeds the layout of kernel structures in the published BTF. */
  readonly btfSeed?: number;
  /** Monotonic time at the start, ns. Default 1e9: time 0 means "none" in records. */
  readonly startNs?: number;
  /** One-way delay between two different hosts' addresses, ns. Default 0. */
  readonly latencyNs?: number;
  /** Most bytes of one TCP segment. Default 1448. */
  readonly segmentBytes?: number;
  /** Bytes that a TCP socket takes from its writer before its peer has acknowledged any. Default 262144. */
  readonly sendBufferBytes?: number;
  /** Bytes that a TCP socket holds for its reader. Default 262144. */
  readonly receiveBufferBytes?: number;
  /** Initial sequence numbers of a new TCP connection, client's and server's; null for random ones. */
  readonly isn?: (client: IpEndpoint, server: IpEndpoint) => readonly [number, number] | null;
  /** What a system call takes from enter to exit if it need not wait, ns. Default 1000. */
  readonly callNs?: number;
  /**
   * Chance, from 0 to 1, that another thread runs between the work of a call and its sys_exit, as on another CPU: then
   * a reply can be read before its writer's call is over. Default 0.
   */
  readonly overlap?: number;
}

export interface World {
  readonly nowNs: number;
  addNode(options: NodeOptions): Node;
  /**
   * Runs until nothing can happen any more, or until the clock reaches `untilNs`. Calls `onIdle` (if given) each time
   * the clock is about to advance, after every few dozen turns of busy threads, and at the end: that is when a consumer
   * drains its rings.
   */
  run(options?: { readonly untilNs?: number; readonly onIdle?: () => void }): RunResult;
}

export interface RunResult {
  /** Threads that had neither ended nor could be woken. */
  readonly blocked: readonly { readonly process: string; readonly tid: number; readonly call: string }[];
}

export interface NodeOptions {
  readonly name: string;
  /** Default 2. */
  readonly cpus?: number;
  /** Process numbers are below it. Default 4194304. */
  readonly pidMax?: number;
}

export interface Node {
  readonly name: string;
  /** Loads and attaches eBPF programs on this node. */
  readonly platform: Platform;
  /**
   * A network namespace with its own addresses (IPv4 or IPv6 text). Every one has all of 127.0.0.0/8 and ::1 for itself:
   * two hosts of a loopback capture belong into one namespace.
   * @throws RangeError for text that is no address, or an address that another namespace has
   */
  addNetns(addresses: readonly string[]): Netns;
  /** A cgroup v2 path such as "/kubepods/pod1/c1"; made when missing. @returns its id */
  cgroup(path: string): bigint;
  /** Makes a regular file, e.g. for sendfile(). @param content bytes, or a size in bytes: zeros that take no memory */
  file(path: string, content: Uint8Array | number): void;
  /**
   * A process as a container runtime starts it: forked by init (pid 1), then exec() of its path as its own first call.
   * Descriptor 0 is empty, 1 and 2 are pipes that something outside drains.
   */
  spawn(options: ProcessOptions): Process;
  /**
   * A connection that existed before anyone looked: an established TCP pair with given next sequence numbers, as a
   * capture that starts in mid-stream has it. No hook fires.
   */
  establish(
    client: EstablishedEnd,
    server: EstablishedEnd,
  ): { readonly clientFd: number; readonly serverFd: number };
}

export interface EstablishedEnd {
  readonly process: Process;
  readonly endpoint: IpEndpoint;
  /** Sequence number of the next byte this end sends. */
  readonly sendSequence: number;
}

export interface IpEndpoint {
  readonly address: string;
  readonly port: number;
}

export interface Netns {
  readonly inode: number;
  readonly addresses: readonly string[];
}

export interface ProcessOptions {
  readonly comm: string;
  /** Path of the executable. Default `/usr/bin/${comm}`. */
  readonly path?: string;
  readonly cgroup?: string;
  readonly netns: Netns;
  /** The first thread's program. */
  readonly main: ThreadProgram;
  /** When it was or will be started, ns: its identity, with tgid. Default now. */
  readonly startNs?: number;
}

export interface Process {
  readonly tgid: number;
  readonly comm: string;
  /** Another thread of the process, made from outside (Os.thread() is clone()). */
  thread(main: ThreadProgram): { readonly tid: number };
}

/** A thread's program: it ends by returning. The process ends with its last thread, or by Os.exit(). */
export type ThreadProgram = (os: Os) => Generator<Wait, void, void>;

/** What a thread yields to the scheduler; made by Os only. */
export interface Wait {
  readonly call: string;
}

/** A call in progress: `yield*` it. Results are as in the raw system call: a count or descriptor, or -errno. */
export type Call<T = number> = Generator<Wait, T, void>;

/**
 * System calls of one thread, with C library conveniences on top (those ending in Bytes). Every call enters and leaves
 * through the hooks with its arguments in registers and its buffers in user memory at addresses.
 */
export interface Os {
  readonly nowNs: number;
  readonly tgid: number;
  readonly tid: number;

  /** Reserves user memory of the process. */
  alloc(bytes: number): bigint;
  free(address: bigint): void;
  /** Writes user memory, outside any system call. */
  poke(address: bigint, bytes: Uint8Array): void;
  peek(address: bigint, bytes: number): Uint8Array;

  /**
   * Any system call by its x86-64 number with raw arguments. The named ones below all go through it. SIGPIPE and
   * SIGCHLD are ignored; there are no other signals.
   */
  syscall(nr: number, ...args: readonly (bigint | number)[]): Call;

  socket(domain: number, type: number, protocol?: number): Call;
  socketpair(domain: number, type: number): Call<readonly [number, number] | number>;
  /** `to`: IP endpoint, or a path for AF_UNIX. */
  bind(fd: number, to: IpEndpoint | string): Call;
  listen(fd: number, backlog?: number): Call;
  connect(fd: number, to: IpEndpoint | string): Call;
  accept(fd: number, flags?: number): Call;
  /** getsockname(): where an IP socket is bound, e.g. the port that bind() to port 0 chose. */
  localEndpoint(fd: number): Call<IpEndpoint | number>;
  read(fd: number, address: bigint, bytes: number): Call;
  write(fd: number, address: bigint, bytes: number): Call;
  recv(fd: number, address: bigint, bytes: number, flags?: number): Call;
  send(fd: number, address: bigint, bytes: number, flags?: number): Call;
  sendfile(outFd: number, inFd: number, bytes: number): Call;
  splice(inFd: number, outFd: number, bytes: number): Call;
  pipe(): Call<readonly [number, number] | number>;
  open(path: string, flags?: number): Call;
  close(fd: number): Call;
  shutdown(fd: number, how: 0 | 1 | 2): Call;
  dup(fd: number): Call;
  dup2(oldFd: number, newFd: number): Call;
  setNonBlocking(fd: number, on: boolean): Call;
  /** RST instead of FIN on close (SO_LINGER with 0). */
  setReset(fd: number): Call;
  /** setsockopt() with one or more ints. */
  setOption(fd: number, level: number, option: number, ...values: readonly number[]): Call;
  /** Blocks until one of the descriptors is readable (poll with POLLIN); returns the first such fd, or -ETIMEDOUT. */
  waitReadable(fds: readonly number[], timeoutNs?: number): Call;
  fork(child: ThreadProgram): Call;
  /** clone() of a thread. @returns its number */
  thread(main: ThreadProgram): Call;
  /** Other threads end, memory is new, comm is the path's last part. The program goes on as if it were the new one. */
  exec(path: string): Call;
  /** exit_group(): never returns. */
  exit(status?: number): Call;
  sleepUntil(ns: number): Call<void>;
  sleep(ns: number): Call<void>;

  /** read() into a scratch buffer. @returns the bytes, or -errno; no bytes at end of file */
  readBytes(fd: number, maxBytes: number): Call<Uint8Array | number>;
  /** write() from a scratch buffer; may write less, as write() does. */
  writeBytes(fd: number, bytes: Uint8Array): Call;
  /** writeBytes() until all is written. @returns bytes.length or -errno */
  writeAllBytes(fd: number, bytes: Uint8Array): Call;
  /** One datagram or a message with several iovecs. */
  sendtoBytes(fd: number, bytes: Uint8Array, to?: IpEndpoint): Call;
  /** One datagram and where it came from. */
  recvfromBytes(
    fd: number,
    maxBytes: number,
  ): Call<{ readonly bytes: Uint8Array; readonly from: IpEndpoint | null } | number>;
  writevBytes(fd: number, parts: readonly Uint8Array[]): Call;
  readvBytes(fd: number, sizes: readonly number[]): Call<Uint8Array | number>;
  sendmsgBytes(fd: number, parts: readonly Uint8Array[], to?: IpEndpoint): Call;
  sendmmsgBytes(
    fd: number,
    messages: readonly { readonly bytes: Uint8Array; readonly to?: IpEndpoint }[],
  ): Call;
  recvmmsgBytes(fd: number, count: number, maxBytes: number): Call<readonly Uint8Array[] | number>;
  /** Passes a descriptor over a UNIX socket (SCM_RIGHTS). */
  sendDescriptor(fd: number, passed: number): Call;
  recvDescriptor(fd: number): Call;
}
