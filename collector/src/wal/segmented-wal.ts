/**
 * The log on a disk: numbered segment files (segment-format.ts), each written from its start to its end once.
 *
 * When a record counts as durable, and why:
 * - write(2) only reaches the page cache; a power cut loses it, keeps it, or keeps some of its sectors. fdatasync(2) returns
 *   when the bytes and the length of the file are on the disk. Only then an append resolves.
 * - Neither makes the file's name durable. So a new segment is fsynced with its header, then its folder is, and only then
 *   the first record goes in. Deleting fsyncs the folder too.
 * - Want of room, which some file systems find out only at the fsync, leaves part of a group. It is truncated away and that
 *   is fsynced, so the next group starts at the same place and no reader meets the part.
 * - After any other failure of an fsync the kernel may drop the pages that it could not write and say "done" to the next
 *   one. So there is no second try: the log is broken until a restart reads what is there (recovery.ts writes the tail
 *   again).
 * - A sector that is rewritten in part is assumed to keep its other bytes through a power cut, as disks have promised since
 *   long; a group may start in the middle of one.
 *
 * Groups: what is appended while an fsync runs is written together afterwards and shares the next fsync. A record larger
 * than a segment gets one that is longer.
 */
import { join } from 'node:path';
import { recover } from './recovery.ts';
import {
  announcedBytes,
  encodeHeader,
  HEAD_BYTES,
  HEADER_BYTES,
  layOut,
  MAX_PAYLOAD_BYTES,
  readRecord,
  recordBytes,
  segmentName,
} from './segment-format.ts';
import {
  type RecordKind,
  type Wal,
  type WalAddress,
  WalBroken,
  WalDamage,
  WalFull,
  type WalRecord,
} from './wal.ts';
import { NODE_FILES, type WalFile, type WalFiles } from './wal-files.ts';

export interface WalOptions {
  /** Must exist, and be nobody else's. Files in it that have no segment's name are left alone. */
  readonly directory: string;
  /** Size from which the next segment is begun; at most 1 GiB. Segments are read whole at the start. */
  readonly segmentBytes: number;
  /**
   * Gets every readable record in order, before the log is open. Each is durable, also where its append never resolved.
   * The payload is the receiver's own. A rejection ends the opening.
   */
  onRecord(record: WalRecord): void | Promise<void>;
  /** Gets a line for people about what was lost, cut off or failed. */
  onNote(line: string): void;
  /** Called once if the log fails for good. */
  onBroken?(error: WalBroken): void;
  /** The disk. */
  readonly files?: WalFiles;
}

/**
 * Opens a log and reads what is in it. Nothing is written besides the repair of a torn end; the first append begins a new
 * segment, so that a full disk does not keep the process from starting.
 * @throws WalUnusable
 */
export async function openWal(options: WalOptions): Promise<SegmentedWal> {
  const { segmentBytes } = options;
  if (!(segmentBytes >= HEADER_BYTES && segmentBytes <= 1 << 30))
    throw new RangeError(`A segment of ${segmentBytes} bytes is not possible: ${HEADER_BYTES} to ${1 << 30}`);
  const files = options.files ?? NODE_FILES;
  const { segments, nextSegment } = await recover({
    directory: options.directory,
    files,
    onRecord: (record) => options.onRecord(record),
    onNote: (line) => options.onNote(line),
  });
  return new SegmentedWal({ ...options, files }, segments, nextSegment);
}

interface PendingAppend {
  readonly kind: RecordKind;
  readonly payload: Uint8Array;
  resolve(address: WalAddress): void;
  reject(error: Error): void;
}

interface OpenSegment {
  readonly number: number;
  readonly file: WalFile;
  /** Durable bytes, header included. */
  bytes: number;
}

