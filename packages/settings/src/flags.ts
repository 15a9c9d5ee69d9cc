/** Flags of command lines, one for each setting that a command reads. */
import { describeSettings, type Section } from './names.ts';

/** Of the library that parses command lines, what is needed here. */
interface FlagTaker {
  option(flags: string, description: string): unknown;
}

/** Gives a command a flag for every setting of some sections. */
export function addSettingFlags(command: FlagTaker, sections: readonly Section[]): void {
  for (const { key, section, flag, what } of describeSettings())
    if (sections.includes(section)) command.option(`${flag} <value>`, `${what} (${key})`);
}

/**
 * @param values of a parsed command line, by flag in camel case
 * @returns those of settings, by key
 */
export const settingValues = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    describeSettings().flatMap(({ key, flag }) => {
      const value = values[camelCase(flag)];
      return typeof value === 'string' ? [[key, value]] : [];
    }),
  );

/** `--btf-seed` -> `btfSeed` */
const camelCase = (flag: string): string =>
  flag.replace(/^--/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
