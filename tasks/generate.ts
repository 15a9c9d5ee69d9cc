/**
 * Writes what is generated from another source of truth; `--check` compares instead and exits with 1 on a difference.
 * One line an output: the file and the function that makes its text.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { scenarioJsonSchema } from '../agent/src/workloads/scenario/schema.ts';
import { eventLayout } from './event-layout.ts';
import { settingsPage } from './settings-page.ts';

const OUTPUTS: Readonly<Record<string, () => string>> = {
  'agent/src/probes/layout.gen.ts': eventLayout,
  'agent/scenarios/scenario.schema.json': () => `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`,
  'docs/reference/settings.md': settingsPage,
};

const isCheck = process.argv.includes('--check');
const root = new URL('..', import.meta.url);
let stale = 0;

for (const [path, make] of Object.entries(OUTPUTS)) {
  const file = new URL(path, root);
  const text = make();
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (before === text) continue;
  stale++;
  if (isCheck) console.error(`${path} is stale: run npm run generate`);
  else writeFileSync(file, text);
}

const { length } = Object.keys(OUTPUTS);
console.log(
  isCheck ? `generated: ${length} files, ${stale} stale` : `generated: ${length} files, ${stale} written`,
);
if (isCheck && stale > 0) process.exit(1);
