/**
 * Conversations for tests: what client and server say to each other, turned into the events that an agent sees at one
 * of the two ends, and run through an engine whose ledger must balance after every step.
 */
import { expect } from '@jest/globals';
import { Ledger, type StageSnapshot } from '@sonde/ledger';
import {
  type DataEvent,
  type Direction,
  EventFlag,
  type EventHead,
  type KernelEvent,
  type ProcessExit,
  type SocketClose,
  type SocketOpen,
  type TcpStateChange,
} from '../../model/events.ts';
import type { Exchange, OpenRequest } from '../../model/exchange.ts';
import { type SocketId, TcpState } from '../../model/socket.ts';
import { ProtocolEngine } from '../engine/engine.ts';
import type { EngineLimits } from '../engine/limits.ts';
import type { Protocol } from '../protocol.ts';

export type Party = 'client' | 'server';

/**
 * - says: bytes. opaque: moved in the kernel, known by length. lost: their record never came.
 * - end: it sends no more, and still reads. close: it is done with the connection. reset: it breaks it off.
 */
export type Step =
  | { readonly by: Party; readonly says: Uint8Array }
  | { readonly by: Party; readonly opaque: number }
  | { readonly by: Party; readonly lost: number }
  | { readonly by: Party; readonly end: true }
  | { readonly by: Party; readonly close: true }
  | { readonly by: Party; readonly reset: true };

export interface Play {
  /** The end that is observed. Default: server. */
  readonly side?: Party;
  /** Positions of the first bytes. Default: near the wrap of 32 bits. */
  readonly start?: Readonly<Record<Direction, number>>;
  /** Cuts the bytes of one `says` into the records that carry them. Default: one record. */
  split?(bytes: Uint8Array): Uint8Array[];
  /** `null`: the records of opening were lost. */
  readonly opening?: 'usual' | null;
  readonly limits?: Partial<EngineLimits>;
  /** Default: all that there are. */
  readonly protocols?: readonly Protocol[];
}

export interface Played {
  readonly exchanges: readonly Exchange[];
  /** Everything that was taken for a request when its head was read. */
  readonly requests: readonly OpenRequest[];
  /** Those of them that were none. */
  readonly withdrawn: readonly OpenRequest[];
  readonly stages: Readonly<Record<string, StageSnapshot>>;
  readonly skips: readonly { readonly direction: Direction; readonly untilPosition: number }[];
}

export const STEP_NS = 1e6;
export const CLIENT = { address: '10.0.0.1', port: 41204 } as const;
export const SERVER = { address: '10.0.0.2', port: 80 } as const;

export const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (char) => char.charCodeAt(0) & 0xff);
export const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
export const client = (text: string): Step => ({ by: 'client', says: bytesOf(text) });
export const server = (text: string): Step => ({ by: 'server', says: bytesOf(text) });

/** An engine with what it gave, and makers of events on one socket. */
export class Scene {
  readonly side: Party;
  readonly exchanges: Exchange[] = [];
  readonly requests: OpenRequest[] = [];
  readonly withdrawn: OpenRequest[] = [];
  /** Neither answered nor withdrawn so far. */
  readonly #unended = new Set<OpenRequest>();
  readonly skips: { direction: Direction; untilPosition: number }[] = [];
  readonly ledger = new Ledger();
  readonly engine: ProtocolEngine;
  nowNs = 1e9;
  readonly next: Record<Direction, number>;

  constructor({
    side = 'server',
    start = { send: 0xffff_fff0, receive: 0xffff_ffc0 },
    limits = {},
    protocols,
  }: Play = {}) {
    this.side = side;
    this.next = { ...start };
    this.engine = new ProtocolEngine({
      ledger: this.ledger,
      onRequest: (request) => {
        this.requests.push(request);
        this.#unended.add(request);
      },
      onExchange: (exchange, request) => {
        this.#end(request);
        const { end, tid, startNs, position } = request;
        expect({ ...exchange, request: { ...exchange.request } }).toMatchObject({
          ...end,
          request: { tid, startNs, position },
        });
        this.exchanges.push(exchange);
      },
      onWithdrawn: (request) => {
        this.#end(request);
        this.withdrawn.push(request);
      },
      onSkip: (_socket, direction, untilPosition) => this.skips.push({ direction, untilPosition }),
      limits,
      ...(protocols === undefined ? {} : { protocols }),
    });
  }

  #end(request: OpenRequest): void {
    if (!this.#unended.delete(request)) throw new Error('A request ended that was not open');
  }

  /** @throws if the ledger does not balance after it */
  feed(event: KernelEvent): void {
    this.engine.onEvent(event);
    this.check();
  }

  check(): void {
    const [fault] = this.ledger.imbalances();
    if (fault !== undefined)
      throw new Error(`Ledger: ${JSON.stringify(fault)} in ${JSON.stringify(this.ledger.snapshot())}`);
  }

  direction(by: Party): Direction {
    return by === this.side ? 'send' : 'receive';
  }

