/** YAML text to checked values; or every problem in it with line, column and key. Knows no schema of its own. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import type { z } from 'zod';
import { DocumentError } from './document-error.ts';
import { checkForm } from './form.ts';
import { type Problem, showPath } from './problem.ts';

const MAX_TEXT_LETTERS = 1024 * 1024;

/**
 * @param file name of the text in messages; nothing is read
 * @param check finds what a schema cannot say: what one value demands of another. Called with what the schema accepts
 * @throws DocumentError
 */
export function parseChecked<Schema extends z.ZodType>(
  text: string,
  file: string,
  schema: Schema,
  check: (value: z.output<Schema>) => readonly Problem[] = () => [],
): z.output<Schema> {
  if (text.length > MAX_TEXT_LETTERS) throw wholeFile(file, `must have at most ${MAX_TEXT_LETTERS} letters`);
  const lines = new LineCounter();
  const { document, raw } = readYaml(text, file, lines);
  // An empty document, or one of comments alone, is a mapping without keys.
  const form = checkForm(raw ?? {}, schema);
  const problems = form.problems ?? check(form.value);
  if (problems.length === 0) return form.value as z.output<Schema>;
  throw new DocumentError(
    file,
    problems.map((problem) => {
      const { line, col } = lines.linePos(offsetOf(document, problem));
      const path = problem.isKey ? problem.path.slice(0, -1) : problem.path;
      return { line, column: col, key: showPath(path), message: problem.message };
    }),
  );
}

interface Yaml {
  readonly document: Document;
  /** The document as plain values. */
  readonly raw: unknown;
}

function readYaml(text: string, file: string, lines: LineCounter): Yaml {
  let read: Yaml;
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
    read = { document, raw: document.errors.length > 0 ? null : document.toJS() };
  } catch (cause) {
    // The library throws for aliases that multiply, and runs out of stack on text nested thousands deep.
    throw wholeFile(file, `cannot be read: ${String((cause as { message?: unknown }).message)}`);
  }
  const [fault] = read.document.errors;
  if (fault === undefined) return read;
  // Only the first fault of syntax: those after it are mostly its consequences.
  const { line, col } = lines.linePos(fault.pos[0]);
  const message = fault.message.replace(/\s+/g, ' ');
  throw new DocumentError(file, [{ line, column: col, key: '', message }]);
}

const wholeFile = (file: string, message: string): DocumentError =>
  new DocumentError(file, [{ line: 1, column: 1, key: '', message }]);

/** Offset in the text of a problem's key or value; of the nearest thing around it, if it is missing. */
function offsetOf(document: Document, problem: Problem): number {
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const [depth, part] of problem.path.entries()) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isSeq(node)) node = (node.items[Number(part)] as Node | undefined) ?? null;
    else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part) as
        | Pair<Node, Node>
        | undefined;
      offset = pair?.key.range?.[0] ?? offset;
      const isKeyWanted = problem.isKey && depth === problem.path.length - 1;
      node = isKeyWanted ? null : (pair?.value ?? null);
    } else return offset;
    if (node === null) return offset;
    offset = node.range?.[0] ?? offset;
  }
  return offset;
}
