/**
 * Command line of `sonde-collector`. Results go to standard output, everything else to standard error. Exit codes are those
 * of docs/adr/0010.
 */
import { readFileSync } from 'node:fs';
import { ExitCode, Terminal, UserError } from '@sonde/cli';
import { loadSettings, type Settings, SettingsError } from '@sonde/settings';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { startCollector } from './app.ts';
import { askStore } from './ask.ts';
import { VERSION } from './version.ts';

interface CommonFlags {
  readonly config?: string;
  readonly dataDir?: string;
}

interface RunFlags extends CommonFlags {
  readonly blockDir?: string;
  readonly listenIngest?: string;
  readonly listenApi?: string;
}

interface SqlFlags extends CommonFlags {
  readonly format: string;
  readonly maxRows: number;
}

const terminal = new Terminal('sonde-collector', process.stdout, process.stderr, process.env);
const interruption = new AbortController();

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// Started by another program over a channel, it ends in order when that program is gone.
process.on('disconnect', () => interruption.abort());
// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(ExitCode.OK);
  throw error;
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
// The channel to a program that started this one would keep it alive.
if (process.connected === true) process.disconnect();

function program(): Command {
  const root = new Command('sonde-collector')
    .description('Takes what agents send, joins it and stores it in ClickHouse.')
    .version(VERSION)
    .showHelpAfterError('(sonde-collector --help shows what there is)')
    .exitOverride();

  withCommonOptions(root.command('run'))
    .description('Takes batches of agents over gRPC and stores them, until it is interrupted.')
    .option('--listen-ingest <host:port>', 'where agents send to (listen.ingest)')
    .option('--listen-api <host:port>', 'where it answers over HTTP (listen.api)')
    .option(
      '--block-dir <dir>',
      'folder for blocks on their way into the store, best in memory (store.blockDir)',
    )
    .action(async (flags: RunFlags) => {
      const settings = settingsOf(flags, {
        'listen.ingest': flags.listenIngest,
        'listen.api': flags.listenApi,
        'store.blockDir': flags.blockDir,
      });
      const collector = await startCollector({ settings, note: (line) => terminal.note(line) });
      terminal.note(
        `Agents send to ${collector.ingestAddress}, the API is at ${collector.apiUrl}, data lies in ${settings.store.dataDir}`,
      );
      // A program that started this one learns which ports it got.
      process.send?.({ ingest: collector.ingestAddress, api: collector.apiUrl });
      process.exitCode = await collector.runUntil(interruption.signal);
    });

  withCommonOptions(root.command('sql'))
    .description(
      'Asks the store, read-only: through a running collector where there is one, else the data directory itself.',
    )
    .argument('[query]', 'a SELECT; without it, it is read from standard input')
    .option('--format <format>', 'ClickHouse output format', 'PrettyCompact')
    .option('--max-rows <rows>', 'rows after which the answer ends', parseCount, 10_000)
    .action(async (query: string | undefined, flags: SqlFlags) => {
      const answer = await askStore(settingsOf(flags, {}), {
        query: query ?? readFileSync(0, 'utf8'),
        format: flags.format,
        maxRows: flags.maxRows,
      });
      process.stdout.write(answer);
    });

  withCommonOptions(root.command('summary'))
    .description('What is in the store, at a glance, as JSON.')
    .action(async (flags: CommonFlags) => {
      process.stdout.write(await askStore(settingsOf(flags, {}), 'summary'));
      process.stdout.write('\n');
    });

  for (const command of root.commands) command.exitOverride();
  return root;
}

function withCommonOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (YAML)')
    .option('--data-dir <dir>', 'folder of the store (store.dataDir)');
}

function settingsOf(flags: CommonFlags, more: Readonly<Record<string, string | undefined>>): Settings {
  return loadSettings({
    ...(flags.config === undefined ? {} : { file: flags.config }),
    environment: process.env,
    flags: { 'store.dataDir': flags.dataDir, ...more },
    warn: (line) => terminal.note(line),
  });
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a whole number from 1.');
}

/** One clear line on standard error. @returns the exit code */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
  if (error instanceof SettingsError) {
    terminal.fail(error.message);
    return ExitCode.USAGE;
  }
  if (error instanceof UserError) {
    terminal.fail(error.message);
    return error.exitCode;
  }
  terminal.fail(`defect of Sonde, please report it: ${(error as Error).stack ?? error}`);
  return ExitCode.FAILED;
}

/** The first signal ends the run in order; the second ends it at once: what is acknowledged is on disk. */
function interrupt(): void {
  if (interruption.signal.aborted) process.exit(ExitCode.INTERRUPTED);
  interruption.abort();
}
