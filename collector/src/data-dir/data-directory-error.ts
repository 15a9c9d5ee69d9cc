/** A data directory cannot be used as it is; the message is one line for the person who chose it. */
export class DataDirectoryError extends Error {
  override readonly name: string = 'DataDirectoryError';
  /** As it was given. */
  readonly path: string;

  constructor(path: string, reason: string, cause?: unknown) {
    super(`Data directory ${path} ${reason}`, { cause });
    this.path = path;
  }
}

/** Another process has it, and may let go of it. */
export class DataDirectoryHeld extends DataDirectoryError {
  override readonly name = 'DataDirectoryHeld';
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the quota is used up',
  ENOTDIR: 'a part of its path is a file',
};

/** Why a call of the file system failed, in words; what is rare in the system's own. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}
