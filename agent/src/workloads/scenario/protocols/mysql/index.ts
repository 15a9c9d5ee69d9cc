/** MySQL as simulated services speak it: protocol 4.1 without TLS, text queries and prepared statements. */
import { captureNames, mayMatch } from '../pattern.ts';
import type { ScenarioProtocol } from '../protocol.ts';
import { MysqlClient } from './client.ts';
import { type Offer, type Operation, offerShape, operationShape } from './keys.ts';
import { serve } from './server.ts';

export const mysql: ScenarioProtocol<Operation, Offer> = {
  defaultPort: 3306,
  requestShape: operationShape,
  endpointShape: offerShape,
  requestLabel: ({ query }) => query,
  endpointLabel: ({ query }) => query,
  valueNames: ({ query }) => ['query', ...captureNames(query)],
  reaches: (operation, offer) => mayMatch(operation.query, offer.query),
  // The database has the service's name.
  client: (stream, host) => new MysqlClient(stream, host.split(':', 1)[0]!.replaceAll('-', '_')),
  serve,
};
