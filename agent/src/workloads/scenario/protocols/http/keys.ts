/** What a scenario file may say of HTTP requests and endpoints. */
import type { z } from 'zod';
import { bytes, integer, oneOf, text } from '../../fields.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
/** RFC 9110, section 15: what ends an exchange; 1xx do not. */
const MIN_STATUS = 200;
const MAX_STATUS = 599;

const method = oneOf(METHODS);
const status = () => integer(MIN_STATUS, MAX_STATUS);

export const operationShape = {
  method: method.describe('Request method.'),
  path: text(/^\/[\x21-\x7e]*$/, 'must be a path that begins with "/", without spaces').describe(
    'Request target. {name} is a value of the request being served, {1..500} a random whole number.',
  ),
  bodyBytes: bytes().default(0).describe('Size of the request body.'),
  bodyFraming: oneOf(['content-length', 'chunked'])
    .default('content-length')
    .describe('How the request body is framed.'),
};

export const offerShape = {
  method: method.describe('Request method that the endpoint answers.'),
  path: text(/^\/[\x21-\x7e]*$/, 'must be a path that begins with "/", without spaces').describe(
    'Path that the endpoint answers; a segment {name} matches any segment and gives the value a name.',
  ),
  status: status().default(200).describe('Status of a good answer.'),
  errorStatus: status().default(500).describe('Status of an answer that errorRate spoils.'),
  failedCallStatus: status()
    .default(502)
    .describe('Status if a service that is called does not answer well.'),
  framing: oneOf(['content-length', 'chunked', 'close-delimited'])
    .default('content-length')
    .describe('How the answer is framed; close-delimited ends the connection.'),
};

export type Operation = z.infer<z.ZodObject<typeof operationShape>>;
export type Offer = z.infer<z.ZodObject<typeof offerShape>>;

export const operationLabel = (operation: Operation): string => `${operation.method} ${operation.path}`;
export const offerLabel = (offer: Offer): string => `${offer.method} ${offer.path}`;
