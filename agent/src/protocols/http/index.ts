/** HTTP/1.0 and 1.1 (RFC 9110, RFC 9112), with HTTP/0.9 requests at the start of a connection. */
import type { Protocol } from '../protocol.ts';
import { infer, resync } from './infer.ts';
import { cut, parse } from './parse.ts';
import { stitch } from './stitch.ts';
import type { HttpMessage } from './types.ts';

export const http: Protocol<HttpMessage> = {
  name: 'http',
  // Servers take 8 to 80 KiB; attacks and single-page applications send more.
  maxHeadBytes: 128 << 10,
  infer,
  parse,
  cut,
  resync,
  // Answers come in the order of their requests (RFC 9112 section 9.3.2).
  key: () => null,
  stitch,
};
