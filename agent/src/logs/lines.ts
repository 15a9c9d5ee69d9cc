/**
 * What processes write to their standard output and error, as lines.
 *
 * A descriptor of a process carries one stream of bytes, whichever threads write: a line may come in several writes, of
 * several threads, and several lines in one. Bytes that were not copied, or whose record was lost, end the line they
 * are missing from; the next one may lack its beginning, and is marked too.
 */
import type { Ledger, Stage, StageSpec } from '@sonde/ledger';
import type { FileData, KernelEvent } from '../model/events.ts';
import type { LogLine } from '../model/log-line.ts';
import type { SpanRef } from '../model/span.ts';
import { severityOf } from './severity.ts';

export interface LogLinesOptions {
  /** Gets the stages "logs.bytes" and "logs". */
  readonly ledger: Ledger;
  readonly onLine: (line: LogLine) => void;
  /** The span that a thread was working on; asked once for each line, with the time of its first byte. */
  readonly activeSpan: (tgid: number, tid: number, timeNs: number) => SpanRef | null;
  readonly limits?: Partial<LogLimits>;
}

/** Times are event time. */
export interface LogLimits {
  /** Longer lines are cut, between two characters, and marked. */
  readonly maxLineBytes: number;
  /** Of all lines that are not whole yet; beyond, the one without news for longest goes on as it is. */
  readonly maxHeldBytes: number;
  /** Descriptors in the midst of a line, likewise. */
  readonly maxDescriptors: number;
  /** A line without an end goes on as it is after this long without another byte. */
  readonly quietNs: number;
}

const DEFAULT_LIMITS: LogLimits = {
  maxLineBytes: 16 << 10,
  maxHeldBytes: 8 << 20,
  maxDescriptors: 4096,
  quietNs: 1e9,
};

const BYTES: StageSpec = {
  unit: 'bytes',
  conversion: 'bytes written to descriptors 1 and 2 that are no sockets',
  drops: {
    not_copied: 'bytes known only by their length: beyond the payload limit, or unreadable',
    too_long: 'bytes of a line beyond the longest that is kept',
    empty: 'ends of lines without text',
  },
};

const LINES: StageSpec = {
  unit: 'lines',
  conversion: 'stretches of bytes up to a line end, a loss, or a pause',
  drops: { empty: 'lines without text' },
};

const STREAMS: Readonly<Record<number, LogLine['stream']>> = { 1: 'stdout', 2: 'stderr' };
const LF = 0x0a;
const CR = 0x0d;

export class LogLines {
  readonly #options: LogLinesOptions;
  readonly #limits: LogLimits;
  readonly #byteStage: Stage;
  readonly #lineStage: Stage;
  /** Those in the midst of something, the one without news for longest first. */
  readonly #descriptors = new Map<string, Descriptor>();
  #heldBytes = 0;

  constructor(options: LogLinesOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#byteStage = options.ledger.stage('logs.bytes', BYTES);
    this.#lineStage = options.ledger.stage('logs', LINES);
  }

  /** Events come in order of time. */
  onEvent(event: KernelEvent): void {
    if (event.kind === 'file' && event.direction === 'send' && event.fd in STREAMS) this.#onWrite(event);
    else if (event.kind === 'process-exit') {
      for (const fd of [1, 2]) this.#close(keyOf(event.tgid, fd));
    }
  }

  /** Lets time pass. `nowNs`: monotonic, as in the events. */
  advance(nowNs: number): void {
    for (const [key, { lastNs }] of this.#descriptors) {
      if (nowNs - lastNs < this.#limits.quietNs) return;
      this.#close(key);
    }
  }

  /** The end: what is there of the last lines goes on. */
  flush(): void {
    for (const key of [...this.#descriptors.keys()]) this.#close(key);
  }

  #onWrite(event: FileData): void {
    this.#byteStage.take(event.length);
    const key = keyOf(event.tgid, event.fd);
    const known = this.#descriptors.get(key);
    this.#descriptors.delete(key);
    let descriptor = known ?? new Descriptor(event);
    if (!descriptor.isOf(event)) {
      this.#endLine(descriptor, false);
      descriptor = new Descriptor(event);
    }
    descriptor.lastNs = timeOf(event);
    if (!descriptor.continues(event)) this.#lose(descriptor);
    const payload = event.payload.subarray(0, event.length);
    this.#read(descriptor, event, payload);
    if (payload.length < event.length) {
      this.#byteStage.drop('not_copied', event.length - payload.length);
      this.#lose(descriptor);
    }
    descriptor.expectAfter(event);
    if (descriptor.isAtRest) return;
    this.#descriptors.set(key, descriptor);
    this.#keepWithinLimits();
  }

  #read(descriptor: Descriptor, event: FileData, payload: Uint8Array): void {
    for (let at = 0; at < payload.length; ) {
      const lineEnd = payload.indexOf(LF, at);
      const isWhole = lineEnd >= 0;
      const end = isWhole ? lineEnd + 1 : payload.length;
      this.#append(descriptor, event, payload.subarray(at, end));
      if (isWhole) {
        this.#endLine(descriptor, false);
        descriptor.isCut = false;
      }
      at = end;
    }
  }

  /** @param bytes of one line, its end perhaps among them */
  #append(descriptor: Descriptor, event: FileData, bytes: Uint8Array): void {
    if (descriptor.isCut) {
      this.#byteStage.drop('too_long', bytes.length);
      return;
    }
    if (descriptor.line === null) {
      const { node, tgid, tid, cgroupId } = event;
      const span = this.#options.activeSpan(tgid, tid, timeOf(event));
      descriptor.line = new Line({ node, tgid, tid, cgroupId, span }, descriptor.mayHaveLost);
      descriptor.mayHaveLost = false;
      this.#lineStage.take();
      this.#lineStage.hold(1);
    }
    const { line } = descriptor;
    const { maxLineBytes } = this.#limits;
    const textBytes = bytes.at(-1) === LF ? bytes.length - 1 : bytes.length;
    if (line.bytes + textBytes <= maxLineBytes) {
      this.#hold(line, bytes);
      return;
    }
    const room = maxLineBytes - line.bytes;
    this.#hold(line, bytes.subarray(0, room));
    this.#byteStage.drop('too_long', bytes.length - room);
    this.#endLine(descriptor, true);
    descriptor.isCut = true;
  }

