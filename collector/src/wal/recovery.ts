/**
 * Reads what an earlier process left and makes it fit to go on from.
 *
 * What can be there, and what is done:
 * - A tail of the last segment that is no whole record. The process was killed, or the power was cut, before the fsync of
 *   a group: any of its sectors may have reached the disk, in any order, with zeros or old contents between. It was never
 *   acknowledged, so it is cut off.
 * - A last segment without any record: it was about to be used. It is deleted.
 * - Damage that a crash cannot leave, because a later group or a later segment is a witness that the place was durable once.
 *   The records before it are good, the rest of that segment is skipped and reported. The file stays as it is, as evidence.
 *   The one thing that cannot be told from a crash is damage in the very last group.
 *
 * What is read is not therefore on the disk: a killed process leaves its last writes in the page cache, and after a failed
 * fsync the kernel may take pages as written that are not. So the last group, for which no later one is a witness, is
 * written once more and fsynced before anything is said of it.
 */
import { join } from 'node:path';
import {
  HEADER_BYTES,
  readFormat,
  readRecord,
  recordBytes,
  SEGMENT_FORMAT,
  segmentName,
  segmentNumber,
  witnessesBehind,
} from './segment-format.ts';
import { type WalRecord, WalUnusable } from './wal.ts';
import type { WalFile, WalFiles } from './wal-files.ts';

export interface RecoverOptions {
  readonly directory: string;
  readonly files: WalFiles;
  /** Gets every readable record in order; each is durable. The payload is the receiver's own. */
  onRecord(record: WalRecord): void | Promise<void>;
  onNote(line: string): void;
}

export interface Recovered {
  /** Segments that hold records or damage: number and bytes. */
  readonly segments: ReadonlyMap<number, number>;
  /** Number of the segment to begin. */
  readonly nextSegment: number;
}

/** @throws WalUnusable, and whatever `onRecord` throws */
export async function recover(options: RecoverOptions): Promise<Recovered> {
  const { directory, files, onNote } = options;
  const numbers = await onDisk(directory, 'cannot be read', async () => {
    // A deletion that a killed process did not finish is finished before anything is built on it.
    await files.syncDirectory(directory);
    const found = (await files.list(directory)).map(segmentNumber).filter((number) => number !== null);
    return found.sort((a, b) => a - b);
  });
  noteGaps(numbers, onNote);

  const segments = new Map<number, number>();
  for (const [index, number] of numbers.entries()) {
    const isLast = index === numbers.length - 1;
    const content = await onDisk(directory, `segment ${number} cannot be read`, () =>
      readSegment(join(directory, segmentName(number)), number, files, isLast),
    );
    if ('format' in content)
      throw new WalUnusable(
        directory,
        `segment ${number} was written by a newer version of Sonde (format ${content.format}; this one knows up to ${SEGMENT_FORMAT})`,
      );
    if (content.damage !== null) onNote(damageLine(number, content, content.damage));
    if (content.cutBytes > 0) onNote(cutLine(number, content.cutBytes));
    if (content.isDeleted) continue;
    segments.set(number, content.bytes);
    for (const { kind, offset, payload } of content.records)
      await options.onRecord({ kind, address: { segment: number, offset }, payload: payload.slice() });
  }
  const last = [...segments.keys()].at(-1);
  return { segments, nextSegment: last === undefined ? (numbers.at(-1) ?? 1) : last + 1 };
}

interface SegmentContent {
  readonly records: readonly PlacedRecord[];
  /** Length of the file now. */
  readonly bytes: number;
  readonly isDeleted: boolean;
  readonly cutBytes: number;
  readonly damage: Damage | null;
}

interface PlacedRecord {
  readonly kind: WalRecord['kind'];
  readonly offset: number;
  readonly payload: Uint8Array;
  readonly groupStart: number;
}

interface Damage {
  readonly offset: number;
  readonly reason: string;
  /** Records that are still whole behind the damage. */
  readonly records: number;
}

