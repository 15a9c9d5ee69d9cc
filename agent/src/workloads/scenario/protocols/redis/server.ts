import { filler } from '../../filler.ts';
import type { Io } from '../../io/io.ts';
import type { Stream } from '../../io/stream.ts';
import type { Task } from '../../io/task-loop.ts';
import { decodeText } from '../bytes.ts';
import { match } from '../pattern.ts';
import type { Outcome, ServerSide, Work } from '../protocol.ts';
import { answer, type Refusal, type Turn } from '../turn.ts';
import { type Offer, wordsOf } from './keys.ts';
import { encode, readValue, type Value } from './resp.ts';

/** Serves a connection, one command after the other; pipelined ones wait in the stream's buffer. */
export function* serve(io: Io, stream: Stream, server: ServerSide<Offer>): Task<void> {
  for (let isOpen = true; isOpen; ) {
    const command = yield* readValue(io, stream, io.os.nowNs + server.idleTimeoutNs);
    const words = typeof command === 'string' ? null : wordsOfCommand(command);
    if (words === null) break;
    isOpen = yield* answer(io, stream, server, turnOf(words, server.endpoints));
  }
  yield* stream.close(io);
}

function wordsOfCommand(command: Value): string[] | null {
  if (command.kind !== 'array' || command.items.length === 0) return null;
  const words = command.items.flatMap((item) => (item.kind === 'bulk' ? [decodeText(item.bytes)] : []));
  return words.length === command.items.length ? words : null;
}

function turnOf(words: readonly string[], offers: readonly Offer[]): Turn | Refusal {
  for (const [endpoint, offer] of offers.entries()) {
    const captured = matchWords(wordsOf(offer.command), words);
    if (captured === null) continue;
    return {
      endpoint,
      values: { ...captured, command: words[0]! },
      mark: null,
      statusOf: (outcome) => statusOf(offer, outcome),
      bytesOf: (work) => [encode(replyOf(offer, work))],
    };
  }
  const text = `ERR unknown command '${words[0]!.replaceAll(/[\r\n]/g, ' ')}'`;
  return { status: 'ERR', bytes: encode({ kind: 'error', text }) };
}

function matchWords(pattern: readonly string[], words: readonly string[]): Record<string, string> | null {
  const captured: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const found = words[index] === undefined ? null : match(part, words[index]);
    if (found === null) return null;
    Object.assign(captured, found);
  }
  return captured;
}

function statusOf(offer: Offer, outcome: Outcome): string {
  const error = errorOf(offer, outcome);
  return error === null ? 'OK' : error.split(' ', 1)[0]!;
}

function errorOf(offer: Offer, outcome: Outcome): string | null {
  if (outcome === 'ok') return null;
  return outcome === 'error' ? offer.error : offer.failedCallError;
}

function replyOf(offer: Offer, work: Work): Value {
  const text = errorOf(offer, work.outcome);
  if (text !== null) return { kind: 'error', text };
  switch (offer.reply) {
    case 'bulk':
      return { kind: 'bulk', bytes: filler(work.bodyBytes) };
    case 'simple':
      return { kind: 'simple', text: 'OK' };
    case 'integer':
      return { kind: 'integer', value: offer.integer };
    case 'null':
      return { kind: 'null' };
    case 'array': {
      const bytes = filler(Math.floor(work.bodyBytes / Math.max(1, offer.items)));
      return { kind: 'array', items: Array.from({ length: offer.items }, () => ({ kind: 'bulk', bytes })) };
    }
  }
}
