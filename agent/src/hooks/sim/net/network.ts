/** The one network between all nodes of a world: who has which address, and how long a packet takes. */

import { formatAddress, parseAddress } from '../../../model/address.ts';
import type { Clock } from '../clock.ts';
import type { WorldOptions } from '../contract.ts';
import type { Random } from '../random.ts';
import type { InetAddress } from './address.ts';
import { isLoopback, unmapped } from './ip.ts';
import type { Netns } from './netns.ts';

const DEFAULT_SEGMENT_BYTES = 1448;
/** What one segment takes on the wire; those of one connection leave one after the other. */
const SEGMENT_NS = 1000;
const DEFAULT_BUFFER_BYTES = 262_144;

export class Network {
  readonly segmentBytes: number;
  readonly latencyNs: number;
  readonly sendBufferBytes: number;
  readonly receiveBufferBytes: number;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #isn: WorldOptions['isn'];
  readonly #owners = new Map<string, Netns>();

  constructor(clock: Clock, random: Random, options: WorldOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#isn = options.isn;
    this.segmentBytes = options.segmentBytes ?? DEFAULT_SEGMENT_BYTES;
    this.latencyNs = options.latencyNs ?? 0;
    this.sendBufferBytes = options.sendBufferBytes ?? DEFAULT_BUFFER_BYTES;
    this.receiveBufferBytes = options.receiveBufferBytes ?? DEFAULT_BUFFER_BYTES;
  }

  /** @throws RangeError if another namespace has one of the addresses */
  add(netns: Netns): void {
    for (const address of netns.addresses) {
      const bytes = unmapped(parseAddress(address)!);
      if (isLoopback(bytes)) continue;
      if (this.#owners.has(address))
        throw new RangeError(`Cannot add network namespace: ${address} is taken`);
      this.#owners.set(address, netns);
    }
  }

  ownerOf(address: Uint8Array): Netns | null {
    return this.#owners.get(formatAddress(address)) ?? null;
  }

  /** One direction between two sockets; `to` is null where nobody has the address. */
  path(from: Netns, to: Netns | null): Path {
    return new Path(this.#clock, from === to ? 0 : this.latencyNs);
  }

  /** Initial sequence numbers of a new connection: those of the options, or random ones. */
  initialSequences(client: InetAddress, server: InetAddress): readonly [number, number] {
    const given = this.#isn?.(endpoint(client), endpoint(server)) ?? null;
    return given ?? [this.#random.u32(), this.#random.u32()];
  }
}

const endpoint = ({ bytes, port }: InetAddress) => ({ address: formatAddress(bytes), port });

/** One direction between two sockets. What is sent arrives in order. */
export class Path {
  readonly #clock: Clock;
  readonly #latencyNs: number;
  #lastArrivalNs = 0;

  /** @param latencyNs 0: what is sent arrives before send() returns, as on Linux's loopback */
  constructor(clock: Clock, latencyNs: number) {
    this.#clock = clock;
    this.#latencyNs = latencyNs;
  }

  get immediate(): boolean {
    return this.#latencyNs === 0;
  }

  send(arrive: () => void): void {
    if (this.immediate) {
      arrive();
      return;
    }
    this.#lastArrivalNs = Math.max(this.#clock.nowNs + this.#latencyNs, this.#lastArrivalNs + SEGMENT_NS);
    this.#clock.at(this.#lastArrivalNs, arrive);
  }
}
