/** How a stream ends: a status of gRPC and one line for people. */

/** Names of gRPC's status codes, as far as a stream ends with them. */
export type StreamCode =
  | 'OK'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'OUT_OF_RANGE'
  | 'INTERNAL'
  | 'UNAVAILABLE';

export interface StreamStatus {
  readonly code: StreamCode;
  /** ASCII, because it travels in a header. */
  readonly details: string;
}
