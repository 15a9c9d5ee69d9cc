/** Redis as simulated services speak it: RESP2. */
import { captureNames, mayMatch } from '../pattern.ts';
import type { ScenarioProtocol } from '../protocol.ts';
import { RedisClient } from './client.ts';
import { type Offer, type Operation, offerShape, operationShape, wordsOf } from './keys.ts';
import { serve } from './server.ts';

export const redis: ScenarioProtocol<Operation, Offer> = {
  defaultPort: 6379,
  requestShape: operationShape,
  endpointShape: offerShape,
  requestLabel: ({ command }) => command,
  endpointLabel: ({ command }) => command,
  valueNames: ({ command }) => ['command', ...captureNames(command)],
  reaches(operation, offer) {
    const words = wordsOf(operation.command);
    return wordsOf(offer.command).every(
      (part, index) => words[index] !== undefined && mayMatch(words[index], part),
    );
  },
  client: (stream) => new RedisClient(stream),
  serve,
};
