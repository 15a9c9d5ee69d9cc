/**
 * What is kept of an HTTP/1.x message (RFC 9112): the start line and the few fields that framing and attributes need.
 */
export interface HttpRequest {
  readonly role: 'request';
  /** As it stood, case kept. */
  readonly method: string;
  /** The request target up to the first space; "" if there was none. */
  readonly target: string;
  /** "1.1", "1.0", "0.9"; "" if what stood there is no number. */
  readonly version: string;
  readonly host: string;
  readonly userAgent: string | null;
  readonly hasBody: boolean;
}

export interface HttpResponse {
  readonly role: 'response';
  /** null for HTTP/0.9, which has no status line. */
  readonly status: number | null;
  readonly version: string;
  readonly hasBody: boolean;
}

export type HttpMessage = HttpRequest | HttpResponse;

/** The methods that OpenTelemetry's `http.request.method` knows (RFC 9110, PATCH, QUERY); others are "_OTHER". */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'CONNECT',
  'TRACE',
  'QUERY',
]);
