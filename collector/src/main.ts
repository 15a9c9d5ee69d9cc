/**
 * Command line of `sonde-collector`. Results go to standard output, everything else to standard error. Exit codes are those
 * of docs/adr/0010.
 */
import { text } from 'node:stream/consumers';
import {
  aborted,
  ExitCode,
  endSoon,
  onInterrupt,
  Terminal,
  tolerateGoneReaders,
  UserError,
} from '@sonde/cli';
import {
  addSettingFlags,
  loadSettings,
  type Section,
  type Settings,
  SettingsError,
  settingValues,
} from '@sonde/settings';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { MAX_ROWS } from './api/query-limits.ts';
import { startCollector } from './app.ts';
import { askStore } from './ask.ts';
import { VERSION } from './version.ts';

interface CommonFlags {
  readonly config?: string;
}

interface SqlFlags extends CommonFlags {
  readonly format: string;
  readonly maxRows: number;
}

const terminal = new Terminal('sonde-collector', process.stdout, process.stderr, process.env);
tolerateGoneReaders();
// A second press ends it at once: what is acknowledged is on disk.
const interruption = onInterrupt();

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
endSoon();

function program(): Command {
  const root = new Command('sonde-collector')
    .description('Takes what agents send, joins it and stores it in ClickHouse.')
    .version(VERSION)
    .showHelpAfterError('(sonde-collector --help shows what there is)')
    .exitOverride();

  withSettings(root.command('run'), ['listen', 'ingest', 'wal', 'assembly', 'store'])
    .description('Takes batches of agents over gRPC and stores them, until it is interrupted.')
    .action(async (flags: CommonFlags) => {
      const settings = settingsOf(flags);
      const collector = await Promise.race([
        startCollector({ settings, note: (line) => terminal.note(line) }),
        aborted(interruption).then(() => null),
      ]);
      // Nothing was taken yet, and the log and the engine bear an end at any moment.
      if (collector === null) process.exit(ExitCode.INTERRUPTED);
      terminal.note(
        `Agents send to ${collector.ingestAddress}, the API is at ${collector.apiUrl}, data lies in ${settings.store.dataDir}`,
      );
      // A program that started this one learns which ports it got.
      process.send?.({ ingest: collector.ingestAddress, api: collector.apiUrl });
      process.exitCode = await collector.runUntil(interruption);
    });

  withSettings(root.command('sql'), ['store'])
    .description(
      'Asks the store, read-only: through a running collector where there is one, else the data directory itself.',
    )
    .argument('[query]', 'a SELECT; without it, it is read from standard input')
    .option('--format <format>', 'ClickHouse output format', 'PrettyCompact')
    .option('--max-rows <rows>', `rows after which the answer ends, up to ${MAX_ROWS}`, parseRows, 10_000)
    .action(async (query: string | undefined, flags: SqlFlags) => {
      const ask = async () =>
        askStore(settingsOf(flags), {
          query: query ?? (await text(process.stdin)),
          format: flags.format,
          maxRows: flags.maxRows,
        });
      const { bytes, isCut } = await unlessInterrupted(ask());
      process.stdout.write(bytes);
      if (isCut)
        terminal.note(`The answer ends after ${flags.maxRows} rows; there are more (see --max-rows, LIMIT)`);
    });

  withSettings(root.command('summary'), ['store'])
    .description('What is in the store, at a glance, as JSON.')
    .action(async (flags: CommonFlags) => {
      const { bytes } = await unlessInterrupted(askStore(settingsOf(flags), 'summary'));
      process.stdout.write(bytes);
      process.stdout.write('\n');
    });

  for (const command of root.commands) command.exitOverride();
  return root;
}

function withSettings(command: Command, sections: readonly Section[]): Command {
  command
    .option('--config <file>', 'configuration file (YAML)')
    .optionsGroup('Settings (see docs/reference/settings.md):');
  addSettingFlags(command, sections);
  return command.optionsGroup('Options:');
}

function settingsOf(flags: CommonFlags): Settings {
  return loadSettings({
    ...(flags.config === undefined ? {} : { file: flags.config }),
    environment: process.env,
    flags: settingValues({ ...flags }),
    warn: (line) => terminal.note(line),
  });
}

/** A question changes nothing, so it can end anywhere. */
async function unlessInterrupted<T>(question: Promise<T>): Promise<T> {
  const answer = await Promise.race([question, aborted(interruption).then(() => null)]);
  return answer ?? process.exit(ExitCode.INTERRUPTED);
}

function parseRows(text: string): number {
  const rows = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
  if (rows >= 1 && rows <= MAX_ROWS) return rows;
  throw new InvalidArgumentError(`must be a whole number from 1 to ${MAX_ROWS}.`);
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
