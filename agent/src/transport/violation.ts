/** The collector said what the contract (proto/sonde/v1/ingest.proto) does not permit; the stream is of no more use. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}
