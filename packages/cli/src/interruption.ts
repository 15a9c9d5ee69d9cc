/** How a command learns that it has to end. */
import { ExitCode } from './exit-code.ts';

/**
 * One press of Ctrl-C may come several times: the terminal gives it to every process of the group, and npm and the launcher,
 * which are in it too, hand it on. What comes later than this is meant as a second one.
 */
const SAME_PRESS_MS = 500;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Watches for signals, and for the end of a program that started this one over a channel.
 *
 * @param endAtOnce what a second press does; it has to end the process
 * @returns aborted when the command is to end in order
 */
export function onInterrupt(endAtOnce: () => void = () => process.exit(ExitCode.INTERRUPTED)): AbortSignal {
  const interruption = new AbortController();
  let firstMs = 0;
  const interrupt = () => {
    const nowMs = performance.now();
    if (!interruption.signal.aborted) {
      firstMs = nowMs;
      interruption.abort();
    } else if (nowMs - firstMs > SAME_PRESS_MS) endAtOnce();
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  process.on('disconnect', () => interruption.abort());
  return interruption.signal;
}

/** Resolves when the signal is aborted, be it already. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
