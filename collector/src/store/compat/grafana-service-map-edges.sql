-- Edges of the node graph. Source: grafana/clickhouse-datasource, src/dashboards/otel-traces-explorer.json at
-- 27ddfc0e0913a4d8b419d266bc15a0adfa45bc15, panel "Service Map", query "edges".
SELECT
  concat(parent.ServiceName, '-', child.ServiceName) AS id,
  parent.ServiceName AS source,
  child.ServiceName AS target,
  concat(toString(count()), ' calls') AS mainstat
FROM otel_traces AS child
INNER JOIN otel_traces AS parent
  ON child.ParentSpanId = parent.SpanId
  AND child.TraceId = parent.TraceId
WHERE $__timeFilter(child.Timestamp)
  AND $__timeFilter(parent.Timestamp)
  AND parent.ServiceName != child.ServiceName
GROUP BY source, target
ORDER BY count() DESC
LIMIT 50
