/** Batches of the write-ahead log after a restart. */
import type { BatchColumns } from '../model/columns.ts';
import { type BatchFault, decodeBatch } from './decode/batch.ts';

/**
 * The payload of a `batch` record, with the checks that it passed before it was written. A fault says that the log was
 * written by another version, or is damaged in a way that its checksum does not show.
 */
export function decodeRecord(payload: Uint8Array): BatchColumns | BatchFault {
  const decoded = decodeBatch(payload);
  return 'fault' in decoded ? decoded : decoded.columns;
}
