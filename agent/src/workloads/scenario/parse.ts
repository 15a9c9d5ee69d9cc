import { parseChecked } from '@sonde/documents';
import { assemble } from './assemble.ts';
import { checkReferences } from './references.ts';
import type { Scenario } from './scenario.ts';
import { scenarioSchema } from './schema.ts';

/** A scenario file cannot be used: its problems with line, column and key. */
export { DocumentError as ScenarioError } from '@sonde/documents';

/**
 * From the text of a scenario file to a scenario.
 * @param fileName for messages; nothing is read
 * @throws ScenarioError
 */
export function parseScenario(text: string, fileName: string): Scenario {
  return assemble(parseChecked(text, fileName, scenarioSchema, checkReferences));
}