export class SegmentedWal implements Wal {
  readonly #directory: string;
  readonly #segmentBytes: number;
  readonly #files: WalFiles;
  readonly #onNote: (line: string) => void;
  readonly #onBroken: (error: WalBroken) => void;
  /** Bytes of the segments that are not written any more. */
  readonly #sealed: Map<number, number>;
  #current: OpenSegment | null = null;
  #nextSegment: number;
  /** Not bounded: who appends holds the payloads anyway and bounds them. */
  readonly #queue: PendingAppend[] = [];
  #committing: Promise<void> | null = null;
  #releasing: Promise<void> = Promise.resolve();
  #broken: WalBroken | null = null;
  #closed: Promise<void> | null = null;

  /** For `openWal`, which knows what is on the disk. */
  constructor(
    options: WalOptions & { readonly files: WalFiles },
    segments: ReadonlyMap<number, number>,
    nextSegment: number,
  ) {
    this.#directory = options.directory;
    this.#segmentBytes = options.segmentBytes;
    this.#files = options.files;
    this.#onNote = (line) => options.onNote(line);
    this.#onBroken = (error) => options.onBroken?.(error);
    this.#sealed = new Map(segments);
    this.#nextSegment = nextSegment;
  }

  get bytes(): number {
    let sum = this.#current?.bytes ?? 0;
    for (const bytes of this.#sealed.values()) sum += bytes;
    return sum;
  }

  append(kind: RecordKind, payload: Uint8Array): Promise<WalAddress> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    if (this.#closed !== null) return Promise.reject(new Error('Write-ahead log: append after close'));
    if (payload.length > MAX_PAYLOAD_BYTES)
      return Promise.reject(
        new RangeError(`Write-ahead log: a record of ${payload.length} bytes is too large`),
      );
    const { promise, resolve, reject } = Promise.withResolvers<WalAddress>();
    this.#queue.push({ kind, payload, resolve, reject });
    this.#committing ??= this.#commitAll();
    return promise;
  }

  async read(address: WalAddress): Promise<Uint8Array> {
    if (address.offset < HEADER_BYTES) throw new WalDamage(address, 'there is no record');
    let file: WalFile;
    try {
      file = await this.#files.open(this.#path(address.segment));
    } catch (error) {
      throw new WalDamage(address, `the segment cannot be opened (${(error as Error).message})`, error);
    }
    try {
      const head = await file.read(address.offset, HEAD_BYTES);
      if (head.length < HEAD_BYTES) throw new WalDamage(address, 'the record is cut short');
      const wanted = HEAD_BYTES + announcedBytes(head);
      // A length that is damaged must not become an allocation.
      if (wanted > (await file.bytes()) - address.offset)
        throw new WalDamage(address, 'the record is cut short');
      const bytes = await file.read(address.offset, wanted);
      const record = readRecord(bytes, address.segment, address.offset);
      if (typeof record === 'string') throw new WalDamage(address, record);
      return record.payload;
    } catch (error) {
      if (error instanceof WalDamage) throw error;
      throw new WalDamage(address, `it cannot be read (${(error as Error).message})`, error);
    } finally {
      await file.close();
    }
  }

  release(beforeSegment: number): Promise<void> {
    this.#releasing = this.#releasing.then(() => this.#removeBefore(beforeSegment));
    return this.#releasing;
  }

  close(): Promise<void> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async #finish(): Promise<void> {
    await this.#committing;
    await this.#releasing;
    await this.#current?.file.close();
  }

  #path(segment: number): string {
    return join(this.#directory, segmentName(segment));
  }

