/** HTTP/1.x messages from bytes: RFC 9112, and what is seen besides. */
import type { Parsed, ParseInput, Role, SwitchTo } from '../protocol.ts';
import { parseChunk } from './chunk.ts';
import { isAmbiguous, requestBody, responseBody } from './framing.ts';
import { endOfHead, endsPlainly, type Fields, readFields } from './head.ts';
import { skipLineEnds } from './infer.ts';
import {
  mayBeRequestLine,
  mayBeStatusLine,
  type RequestLine,
  readRequestLine,
  readStatusLine,
  type StatusLine,
} from './start-line.ts';
import type { HttpMessage, HttpRequest } from './types.ts';

const LF = 0x0a;
const CR = 0x0d;

export function parse(input: ParseInput<HttpMessage>): Parsed<HttpMessage> {
  if (input.open !== null) return parseChunk(input);
  const nLineEnds = skipLineEnds(input.bytes);
  if (nLineEnds > 0) return { kind: 'skip', end: nLineEnds };
  return input.role === 'request' ? parseRequest(input) : parseResponse(input);
}

/** What stands in a head that is cut: enough if its first line is whole. */
export function cut(bytes: Uint8Array, role: Role): HttpMessage | null {
  const lineEnd = bytes.indexOf(LF);
  if (lineEnd < 0) return null;
  const line = bytes.subarray(0, lineEnd);
  // The last line may be cut within a value.
  const fields = readFields(bytes.subarray(lineEnd + 1, bytes.lastIndexOf(LF) + 1));
  if (role === 'request') {
    const found = readRequestLine(withoutCr(line));
    return found === null || found.version === null ? null : toRequest(found, fields);
  }
  const found = readStatusLine(line);
  return found === null ? null : { role: 'response', ...found, hasBody: false };
}

function parseRequest({ bytes, scanned, first }: ParseInput<HttpMessage>): Parsed<HttpMessage> {
  const lineEnd = bytes.indexOf(LF);
  if (lineEnd < 0) return mayBeRequestLine(bytes) ? { kind: 'need', scanned: 0 } : bad('no request line');
  const line = readRequestLine(withoutCr(bytes.subarray(0, lineEnd)));
  if (line === null) return bad('no request line');
  if (line.version === null) {
    const isFirst = first && line.method === 'GET' && line.target.startsWith('/');
    if (!isFirst) return bad('no version');
    return { kind: 'message', value: toRequest(line, readFields(NOTHING)), end: lineEnd + 1, body: 0 };
  }
  const end = endOfHead(bytes, Math.max(lineEnd, scanned));
  if (end < 0) return { kind: 'need', scanned: Math.max(lineEnd, bytes.length - 2) };
  const fields = readFields(bytes.subarray(lineEnd + 1, end));
  const value = toRequest(line, fields);
  // Whether bytes after these are HTTP depends on the answer: 2xx to CONNECT, 101 to Upgrade.
  const wait = line.method === 'CONNECT' || fields.upgrade;
  const hasPlainEnd = endsPlainly(bytes.subarray(0, end), bytes[lineEnd - 1] === CR);
  return {
    kind: 'message',
    value,
    end,
    body: requestBody(fields),
    wait,
    isAmbiguous: !hasPlainEnd || isAmbiguous(fields, line.version),
  };
}

function parseResponse({ bytes, scanned, request, first }: ParseInput<HttpMessage>): Parsed<HttpMessage> {
  const answers = request as HttpRequest | null;
  const line = readStatusLine(bytes);
  if (line === null) {
    if (answers?.version === '0.9' && first && !mayBeStatusLine(bytes)) {
      // HTTP/0.9: the answer is the body.
      const value: HttpMessage = { role: 'response', status: null, version: '0.9', hasBody: true };
      return { kind: 'message', value, end: 0, body: Number.POSITIVE_INFINITY };
    }
    return mayBeStatusLine(bytes) ? { kind: 'need', scanned: 0 } : bad('no status line');
  }
  const lineEnd = bytes.indexOf(LF);
  const end = lineEnd < 0 ? -1 : endOfHead(bytes, Math.max(lineEnd, scanned));
  if (end < 0) return { kind: 'need', scanned: Math.max(0, lineEnd, bytes.length - 2) };
  // Interim answers are no answers (RFC 9110 section 15.2); 101 is the last one in HTTP.
  if (line.status < 200 && line.status !== 101) return { kind: 'skip', end };
  const fields = readFields(bytes.subarray(lineEnd + 1, end));
  const body = mayHaveBody(line, answers) ? responseBody(fields) : null;
  const switchTo = switchOf(line, answers);
  const value: HttpMessage = { role: 'response', ...line, hasBody: body !== null };
  return { kind: 'message', value, end, body: body ?? 0, ...(switchTo === null ? {} : { switchTo }) };
}

/** RFC 9112 section 6.3. */
function mayHaveBody({ status }: StatusLine, request: HttpRequest | null): boolean {
  if (status === 204 || status === 304 || status === 101) return false;
  return request?.method !== 'HEAD' && !isTunnel(status, request);
}

function switchOf({ status }: StatusLine, request: HttpRequest | null): SwitchTo | null {
  if (status === 101) return 'opaque';
  return isTunnel(status, request) ? 'tunnel' : null;
}

const isTunnel = (status: number, request: HttpRequest | null): boolean =>
  request?.method === 'CONNECT' && status >= 200 && status < 300;

const toRequest = (line: RequestLine, fields: Fields): HttpRequest => ({
  role: 'request',
  method: line.method,
  target: line.target,
  version: line.version ?? '0.9',
  host: fields.host,
  userAgent: fields.userAgent,
  hasBody: fields.codings.length > 0 || fields.contentLengths.length > 0,
});

const withoutCr = (line: Uint8Array): Uint8Array => (line.at(-1) === CR ? line.subarray(0, -1) : line);

const bad = (why: string): Parsed<HttpMessage> => ({ kind: 'bad', why });

const NOTHING = new Uint8Array(0);
