/** Files that a user names, read with one clear line where they cannot be. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '@sonde/cli';

const AGENT_OBJECT = fileURLToPath(new URL('../bpf/socket.bpf.o', import.meta.url));

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'permission denied',
};

/** @param what names the input for people. @throws UserError with exit code 3 */
export function readInput<T>(file: string, what: string, read: (file: string) => T): T {
  try {
    return read(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UserError(
      `Cannot read ${what} ${file}: ${REASONS[code ?? ''] ?? code ?? (cause as Error).message}`,
      3,
      cause,
    );
  }
}

/** The eBPF object: the agent's own, or one that the user names. */
export const readAgentObject = (file = AGENT_OBJECT): Uint8Array =>
  readInput(file, 'eBPF object', (path) => new Uint8Array(readFileSync(path)));
