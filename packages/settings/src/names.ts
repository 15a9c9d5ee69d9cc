/** Each setting by its three names: the dotted key of the file, the variable of the environment, the flag. */
import { z } from 'zod';
import { settingsSchema } from './schema.ts';

/** First part of a dotted key. */
export type Section = keyof typeof settingsSchema.shape;

export interface SettingInfo {
  readonly key: string;
  readonly section: Section;
  readonly environment: string;
  /** With its dashes. */
  readonly flag: string;
  /** A sentence or two for people. */
  readonly what: string;
  readonly preset: string | number | boolean;
  /** Empty if it is not a number, or has no such limit. */
  readonly min: number | null;
  readonly max: number | null;
  /** null: any, within the limits. */
  readonly choices: readonly string[] | null;
}

/** As much of JSON Schema as the settings use. */
interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** All settings, in the order of the schema. */
export function describeSettings(): SettingInfo[] {
  return [...leavesOf(z.toJSONSchema(settingsSchema, { io: 'input' }) as JsonSchema, '')].map(
    ([key, schema]) => ({
      key,
      section: key.split('.', 1)[0] as Section,
      environment: environmentName(key),
      flag: flagName(key),
      what: schema.description ?? '',
      preset: schema.default as SettingInfo['preset'],
      min: schema.minimum ?? null,
      max: schema.maximum === Number.MAX_SAFE_INTEGER ? null : (schema.maximum ?? null),
      choices: schema.enum ?? null,
    }),
  );
}

function* leavesOf(schema: JsonSchema, prefix: string): Generator<[string, JsonSchema]> {
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (part.properties === undefined) yield [key, part];
    else yield* leavesOf(part, key);
  }
}

/** All keys of the schema, dotted. */
export const settingKeys = (): string[] => describeSettings().map(({ key }) => key);

/** `streams.flowBytes` -> `SONDE_STREAMS_FLOW_BYTES` */
export const environmentName = (key: string): string =>
  `SONDE_${key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;

/** Flags whose name is not the last part of their key. */
const FLAG_NAMES: Readonly<Record<string, string>> = {
  'listen.ingest': 'listen-ingest',
  'listen.api': 'listen-api',
};

/** `simulation.btfSeed` -> `--btf-seed` */
export const flagName = (key: string): string =>
  `--${
    FLAG_NAMES[key] ??
    key
      .split('.')
      .at(-1)!
      .replace(/([a-z])([A-Z])/g, '$1-$2')
      .toLowerCase()
  }`;
