/**
 * Plays a capture as system calls of simulated processes: every address is a host, both ends of every conversation do
 * what the capture says they did, when it says so. The eBPF programs see nothing but those calls.
 *
 * Simulated from what is not in a capture: which calls moved the bytes, and how many bytes each of them moved.
 */
import type { Node, Os, Process, ThreadProgram, WorldOptions } from '../../hooks/sim/contract.ts';
import { formatEndpoint } from '../../model/address.ts';
import { endpointsKey, FIRST_PACKET_NS, type ReplayPlan } from './plan.ts';
import { type Connection, Listener, runClient, waitForPrevious, waitForTime } from './replay/connection.ts';
import { beginsBySending, datagramEnds, playDatagrams } from './replay/datagrams.ts';
import { type Host, Hosts, REPLAY_CGROUP } from './replay/hosts.ts';
import { ReplayProgress } from './replay/progress.ts';
import { StreamEnd } from './replay/stream-end.ts';
import type { Conversation } from './tcp/script.ts';

/** The world begins this long before the first packet, so that servers listen by then. */
const SETUP_NS = 0.1e9;
/** Every byte of a large body can be a call of its own; its end must not be late for that. */
const CALL_NS = 10;
/** Room for whatever a capture has in flight at once. */
const BUFFER_BYTES = 1 << 24;

export interface ReplayOptions {
  /**
   * Bytes of one read. Undefined: a read for each piece as it was captured. 1: a byte a read. 65536: reads merged until
   * so many bytes are there, or the other side's turn comes, or the flow ends.
   */
  readonly segmentBytes?: number;
  /** Told after each action of a script and each datagram. */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Replay {
  /** Allow this cgroup in the programs before the world runs. */
  readonly cgroup: typeof REPLAY_CGROUP;
  /** The process of each address; an address that talks to itself has one more, whose key ends in " client". */
  readonly processes: ReadonlyMap<string, Process>;
  /** Actions and datagrams to be played. */
  readonly total: number;
  /** What the simulated kernel would not do, one line each: the first few of them. */
  readonly faults: readonly string[];
  readonly nFaults: number;
  /** Call when the world has run: books what was planned and never happened. */
  finish(): void;
}

/** What a world must be made with to play this plan: its clock and the captured initial sequence numbers. */
export function worldOptions(plan: ReplayPlan): WorldOptions {
  return {
    startNs: FIRST_PACKET_NS - SETUP_NS,
    latencyNs: 0,
    callNs: CALL_NS,
    sendBufferBytes: BUFFER_BYTES,
    receiveBufferBytes: BUFFER_BYTES,
    isn: (client, server) => {
      const first = plan.connecting.get(endpointsKey(client, server))?.firstSequence;
      return first === undefined ? null : [(first.a - 1) >>> 0, (first.b - 1) >>> 0];
    },
  };
}

/** Makes the hosts on `node`, ready to run. The node's world must have been made with worldOptions(). */
export function startReplay(plan: ReplayPlan, node: Node, options: ReplayOptions = {}): Replay {
  const total =
    plan.datagrams.length + plan.conversations.reduce((sum, { actions }) => sum + actions.length, 0);
  const progress = new ReplayProgress(plan.stages, total, options.onProgress ?? null);
  const hosts = new Hosts(node, plan);
  const player = new Player(plan, node, hosts, progress, options.segmentBytes);
  player.start();
  return {
    cgroup: REPLAY_CGROUP,
    processes: hosts.processes(),
    total,
    faults: progress.faults,
    get nFaults() {
      return progress.nFaults;
    },
    finish: () => progress.finish(),
  };
}

/** A thread to be begun at its time. */
interface Start {
  readonly atNs: number;
  readonly begin: () => void;
}

class Player {
  readonly #plan: ReplayPlan;
  readonly #node: Node;
  readonly #hosts: Hosts;
  readonly #progress: ReplayProgress;
  readonly #segmentBytes: number | undefined;
  readonly #listeners = new Map<string, Listener>();
  readonly #starts = new Map<Host, Start[]>();

  constructor(
    plan: ReplayPlan,
    node: Node,
    hosts: Hosts,
    progress: ReplayProgress,
    segmentBytes: number | undefined,
  ) {
    this.#plan = plan;
    this.#node = node;
    this.#hosts = hosts;
    this.#progress = progress;
    this.#segmentBytes = segmentBytes;
  }

  start(): void {
    const connections = this.#connections();
    this.#startListeners(connections);
    for (const connection of connections) this.#startConnection(connection);
    this.#startDatagrams();
    for (const [host, starts] of this.#starts) host.thread(starter(starts));
  }

  #connections(): Connection[] {
    const latest = new Map<string, Connection>();
    return byOpening(this.#plan.conversations).map((conversation, index): Connection => {
      const { a, b, opening } = conversation;
      const key = [a, b].map(formatEndpoint).sort().join(' ');
      const previous = latest.get(key) ?? null;
      const hasEnds = opening === 'handshake' || opening === 'mid-stream';
      const connection = { conversation, index, previous, hasTried: false, nOpenEnds: hasEnds ? 2 : 0 };
      latest.set(key, connection);
      return connection;
    });
  }

