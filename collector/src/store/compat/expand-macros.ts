/**
 * Puts values in place of what Grafana and HyperDX write into their SQL for themselves:
 * - macros of Grafana's ClickHouse datasource: `$__fromTime`, `$__toTime`, `$__timeFilter(column)`,
 *   `$__conditionalAll(condition, $variable)` (grafana/clickhouse-datasource, pkg/macros/macros.go at
 *   4304e52e020c0e47ea0f6e9e2abf65c83aee05ab; the last one is expanded in the browser),
 * - variables of Grafana: `$name`, a list of string literals, and `${name}`, the bare text,
 * - query parameters of ClickHouse, which HyperDX uses: `{name:Type}`.
 */
import { quoteString } from '../sql-text.ts';

export interface MacroValues {
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
  /** What the user chose of each variable; null: "All". */
  readonly variables: Readonly<Record<string, readonly string[] | null>>;
  readonly parameters: Readonly<Record<string, number>>;
}

/** @throws RangeError for a macro, variable or parameter that is not known */
export function expandMacros(sql: string, values: MacroValues): string {
  const { variables, parameters } = values;
  return expandCalls(sql, values)
    .replaceAll(/\$\{(\w+)\}/g, (_, name: string) => (known(variables, name) ?? []).join(','))
    .replaceAll(/\$(\w+)/g, (_, name: string) => (known(variables, name) ?? []).map(quoteString).join(','))
    .replaceAll(/\{(\w+):\w+\}/g, (_, name: string) => String(known(parameters, name)));
}

function expandCalls(sql: string, values: MacroValues): string {
  const start = sql.indexOf('$__');
  if (start === -1) return sql;
  const name = /\w+/.exec(sql.slice(start + 3))?.[0] ?? '';
  const open = start + 3 + name.length;
  const close = sql[open] === '(' ? closing(sql, open) : open - 1;
  const expanded = macro(name, sql.slice(open + 1, Math.max(open + 1, close)), values);
  return sql.slice(0, start) + expanded + expandCalls(sql.slice(close + 1), values);
}

function macro(name: string, text: string, { fromUnixMs, toUnixMs, variables }: MacroValues): string {
  const from = dateTime(fromUnixMs);
  const to = dateTime(toUnixMs);
  switch (name) {
    case 'fromTime':
      return from;
    case 'toTime':
      return to;
    case 'timeFilter':
      return `${text} >= ${from} AND ${text} <= ${to}`;
    case 'conditionalAll': {
      const comma = text.lastIndexOf(',');
      const variable = text.slice(comma + 1).trim();
      return known(variables, variable.slice(1)) === null ? '1=1' : text.slice(0, comma);
    }
    default:
      throw new RangeError(`Cannot expand macro "$__${name}": not known`);
  }
}

/** Seconds: Grafana cuts the rest off. */
const dateTime = (unixMs: number) => `toDateTime(${Math.floor(unixMs / 1000)})`;

/** Where the parenthesis ends that opens at `open`. */
function closing(sql: string, open: number): number {
  let depth = 0;
  for (let at = open; at < sql.length; at++) {
    if (sql[at] === '(') depth++;
    if (sql[at] === ')') depth--;
    if (depth === 0) return at;
  }
  throw new RangeError(
    `Cannot expand macro in "${sql.slice(open, open + 40)}": its parenthesis does not end`,
  );
}

function known<T>(values: Readonly<Record<string, T>>, name: string): T {
  if (!Object.hasOwn(values, name)) throw new RangeError(`Cannot expand "${name}": has no value`);
  return values[name] as T;
}
