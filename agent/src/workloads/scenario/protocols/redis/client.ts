import { filler, isFiller } from '../../filler.ts';
import { failureOf } from '../../io/failure.ts';
import type { Io } from '../../io/io.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { encodeText } from '../bytes.ts';
import { type Answer, type Ask, type ClientSide, failed } from '../protocol.ts';
import { type Operation, wordsOf } from './keys.ts';
import { encode, readValue, type Value } from './resp.ts';

/** A client's half of one connection. RESP2 begins without a handshake. */
export class RedisClient implements ClientSide<Operation> {
  readonly #stream: Stream;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  *ask(io: Io, { operation, fill, isLast, untilNs }: Ask<Operation>): Task<Answer> {
    const words = wordsOf(operation.command).map((word) => encodeText(fill(word)));
    if (operation.valueBytes > 0) words.push(filler(operation.valueBytes));
    const result = yield* this.#stream.write(io, encode(commandOf(words)), untilNs);
    if (result < 0) return failed(failureOf(result), false);
    const reply = yield* readValue(io, this.#stream, untilNs);
    if (typeof reply === 'string') return failed(reply === 'ended' ? 'truncated' : reply, true);
    if (!isWellFilled(reply)) return failed('malformed', true);
    const isOk = reply.kind !== 'error';
    const status = reply.kind === 'error' ? reply.text.split(' ', 1)[0]! : 'OK';
    return { kind: 'answered', status, isOk, isReusable: !isLast };
  }
}

/** A command is a list of strings. */
export const commandOf = (words: readonly Uint8Array[]): Value => ({
  kind: 'array',
  items: words.map((bytes) => ({ kind: 'bulk', bytes })),
});

function isWellFilled(reply: Value): boolean {
  if (reply.kind === 'array') return reply.items.every(isWellFilled);
  return reply.kind !== 'bulk' || isFiller(reply.bytes, 0);
}
