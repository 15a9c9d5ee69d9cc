/** What a scenario file may say of MySQL requests and endpoints. */
import { z } from 'zod';
import { integer, list, text } from '../../fields.ts';
import { COLUMN_TYPES, type ColumnType } from './columns.ts';

const statement = () => text(/\S/, 'must be a statement').max(65_536, 'must be at most 65536 characters');
const errorCode = () => integer(1000, 65_535);
const types = Object.keys(COLUMN_TYPES).join(', ');
const column = text(
  new RegExp(`^[A-Za-z_][A-Za-z0-9_]{0,63} (?:${Object.keys(COLUMN_TYPES).join('|')})$`),
  `must be a name and a type (${types}), such as "id int"`,
);

export const operationShape = {
  query: statement().describe(
    'Statement. {name} is a value of the request being served, {1..500} a random whole number.',
  ),
  parameters: list(z.string('must be text').max(4096, 'must be at most 4096 characters'), 100)
    .optional()
    .describe(
      'Values of the statement\'s "?": it is prepared, once for a connection, and executed. Without: sent as text.',
    ),
};

export const offerShape = {
  query: statement().describe(
    'Statement that the endpoint answers, prepared or as text; {name} matches anything and gives the value a name.',
  ),
  columns: list(column, 100)
    .default([])
    .describe('Columns of the result, e.g. "id int", "name varchar". Without: the answer is OK.'),
  rows: integer(0, 100_000)
    .default(1)
    .describe('Rows of the result. responseBytes is the size of all their texts together.'),
  affectedRows: integer(0, 1_000_000).default(1).describe('Of an answer without columns.'),
  errorCode: errorCode().default(1205).describe('Error that errorRate spoils, e.g. 1213 for a deadlock.'),
  failedCallCode: errorCode()
    .default(1105)
    .describe('Error if a service that is called does not answer well.'),
};

export type Operation = z.infer<z.ZodObject<typeof operationShape>>;
export type Offer = z.infer<z.ZodObject<typeof offerShape>>;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

export const columnsOf = (offer: Offer): Column[] =>
  offer.columns.map((declared) => {
    const [name, type] = declared.split(' ');
    return { name: name!, type: type as ColumnType };
  });
