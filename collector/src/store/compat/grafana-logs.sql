-- Logs of Grafana's ClickHouse datasource, with the columns that it picks for OpenTelemetry. Source:
-- grafana/clickhouse-datasource, src/data/sqlGenerator.ts at aa8d73219ca5dda5857a0c217b70e708378c08ef.
SELECT Timestamp as "timestamp", Body as "body", SeverityText as "level", LogAttributes as "labels", TraceId as "traceID"
FROM "otel_logs"
WHERE ( timestamp >= $__fromTime AND timestamp <= $__toTime )
ORDER BY timestamp DESC LIMIT 1000
