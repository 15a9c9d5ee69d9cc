/** From a request and its answer to attributes: OpenTelemetry semantic conventions for HTTP spans (stable). */
import type { Attributes } from '../../model/attributes.ts';
import type { Ending, Half, Side, Stitched } from '../protocol.ts';
import { type HttpMessage, type HttpRequest, type HttpResponse, KNOWN_METHODS } from './types.ts';

/**
 * `error.type` of a call that the end of its connection kept from being whole. The convention leaves the words to us and
 * calls a call failed, on both of its ends, that was cancelled or whose answer could not be sent or received fully: a
 * server that loses its caller has failed to answer, however little it is to blame. Whoever does not want to count that
 * leaves out "cancelled".
 */
const ERROR_TYPE: Readonly<Record<Ending, string>> = {
  reset: 'connection_reset',
  client: 'cancelled',
  server: 'connection_closed',
};

export function stitch(
  request: Half<HttpMessage> | null,
  response: Half<HttpMessage> | null,
  side: Side,
  ending: Ending | null,
): Stitched {
  const asked = request?.value as HttpRequest | undefined;
  const answered = response?.value as HttpResponse | undefined;
  const attributes: Attributes = {};
  if (asked !== undefined) describeRequest(asked, attributes);
  attributes['network.protocol.version'] = asked?.version || answered?.version || '1.1';
  if (asked?.hasBody) attributes['http.request.body.size'] = request!.bodyBytes;
  if (answered?.hasBody) attributes['http.response.body.size'] = response!.bodyBytes;
  const code = answered?.status ?? null;
  if (code !== null) attributes['http.response.status_code'] = code;
  // A 4xx is the client's fault: to the server it is no error.
  const isErrorCode = code !== null && code >= (side === 'client' ? 400 : 500);
  if (isErrorCode) attributes['error.type'] = String(code);
  else if (ending !== null) attributes['error.type'] = ERROR_TYPE[ending];
  const name = attributes['http.request.method'];
  return {
    name: typeof name === 'string' && name !== '_OTHER' ? name : 'HTTP',
    status: isErrorCode || ending !== null ? 'error' : 'unset',
    attributes,
    incomplete: null,
  };
}

function describeRequest(request: HttpRequest, attributes: Attributes): void {
  const { method, host, userAgent } = request;
  if (KNOWN_METHODS.has(method)) attributes['http.request.method'] = method;
  else {
    attributes['http.request.method'] = '_OTHER';
    attributes['http.request.method_original'] = method;
  }
  const target = splitTarget(request);
  // Any other word leaves the node no more than a path does.
  if (target.scheme !== null && SCHEMES.has(target.scheme)) attributes['url.scheme'] = target.scheme;
  if (target.path !== '') attributes['url.path'] = target.path;
  if (target.query !== null) attributes['url.query'] = target.query;
  if (userAgent !== null && userAgent !== '') attributes['user_agent.original'] = userAgent;
  const server = splitAuthority(target.authority ?? host);
  if (server.address !== '') attributes['server.address'] = server.address;
  if (server.port !== null) attributes['server.port'] = server.port;
}

const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'ws', 'wss', 'ftp']);

interface Target {
  readonly scheme: string | null;
  readonly authority: string | null;
  /** What stood there, for targets that are no path: "*", "host:443". */
  readonly path: string;
  readonly query: string | null;
}

/** The four forms of RFC 9112 section 3.2. */
function splitTarget({ method, target }: HttpRequest): Target {
  if (method === 'CONNECT') return { scheme: null, authority: target, path: target, query: null };
  const absolute = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(target);
  const rest = absolute === null ? target : target.slice(absolute[0].length);
  const mark = rest.indexOf('?');
  const path = mark < 0 ? rest : rest.slice(0, mark);
  return {
    scheme: absolute === null ? null : absolute[1]!.toLowerCase(),
    authority: absolute === null ? null : absolute[2]!,
    path: path === '' && absolute !== null ? '/' : path,
    query: mark < 0 ? null : rest.slice(mark + 1),
  };
}

/**
 * host, host:port, [v6], [v6]:port, v6, behind a user and password that are cut off. What is no host gives none: an
 * address leaves the node, and whatever else a client writes there must not.
 */
function splitAuthority(authority: string): { address: string; port: number | null } {
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  if (/^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i.test(host)) return { address: host.slice(0, 45), port: null };
  const found = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::(\d{1,5}))?$/i.exec(host);
  if (found === null) return { address: '', port: null };
  return { address: found[1] ?? found[2] ?? '', port: found[3] === undefined ? null : Number(found[3]) };
}
