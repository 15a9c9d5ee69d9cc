/** Every protocol that a scenario's services can speak. Adding one: its folder, and a line here. */
import { grpc } from './grpc/index.ts';
import { http } from './http/index.ts';
import { mongodb } from './mongodb/index.ts';
import { mysql } from './mysql/index.ts';
import type { ScenarioProtocol } from './protocol.ts';
import { redis } from './redis/index.ts';

export const PROTOCOLS = { http, grpc, mongodb, mysql, redis } satisfies Readonly<
  Record<string, ScenarioProtocol>
>;

export type ProtocolName = keyof typeof PROTOCOLS;

/** The protocol by its name, its own types forgotten: only it can look into an operation. */
export const protocolOf = (name: ProtocolName): ScenarioProtocol => PROTOCOLS[name];
