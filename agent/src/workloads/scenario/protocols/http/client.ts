import { failureOf } from '../../io/failure.ts';
import type { Io } from '../../io/io.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { type Answer, type Ask, type ClientSide, failed } from '../protocol.ts';
import type { Operation } from './keys.ts';
import { bodyFraming, type Head, readBody, readHead } from './read.ts';
import { message } from './write.ts';

/** Header that carries a call's number, where ground truth records calls. */
export const MARK_HEADER = 'X-Scenario-Call';

/** A client's half of one HTTP/1.1 connection. */
export class HttpClient implements ClientSide<Operation> {
  readonly #stream: Stream;
  readonly #host: string;

  constructor(stream: Stream, host: string) {
    this.#stream = stream;
    this.#host = host;
  }

  *ask(io: Io, ask: Ask<Operation>): Task<Answer> {
    const { method } = ask.operation;
    for (const part of this.#request(ask)) {
      const result = yield* this.#stream.write(io, part, ask.untilNs);
      if (result < 0) return failed(failureOf(result), false);
    }
    const head = yield* readHead(io, this.#stream, ask.untilNs);
    if (typeof head === 'string') return failed(head === 'ended' ? 'truncated' : head, true);
    const status = /^HTTP\/1\.1 ([0-9]{3}) /.exec(head.startLine)?.[1];
    const framing = bodyFraming(head.headers, true);
    if (status === undefined || framing === null) return failed('malformed', true);
    const hasBody = !isBodyless(method, status);
    if (hasBody) {
      const body = yield* readBody(io, this.#stream, framing, ask.untilNs);
      if (typeof body === 'string') return failed(body === 'ended' ? 'truncated' : body, true);
    }
    const endsByClose = saysClose(head) || (hasBody && framing.kind === 'until-end');
    const isReusable = !ask.isLast && !endsByClose;
    return { kind: 'answered', status, isOk: Number(status) < 500, isReusable };
  }

  #request(ask: Ask<Operation>): Uint8Array[] {
    const { method, path, bodyBytes, bodyFraming: framing } = ask.operation;
    const headers: (readonly [string, string])[] = [
      ['Host', this.#host],
      ['User-Agent', 'sonde-scenario/1'],
      ['Accept', '*/*'],
    ];
    if (ask.mark !== null) headers.push([MARK_HEADER, String(ask.mark)]);
    if (ask.isLast) headers.push(['Connection', 'close']);
    if (bodyBytes > 0) headers.push(['Content-Type', 'application/octet-stream']);
    // A POST without a body says so; a GET says nothing (RFC 9110, section 8.6).
    const hasBody = bodyBytes > 0 || method === 'POST' || method === 'PUT' || method === 'PATCH';
    return message(`${method} ${ask.fill(path)} HTTP/1.1`, headers, hasBody ? framing : null, bodyBytes);
  }
}

/** Answers that never have a body, whatever their headers say (RFC 9112, section 6.3). */
export const isBodyless = (method: string, status: string): boolean =>
  method === 'HEAD' || status === '204' || status === '304';

export const saysClose = (head: Head): boolean => head.headers.get('connection')?.toLowerCase() === 'close';
