/** A message while the engine follows it: what the parser made of it, and where and when its bytes passed. */
import type { CallEnd, MessagePart, OpenRequest } from '../../model/exchange.ts';
import type { Role } from '../protocol.ts';
import type { Mark } from './reassembly.ts';

/**
 * Shared by the messages between one place where framing became unclear and the next: they follow each other without a
 * break, so what proves one of them real proves where the others begin.
 */
export interface Doubt {
  isLifted: boolean;
}

export class Message {
  readonly role: Role;
  readonly value: unknown;
  /** Of the event that brought its first byte. */
  readonly mark: Mark;
  /** Widened position of its first byte. */
  readonly position: number;
  endNs: number;
  /** On the wire, head and body. */
  bytes = 0;
  bodyBytes = 0;
  isDone = false;
  /** Why it is not whole; null if it is, or is still on its way. */
  fault: string | null = null;
  /** It is not whole because its flow ended, and not because we stopped to look. */
  isCutOff = false;
  /** What it stands behind; null where it plainly begins a message. */
  readonly doubt: Doubt | null;

  constructor(role: Role, value: unknown, position: number, mark: Mark, doubt: Doubt | null) {
    this.doubt = doubt;
    this.role = role;
    this.value = value;
    this.position = position;
    this.mark = mark;
    this.endNs = mark.timeNs;
  }

  get isDoubtful(): boolean {
    return isInDoubt(this.doubt);
  }

  part(): MessagePart {
    return {
      startNs: this.mark.timeNs,
      endNs: Math.max(this.mark.timeNs, this.endNs),
      position: this.position >>> 0,
      bytes: this.bytes,
      tid: this.mark.tid,
    };
  }
}

/** What others may know of a request. It may be kept for long, so it does not hold on to the message. */
export function openRequest(end: CallEnd, { mark, position, doubt }: Message): OpenRequest {
  return {
    end,
    tid: mark.tid,
    startNs: mark.timeNs,
    position: position >>> 0,
    get isConfirmed() {
      return !isInDoubt(doubt);
    },
  };
}

const isInDoubt = (doubt: Doubt | null): boolean => doubt !== null && !doubt.isLifted;
