/** The wire between agent and collector: generated messages (`sonde.v1`) and the gRPC service. */

export { default as Long } from 'long';
export * from './ingest-service.ts';
export { sonde } from './sonde.gen.js';
