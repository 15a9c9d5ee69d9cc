/** Checks plain values against a schema, and says what is wrong in words of the document rather than of the schema library. */
import type { z } from 'zod';
import { nearest } from './nearest.ts';
import { type Path, type Problem, showValue } from './problem.ts';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

export type Form<Value> =
  | { readonly value: Value; readonly problems?: undefined }
  | { readonly value?: undefined; readonly problems: readonly Problem[] };

export function checkForm<S extends z.ZodType>(raw: unknown, schema: S): Form<z.output<S>> {
  const result = schema.safeParse(raw);
  if (result.success) return { value: result.data };
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, [], raw, schema));
  return { problems: withoutConsequences(problems) };
}

interface FormProblem extends Problem {
  /** The key that was meant, if an unknown one looks like it. */
  readonly meant?: string;
}

function problemsOf(issue: Issue, base: Path, raw: unknown, schema: Schema): FormProblem[] {
  const path = [...base, ...(issue.path as (string | number)[])];
  const value = valueAt(raw, path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const meant = nearest(key, keysAt(schema, path));
      const hint = meant === null ? '' : `; did you mean "${meant}"?`;
      const message = `unknown key ${JSON.stringify(key)}${hint}`;
      return { path: [...path, key], isKey: true, message, ...(meant === null ? {} : { meant }) };
    });
  }
  if (value === undefined) return [{ path, message: `is required and ${issue.message}` }];
  if (issue.code === 'invalid_union') {
    const branch = likeliest(issue.errors);
    if (branch !== null) return branch.flatMap((inner) => problemsOf(inner, path, raw, schema));
  }
  // A rule over a whole mapping names its keys itself.
  const got = issue.code === 'custom' && typeof value === 'object' ? '' : `, got ${showValue(value)}`;
  return [{ path, message: `${issue.message}${got}` }];
}

/** Issues of the form that was meant: the one with fewest unknown keys, then fewest issues; null if none is of the kind. */
function likeliest(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const unknownKeys = (issue: Issue) =>
    issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys.length : 0;
  const cost = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + 1 + 100 * unknownKeys(issue), 0);
  const ofKind = branches.filter(
    (issues) => !issues.some(({ path, code }) => path.length === 0 && code === 'invalid_type'),
  );
  return ofKind.sort((a, b) => cost(a) - cost(b))[0] ?? null;
}

/** A key that is missing because it is misspelt is told once. */
function withoutConsequences(problems: readonly FormProblem[]): Problem[] {
  const meant = new Set(
    problems.flatMap(({ path, meant }) =>
      meant === undefined ? [] : [JSON.stringify([...path.slice(0, -1), meant])],
    ),
  );
  return problems.filter(({ path, isKey }) => isKey || !meant.has(JSON.stringify(path)));
}

function valueAt(raw: unknown, path: Path): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** Keys that the schema knows for the mapping at a path; of a union, those of all its forms. */
function keysAt(schema: Schema, path: Path): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
      return keysAt(def.innerType, path);
    case 'union':
      return def.options.flatMap((option) => keysAt(option, path));
    case 'array':
      return path.length === 0 ? [] : keysAt(def.element, path.slice(1));
    case 'object': {
      if (path.length === 0) return Object.keys(def.shape);
      const inner = def.shape[String(path[0])];
      return inner === undefined ? [] : keysAt(inner, path.slice(1));
    }
    default:
      return [];
  }
}
