/** The real command line of the collector in a child process, for tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', 'main.ts');
/** A guard against hangs only. */
const LIMIT_MS = 100_000;

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** All lines so far that it said for people. */
  said(): string;
}

export interface Place {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs before the command, in the same shell and mount namespace: `mount -t tmpfs none DIR`. */
  readonly inNamespaceAfter?: string;
}

export function startCommand(args: readonly string[], place: Place = {}): Running {
  const { input, environment, inNamespaceAfter } = place;
  const command = [process.execPath, MAIN, ...args];
  const [program, ...rest] =
    inNamespaceAfter === undefined
      ? command
      : ['unshare', '-rm', 'sh', '-c', `${inNamespaceAfter} && exec "$@"`, 'sh', ...command];
  const child = spawn(program!, rest, {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env.PATH, ...environment },
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin!.end(input);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  return {
    process: child,
    ended: once(child, 'close').then(([status]) => ({ status, ...texts })),
    said: () => texts.stderr,
  };
}

/** Runs a command to its end. */
export const runCommand = (args: readonly string[], place?: Place): Promise<Ended> =>
  startCommand(args, place).ended;

export interface RunningCollector extends Running {
  readonly api: string;
  readonly ingest: string;
}

/** A collector on free ports that listens. */
export async function startCollector(
  dataDir: string,
  args: readonly string[] = [],
  place?: Place,
): Promise<RunningCollector> {
  const running = startCommand(
    ['run', '--data-dir', dataDir, '--listen-ingest', '127.0.0.1:0', '--listen-api', '127.0.0.1:0', ...args],
    place,
  );
  const listening = await Promise.race([
    once(running.process, 'message').then(([message]) => message as { ingest: string; api: string }),
    running.ended.then(({ status, stderr }) => {
      throw new Error(`The collector ended with ${status}: ${stderr}`);
    }),
  ]);
  return { ...running, ...listening };
}

/** Waits until it has said something. */
export async function untilSaid(running: Running, what: RegExp): Promise<void> {
  while (!what.test(running.said())) {
    const isOver = await Promise.race([
      running.ended.then(() => true),
      once(running.process.stderr!, 'data').then(() => false),
    ]);
    if (isOver && !what.test(running.said())) throw new Error(`It never said ${what}: ${running.said()}`);
  }
}
