-- Trace search of Grafana's ClickHouse datasource, with the columns that it picks for OpenTelemetry and the filters and
-- order that it presets. Source: grafana/clickhouse-datasource, src/data/sqlGenerator.ts at
-- aa8d73219ca5dda5857a0c217b70e708378c08ef, src/components/queryBuilder/views/traceQueryBuilderHooks.ts at
-- 047361c1909aa99d51e1df7931a904ba3fc644a7.
SELECT "TraceId" as traceID, "ServiceName" as serviceName, "SpanName" as operationName, "Timestamp" as startTime, multiply("Duration", 0.000001) as duration
FROM "otel_traces"
WHERE ( Timestamp >= $__fromTime AND Timestamp <= $__toTime ) AND ( ParentSpanId = '' ) AND ( Duration > 0 )
ORDER BY Timestamp DESC, Duration DESC LIMIT 1000
