/** What a scenario file may say of gRPC requests and endpoints. */
import type { z } from 'zod';
import { integer, oneOf, text } from '../../fields.ts';

/** Status codes (https://grpc.github.io/grpc/core/md_doc_statuscodes.html), each at its number. */
export const STATUSES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;

export type Status = (typeof STATUSES)[number];

/** As gRPC's own default limit of a received message. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

const rpc = () =>
  text(
    /^[A-Za-z_][A-Za-z0-9_.]*\/[A-Za-z_][A-Za-z0-9_]*$/,
    'must be a service and a method, such as "shop.v1.Cart/Get"',
  ).max(256, 'must be at most 256 characters');
const status = () => oneOf(STATUSES);

export const operationShape = {
  rpc: rpc().describe('Service and method, e.g. "shop.v1.Cart/Get".'),
  messageBytes: integer(0, MAX_MESSAGE_BYTES).default(32).describe('Size of the request message.'),
};

export const offerShape = {
  rpc: rpc().describe('Service and method that the endpoint answers.'),
  messages: integer(0, 1000)
    .default(1)
    .describe(
      'Messages of a good answer: 1 is a unary call, another number a server stream. responseBytes is the size of all.',
    ),
  errorStatus: status().default('INTERNAL').describe('Status that errorRate spoils.'),
  failedCallStatus: status()
    .default('UNAVAILABLE')
    .describe('Status if a service that is called does not answer well.'),
};

export type Operation = z.infer<z.ZodObject<typeof operationShape>>;
export type Offer = z.infer<z.ZodObject<typeof offerShape>>;
