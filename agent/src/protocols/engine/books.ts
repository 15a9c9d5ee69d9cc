/**
 * What the engine counts. Every byte, message and exchange is held from the moment it is taken until it is given or
 * dropped for a reason, so that in = out + dropped + held at any moment.
 */
import type { Ledger, Stage } from '@sonde/ledger';

const STREAM_DROPS = {
  duplicate: 'bytes of a position that was read or given up before: repeated, or too late',
  unclassified: 'bytes of a connection, or of a part of one, in which no protocol was recognised',
  resynchronised: 'bytes between the place where framing was lost and the next recognised message',
  gap: 'bytes of a message head that a gap made unreadable, and bytes known only by length where a head was due',
  cut_head: 'bytes of a message head that had not ended when its flow did',
  passed_over: 'valid bytes that belong to no message: interim answers, empty lines',
  over_budget: 'bytes beyond a limit of memory',
  switched: 'bytes after the connection went over to something that is not looked at',
  after_end: 'bytes after the end of their flow',
  datagram: 'bytes of datagrams, which no protocol here reads',
} as const;

const MESSAGE_DROPS = {
  no_request: 'answers whose request was not seen',
  unconfirmed: 'requests behind unclear framing, or before a switch of protocol, that nobody answered',
} as const;

export type StreamDrop = keyof typeof STREAM_DROPS;

export class Books {
  readonly #streams: Stage;
  readonly #messages: Stage;
  readonly #exchanges: Stage;

  constructor(ledger: Ledger) {
    this.#streams = ledger.stage('streams', {
      unit: 'bytes',
      drops: STREAM_DROPS,
      conversion: 'bytes of data events, those known only by length included',
    });
    this.#messages = ledger.stage('messages', {
      unit: 'messages',
      drops: MESSAGE_DROPS,
      conversion: 'requests and answers of which at least the first line was read',
    });
    this.#exchanges = ledger.stage('exchanges', {
      unit: 'exchanges',
      drops: {},
      conversion: 'a request, with its answer if one was seen',
    });
  }

  bytesTaken(n: number): void {
    this.#streams.take(n);
    this.#streams.hold(n);
  }

  /** They are part of a message. */
  bytesUsed(n: number): void {
    this.#streams.hold(-n);
    this.#streams.give(n);
  }

  bytesDropped(reason: StreamDrop, n: number): void {
    this.#streams.hold(-n);
    this.#streams.drop(reason, n);
  }

  messageTaken(): void {
    this.#messages.take();
    this.#messages.hold(1);
  }

  messageDropped(reason: keyof typeof MESSAGE_DROPS): void {
    this.#messages.hold(-1);
    this.#messages.drop(reason);
  }

  exchangeGiven(nMessages: number): void {
    this.#messages.hold(-nMessages);
    this.#messages.give(nMessages);
    this.#exchanges.take();
    this.#exchanges.give();
  }
}
