/** Faults of the outside world that end a command, as one line for the person who gave it. */
import { ExitCode, UserError } from '@sonde/cli';
import { ApiListenError } from './api/api-server.ts';
import { CompositionUnreadable } from './assemble/composition.ts';
import { DataDirectoryError, DataDirectoryHeld, reasonOf } from './data-dir/data-directory-error.ts';
import { ListenError } from './ingest/server.ts';
import { EngineMissing } from './store/chdb/engine-faults.ts';
import { QueryRefused, StoreRefusal, StoreUnavailable } from './store/store.ts';
import { WalBroken, WalUnusable } from './wal/wal.ts';

const FOR_USERS = [
  DataDirectoryError,
  ListenError,
  ApiListenError,
  EngineMissing,
  StoreUnavailable,
  StoreRefusal,
  QueryRefused,
  WalBroken,
  WalUnusable,
  CompositionUnreadable,
] as const;

/** @returns what to tell a user of it; the fault itself if it is a defect. @param dataDir as it was given */
export function asUserError(fault: unknown, dataDir: string): unknown {
  if (FOR_USERS.some((kind) => fault instanceof kind)) {
    const { message } = fault as Error;
    return new UserError(message.replaceAll(/\s*\n\s*/g, '; '), exitCodeOf(fault), fault);
  }
  // A call of the file system that no room expects to fail: the folder became full or was changed meanwhile.
  if (typeof (fault as NodeJS.ErrnoException).syscall === 'string')
    return new UserError(
      `Data directory ${dataDir} cannot be used: ${reasonOf(fault)}`,
      ExitCode.FAILED,
      fault,
    );
  return fault;
}

/** Wherever a later try may do without any change: 1. A folder that is none, not permitted or not of a known format: 3. */
function exitCodeOf(fault: unknown): 1 | 3 {
  if (!(fault instanceof DataDirectoryError) || fault instanceof DataDirectoryHeld) return ExitCode.FAILED;
  const { code } = (fault.cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' ? ExitCode.FAILED : ExitCode.UNREADABLE;
}
