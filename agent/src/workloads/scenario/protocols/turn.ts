/** The server's half of protocols that answer one request after the other. */
import { deliver } from '../io/delivery.ts';
import type { Io } from '../io/io.ts';
import type { Stream } from '../io/stream.ts';
import type { Task } from '../io/task-loop.ts';
import type { Values } from '../template.ts';
import type { Outcome, ServerSide, Work } from './protocol.ts';

/** A request that an endpoint answers. */
export interface Turn {
  /** Index of the endpoint. */
  readonly endpoint: number;
  readonly values: Values;
  readonly mark: number | null;
  readonly statusOf: (outcome: Outcome) => string;
  readonly bytesOf: (work: Work) => readonly Uint8Array[];
}

/** A request that no endpoint answers, and what it gets. */
export interface Refusal {
  readonly status: string;
  readonly bytes: Uint8Array;
}

/** Answers one request that was wholly read. @returns whether the connection goes on */
export function* answer<Offer>(
  io: Io,
  stream: Stream,
  server: ServerSide<Offer>,
  turn: Turn | Refusal,
): Task<boolean> {
  server.received();
  if (!('endpoint' in turn)) {
    const delivery = yield* deliver(io, stream, [turn.bytes], null);
    server.answered(turn.status, delivery);
    return delivery === 'whole';
  }
  const { endpoint, values, mark, statusOf, bytesOf } = turn;
  const work = yield* server.work(io, endpoint, { values, mark }, statusOf);
  const delivery = yield* deliver(io, stream, bytesOf(work), work.fault);
  server.answered(statusOf(work.outcome), delivery);
  return delivery === 'whole';
}
