import type { ServiceDefinition } from '@grpc/grpc-js';
import { sonde } from './sonde.gen.js';

/** Version of the contract, said in Hello and Welcome. Raised when an old peer would misunderstand. */
export const PROTOCOL_VERSION = 1;

type StreamRequest = sonde.v1.StreamRequest.$Properties;
type StreamResponse = sonde.v1.StreamResponse.$Properties;

const { StreamRequest, StreamResponse } = sonde.v1;

/** `sonde.v1.IngestService` for grpc-js. Deserialisation throws on bytes that are no message; grpc-js ends that call alone. */
export const INGEST_SERVICE = {
  stream: {
    path: '/sonde.v1.IngestService/Stream',
    requestStream: true,
    responseStream: true,
    requestSerialize: (message: StreamRequest) => Buffer.from(StreamRequest.encode(message).finish()),
    requestDeserialize: (bytes: Buffer): StreamRequest => StreamRequest.decode(bytes),
    responseSerialize: (message: StreamResponse) => Buffer.from(StreamResponse.encode(message).finish()),
    responseDeserialize: (bytes: Buffer): StreamResponse => StreamResponse.decode(bytes),
  },
} as const satisfies ServiceDefinition;
