/** What eBPF programs see of the node they run on. */
import type { Environment } from '../../vm/environment.ts';
import type { Kernel } from './kernel.ts';
import { Random } from './random.ts';

/** TASK_SIZE of x86-64: user addresses are below. */
const USER_END = 0x7fff_ffff_f000n;
const encoder = new TextEncoder();

export class KernelEnvironment implements Environment {
  readonly #kernel: Kernel;
  readonly #random: Random;

  /** @param seed of bpf_get_prandom_u32(): programs must not change what the world's own chance gives */
  constructor(kernel: Kernel, seed: number) {
    this.#kernel = kernel;
    this.#random = new Random(seed);
  }

  get cpu(): number {
    return this.#kernel.cpu;
  }

  ktimeNs(): bigint {
    return BigInt(Math.floor(this.#kernel.clock.nowNs));
  }

  /** The simulated machine never sleeps: both clocks agree. */
  bootTimeNs(): bigint {
    return this.ktimeNs();
  }

  currentPidTgid(): bigint {
    const { tgid, tid } = this.#kernel.task;
    return (BigInt(tgid) << 32n) | BigInt(tid);
  }

  /** All run as root. */
  currentUidGid(): bigint {
    return 0n;
  }

  currentComm(): Uint8Array {
    return encoder.encode(this.#kernel.task.comm);
  }

  currentTask(): bigint {
    return this.#kernel.task.taskAddress;
  }

  currentTaskRegisters(): bigint {
    return this.#kernel.task.registersAddress;
  }

  currentCgroupId(): bigint {
    return this.#kernel.current?.process.cgroupId ?? 1n;
  }

  readUser(address: bigint, into: Uint8Array): boolean {
    const space = this.#kernel.current?.process.space;
    if (space === undefined || address < 0n || address >= USER_END) return false;
    const at = space.translate(Number(address), into.length);
    if (at < 0) return false;
    into.set(this.#kernel.memory.u8.subarray(at, at + into.length));
    return true;
  }

  random(): number {
    return this.#random.u32();
  }
}
