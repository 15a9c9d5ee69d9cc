/**
 * TCP segments of one pair of endpoints as lines of text, and conversations as lines of text. A segment:
 *
 *     a SYN 100             b SYN 300 ack 101       a 101 "GET" ack 301      b 301 "ab" +7 ack 104
 *     a FIN 104 ack 310     b RST 310               a 104 ack 310
 *
 * that is: sender, flag, sequence number, payload, bytes that the snap length cut, acknowledgement. A line's number is
 * its time in ns.
 */

import { Ledger } from '@sonde/ledger';
import type { IpEndpoint } from '../../../hooks/sim/contract.ts';
import { TcpFlag, type TcpSegment } from '../packets/transport.ts';
import { captureStages } from '../stages.ts';
import { ConversationTracker } from '../tcp/conversations.ts';
import type { Action, Conversation, Side } from '../tcp/script.ts';
import { bytesOf } from './build-packets.ts';

export const ENDS: Readonly<Record<'a' | 'b', IpEndpoint>> = {
  a: { address: '10.0.0.1', port: 5000 },
  b: { address: '10.0.0.2', port: 80 },
};

const LINE = /^([ab]) (?:(SYN|FIN|RST) )?(\d+)(?: "([^"]*)")?(?: \+(\d+))?(?: ack (\d+))?$/;

export function segmentOf(line: string, atNs: number): TcpSegment {
  const match = LINE.exec(line);
  if (match === null) throw new SyntaxError(`Cannot parse segment "${line}"`);
  const [, side, flag, sequence, payload = '', missing = '0', acknowledged] = match;
  const from = side === 'a' ? ENDS.a : ENDS.b;
  return {
    kind: 'tcp',
    atNs,
    from,
    to: from === ENDS.a ? ENDS.b : ENDS.a,
    sequence: Number(sequence),
    acknowledged: acknowledged === undefined ? null : Number(acknowledged),
    flags:
      (flag === undefined ? 0 : TcpFlag[flag as keyof typeof TcpFlag]) |
      (acknowledged === undefined ? 0 : TcpFlag.ACK),
    bytes: bytesOf(payload),
    missingBytes: Number(missing),
  };
}

/** Tracks the segments. Every byte of theirs must be accounted for: `books` is what the ledger's faults are, if any. */
export function track(segments: readonly TcpSegment[]) {
  const ledger = new Ledger();
  const stages = captureStages(ledger);
  const tracker = new ConversationTracker(stages);
  for (const segment of segments) tracker.add(segment);
  const conversations = tracker.finish();
  return { conversations, stages, books: ledger.imbalances() };
}

/**
 * The opening, by which end of ENDS, with the first sequence numbers of that end and of the other; then an action a
 * line: `time side "bytes"`, `gap n`, `fin`, `reset`.
 */
export function showConversation({ a, opening, firstSequence, actions }: Conversation): string[] {
  const letters: Readonly<Record<Side, Side>> = a === ENDS.a ? { a: 'a', b: 'b' } : { a: 'b', b: 'a' };
  const show = (action: Action): string => {
    if (action.kind === 'replaced') return `${action.atNs} replaced`;
    return `${action.atNs} ${letters[action.from]} ${what(action)}`;
  };
  return [`${opening} by ${letters.a} ${firstSequence.a}/${firstSequence.b}`, ...actions.map(show)];
}

function what(action: Action): string {
  if (action.kind === 'data') return `"${new TextDecoder().decode(action.bytes)}"`;
  if (action.kind === 'gap') return `gap ${action.gapBytes}`;
  return action.kind;
}
