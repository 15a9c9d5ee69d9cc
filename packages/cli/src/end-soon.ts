/** The end of a command that has done its work. */

const LIMIT_MS = 1_000;

/**
 * Ends the process soon after its command is done, with the exit code that was set. What would hold it longer, a connection
 * or a statement that does not end, is of no more use to anybody. Does not hold it itself.
 */
export function endSoon(): void {
  // The channel to a program that started this one would keep it alive.
  if (process.connected === true) process.disconnect();
  setTimeout(() => process.exit(), LIMIT_MS).unref();
}
