/** What a scenario file may say of MongoDB requests and endpoints. */
import { z } from 'zod';
import { bytes, integer, oneOf, text } from '../../fields.ts';

export const OPERATIONS = ['find', 'insert', 'update', 'delete', 'aggregate', 'count'] as const;

const operation = oneOf(OPERATIONS);
const collection = () => text(/^[A-Za-z_][A-Za-z0-9_.-]{0,100}$/, 'must be the name of a collection');
const documents = () => integer(0, 10_000);
const errorCode = () => integer(1, 100_000);

export const operationShape = {
  collection: collection().describe('Collection to work on.'),
  operation: operation.describe('Database command.'),
  filter: z
    .record(
      text(/^[A-Za-z_$][A-Za-z0-9_.]{0,100}$/, 'must be the name of a field'),
      z.union([z.string(), z.number(), z.boolean()], 'must be text, a number, true or false'),
      'must be a mapping of fields to values',
    )
    .default({})
    .describe(
      'Which documents are meant. {name} is a value of the request being served, {1..500} a random whole number.',
    ),
  documents: integer(1, 1000).default(1).describe('Documents of an insert.'),
  documentBytes: bytes().default(100).describe('Text in each document of an insert.'),
};

export const offerShape = {
  collection: collection().describe('Collection that the endpoint answers for.'),
  operation: operation.describe('Database command that the endpoint answers.'),
  documents: documents()
    .default(1)
    .describe(
      'Documents returned by find and aggregate, or reached by the others. responseBytes is the text of all returned ones.',
    ),
  errorCode: errorCode()
    .default(50)
    .describe('Error that errorRate spoils, e.g. 50 for a time limit, 11000 for a duplicate key.'),
  failedCallCode: errorCode().default(96).describe('Error if a service that is called does not answer well.'),
};

export type Operation = z.infer<z.ZodObject<typeof operationShape>>;
export type Offer = z.infer<z.ZodObject<typeof offerShape>>;

export const labelOf = ({ operation, collection }: { operation: string; collection: string }): string =>
  `${operation} ${collection}`;
