import { deliver } from '../../io/delivery.ts';
import type { Io } from '../../io/io.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import type { Values } from '../../template.ts';
import type { Outcome, ServerSide, Work } from '../protocol.ts';
import { isBodyless, MARK_HEADER, saysClose } from './client.ts';
import type { Offer } from './keys.ts';
import { answers, match, withoutQuery } from './path.ts';
import { bodyFraming, type Head, readBody, readHead } from './read.ts';
import { type Framing, framingHeaders, message } from './write.ts';

interface Request {
  readonly method: string;
  readonly target: string;
  readonly mark: number | null;
  readonly isLast: boolean;
}

/** An answer whose bytes are still to be made. */
interface Answer {
  readonly status: number;
  readonly framing: Framing;
  readonly work: Work;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Serves a connection, one request after the other; what came early stays in the stream's buffer (pipelining). */
export function* serve(io: Io, stream: Stream, server: ServerSide<Offer>): Task<void> {
  for (let isOpen = true; isOpen; ) {
    const request = yield* readRequest(io, stream, io.os.nowNs + server.idleTimeoutNs);
    if (request === null) break;
    server.received();
    const answer = yield* answerOf(io, request, server);
    const isLast = request.isLast || answer.framing === 'close-delimited';
    const delivery = yield* deliver(io, stream, bytesOf(request, answer, isLast), answer.work.fault);
    server.answered(String(answer.status), delivery);
    isOpen = delivery === 'whole' && !isLast;
  }
  yield* stream.close(io);
}

/** The next whole request; null when the connection is over, idle for too long, or speaks something else. */
function* readRequest(io: Io, stream: Stream, untilNs: number): Task<Request | null> {
  const head = yield* readHead(io, stream, untilNs);
  if (typeof head === 'string') return null;
  const [, method, target] = /^([A-Z]+) (\/\S*) HTTP\/1\.1$/.exec(head.startLine) ?? [];
  const framing = bodyFraming(head.headers, false);
  if (method === undefined || target === undefined || framing === null) return null;
  const body = yield* readBody(io, stream, framing);
  if (typeof body === 'string') return null;
  return { method, target, mark: markOf(head), isLast: saysClose(head) };
}

function markOf(head: Head): number | null {
  const mark = head.headers.get(MARK_HEADER.toLowerCase());
  return mark === undefined ? null : Number(mark);
}

function* answerOf(io: Io, request: Request, server: ServerSide<Offer>): Task<Answer> {
  const path = withoutQuery(request.target);
  for (const [endpoint, offer] of server.endpoints.entries()) {
    const captured = answers(offer.method, request.method) ? match(offer.path, path) : null;
    if (captured === null) continue;
    const values: Values = { ...captured, method: request.method, path };
    const statusOf = (outcome: Outcome) => String(statusFor(offer, outcome));
    const work = yield* server.work(io, endpoint, { values, mark: request.mark }, statusOf);
    return { status: statusFor(offer, work.outcome), framing: offer.framing, work };
  }
  return { status: 404, framing: 'content-length', work: { outcome: 'ok', bodyBytes: 0, fault: null } };
}

function statusFor(offer: Offer, outcome: Outcome): number {
  switch (outcome) {
    case 'ok':
      return offer.status;
    case 'error':
      return offer.errorStatus;
    case 'failed-call':
      return offer.failedCallStatus;
  }
}

function bytesOf(request: Request, answer: Answer, isLast: boolean): Uint8Array[] {
  const { status, framing } = answer;
  const bodyBytes = answer.work.bodyBytes;
  const headers: (readonly [string, string])[] = [['Server', 'sonde-scenario']];
  if (isLast) headers.push(['Connection', 'close']);
  const startLine = `HTTP/1.1 ${status} ${REASONS[status] ?? ''}`;
  if (isBodyless(request.method, String(status))) {
    const promised = request.method === 'HEAD' ? framingHeaders(framing, bodyBytes) : [];
    return message(startLine, [...headers, ...promised], null, 0);
  }
  headers.push(['Content-Type', 'application/octet-stream']);
  return message(startLine, headers, framing, bodyBytes);
}
