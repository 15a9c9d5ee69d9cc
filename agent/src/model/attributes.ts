/**
 * Every attribute a span or a log line may carry, with its redaction class. A protocol cannot emit a name that is not
 * here, so no attribute leaves the node without somebody having decided what it is.
 *
 * - identity: operation, collection, route template, status: leaves the node.
 * - content: literals, bodies, raw paths, header values: leaves only if a rule says so.
 * - pattern: free text, scanned for patterns before it leaves.
 *
 * Names are OpenTelemetry semantic conventions where one exists; our own begin with "sonde.".
 */
export type RedactionClass = 'identity' | 'content' | 'pattern';
export type AttributeValue = string | number | boolean | readonly string[];

export const ATTRIBUTES = {
  'error.type': 'identity',
  'http.request.method': 'identity',
  // Any word that a client cares to write.
  'http.request.method_original': 'content',
  'http.response.status_code': 'identity',
  'http.route': 'identity',
  'http.request.body.size': 'identity',
  'http.response.body.size': 'identity',
  'log.iostream': 'identity',
  'network.protocol.name': 'identity',
  'network.protocol.version': 'identity',
  'network.transport': 'identity',
  'server.address': 'identity',
  'server.port': 'identity',
  'url.path': 'content',
  'url.query': 'content',
  'url.scheme': 'identity',
  'url.template': 'identity',
  'user_agent.original': 'content',
  'sonde.incomplete': 'identity',
  'sonde.link.confidence': 'identity',
  'sonde.link.rule': 'identity',
  'sonde.truncated': 'identity',
} as const satisfies Readonly<Record<string, RedactionClass>>;

export type AttributeName = keyof typeof ATTRIBUTES;
export type Attributes = { [Name in AttributeName]?: AttributeValue };
