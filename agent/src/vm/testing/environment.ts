/** An environment for tests of the machine: one task, a clock that stands still, and one range of user memory. */
import type { Environment } from '../environment.ts';

export const TEST_TASK = {
  pidTgid: (41n << 32n) | 42n,
  uidGid: (100n << 32n) | 1000n,
  comm: 'worker',
  cgroupId: 7n,
  ktimeNs: 1_000_000_123n,
  bootTimeNs: 2_000_000_456n,
} as const;

export class TestEnvironment implements Environment {
  cpu = 0;
  task = 0n;
  registers = 0n;
  /** Where `user` is mapped. */
  readonly userAddress = 0x7f0000001000n;
  user = new Uint8Array(0);
  #random = 1;

  ktimeNs(): bigint {
    return TEST_TASK.ktimeNs;
  }

  bootTimeNs(): bigint {
    return TEST_TASK.bootTimeNs;
  }

  currentPidTgid(): bigint {
    return TEST_TASK.pidTgid;
  }

  currentUidGid(): bigint {
    return TEST_TASK.uidGid;
  }

  currentComm(): Uint8Array {
    return new TextEncoder().encode(TEST_TASK.comm.padEnd(16, '\0'));
  }

  currentTask(): bigint {
    return this.task;
  }

  currentTaskRegisters(): bigint {
    return this.registers;
  }

  currentCgroupId(): bigint {
    return TEST_TASK.cgroupId;
  }

  readUser(address: bigint, into: Uint8Array): boolean {
    const at = Number(address - this.userAddress);
    if (at < 0 || at + into.length > this.user.length) return false;
    into.set(this.user.subarray(at, at + into.length));
    return true;
  }

  random(): number {
    this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
    return this.#random;
  }
}
