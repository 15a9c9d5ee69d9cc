/** Standard output and error whose reader is gone. */
import { ExitCode } from './exit-code.ts';

/**
 * A reader of results that has seen enough (`| head`) ends the command, and is no error. A command goes on when nobody reads
 * what it says for people: a terminal that was closed must not keep it from ending in order.
 */
export function tolerateGoneReaders(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isGone(error)) process.exit(ExitCode.OK);
    throw error;
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (!isGone(error)) throw error;
  });
}

/** EPIPE of a pipe, EIO of a terminal. */
const isGone = ({ code }: NodeJS.ErrnoException): boolean => code === 'EPIPE' || code === 'EIO';