  #startListeners(connections: readonly Connection[]): void {
    const byServer = new Map<string, Connection[]>();
    for (const connection of connections) {
      const { b, opening } = connection.conversation;
      if (opening !== 'handshake' && opening !== 'refused') continue;
      const key = formatEndpoint(b);
      const own = byServer.get(key);
      if (own === undefined) byServer.set(key, [connection]);
      else own.push(connection);
    }
    for (const [key, own] of byServer) {
      const { b } = own[0]!.conversation;
      const listener = new Listener(b, own, this.#progress, (connection, fd) => {
        const options = { ...this.#endOptions(connection), side: 'b' as const };
        this.#server(connection.conversation).thread((os) => new StreamEnd(os, fd, options).play());
      });
      this.#listeners.set(key, listener);
      this.#server(own[0]!.conversation).thread((os) => listener.run(os));
    }
  }

  #startConnection(connection: Connection): void {
    const { a, b, opening, openedNs } = connection.conversation;
    if (opening === 'unanswered' && this.#hosts.has(b.address)) {
      this.#progress.notOpened('unanswered');
      return;
    }
    const client = this.#hosts.at(a.address, 'client', b.address);
    if (opening === 'mid-stream') {
      const server = this.#server(connection.conversation);
      const begin = this.#establish(connection, client, server);
      this.#at(client, openedNs, () => client.thread(begin));
      return;
    }
    const listener = this.#listeners.get(formatEndpoint(b)) ?? null;
    const options = this.#endOptions(connection);
    const { connecting } = this.#plan;
    this.#at(client, openedNs, () =>
      client.thread((os) => runClient(os, connection, { listener, connecting, end: options })),
    );
  }

  /** A connection that was there before the capture began: made by a thread that goes on as the client's end. */
  #establish(connection: Connection, client: Host, server: Host): ThreadProgram {
    const { a, b, firstSequence } = connection.conversation;
    const options = this.#endOptions(connection);
    const open = () =>
      this.#node.establish(
        { process: client.process, endpoint: a, sendSequence: firstSequence.a },
        { process: server.process, endpoint: b, sendSequence: firstSequence.b },
      );
    const progress = this.#progress;
    return function* (os) {
      yield* waitForPrevious(os, connection);
      const opened = attempt(open);
      if (typeof opened === 'string') {
        // The kernel has the endpoints in use: the capture contradicts itself.
        connection.nOpenEnds = 0;
        progress.notOpened('not_played');
        progress.fault(`${formatEndpoint(a)} > ${formatEndpoint(b)}: ${opened}`);
        return;
      }
      progress.opened();
      server.thread((other) => new StreamEnd(other, opened.serverFd, { ...options, side: 'b' }).play());
      yield* new StreamEnd(os, opened.clientFd, { ...options, side: 'a' }).play();
    };
  }

  #startDatagrams(): void {
    for (const [index, end] of datagramEnds(this.#plan.datagrams).entries()) {
      const { from, to, atNs } = end.datagrams[0]!;
      const isClient = beginsBySending(end);
      const peer = isClient ? to.address : from.address;
      const host = this.#hosts.at(end.endpoint.address, isClient ? 'client' : 'server', peer);
      const main: ThreadProgram = (os) => playDatagrams(os, end, index, this.#progress);
      if (isClient) this.#at(host, atNs, () => host.thread(main));
      else host.thread(main);
    }
  }

  #at(host: Host, atNs: number, begin: () => void): void {
    const starts = this.#starts.get(host);
    if (starts === undefined) this.#starts.set(host, [{ atNs, begin }]);
    else starts.push({ atNs, begin });
  }

  #server({ a, b }: Conversation): Host {
    return this.#hosts.at(b.address, 'server', a.address);
  }

  #endOptions(connection: Connection) {
    const { conversation, index } = connection;
    const onClosed = (): void => {
      connection.nOpenEnds--;
    };
    return { conversation, index, segmentBytes: this.#segmentBytes, progress: this.#progress, onClosed };
  }
}

/** A thread that begins others at their times: a capture has many more connections than are alive at once. */
function starter(starts: readonly Start[]): ThreadProgram {
  const inOrder = [...starts].sort((x, y) => x.atNs - y.atNs);
  return function* (os: Os) {
    for (const { atNs, begin } of inOrder) {
      yield* waitForTime(os, atNs);
      begin();
    }
  };
}

/** @returns what `make` does, or the message of its RangeError */
function attempt<T>(make: () => T): T | string {
  try {
    return make();
  } catch (cause) {
    if (cause instanceof RangeError) return cause.message;
    throw cause;
  }
}

/** In the order of their first packets, which is not that of the file where its times go back. */
const byOpening = (conversations: readonly Conversation[]): Conversation[] =>
  [...conversations].sort((x, y) => x.openedNs - y.openedNs);
