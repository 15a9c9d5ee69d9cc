/** MongoDB as simulated services speak it: OP_MSG without TLS and authentication, as inside many a cluster. */
import type { ScenarioProtocol } from '../protocol.ts';
import { MongodbClient } from './client.ts';
import { labelOf, type Offer, type Operation, offerShape, operationShape } from './keys.ts';
import { serve } from './server.ts';

export const mongodb: ScenarioProtocol<Operation, Offer> = {
  defaultPort: 27017,
  requestShape: operationShape,
  endpointShape: offerShape,
  requestLabel: labelOf,
  endpointLabel: labelOf,
  valueNames: () => ['operation', 'collection'],
  reaches: (operation, offer) =>
    operation.operation === offer.operation && operation.collection === offer.collection,
  // The database has the service's name.
  client: (stream, host) => new MongodbClient(stream, host.split(':', 1)[0]!.replaceAll('-', '_')),
  serve,
};
