/**
 * The identity of a call, which both of its ends compute alone and agree on (docs/adr/0003). No time is in it, so that
 * clocks need not agree, and nothing that destination NAT changes.
 */
import { hash } from 'node:crypto';
import { isLoopback, parseAddress } from '../model/address.ts';
import type { Endpoint } from '../model/socket.ts';

const KEY_BYTES = 16;
const SPAN_ID_BYTES = 8;
const VERSION = 1;

export interface CallIdentity {
  readonly client: Endpoint;
  /** Low 32 bits of the TCP sequence number of the request's first byte (of the response's, if no request was seen). */
  readonly position: number;
  /** False for a call of which only the response was seen. */
  readonly hasRequest: boolean;
  /**
   * What makes the address or position unique where it is not by itself: node and network namespace for loopback, the
   * observing end's socket for positions that are only counted. "" elsewhere.
   */
  readonly scope: string;
}

/** 16 bytes: the call key, which is also the trace id of a call without a known cause. */
export function callKey(call: CallIdentity): Buffer {
  const address = parseAddress(call.client.address) ?? new Uint8Array(0);
  const scope = Buffer.from(call.scope, 'utf8');
  const bytes = Buffer.alloc(2 + address.length + 2 + 4 + 4 + scope.length + 1);
  let at = bytes.writeUInt8(VERSION, 0);
  at = bytes.writeUInt8(address.length === 16 ? 6 : address.length, at);
  bytes.set(address, at);
  at = bytes.writeUInt16BE(call.client.port, at + address.length);
  at = bytes.writeUInt32BE(call.position >>> 0, at);
  at = bytes.writeUInt32BE(scope.length, at);
  bytes.set(scope, at);
  bytes.writeUInt8(call.hasRequest ? 0 : 1, at + scope.length);
  return hash('sha256', bytes, 'buffer').subarray(0, KEY_BYTES);
}

/** Scope of a call over sockets with TCP sequence numbers: only loopback needs one. */
export const loopbackScope = (client: Endpoint, node: string, netnsInode: number): string =>
  isLoopback(client.address) ? `${node}/${netnsInode}` : '';

/** Lower-case hex of the span id of one end of the call: `c` for the client's span, `s` for the server's. */
export function spanId(key: Buffer, end: 'c' | 's'): string {
  const digest = hash('sha256', Buffer.concat([key, Buffer.from(end)]), 'buffer');
  return digest.subarray(0, SPAN_ID_BYTES).toString('hex');
}
