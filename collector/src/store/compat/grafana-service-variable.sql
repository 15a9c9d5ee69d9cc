-- Services to choose from in a dashboard. Source: grafana/clickhouse-datasource, src/dashboards/otel-traces-explorer.json
-- at 27ddfc0e0913a4d8b419d266bc15a0adfa45bc15, variable "service".
SELECT ServiceName FROM otel_traces WHERE $__timeFilter(Timestamp) GROUP BY ServiceName ORDER BY count() DESC LIMIT 10
