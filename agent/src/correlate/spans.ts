import type { Exchange } from '../model/exchange.ts';
import type { Span } from '../model/span.ts';
import { callKey, loopbackScope, spanId } from './call-key.ts';

/** A span with the key of its call, by which the two ends' views find each other. */
export interface KeyedSpan {
  readonly callKey: string;
  readonly span: Span;
}

/**
 * The span of one exchange as one end saw it. The server's parent is the client's span, whose id follows from the call
 * key: neither end needs to hear from the other.
 */
export function toSpan(exchange: Exchange, platform: Span['platform']): KeyedSpan {
  const { client, socket, request, response } = exchange;
  const first = request ?? response!;
  const last = response ?? request!;
  const scope = exchange.sequenced
    ? loopbackScope(client, socket.node, exchange.netnsInode)
    : `${socket.node}/${socket.address.toString(16)}/${socket.inode}`;
  const key = callKey({ client, position: first.position, hasRequest: request !== null, scope });
  const isServer = exchange.side === 'server';
  return {
    callKey: key.toString('hex'),
    span: {
      node: socket.node,
      platform,
      traceId: key.toString('hex'),
      spanId: spanId(key, isServer ? 's' : 'c'),
      parentSpanId: isServer ? spanId(key, 'c') : '',
      name: exchange.name,
      kind: exchange.side,
      protocol: exchange.protocol,
      startNs: first.startNs,
      durationNs: Math.max(0, last.endNs - first.startNs),
      status: exchange.status,
      client,
      server: exchange.server,
      tgid: exchange.tgid,
      cgroupId: exchange.cgroupId,
      request,
      response,
      attributes: {
        ...exchange.attributes,
        ...(exchange.incomplete === null ? {} : { 'sonde.incomplete': exchange.incomplete }),
        ...(isServer
          ? { 'sonde.link.rule': 'call-key', 'sonde.link.confidence': exchange.sequenced ? 1 : 0.5 }
          : {}),
      },
    },
  };
}
