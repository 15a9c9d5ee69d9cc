/**
 * The command line of the agent. Exit codes (docs/adr/0010): 0 done; 1 done, but something was wrong with the input,
 * and what was good before the fault is printed and counted; 2 wrong usage or configuration; 3 the input cannot be read
 * at all; 130 interrupted.
 */

import { ExitCode, endSoon, onInterrupt, Terminal, tolerateGoneReaders, UserError } from '@sonde/cli';
import {
  addSettingFlags,
  loadSettings,
  type Section,
  type Settings,
  SettingsError,
  settingValues,
} from '@sonde/settings';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { AttachError, LoadError } from './hooks/hook.ts';
import { replay } from './replay.ts';
import type { OutputFormat } from './report.ts';
import { run } from './run.ts';
import { simulate } from './sim.ts';
import { VERSION } from './version.ts';
import { ObjectError } from './vm/object/error.ts';

interface CommonFlags {
  readonly config?: string;
  readonly format: OutputFormat;
  readonly object?: string;
  readonly ledger?: boolean;
}

interface ReplayFlags extends CommonFlags {
  readonly segment?: number | 'captured';
}

interface SimFlags extends CommonFlags {
  readonly scenario: string;
  readonly duration?: number;
  readonly pace?: number;
}

interface RunFlags extends Omit<CommonFlags, 'format' | 'ledger'> {
  readonly scenario?: string;
  readonly capture?: string;
  readonly once?: boolean;
  readonly pace: number;
  readonly ackLog?: string;
}

/** Sections of the settings that say how and what is observed. */
const OBSERVATION: readonly Section[] = ['capture', 'reorderWindowMs', 'streams', 'simulation'];

const terminal = new Terminal('sonde-agent', process.stdout, process.stderr, process.env);
tolerateGoneReaders();
// The first press ends the run in order, with what is known so far; a second one ends it at once.
const signal = onInterrupt();

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
endSoon();

function program(): Command {
  const root = new Command('sonde-agent')
    .description(
      'Shows what every service does without a change to its code: eBPF programs on system calls, run here\nin a simulated kernel.',
    )
    .version(VERSION)
    .showHelpAfterError('(sonde-agent --help shows what there is)')
    .exitOverride();

  withCommonOptions(root.command('replay'), 'jsonl')
    .description(
      'Plays a capture (pcap, pcapng) as system calls through the eBPF programs and prints its spans.',
    )
    .argument('<file>', 'capture file, or - for standard input')
    .option(
      '--segment <bytes>',
      'bytes of one read: a number, or "captured" for one read a captured segment',
      parseSegment,
    )
    .action(async (file: string, flags: ReplayFlags) => {
      process.exitCode = await replay(
        {
          file,
          format: flags.format,
          segmentBytes: flags.segment === 'captured' ? undefined : flags.segment,
          ...common(flags),
        },
        { terminal, signal },
      );
    });

  withCommonOptions(root.command('sim'), 'summary')
    .description('Runs a scenario: declared services that make system calls in the simulated kernel.')
    .requiredOption('--scenario <file>', 'scenario file (agent/scenarios/README.md explains the format)')
    .option('--duration <seconds>', "simulated time to run, instead of the scenario's own", parsePositive)
    .option(
      '--pace <factor>',
      'simulated seconds in one second, e.g. 1; default: as fast as it goes',
      parsePositive,
    )
    .action(async (flags: SimFlags) => {
      process.exitCode = await simulate(
        {
          file: flags.scenario,
          format: flags.format,
          durationSeconds: flags.duration,
          pace: flags.pace,
          ...common(flags),
        },
        { terminal, signal },
      );
    });

  withSettings(root.command('run'), [...OBSERVATION, 'transport'])
    .description('Observes and sends what it finds to the collector, until it is interrupted.')
    .option('--scenario <file>', 'observe the services of a scenario, in the simulated kernel')
    .option('--capture <file>', 'observe a capture, played in the simulated kernel; ends with it')
    .option(
      '--once',
      "play the scenario's own stretch of time as fast as it goes, and end when all is acknowledged",
    )
    .option('--pace <factor>', 'simulated seconds in one second', parsePositive, 1)
    .option('--ack-log <file>', 'append a line of JSON for each batch that was acknowledged')
    .action(async (flags: RunFlags) => {
      const { scenario, capture } = flags;
      if ((scenario === undefined) === (capture === undefined))
        throw new UserError('Name what to observe: either --scenario FILE or --capture FILE', ExitCode.USAGE);
      process.exitCode = await run(
        {
          settings: settingsOf(flags),
          workload: scenario === undefined ? { capture: capture! } : { scenario },
          once: flags.once === true,
          pace: flags.pace,
          ...(flags.object === undefined ? {} : { objectFile: flags.object }),
          ...(flags.ackLog === undefined ? {} : { ackLog: flags.ackLog }),
        },
        { terminal, signal },
      );
    });

  for (const command of root.commands) command.exitOverride();
  return root;
}

function withCommonOptions(command: Command, format: OutputFormat): Command {
  return withSettings(command, OBSERVATION)
    .addOption(
      new Option('--format <format>', 'what to print')
        .choices(format === 'summary' ? ['summary', 'jsonl', 'table'] : ['jsonl', 'table', 'summary'])
        .default(format),
    )
    .option('--ledger', 'print the loss ledger on standard error at the end');
}

/** What every command that runs the programs takes. */
function withSettings(command: Command, sections: readonly Section[]): Command {
  command
    .option('--config <file>', 'configuration file (YAML)')
    .option('--object <file>', "eBPF object to run instead of the agent's own")
    .optionsGroup('Settings (see docs/reference/settings.md):');
  addSettingFlags(command, sections);
  return command.optionsGroup('Options:');
}

function common(flags: CommonFlags): {
  readonly config: Settings;
  readonly objectFile?: string;
  readonly printsLedger: boolean;
} {
  return {
    config: settingsOf(flags),
    ...(flags.object === undefined ? {} : { objectFile: flags.object }),
    printsLedger: flags.ledger === true,
  };
}

function settingsOf(flags: Pick<CommonFlags, 'config'>): Settings {
  return loadSettings({
    ...(flags.config === undefined ? {} : { file: flags.config }),
    environment: process.env,
    flags: settingValues({ ...flags }),
    warn: (line) => terminal.note(line),
  });
}

function parseSegment(text: string): number | 'captured' {
  if (text === 'captured') return text;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be "captured" or a number of bytes from 1 to 9999999.');
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a number above 0.');
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
  if (error instanceof ObjectError || error instanceof LoadError || error instanceof AttachError) {
    terminal.fail(error.message);
    return ExitCode.UNREADABLE;
  }
  terminal.fail(`defect of Sonde, please report it: ${(error as Error).stack ?? error}`);
  return ExitCode.FAILED;
}
