/**
 * The agent's configuration: one schema for the file (YAML), the environment (SONDE_*) and flags, in rising order of
 * precedence. Units stand in the names.
 */
import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import { DocumentError } from './documents/document-error.ts';
import { nearest } from './documents/nearest.ts';
import { parseChecked } from './documents/parse-checked.ts';

const isPowerOfTwo = (n: number) => Number.isInteger(Math.log2(n));

export const configSchema = z.strictObject({
  capture: z
    .strictObject({
      rung: z
        .enum(['btf', 'raw', 'tracepoint'], 'must be "btf", "raw" or "tracepoint"')
        .default('btf')
        .describe('Rung of the attach ladder: how the programs hook system calls.'),
      unix: z
        .boolean('must be true or false')
        .default(true)
        .describe('Whether AF_UNIX sockets are captured.'),
      files: z
        .enum(['none', 'logs', 'all'], 'must be "none", "logs" or "all"')
        .default('logs')
        .describe('none; logs: what is written to descriptors 1 and 2; all: lengths of reads too.'),
      payloadLimitBytes: z
        .int('must be a whole number of bytes')
        .min(0, 'must be at least 0')
        .max(65_536, 'must be at most 65536')
        .default(65_536)
        .describe('Bytes of one call that are copied; the rest is known by its length.'),
      ringBytes: z
        .int('must be a whole number of bytes')
        .min(65_536, 'must be at least 65536')
        .max(1 << 30, 'must be at most 1073741824')
        .refine(isPowerOfTwo, 'must be a power of two')
        .default(16 << 20)
        .describe('Size of the ring buffer between the programs and the agent.'),
      enterTimes: z
        .boolean('must be true or false')
        .default(false)
        .describe(
          'Whether the start of every call is taken too, at the price of a second program run a call.',
        ),
    })
    .prefault({}),
  reorderWindowMs: z
    .number('must be a number of milliseconds')
    .min(0, 'must be at least 0')
    .max(1000, 'must be at most 1000')
    .default(1)
    .describe('How long an event waits for one of another CPU that happened before it.'),
  streams: z
    .strictObject({
      connections: z
        .int('must be a whole number')
        .min(1, 'must be at least 1')
        .default(65_536)
        .describe('Connections followed at once.'),
      flowBytes: z
        .int('must be a whole number of bytes')
        .min(1024, 'must be at least 1024')
        .default(1 << 20)
        .describe('Bytes held for one direction of one connection while a message is not whole.'),
      totalBytes: z
        .int('must be a whole number of bytes')
        .min(1024, 'must be at least 1024')
        .default(64 << 20)
        .describe('Bytes held for all connections together.'),
    })
    .prefault({}),
  simulation: z
    .strictObject({
      seed: z
        .int('must be a whole number')
        .min(0, 'must be at least 0')
        .default(1)
        .describe('Order of threads, sequence numbers, addresses.'),
      btfSeed: z
        .int('must be a whole number')
        .min(0, 'must be at least 0')
        .default(1)
        .describe('Layout of the simulated kernel structures; every seed gives the same spans.'),
    })
    .prefault({}),
});

export type AgentConfig = z.output<typeof configSchema>;

/** The configuration is wrong: one line says where and why. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export interface ConfigSources {
  readonly file?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Values by dotted key, e.g. {"simulation.btfSeed": "3"}; undefined ones are left out. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** Receives a line for each SONDE_* variable that means nothing. */
  readonly warn: (line: string) => void;
}

/** @throws ConfigError */
export function loadConfig(sources: ConfigSources): AgentConfig {
  const fromFile = sources.file === undefined ? {} : readConfigFile(sources.file);
  const settings = flatten(fromFile);
  for (const [key, text, origin] of [...environmentSettings(sources), ...flagSettings(sources)]) {
    settings.set(key, { value: scalar(text), origin });
  }
  const result = configSchema.safeParse(unflatten(settings));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const key = issue.path.join('.');
  const setting = settings.get(key);
  throw new ConfigError(`${setting?.origin ?? key}: ${issue.message}, got ${JSON.stringify(setting?.value)}`);
}

interface Setting {
  readonly value: unknown;
  /** Where a person finds it: `--btf-seed`, `SONDE_STREAMS_CONNECTIONS`, or the file's key. */
  readonly origin: string;
}

function readConfigFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ConfigError(
      `Cannot read configuration file ${file}: ${(cause as NodeJS.ErrnoException).code}`,
      { cause },
    );
  }
  try {
    // The parsed values are merged below; here the file's own faults are told with their line.
    parseChecked(text, file, configSchema);
    return parseChecked(text, file, z.record(z.string(), z.unknown()));
  } catch (cause) {
    if (cause instanceof DocumentError) throw new ConfigError(cause.message, { cause });
    throw cause;
  }
}

/** All keys of the schema, dotted. */
export function configKeys(): string[] {
  return [...flatten(configSchema.parse({})).keys()];
}

/** `streams.flowBytes` -> `SONDE_STREAMS_FLOW_BYTES` */
export const environmentName = (key: string): string =>
  `SONDE_${key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;

/** Variables of our own tasks, not of the product. */
const TASK_VARIABLES = new Set(['SONDE_ACCEPT']);
/** Kubernetes sets these for a Service named sonde-*; they are no settings. */
const SERVICE_VARIABLE = /_SERVICE_(HOST|PORT)|_PORT(_|$)/;

function* environmentSettings({ environment, warn }: ConfigSources): Generator<[string, string, string]> {
  const keyByName = new Map(configKeys().map((key) => [environmentName(key), key]));
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith('SONDE_') || text === undefined || TASK_VARIABLES.has(name)) continue;
    const key = keyByName.get(name);
    if (key !== undefined) yield [key, text, name];
    else if (!SERVICE_VARIABLE.test(name)) {
      const near = nearest(name, [...keyByName.keys()]);
      warn(`${name} is no setting${near === null ? '' : `; did you mean ${near}?`}`);
    }
  }
}

function* flagSettings({ flags }: ConfigSources): Generator<[string, string, string]> {
  for (const [key, text] of Object.entries(flags)) {
    if (text !== undefined)
      yield [
        key,
        text,
        `--${key
          .split('.')
          .at(-1)!
          .replace(/([a-z])([A-Z])/g, '$1-$2')
          .toLowerCase()}`,
      ];
  }
}

/** Text of a flag or variable as YAML would read a scalar: numbers and booleans are not text. */
function scalar(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : text;
}

function flatten(value: unknown, prefix = ''): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const [name, part] of Object.entries(value as Record<string, unknown>)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (typeof part === 'object' && part !== null && !Array.isArray(part)) {
      for (const [inner, setting] of flatten(part, key)) settings.set(inner, setting);
    } else settings.set(key, { value: part, origin: key });
  }
  return settings;
}

function unflatten(settings: ReadonlyMap<string, Setting>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, { value }] of settings) {
    const path = key.split('.');
    let at = root;
    for (const part of path.slice(0, -1)) {
      at[part] ??= {};
      at = at[part] as Record<string, unknown>;
    }
    at[path.at(-1)!] = value;
  }
  return root;
}

/** The configuration as a file would say it. */
export const toYaml = (config: AgentConfig): string => stringify(config);
