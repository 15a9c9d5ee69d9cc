/** Every protocol the agent knows: one line each. */
import type { ProtocolName } from '../model/exchange.ts';
import { http } from './http/index.ts';
import type { Protocol } from './protocol.ts';

export const protocols = { http } satisfies Record<ProtocolName, Protocol>;
