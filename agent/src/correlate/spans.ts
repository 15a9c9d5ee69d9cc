import type { CallEnd, Exchange, OpenRequest } from '../model/exchange.ts';
import type { Span, SpanRef } from '../model/span.ts';
import { callKey, loopbackScope, spanId } from './call-key.ts';
import type { ThreadLink } from './threads.ts';

/** A span with the key of its call, by which the two ends' views find each other. */
export interface KeyedSpan {
  readonly callKey: string;
  readonly span: Span;
}

/** Scope is the observing end's socket where positions are only counted: they mean nothing at the other end. */
function keyOf(end: CallEnd, position: number, hasRequest: boolean): Buffer {
  const { client, socket, netnsInode } = end;
  const scope = end.sequenced
    ? loopbackScope(client, socket.node, netnsInode)
    : `${socket.node}/${socket.address.toString(16)}/${socket.inode}`;
  return callKey({ client, position, hasRequest, scope });
}

/** The ids that the server's span of a request will have: nothing of the answer is in them. */
export function serverSpanOf({ end, position }: OpenRequest): SpanRef {
  const key = keyOf(end, position, true);
  return { traceId: key.toString('hex'), spanId: spanId(key, 's') };
}

/**
 * The span of one exchange as one end saw it. The server's parent is the client's span, whose id follows from the call
 * key: neither end needs to hear from the other. A client's parent is what its thread was serving; the span then joins
 * that one's trace. Every other span begins a trace, which the collector makes part of its caller's.
 *
 * @param link of a client's call; null if its thread was serving nothing
 */
export function toSpan(
  exchange: Exchange,
  platform: Span['platform'],
  link: ThreadLink | null = null,
): KeyedSpan {
  const { client, socket, request, response } = exchange;
  const first = request ?? response!;
  const last = response ?? request!;
  const key = keyOf(exchange, first.position, request !== null);
  const isServer = exchange.side === 'server';
  const parent = link?.parent ?? null;
  return {
    callKey: key.toString('hex'),
    span: {
      node: socket.node,
      platform,
      traceId: parent?.traceId ?? key.toString('hex'),
      spanId: spanId(key, isServer ? 's' : 'c'),
      parentSpanId: isServer ? spanId(key, 'c') : (parent?.spanId ?? ''),
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
        ...(link === null
          ? {}
          : { 'sonde.link.rule': link.rule, 'sonde.link.confidence': parent === null ? 0 : 1 }),
      },
    },
  };
}
