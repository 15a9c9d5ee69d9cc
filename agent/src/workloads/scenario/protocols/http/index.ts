/** HTTP/1.1 as simulated services speak it (RFC 9112). */
import type { ScenarioProtocol } from '../protocol.ts';
import { HttpClient } from './client.ts';
import {
  type Offer,
  type Operation,
  offerLabel,
  offerShape,
  operationLabel,
  operationShape,
} from './keys.ts';
import { answers, captureNames, mayMatch } from './path.ts';
import { serve } from './server.ts';

export const http: ScenarioProtocol<Operation, Offer> = {
  defaultPort: 8080,
  requestShape: operationShape,
  endpointShape: offerShape,
  requestLabel: operationLabel,
  endpointLabel: offerLabel,
  valueNames: (offer) => ['method', 'path', ...captureNames(offer.path)],
  reaches: (operation, offer) =>
    answers(offer.method, operation.method) && mayMatch(operation.path, offer.path),
  client: (stream, host) => new HttpClient(stream, host),
  serve,
};
