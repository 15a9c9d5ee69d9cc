/** One node of a world, as workloads and the agent see it. */

import { openSocket } from './calls/sockets.ts';
import type {
  EstablishedEnd,
  Netns as NetnsHandle,
  Node,
  NodeOptions,
  Process as ProcessHandle,
  ProcessOptions,
} from './contract.ts';
import { OpenFile } from './files/open-file.ts';
import { makeDrain } from './files/pipe.ts';
import type { Kernel } from './kernel.ts';
import { inetAddress } from './net/address.ts';
import { Netns } from './net/netns.ts';
import { TcpSocket } from './net/tcp.ts';
import { SimPlatform } from './platform.ts';
import { FORK_FLAGS, Process, publishStart } from './tasks/process.ts';
import { O_WRONLY } from './uapi.ts';

/** Inode of the initial network namespace of Linux (PROC_NET_INIT_INO is one of these numbers); others follow. */
const FIRST_NETNS_INODE = 4_026_531_840;

export class SimNode implements Node {
  readonly platform: SimPlatform;
  /** For tests of the kernel itself; workloads see the contract only. */
  readonly kernel: Kernel;
  #namespaces = 0;

  constructor(kernel: Kernel, seed: number) {
    this.kernel = kernel;
    this.platform = new SimPlatform(kernel, seed);
  }

  get name(): NodeOptions['name'] {
    return this.kernel.name;
  }

  addNetns(addresses: readonly string[]): NetnsHandle {
    const netns = new Netns(this.kernel, addresses, FIRST_NETNS_INODE + this.#namespaces);
    this.kernel.network.add(netns);
    this.#namespaces++;
    return netns;
  }

  cgroup(path: string): bigint {
    return this.kernel.cgroups.id(path);
  }

  file(path: string, content: Uint8Array | number): void {
    this.kernel.fileSystem.write(path, content);
  }

  spawn(options: ProcessOptions): ProcessHandle {
    const kernel = this.kernel;
    const { comm, netns, main } = options;
    const path = options.path ?? `/usr/bin/${comm}`;
    if (!(netns instanceof Netns) || netns.kernel !== kernel) {
      throw new RangeError(`Cannot spawn ${comm} on ${this.name}: its network namespace is another node's`);
    }
    const tgid = kernel.pids.allocate();
    if (tgid === null)
      throw new RangeError(`Cannot spawn ${comm} on ${this.name}: no process number is free`);
    const startNs = options.startNs ?? kernel.clock.nowNs;
    const cgroupId = kernel.cgroups.id(options.cgroup ?? '/');
    const process = new Process(kernel, tgid, { comm, path, cgroupId, netns }, null, false);
    const thread = process.begin(function* (os) {
      yield* os.exec(path);
      thread.publishComm(process.rename(comm));
      yield* main(os);
    }, null);
    publishStart(thread, startNs);
    this.#openStandard(process);
    const fork = () => {
      kernel.hooks.taskNew(kernel.init, thread, FORK_FLAGS);
      thread.start();
    };
    if (startNs > kernel.clock.nowNs) kernel.clock.at(startNs, fork);
    else fork();
    return process;
  }

  establish(
    client: EstablishedEnd,
    server: EstablishedEnd,
  ): { readonly clientFd: number; readonly serverFd: number } {
    const [a, b] = [client, server].map(({ process, endpoint, sendSequence }) => {
      if (!(process instanceof Process) || process.kernel !== this.kernel) {
        throw new RangeError(
          `Cannot establish a connection on ${this.name}: ${process.comm} runs on another node`,
        );
      }
      return {
        process,
        netns: process.netns,
        address: inetAddress(endpoint.address, endpoint.port),
        sendSequence,
      };
    });
    const sockets = TcpSocket.establish(a!, b!);
    const [clientFd, serverFd] = sockets.map((socket, i) =>
      [a!, b!][i]!.process.files.install(openSocket(socket.graft(), 0), false),
    );
    return { clientFd: clientFd!, serverFd: serverFd! };
  }

  /** Standard input is empty; output goes where a container runtime would read it. */
  #openStandard(process: Process): void {
    const kernel = this.kernel;
    const empty = kernel.fileSystem.open('/dev/null', 0);
    if (typeof empty === 'number') throw new Error('The simulated file system lacks /dev/null');
    process.files.install(empty, false);
    for (let fd = 1; fd <= 2; fd++) {
      process.files.install(new OpenFile(kernel, makeDrain(kernel), O_WRONLY), false);
    }
  }
}