async function readSegment(
  path: string,
  number: number,
  files: WalFiles,
  isLast: boolean,
): Promise<SegmentContent | { readonly format: number }> {
  const file = await files.open(path);
  let content: SegmentContent;
  try {
    const bytes = await file.read(0, await file.bytes());
    const format = readFormat(bytes, number);
    if (format !== null && format > SEGMENT_FORMAT) return { format };
    const read = readRecords(bytes, number, format !== null);
    content = isLast ? await settleLast(file, bytes, number, read) : settleEarlier(bytes, number, read);
  } finally {
    await file.close();
  }
  if (content.isDeleted) await files.remove(path);
  return content;
}

interface ReadRecords {
  readonly records: readonly PlacedRecord[];
  /** Bytes that were read as header and records. */
  readonly goodBytes: number;
  /** Why reading ended before the end of the bytes; null where it did not. */
  readonly reason: string | null;
}

function readRecords(bytes: Uint8Array, number: number, hasHeader: boolean): ReadRecords {
  if (!hasHeader) return { records: [], goodBytes: 0, reason: 'there is no header' };
  const records: PlacedRecord[] = [];
  let offset = HEADER_BYTES;
  while (offset < bytes.length) {
    const record = readRecord(bytes.subarray(offset), number, offset);
    if (typeof record === 'string') return { records, goodBytes: offset, reason: record };
    records.push({ ...record, offset });
    // A crash may have left a last record without its padding.
    offset = Math.min(offset + recordBytes(record.payload.length), bytes.length);
  }
  return { records, goodBytes: offset, reason: null };
}

/** Every byte was fsynced before the next segment was begun: what cannot be read is damage. */
function settleEarlier(bytes: Uint8Array, number: number, read: ReadRecords): SegmentContent {
  const { records, goodBytes, reason } = read;
  const intact = { records, bytes: bytes.length, isDeleted: false, cutBytes: 0, damage: null };
  if (reason === null) return intact;
  const behind = witnessesBehind(bytes, number, goodBytes);
  return { ...intact, damage: { offset: goodBytes, reason, records: behind.records } };
}

async function settleLast(
  file: WalFile,
  bytes: Uint8Array,
  number: number,
  read: ReadRecords,
): Promise<SegmentContent> {
  const { records, goodBytes, reason } = read;
  // The header is durable before anything is written behind it.
  const lostHeader = goodBytes === 0 && bytes.length > HEADER_BYTES;
  const lostRecord = reason !== null && witnessesBehind(bytes, number, goodBytes).durableBytes > goodBytes;
  if (lostHeader || lostRecord) {
    await file.sync();
    return settleEarlier(bytes, number, read);
  }
  const cutBytes = bytes.length - goodBytes;
  const last = records.at(-1);
  if (last === undefined) return { records, bytes: 0, isDeleted: true, cutBytes, damage: null };
  // Also where the length seems right: a shortening whose fsync failed is forgotten in the same way.
  await file.truncate(goodBytes);
  await file.write([bytes.subarray(last.groupStart, goodBytes)], last.groupStart);
  await file.sync();
  return { records, bytes: goodBytes, isDeleted: false, cutBytes, damage: null };
}

async function onDisk<T>(directory: string, what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new WalUnusable(directory, `${what}: ${(error as Error).message}`, error);
  }
}

function noteGaps(numbers: readonly number[], onNote: (line: string) => void): void {
  numbers.forEach((number, i) => {
    const expected = (numbers[i - 1] ?? number - 1) + 1;
    if (expected === number) return;
    const missing =
      expected === number - 1 ? `segment ${expected} is` : `segments ${expected} to ${number - 1} are`;
    onNote(`Write-ahead log: DAMAGE: ${missing} missing; what they held is lost unless it is stored already`);
  });
}

function cutLine(number: number, cutBytes: number): string {
  return `Write-ahead log: the last ${cutBytes} bytes of segment ${number} are not whole, as a crash before their acknowledgement leaves them; they are cut off`;
}

function damageLine(number: number, content: SegmentContent, damage: Damage): string {
  const skipped = content.bytes - damage.offset;
  return (
    `Write-ahead log: DAMAGE in segment ${number} at offset ${damage.offset}: ${damage.reason}; ` +
    `${content.records.length} records before it are read, ${skipped} bytes from there on are skipped, ` +
    `at least ${damage.records} more records among them; what they held is lost unless it is stored already`
  );
}
