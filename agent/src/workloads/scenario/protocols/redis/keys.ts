/** What a scenario file may say of Redis requests and endpoints. */
import { z } from 'zod';
import { bytes, integer, oneOf, text } from '../../fields.ts';

const command = () => text(/^\S+(?: \S+)*$/, 'must be a command and its arguments, one space between them');
/** An error reply is a line (RESP, "Simple errors"). */
const error = () => text(/^[A-Z]+ [^\r\n]+$/, 'must be a code in capital letters and a message on one line');

export const operationShape = {
  command: command().describe(
    'Command and arguments, e.g. "GET cart:{1..500}". {name} is a value of the request being served, {1..500} a random whole number.',
  ),
  valueBytes: bytes().default(0).describe('Size of one more argument at the end, such as the value of SET.'),
};

export const offerShape = {
  command: command().describe(
    'Command that the endpoint answers; {name} in an argument matches anything. Further arguments do not matter.',
  ),
  reply: oneOf(['bulk', 'simple', 'integer', 'null', 'array'])
    .default('bulk')
    .describe(
      'Kind of a good answer. responseBytes is the size of a bulk string, or of all those of an array.',
    ),
  items: integer(0, 10_000).default(3).describe('Bulk strings of an array.'),
  integer: z
    .number('must be a whole number')
    .int('must be a whole number')
    .default(1)
    .describe('An integer reply.'),
  error: error().default('ERR internal error').describe('Answer that errorRate spoils.'),
  failedCallError: error()
    .default('ERR upstream failed')
    .describe('Answer if a service that is called does not answer well.'),
};

export type Operation = z.infer<z.ZodObject<typeof operationShape>>;
export type Offer = z.infer<z.ZodObject<typeof offerShape>>;

/** Words of a command line. */
export const wordsOf = (line: string): string[] => line.split(' ');
