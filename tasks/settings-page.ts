/** Makes docs/reference/settings.md: every setting by its three names, with its default and limits. */
import { describeSettings, type Section, type SettingInfo } from '@sonde/settings';

const SECTIONS: readonly (readonly [readonly Section[], string])[] = [
  [['capture', 'reorderWindowMs', 'streams', 'simulation'], 'Agent'],
  [['transport'], 'Agent to collector (`sonde-agent run`)'],
  [['listen', 'ingest', 'wal', 'assembly', 'store'], 'Collector'],
];

const HEAD = `# Settings

Generated from \`packages/settings/src/schema.ts\` by \`npm run generate\`; do not edit.

Agent and collector read the same settings, each its own sections: from a YAML file (\`--config FILE\`, the dotted key says
where), the environment, and flags, in rising order of precedence. A name that ends in Ms is in milliseconds, one in
Bytes in bytes, one in Days in days. What is wrong is told in one line that names file and line, variable or flag, and
nothing is begun (exit code 2).`;

/** @throws Error if a section of the schema is on no page, or a setting says nothing of itself */
export function settingsPage(): string {
  const settings = describeSettings();
  const shown = new Set(SECTIONS.flatMap(([sections]) => sections));
  for (const { key, section, what } of settings) {
    if (!shown.has(section)) throw new Error(`Setting ${key} is in no section of the reference page`);
    if (what === '') throw new Error(`Setting ${key} has no description`);
  }
  const parts = SECTIONS.map(([sections, title]) =>
    [`## ${title}`, '', ...table(settings.filter(({ section }) => sections.includes(section)))].join('\n'),
  );
  return `${[HEAD, ...parts].join('\n\n')}\n`;
}

const table = (settings: readonly SettingInfo[]): string[] => [
  '| key | environment | flag | default | values | what |',
  '| --- | --- | --- | --- | --- | --- |',
  ...settings.map(
    (setting) =>
      `| \`${setting.key}\` | \`${setting.environment}\` | \`${setting.flag}\` | ${presetOf(setting)} | ${valuesOf(setting)} | ${setting.what} |`,
  ),
];

const presetOf = ({ preset }: SettingInfo): string => (preset === '' ? 'empty' : `\`${preset}\``);

function valuesOf({ preset, min, max, choices }: SettingInfo): string {
  if (choices !== null) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (typeof preset === 'boolean') return '`true`, `false`';
  if (typeof preset === 'string') return /:\d+$/.test(preset) ? 'host:port' : 'text';
  return `${min ?? 'any'} to ${max ?? 'any'}`.replace(/ to any$/, ' and more');
}
