/** All tables, in the order in which a block is inserted into them. */
import { BATCHES } from './batches.ts';
import { EDGES } from './edges.ts';
import { ENTITIES } from './entities.ts';
import { LEDGER } from './ledger.ts';
import { LOGS } from './logs.ts';
import { RED } from './red.ts';
import type { Table } from './table.ts';
import { TRACE_ALIASES } from './trace-alias.ts';
import { TRACE_TIMES } from './trace-times.ts';
import { TRACES } from './traces.ts';

/** `batches` is the last one: a batch that stands there is stored in every table. */
export const TABLES: readonly Table[] = [
  TRACES,
  TRACE_TIMES,
  LOGS,
  RED,
  EDGES,
  TRACE_ALIASES,
  ENTITIES,
  LEDGER,
  BATCHES,
];
