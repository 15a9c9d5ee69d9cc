/** Settings from a file, the environment (SONDE_*) and flags, in rising order of precedence. */
import { readFileSync } from 'node:fs';
import { DocumentError, nearest, parseChecked } from '@sonde/documents';
import { stringify } from 'yaml';
import { z } from 'zod';
import { environmentName, flagName, settingKeys } from './names.ts';
import { type Settings, settingsSchema } from './schema.ts';

/** The configuration is wrong: one line says where and why. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

export interface SettingsSources {
  readonly file?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Values by dotted key, e.g. {"simulation.btfSeed": "3"}; undefined ones are left out. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** Receives a line for each SONDE_* variable that means nothing. */
  readonly warn: (line: string) => void;
}

/** Settings that are text, also where it looks like a number. */
const TEXT_KEYS = new Set(
  [...flatten(settingsSchema.parse({}))]
    .filter(([, { value }]) => typeof value === 'string')
    .map(([key]) => key),
);

/** @throws SettingsError */
export function loadSettings(sources: SettingsSources): Settings {
  const fromFile = sources.file === undefined ? {} : readConfigFile(sources.file);
  const settings = flatten(fromFile);
  for (const [key, text, origin] of [...environmentSettings(sources), ...flagSettings(sources)]) {
    settings.set(key, { value: TEXT_KEYS.has(key) ? text : scalar(text), origin });
  }
  const result = settingsSchema.safeParse(unflatten(settings));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const key = issue.path.join('.');
  const setting = settings.get(key);
  throw new SettingsError(
    `${setting?.origin ?? key}: ${issue.message}, got ${JSON.stringify(setting?.value)}`,
  );
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
    throw new SettingsError(
      `Cannot read configuration file ${file}: ${(cause as NodeJS.ErrnoException).code}`,
      { cause },
    );
  }
  try {
    // The parsed values are merged below; here the file's own faults are told with their line.
    parseChecked(text, file, settingsSchema);
    return parseChecked(text, file, z.record(z.string(), z.unknown()));
  } catch (cause) {
    if (cause instanceof DocumentError) throw new SettingsError(cause.message, { cause });
    throw cause;
  }
}

/** Variables of our own tasks, not of the product. */
const TASK_VARIABLES = new Set(['SONDE_ACCEPT']);
/** Kubernetes sets these for a Service named sonde-*; they are no settings. */
const SERVICE_VARIABLE = /_SERVICE_(HOST|PORT)|_PORT(_|$)/;

function* environmentSettings({ environment, warn }: SettingsSources): Generator<[string, string, string]> {
  const keyByName = new Map(settingKeys().map((key) => [environmentName(key), key]));
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

function* flagSettings({ flags }: SettingsSources): Generator<[string, string, string]> {
  for (const [key, text] of Object.entries(flags)) {
    if (text !== undefined) yield [key, text, flagName(key)];
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
export const toYaml = (settings: Settings): string => stringify(settings);
