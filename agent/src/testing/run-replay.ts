/** Replays a capture into memory, for tests of the whole path. */
import { settingsSchema } from '@sonde/settings';
import { type ReplayOptions, replay } from '../replay.ts';
import { memoryTerminal } from './memory-terminal.ts';

export interface ReplayRun {
  /** Exit code. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** As `sonde-agent replay FILE --format jsonl --ledger`, but for what `change` says. */
export async function runReplay(
  file: string,
  change: Partial<ReplayOptions> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<ReplayRun> {
  const { terminal, stdout, stderr } = memoryTerminal();
  const options: ReplayOptions = {
    file,
    format: 'jsonl',
    config: settingsSchema.parse({}),
    segmentBytes: undefined,
    printsLedger: true,
    ...change,
  };
  const code = await replay(options, { terminal, signal });
  return { code, stdout: stdout(), stderr: stderr() };
}

/** Spans without their times, in an order of their own: where reads are merged or split, times differ. */
export const timeless = (stdout: string): string[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { start_unix_nano: _start, duration_nano: _duration, ...rest } = JSON.parse(line);
      return JSON.stringify(rest);
    })
    .sort();
