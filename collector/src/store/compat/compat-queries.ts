/**
 * Queries that other tools send to tables with the exporter's names, in the form in which they send them: what keeps them
 * working here. Each file says where its query is from.
 */
import { readFileSync } from 'node:fs';
import { expandMacros } from './expand-macros.ts';

export const COMPAT_QUERIES = [
  'hyperdx-service-map',
  'grafana-service-map-edges',
  'grafana-trace-search',
  'grafana-trace-by-id',
  'grafana-logs',
  'grafana-service-variable',
  'grafana-operation-variable',
] as const;

export type CompatQueryName = (typeof COMPAT_QUERIES)[number];

export interface CompatQuery {
  readonly name: CompatQueryName;
  /** Ready to run in the database of the tables; names no format. */
  readonly sql: string;
}

export interface CompatValues {
  /** The time range that a user has chosen. */
  readonly fromUnixMs: number;
  readonly toUnixMs: number;
  /** 32 hexadecimal digits: the trace to look up. */
  readonly traceId: string;
  /** Services that a user has chosen; null: all. */
  readonly services?: readonly string[] | null;
}

export function compatQueries({
  fromUnixMs,
  toUnixMs,
  traceId,
  services = null,
}: CompatValues): CompatQuery[] {
  const values = {
    fromUnixMs,
    toUnixMs,
    variables: { traceId: [traceId], service: services },
    parameters: { startDateMilliseconds: fromUnixMs, endDateMilliseconds: toUnixMs, samplingFactor: 1 },
  };
  return COMPAT_QUERIES.map((name) => {
    const sql = readFileSync(new URL(`${name}.sql`, import.meta.url), 'utf8');
    return { name, sql: expandMacros(sql, values) };
  });
}