  #hold(line: Line, bytes: Uint8Array): void {
    line.append(bytes);
    this.#heldBytes += bytes.length;
    this.#byteStage.hold(bytes.length);
  }

  /** Something is missing between what was read and what comes. */
  #lose(descriptor: Descriptor): void {
    this.#endLine(descriptor, true);
    descriptor.isCut = false;
    descriptor.mayHaveLost = true;
  }

  /** The line at hand is as whole as it will be. */
  #endLine(descriptor: Descriptor, isTruncated: boolean): void {
    const { line } = descriptor;
    if (line === null) return;
    descriptor.line = null;
    this.#heldBytes -= line.bytes;
    this.#byteStage.hold(-line.bytes);
    this.#lineStage.hold(-1);
    const body = line.text(isTruncated);
    if (body === '') {
      this.#byteStage.drop('empty', line.bytes);
      this.#lineStage.drop('empty');
      return;
    }
    this.#byteStage.give(line.bytes);
    this.#lineStage.give();
    this.#options.onLine({
      ...line.writer,
      timeNs: descriptor.lastNs,
      stream: descriptor.stream,
      body,
      severity: severityOf(body),
      isTruncated: isTruncated || line.mayLackStart,
    });
  }

  #close(key: string): void {
    const descriptor = this.#descriptors.get(key);
    if (descriptor === undefined) return;
    this.#descriptors.delete(key);
    this.#endLine(descriptor, false);
  }

  #keepWithinLimits(): void {
    const { maxHeldBytes, maxDescriptors } = this.#limits;
    for (const [key, descriptor] of this.#descriptors) {
      if (this.#heldBytes <= maxHeldBytes && this.#descriptors.size <= maxDescriptors) return;
      this.#descriptors.delete(key);
      this.#endLine(descriptor, true);
    }
  }
}

/** One of the two descriptors of one process, while it is in the midst of something. */
class Descriptor {
  readonly stream: LogLine['stream'];
  readonly #inode: number;
  readonly #device: number;
  line: Line | null = null;
  /** The rest of a line that was cut is still to come. */
  isCut = false;
  /** The bytes before the next one are not known. */
  mayHaveLost = false;
  /** When its last byte was written. */
  lastNs = 0;
  /** Where the next record of a call that has more of them begins; null if no call is under way. */
  #rest: { readonly tid: number; readonly offset: number } | null = null;

  constructor({ fd, inode, device }: FileData) {
    this.stream = STREAMS[fd]!;
    this.#inode = inode;
    this.#device = device;
  }

  /** The descriptor's number still stands for the same file. */
  isOf({ inode, device }: FileData): boolean {
    return inode === this.#inode && device === this.#device;
  }

  /** Nothing is missing between the last record and this one, as far as can be told. */
  continues({ tid, callOffset }: FileData): boolean {
    if (this.#rest === null) return callOffset === 0;
    return tid === this.#rest.tid && callOffset === this.#rest.offset;
  }

  expectAfter({ tid, callOffset, length, callBytes }: FileData): void {
    const offset = callOffset + length;
    this.#rest = offset < callBytes ? { tid, offset } : null;
  }

  /** What comes next needs nothing of what was before. */
  get isAtRest(): boolean {
    return this.line === null && !this.isCut && !this.mayHaveLost && this.#rest === null;
  }
}

/** A line that is being written. */
class Line {
  /** Of its first byte. */
  readonly writer: Pick<LogLine, 'node' | 'tgid' | 'tid' | 'cgroupId' | 'span'>;
  readonly mayLackStart: boolean;
  /** Its end included. */
  bytes = 0;
  #parts: Uint8Array[] = [];

  constructor(writer: Line['writer'], mayLackStart: boolean) {
    this.writer = writer;
    this.mayLackStart = mayLackStart;
  }

  append(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    // A copy: a few bytes of a large record must not keep all of it.
    this.#parts.push(bytes.slice());
  }

  /** Without its end. @param isCut it may end in the midst of a character, which is then left out */
  text(isCut: boolean): string {
    const bytes = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    let end = bytes.length;
    if (bytes[end - 1] === LF) end--;
    if (bytes[end - 1] === CR) end--;
    if (isCut) end -= unfinishedBytes(bytes.subarray(0, end));
    return decoder.decode(bytes.subarray(0, end));
  }
}

/** How many bytes at the end begin a character of UTF-8 (RFC 3629, section 3) and do not end it. */
function unfinishedBytes(bytes: Uint8Array): number {
  for (let n = 1; n <= Math.min(3, bytes.length); n++) {
    const byte = bytes[bytes.length - n]!;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > n ? n : 0;
  }
  return 0;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const keyOf = (tgid: number, fd: number): string => `${tgid}/${fd}`;

/** A write counts from its enter where that is known. */
const timeOf = ({ enterNs, exitNs }: FileData): number => (enterNs > 0 ? enterNs : exitNs);
