/** gRPC as simulated services speak it: HTTP/2 without TLS, unary calls and server streams. */
import type { ScenarioProtocol } from '../protocol.ts';
import { GrpcClient } from './client.ts';
import { type Offer, type Operation, offerShape, operationShape } from './keys.ts';
import { serve } from './server.ts';

export const grpc: ScenarioProtocol<Operation, Offer> = {
  defaultPort: 50051,
  multiplexes: true,
  requestShape: operationShape,
  endpointShape: offerShape,
  requestLabel: ({ rpc }) => rpc,
  endpointLabel: ({ rpc }) => rpc,
  valueNames: () => ['rpc'],
  reaches: (operation, offer) => operation.rpc === offer.rpc,
  client: (stream, host) => new GrpcClient(stream, host),
  serve,
};
