/** Enumerations of the wire by the names that the exporter writes, which Grafana and HyperDX look for. */

/** By sonde.v1.SpanKind. */
export const SPAN_KINDS = ['Unspecified', 'Internal', 'Server', 'Client', 'Producer', 'Consumer'];

/** By sonde.v1.StatusCode. */
export const STATUS_CODES = ['Unset', 'Ok', 'Error'];

/** By sonde.v1.EdgeSide. */
export const EDGE_SIDES = ['', 'Client', 'Server'];

/** By sonde.v1.EntityKind. */
export const ENTITY_KINDS = ['', 'container', 'pod', 'cgroup'];

/** By OpenTelemetry severity number ("Log data model", Displaying severity): four numbers share a name. */
export const SEVERITIES = [
  '',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [name, name, name, name]),
];
