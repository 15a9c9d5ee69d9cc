/** YAML files checked against a schema, with errors that name line, column and key. */
export { DocumentError } from './document-error.ts';
export { nearest } from './nearest.ts';
export { parseChecked } from './parse-checked.ts';
export type { Path, Problem } from './problem.ts';
