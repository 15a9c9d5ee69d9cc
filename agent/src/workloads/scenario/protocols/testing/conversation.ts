/** One connection of a protocol in the simulated kernel, with every byte that its two halves wrote. */
import { z } from 'zod';
import { createWorld } from '../../../../hooks/sim/world.ts';
import type { Delivery } from '../../io/delivery.ts';
import type { Io } from '../../io/io.ts';
import { runBlocking, runEventLoop } from '../../io/run.ts';
import { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import type { Fault } from '../../scenario.ts';
import type { Values } from '../../template.ts';
import type { Answer, Outcome } from '../protocol.ts';
import { type ProtocolName, protocolOf } from '../registry.ts';

export interface ConversationOptions {
  readonly protocol: ProtocolName;
  /** As a scenario file has them: the protocol's own keys. */
  readonly endpoints: readonly object[];
  readonly requests: readonly object[];
  readonly outcome?: Outcome;
  readonly bodyBytes?: number;
  readonly fault?: Fault;
  /** Most bytes of one TCP segment: how the bytes are cut on their way. */
  readonly segmentBytes?: number;
  readonly isEventLoop?: boolean;
  /** The requests are made at once on the one connection; for protocols that can. */
  readonly atOnce?: boolean;
  /** The client writes these bytes instead of requests, and ends its side. */
  readonly clientBytes?: Uint8Array;
  /** What an endpoint's work takes, by its index. */
  readonly workNs?: (endpoint: number) => number;
}

export interface Conversation {
  readonly answers: readonly Answer[];
  /** In the order of the requests' arrival. */
  readonly values: readonly Values[];
  readonly served: readonly (readonly [status: string, delivery: Delivery])[];
  readonly writes: readonly Write[];
  /** Whether the server is done with the connection. */
  readonly isServed: boolean;
}

export interface Write {
  readonly from: 'client' | 'server';
  readonly bytes: Uint8Array;
}

class RecordingStream extends Stream {
  readonly #from: Write['from'];
  readonly #writes: Write[];

  constructor(fd: number, from: Write['from'], writes: Write[]) {
    super(fd);
    this.#from = from;
    this.#writes = writes;
  }

  override *write(io: Io, bytes: Uint8Array, untilNs?: number): Task<number> {
    if (this.isOpen) this.#writes.push({ from: this.#from, bytes: bytes.slice() });
    return yield* super.write(io, bytes, untilNs);
  }
}

const SHUT_WR = 1;
const SERVER = { address: '10.0.0.2', port: 9 };

export function converse(options: ConversationOptions): Conversation {
  const protocol = protocolOf(options.protocol);
  const endpoints = options.endpoints.map((keys) => z.object(protocol.endpointShape).parse(keys));
  const requests = options.requests.map((keys) => z.object(protocol.requestShape).parse(keys));
  const writes: Write[] = [];
  const answers: Answer[] = [];
  const values: Values[] = [];
  const served: (readonly [string, Delivery])[] = [];
  let isServed = false;
  const world = createWorld({ segmentBytes: options.segmentBytes ?? 1448, latencyNs: 10_000 });
  const node = world.addNode({ name: 'one' });
  const run = options.isEventLoop ? runEventLoop : runBlocking;
  node.spawn({
    comm: 'server',
    netns: node.addNetns([SERVER.address]),
    main: run('read-write', function* (io) {
      const listener = yield* io.listen(SERVER);
      const fd = yield* io.accept(listener);
      yield* protocol.serve(io, new RecordingStream(fd, 'server', writes), {
        endpoints,
        idleTimeoutNs: Number.POSITIVE_INFINITY,
        received: () => undefined,
        answered: (status, delivery) => served.push([status, delivery]),
        *work(workIo, endpoint, request) {
          values.push(request.values);
          yield* workIo.sleep(options.workNs?.(endpoint) ?? 0);
          return {
            outcome: options.outcome ?? 'ok',
            bodyBytes: options.bodyBytes ?? 10,
            fault: options.fault ?? null,
          };
        },
      });
      isServed = true;
    }),
  });
  node.spawn({
    comm: 'client',
    netns: node.addNetns(['10.0.0.3']),
    main: run('read-write', function* (io) {
      yield* io.sleep(1e6);
      const fd = yield* io.connect(SERVER);
      const stream = new RecordingStream(fd, 'client', writes);
      if (options.clientBytes !== undefined) {
        yield* stream.write(io, options.clientBytes);
        yield* io.os.shutdown(fd, SHUT_WR);
        yield* stream.drain(io, io.os.nowNs + 1e9);
        yield* stream.close(io);
        return;
      }
      const client = protocol.client(stream, 'shop-db:9');
      const tasks = requests.map(
        (operation, index) =>
          function* (askIo: Io): Task<void> {
            const isLast = !options.atOnce && index === requests.length - 1;
            const untilNs = askIo.os.nowNs + 1e9;
            answers[index] = yield* client.ask(askIo, {
              operation,
              fill: (text) => text,
              isLast,
              untilNs,
              mark: null,
            });
          },
      );
      if (options.atOnce) yield* io.all(tasks);
      else for (const task of tasks) yield* task(io);
      yield* stream.close(io);
    }),
  });
  world.run({ untilNs: world.nowNs + 5e9 });
  return { answers, values, served, writes, isServed };
}

/** Writes as lines of hexadecimal digits, `>` from the client, `<` from the server. */
export const showWrites = (writes: readonly Write[]): string[] =>
  writes.map(({ from, bytes }) => `${from === 'client' ? '>' : '<'} ${hexOf(bytes)}`);

export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
