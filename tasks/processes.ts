/** Collector and agents as child processes of a task, each in a group of its own: Ctrl-C reaches the task alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Longer than either command takes to end in order, whatever it waits for. */
const STOP_LIMIT_MS = 60_000;

export type Command = 'agent' | 'collector';

/** What a collector says over its channel once it listens. */
export interface Listening {
  readonly ingest: string;
  readonly api: string;
}

const running = new Set<ChildProcess>();
// However this process ends, nothing of it stays. Of a kill, which it does not notice, children learn by their channel.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts `sonde-agent` or `sonde-collector`; it ends when this process does. Standard output is ours.
 * @param stderr "pipe": it is ours too
 */
export function start(
  command: Command,
  args: readonly string[],
  stderr: 'inherit' | 'pipe' = 'inherit',
): ChildProcess {
  const child = spawn(process.execPath, [`${command}/src/main.ts`, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', stderr, 'ipc'],
    detached: true,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Starts a collector and waits until it listens. @returns null if it ended before; it has said why */
export async function startCollector(
  args: readonly string[],
): Promise<{ readonly process: ChildProcess; readonly listening: Listening } | null> {
  const collector = start('collector', ['run', ...args]);
  const listening = await untilListening(collector);
  return listening === null ? null : { process: collector, listening };
}

/** @returns null if the collector ended before; it has said why */
export const untilListening = (collector: ChildProcess): Promise<Listening | null> =>
  Promise.race([
    once(collector, 'message').then(([message]) => message as Listening),
    once(collector, 'exit').then(() => null),
  ]);

/** The exit code of a child; 128 and the number of the signal that ended it. */
export async function exitCode(child: ChildProcess): Promise<number> {
  if (!hasEnded(child)) await once(child, 'exit');
  return child.exitCode ?? 128 + constants.signals[child.signalCode!];
}

export const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean =>
  exitCode !== null || signalCode !== null;

/** Asks it to end in order, and ends it if it does not. */
export async function stop(child: ChildProcess): Promise<number> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  const code = await exitCode(child);
  clearTimeout(timer);
  return code;
}

/** Runs a command to its end. @returns its standard output. @throws if it fails; it has said why on standard error */
export async function outputOf(command: Command, args: readonly string[]): Promise<string> {
  const child = start(command, args);
  const chunks: Buffer[] = [];
  child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
  // Only then has all of its output been read.
  await once(child, 'close');
  const code = await exitCode(child);
  if (code !== 0) throw new Error(`sonde-${command} ${args[0]} ended with exit code ${code}`);
  return Buffer.concat(chunks).toString('utf8');
}
