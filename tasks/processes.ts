/** Collector and agents as child processes of a task, each in a group of its own: Ctrl-C reaches the task alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export type Command = 'agent' | 'collector';

/** What a collector says over its channel once it listens. */
export interface Listening {
  readonly ingest: string;
  readonly api: string;
}

/** Starts `sonde-agent` or `sonde-collector`; it ends in order when this process is gone. Standard output is ours. */
export const start = (command: Command, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [`${command}/src/main.ts`, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: true,
  });

/** Starts a collector and waits until it listens. @returns null if it ended before; it has said why */
export async function startCollector(
  args: readonly string[],
): Promise<{ readonly process: ChildProcess; readonly listening: Listening } | null> {
  const collector = start('collector', ['run', ...args]);
  const listening = await Promise.race([
    once(collector, 'message').then(([message]) => message as Listening),
    once(collector, 'exit').then(() => null),
  ]);
  return listening === null ? null : { process: collector, listening };
}

/** The exit code of a child; 128 and more if a signal ended it. */
export async function exitCode(child: ChildProcess): Promise<number> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? 128;
}

/** Asks it to end in order. */
export async function stop(child: ChildProcess): Promise<number> {
  child.kill('SIGTERM');
  return exitCode(child);
}

/** Runs a command to its end. @returns its standard output. @throws if it fails; it has said why on standard error */
export async function outputOf(command: Command, args: readonly string[]): Promise<string> {
  const child = start(command, args);
  const chunks: Buffer[] = [];
  child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await exitCode(child);
  if (code !== 0) throw new Error(`sonde-${command} ${args[0]} ended with exit code ${code}`);
  return Buffer.concat(chunks).toString('utf8');
}