  /** Never rejects: every outcome goes to the appends. */
  async #commitAll(): Promise<void> {
    // What is appended in the same turn shares the first fsync.
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#commit(this.#takeGroup());
    this.#committing = null;
  }

  /** As much of the queue as the segment has room for, and at least one. */
  #takeGroup(): PendingAppend[] {
    const used = this.#current?.bytes ?? this.#segmentBytes;
    const roomBytes = this.#segmentBytes - (used < this.#segmentBytes ? used : HEADER_BYTES);
    let count = 0;
    let bytes = 0;
    for (const { payload } of this.#queue) {
      bytes += recordBytes(payload.length);
      if (count > 0 && bytes > roomBytes) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #commit(group: readonly PendingAppend[]): Promise<void> {
    try {
      const segment = await this.#segmentToWrite();
      const offsets = await this.#write(segment, group);
      group.forEach((append, i) => {
        append.resolve({ segment: segment.number, offset: offsets[i]! });
      });
    } catch (error) {
      if (!(error instanceof WalFull)) return this.#fail(error as Error, group);
      // A small record may still fit where the group did not: one "stored" can free whole segments.
      if (group.length > 1) for (const append of group) await this.#commit([append]);
      else group[0]!.reject(error);
    }
  }

  /** @throws WalFull after what was written is truncated away; any other error is for good */
  async #write(segment: OpenSegment, group: readonly PendingAppend[]): Promise<readonly number[]> {
    if (this.#broken !== null) throw this.#broken;
    const { buffers, offsets, bytes } = layOut(group, segment.number, segment.bytes);
    try {
      await segment.file.write(buffers, segment.bytes);
      await segment.file.sync();
    } catch (error) {
      if (!isFull(error)) throw error;
      await segment.file.truncate(segment.bytes);
      await segment.file.sync();
      throw this.#full(error);
    }
    segment.bytes += bytes;
    return offsets;
  }

  /** @throws as #write() */
  async #segmentToWrite(): Promise<OpenSegment> {
    const current = this.#current;
    if (current !== null && current.bytes < this.#segmentBytes) return current;
    if (current !== null) {
      this.#sealed.set(current.number, current.bytes);
      this.#current = null;
      await current.file.close();
    }
    this.#current = await this.#begin(this.#nextSegment);
    this.#nextSegment++;
    return this.#current;
  }

  async #begin(number: number): Promise<OpenSegment> {
    const path = this.#path(number);
    let file: WalFile;
    try {
      file = await this.#files.create(path);
    } catch (error) {
      throw isFull(error) ? this.#full(error) : error;
    }
    try {
      await file.write([encodeHeader(number)], 0);
      await file.sync();
      await this.#files.syncDirectory(this.#directory);
    } catch (error) {
      await file.close();
      if (!isFull(error)) throw error;
      await this.#files.remove(path);
      throw this.#full(error);
    }
    return { number, file, bytes: HEADER_BYTES };
  }

  #full(cause: unknown): WalFull {
    return new WalFull(`Write-ahead log ${this.#directory}: the disk is full (${(cause as Error).message})`, {
      cause,
    });
  }

  #fail(cause: Error, group: readonly PendingAppend[]): void {
    const isFirst = this.#broken === null;
    const broken =
      this.#broken ??
      new WalBroken(
        `Write-ahead log ${this.#directory}: failed for good (${cause.message}): what was written last may be lost, and nothing more is taken; restart to go on from what is on the disk`,
        { cause },
      );
    this.#broken = broken;
    for (const append of [...group, ...this.#queue.splice(0)]) append.reject(broken);
    if (!isFirst) return;
    this.#onNote(broken.message);
    this.#onBroken(broken);
  }

  /**
   * Oldest first, each deletion durable before the next: what a record says of earlier ones must not vanish before them.
   * Never rejects: what cannot be deleted is noted and tried again with the next release.
   */
  async #removeBefore(beforeSegment: number): Promise<void> {
    for (const number of [...this.#sealed.keys()].filter((number) => number < beforeSegment)) {
      try {
        await this.#files.remove(this.#path(number));
      } catch (error) {
        this.#onNote(`Write-ahead log: segment ${number} cannot be deleted: ${(error as Error).message}`);
        return;
      }
      this.#sealed.delete(number);
      try {
        await this.#files.syncDirectory(this.#directory);
      } catch (error) {
        this.#fail(error as Error, []);
        return;
      }
    }
  }
}

/** Disk full, or the quota of a user or project. */
function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}
