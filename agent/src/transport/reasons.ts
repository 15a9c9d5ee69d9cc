/** Why a stream ended, in one line for people. What gRPC says of connections is written for who programs with it. */
import { type StatusObject, status } from '@grpc/grpc-js';

/** What grpc-js says (subchannel.ts, load-balancer-pick-first.ts, resolver-dns.ts, transport.ts), and what it means. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/ECONNREFUSED/, 'nothing listens there (connection refused)'],
  [/ECONNRESET|socket hang up/, 'the connection was reset'],
  [/EPIPE/, 'the connection was closed'],
  [/EHOSTUNREACH|ENETUNREACH/, 'there is no way to that address'],
  [/ETIMEDOUT|before the deadline/, 'no connection came about in time'],
  [/EACCES|EPERM/, 'this process may not connect there'],
  [/^Name resolution failed/, 'the host name cannot be resolved'],
  [
    /Protocol error|^Received HTTP status code/,
    'what listens there is no collector (it does not speak gRPC)',
  ],
  [/Failed to connect/, 'what listens there closes connections at once'],
  [/[Kk]eepalive|Ping timeout/, 'the connection is dead: no answer to a ping'],
  [/Connection dropped|NGHTTP2|RST_STREAM|GOAWAY/, 'the connection broke'],
];

/** What the collector itself says is taken as it is. */
export function reasonOf({ code, details }: Pick<StatusObject, 'code' | 'details'>): string {
  if (code === status.OK) return 'it ended the stream';
  // No collector of ours says this: the other side does not know the service.
  if (code === status.UNIMPLEMENTED) return 'what listens there is no collector of Sonde';
  const isOfConnection = code === status.UNAVAILABLE || code === status.INTERNAL || code === status.UNKNOWN;
  const meaning = isOfConnection ? MEANINGS.find(([pattern]) => pattern.test(details))?.[1] : undefined;
  return meaning ?? (details.replaceAll(/\s+/g, ' ').trim() || (status[code] ?? `status ${code}`));
}