  head(fields: Partial<EventHead> = {}): EventHead {
    this.nowNs += STEP_NS;
    return {
      node: 'node-a',
      cpu: 0,
      tgid: 100,
      tid: 101,
      cgroupId: 7n,
      enterNs: this.nowNs - 1000,
      exitNs: this.nowNs,
      syscallNr: 0,
      rung: 'btf',
      flags: 0,
      ...fields,
    };
  }

  open(socket: SocketId = SOCKET, fields: Partial<SocketOpen> = {}): SocketOpen {
    const isClient = this.side === 'client';
    return {
      ...this.head(),
      kind: 'socket-open',
      cause: isClient ? 'connect' : 'accept',
      socket,
      peerAddress: 0,
      fd: 5,
      error: 0,
      family: 'inet',
      type: 'stream',
      protocol: 6,
      tcpState: 1,
      netnsInode: 4026531840,
      sendPosition: this.next.send,
      receivePosition: this.next.receive,
      local: isClient ? CLIENT : SERVER,
      remote: isClient ? SERVER : CLIENT,
      ...fields,
    };
  }

  /** The next `length` bytes in a direction, of which `payload` is known. */
  data(direction: Direction, payload: Uint8Array, fields: Partial<DataEvent> = {}): DataEvent {
    const length = fields.length ?? payload.length;
    const position = fields.position ?? this.next[direction];
    this.next[direction] = (position + length) >>> 0;
    return {
      ...this.head(),
      kind: 'data',
      socket: SOCKET,
      fd: 5,
      direction,
      position,
      length,
      callBytes: length,
      callOffset: 0,
      peer: null,
      payload,
      ...fields,
    };
  }

  close(fields: Partial<SocketClose> = {}): SocketClose {
    return {
      ...this.head({ flags: EventFlag.LAST_REFERENCE }),
      kind: 'socket-close',
      cause: 'close',
      socket: SOCKET,
      fd: 5,
      positions: { ...this.next },
      ...fields,
    };
  }

  /** @param states before and after, by name */
  tcpState(oldState: keyof typeof TcpState, newState: keyof typeof TcpState): TcpStateChange {
    return {
      ...this.head({ syscallNr: -1, enterNs: 0 }),
      kind: 'tcp-state',
      socket: SOCKET,
      oldState: TcpState[oldState],
      newState: TcpState[newState],
    };
  }

  endOfFile(): DataEvent {
    return this.data('receive', NOTHING, { flags: EventFlag.END_OF_FILE });
  }

  exit(fields: Partial<ProcessExit> = {}): ProcessExit {
    return { ...this.head(), kind: 'process-exit', startNs: 0, exitCode: 0, comm: 'a', ...fields };
  }

  /** @param split see Play */
  take(step: Step, split: (bytes: Uint8Array) => Uint8Array[] = (bytes) => [bytes]): void {
    const direction = this.direction(step.by);
    if ('says' in step) for (const part of split(step.says)) this.feed(this.data(direction, part));
    else if ('opaque' in step) {
      const flags = EventFlag.OPAQUE;
      this.feed(this.data(direction, NOTHING, { length: step.opaque, flags }));
    } else if ('lost' in step) this.next[direction] = (this.next[direction] + step.lost) >>> 0;
    else if (direction === 'send') {
      // How the observed end closes makes no difference to it: what that does to the connection comes after.
      if ('end' in step) this.feed(this.close({ cause: 'shutdown-write', flags: 0 }));
      else this.feed(this.close());
    } else if ('reset' in step) this.feed(this.tcpState('ESTABLISHED', 'CLOSE'));
    else {
      this.feed(this.tcpState('ESTABLISHED', 'CLOSE_WAIT'));
      this.feed(this.endOfFile());
    }
  }

  /** The end of all: @returns what came of it */
  finish(): Played {
    this.engine.flush(this.nowNs + 1e9);
    this.check();
    const stages = Object.fromEntries(this.ledger.snapshot().map((stage) => [stage.stage, stage]));
    for (const { stage, held } of Object.values(stages)) {
      if (held !== 0) throw new Error(`Stage "${stage}" holds ${held} after the end`);
    }
    if (this.#unended.size > 0) throw new Error(`${this.#unended.size} requests are open after the end`);
    const { exchanges, requests, withdrawn, skips } = this;
    return { exchanges, requests, withdrawn, stages, skips };
  }
}

/** Plays a conversation to its end. */
export function play(steps: readonly Step[], options: Play = {}): Played {
  const scene = new Scene(options);
  if (options.opening !== null) scene.feed(scene.open());
  for (const step of steps) {
    scene.engine.advance(scene.nowNs);
    scene.take(step, options.split);
  }
  return scene.finish();
}

/** What of an exchange must not depend on how its bytes were cut into records. */
export const gist = (exchange: Exchange): unknown => ({
  name: exchange.name,
  status: exchange.status,
  side: exchange.side,
  incomplete: exchange.incomplete,
  attributes: exchange.attributes,
  request: exchange.request && { position: exchange.request.position, bytes: exchange.request.bytes },
  response: exchange.response && { position: exchange.response.position, bytes: exchange.response.bytes },
});

export const SOCKET: SocketId = { node: 'node-a', address: 0x1000, inode: 1 };
const NOTHING = new Uint8Array(0);
