/**
 * The contract of the write-ahead log: an append-only sequence of records in segment files. It holds bytes; what they mean
 * is their owners' business.
 */

export interface Wal {
  /**
   * Appends a record. Resolved: it and everything appended before it is written and fsynced (appends that come close
   * together share one fsync).
   *
   * The payload must stay as it is until then.
   * @throws WalFull if the disk is; nothing of the record is in the log then
   * @throws WalBroken if the log has failed for good; whether the record is in it, the next start finds out
   */
  append(kind: RecordKind, payload: Uint8Array): Promise<WalAddress>;
  /** The payload of a record, checked again. @throws WalDamage */
  read(address: WalAddress): Promise<Uint8Array>;
  /**
   * Deletes every segment before the one that is given, but never the one that is written. The owner promises that
   * nothing in them is needed any more.
   */
  release(beforeSegment: number): Promise<void>;
  /** Bytes of all segments. */
  readonly bytes: number;
  /** Ends after what was begun is durable. */
  close(): Promise<void>;
}

export interface WalRecord {
  readonly kind: RecordKind;
  readonly address: WalAddress;
  readonly payload: Uint8Array;
}

/**
 * - batch: the payload of one batch (an encoded sonde.v1.Batch), not acknowledged before it lies here.
 * - composition: of what a block is made, written before the block is inserted.
 * - stored: the id of a block that the store has taken wholly. May be lost: then the block is inserted again.
 */
export type RecordKind = 'batch' | 'composition' | 'stored';

export interface WalAddress {
  readonly segment: number;
  /** Bytes from the start of the segment. */
  readonly offset: number;
}

/** The disk below the log is full, or a quota is used up. The log works again when there is room. */
export class WalFull extends Error {
  override readonly name = 'WalFull';
}

/**
 * The disk took writes and could not say that it kept them. Nothing more is taken: only a restart, which reads what is
 * really there, can go on.
 */
export class WalBroken extends Error {
  override readonly name = 'WalBroken';
}

/** The log cannot be opened: its folder cannot be read or written, or a newer version of Sonde wrote it. */
export class WalUnusable extends Error {
  override readonly name = 'WalUnusable';

  constructor(directory: string, reason: string, cause?: unknown) {
    super(`Write-ahead log ${directory}: ${reason}`, { cause });
  }
}

/** A record that was durable cannot be read back. */
export class WalDamage extends Error {
  override readonly name = 'WalDamage';
  readonly address: WalAddress;

  constructor(address: WalAddress, reason: string, cause?: unknown) {
    super(`Write-ahead log: segment ${address.segment}, offset ${address.offset}: ${reason}`, { cause });
    this.address = address;
  }
}
