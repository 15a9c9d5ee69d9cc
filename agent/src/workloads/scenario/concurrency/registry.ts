/** Every way in which a service can serve many connections. Adding one: its file, and a line here. */
import { eventLoop } from './event-loop.ts';
import { forkAfterAccept } from './fork-after-accept.ts';
import type { ConcurrencyModel } from './model.ts';
import { threadPerConnection } from './thread-per-connection.ts';
import { threadPool } from './thread-pool.ts';

export const CONCURRENCY_NAMES = [
  'thread-per-connection',
  'thread-pool',
  'event-loop',
  'fork-after-accept',
] as const;

export type ConcurrencyName = (typeof CONCURRENCY_NAMES)[number];

export const CONCURRENCY: Readonly<Record<ConcurrencyName, ConcurrencyModel>> = {
  'thread-per-connection': threadPerConnection,
  'thread-pool': threadPool,
  'event-loop': eventLoop,
  'fork-after-accept': forkAfterAccept,
};
