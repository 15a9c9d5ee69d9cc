/** Calls of one process to services: connections kept and opened, replicas in turn, ground truth counted. */
import { failureOf } from './io/failure.ts';
import type { Io } from './io/io.ts';
import { Stream } from './io/stream.ts';
import type { Task } from './io/task-loop.ts';
import type { Answer, Ask, ClientSide } from './protocols/protocol.ts';
import { protocolOf } from './protocols/registry.ts';
import type { Random } from './random.ts';
import type { Call, Replica, Service } from './scenario.ts';
import { fill, type Values } from './template.ts';
import type { TruthRecorder } from './truth.ts';

interface Connection {
  readonly stream: Stream;
  readonly client: ClientSide<unknown>;
}

interface SharedConnection extends Connection {
  /** Calls under way on it. */
  users: number;
}

/** Where one service can be reached, and the connections to it that nobody uses now. */
interface Target {
  readonly service: Service;
  readonly idle: ReadonlyMap<Replica, Connection[]>;
  /** Connections that take many calls at once, where protocol and concurrency model allow it. */
  readonly shared: Map<Replica, SharedConnection>;
  nextReplica: number;
}

/** What a call is made for: values for its placeholders, the number of the call being served. */
export interface CallContext {
  readonly values: Values;
  readonly parent: number | null;
}

export class ConnectionPool {
  readonly #from: string;
  readonly #random: Random;
  readonly #truth: TruthRecorder;
  readonly #targets: ReadonlyMap<string, Target>;

  constructor(from: string, services: readonly Service[], random: Random, truth: TruthRecorder) {
    this.#from = from;
    this.#random = random;
    this.#truth = truth;
    this.#targets = new Map(
      services.map((service) => [
        service.name,
        {
          service,
          idle: new Map(service.replicas.map((replica) => [replica, []])),
          shared: new Map(),
          nextReplica: 0,
        },
      ]),
    );
  }

  /** Makes one call, whole or failed. */
  *call(io: Io, call: Call, context: CallContext): Task<Answer> {
    const target = this.#targets.get(call.service)!;
    const edge = this.#truth.edge(this.#from, call.service);
    const id = this.#truth.nextCall();
    const startNs = io.os.nowNs;
    this.#truth.begin(edge);
    const answer = yield* this.#attempt(io, call, target, context, id);
    this.#truth.end(edge, answer);
    if (id !== null) {
      this.#truth.record({
        id,
        parent: context.parent,
        from: this.#from,
        to: call.service,
        label: call.label,
        tgid: io.os.tgid,
        tid: io.os.tid,
        startNs,
        endNs: io.os.nowNs,
        outcome: answer.kind === 'answered' ? answer.status : answer.failure,
      });
    }
    return answer;
  }

  /** Closes every connection that nobody uses. */
  *close(io: Io): Task<void> {
    for (const { idle, shared } of this.#targets.values()) {
      for (const { stream } of shared.values()) yield* stream.close(io);
      for (const connections of idle.values()) {
        for (let one = connections.pop(); one !== undefined; one = connections.pop())
          yield* one.stream.close(io);
      }
    }
  }

  *#attempt(io: Io, call: Call, target: Target, context: CallContext, mark: number | null): Task<Answer> {
    const untilNs = io.os.nowNs + call.timeoutNs;
    const { replicas } = target.service;
    const replica = replicas[target.nextReplica++ % replicas.length]!;
    const keeps = call.connection === 'keep-alive';
    const ask = {
      operation: call.operation,
      fill: (text: string) => fill(text, context.values, this.#random),
      isLast: !keeps,
      untilNs,
      mark,
    };
    const isShared = keeps && io.mode === 'event' && protocolOf(target.service.protocol).multiplexes === true;
    if (isShared) return yield* this.#askShared(io, target, replica, ask);
    const reused = keeps ? yield* this.#takeIdle(io, target.idle.get(replica)!) : null;
    const connection = reused ?? (yield* this.#open(io, target.service, replica));
    if (typeof connection === 'number')
      return { kind: 'failed', failure: failureOf(connection), isSent: false };
    const answer = yield* connection.client.ask(io, ask);
    if (answer.kind === 'answered' && answer.isReusable) target.idle.get(replica)!.push(connection);
    else yield* connection.stream.close(io);
    return answer;
  }

  *#askShared(io: Io, target: Target, replica: Replica, ask: Ask<unknown>): Task<Answer> {
    let connection = target.shared.get(replica);
    if (connection !== undefined && connection.users === 0 && (yield* io.isReadable(connection.stream.fd)))
      yield* connection.stream.close(io);
    if (connection === undefined || !connection.stream.isOpen) {
      const opened = yield* this.#open(io, target.service, replica);
      if (typeof opened === 'number') return { kind: 'failed', failure: failureOf(opened), isSent: false };
      connection = { ...opened, users: 0 };
      target.shared.set(replica, connection);
    }
    connection.users++;
    const answer = yield* connection.client.ask(io, ask);
    connection.users--;
    // A call that timed out alone leaves the connection as it is; else the client has closed it.
    const isDone = answer.kind === 'answered' && !answer.isReusable;
    if (isDone && target.shared.get(replica) === connection) target.shared.delete(replica);
    if (target.shared.get(replica) !== connection && connection.users === 0)
      yield* connection.stream.close(io);
    return answer;
  }

  *#takeIdle(io: Io, idle: Connection[]): Task<Connection | null> {
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      // What is readable before anything was asked is the server's goodbye.
      if (!(yield* io.isReadable(connection.stream.fd))) return connection;
      yield* connection.stream.close(io);
    }
    return null;
  }

  *#open(io: Io, service: Service, replica: Replica): Task<Connection | number> {
    const fd = yield* io.connect({ address: replica.dial, port: replica.port });
    if (fd < 0) return fd;
    this.#truth.edge(this.#from, service.name).connections++;
    const stream = new Stream(fd);
    const host = `${service.name}:${replica.port}`;
    return { stream, client: protocolOf(service.protocol).client(stream, host) };
  }
}
