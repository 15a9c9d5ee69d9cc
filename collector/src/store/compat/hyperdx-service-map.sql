-- Service map of HyperDX (ClickStack). Source: hyperdxio/hyperdx, packages/app/src/hooks/useServiceMap.tsx at
-- 10f189731e73ed794b843f88afd0c85b1a540406, with its two inner queries as packages/common-utils/src/core/
-- renderChartConfig.ts renders them and a sampling factor of 1.
WITH
  ServerSpans AS (
    SELECT TraceId AS "traceId", SpanId AS "spanId", ServiceName AS "serviceName", ParentSpanId AS "parentSpanId", StatusCode AS "statusCode"
    FROM otel_traces
    WHERE (Timestamp >= fromUnixTimestamp64Milli({startDateMilliseconds:Int64}) AND Timestamp <= fromUnixTimestamp64Milli({endDateMilliseconds:Int64}))
      AND ((cityHash64(TraceId) % 1 = 0) AND (SpanKind IN ('Server', 'Consumer', 'SPAN_KIND_SERVER', 'SPAN_KIND_CONSUMER')))
  ),
  ClientSpans AS (
    SELECT TraceId AS "traceId", SpanId AS "spanId", ServiceName AS "serviceName", ParentSpanId AS "parentSpanId", StatusCode AS "statusCode"
    FROM otel_traces
    WHERE (Timestamp >= fromUnixTimestamp64Milli({startDateMilliseconds:Int64}) AND Timestamp <= fromUnixTimestamp64Milli({endDateMilliseconds:Int64}))
      AND ((cityHash64(TraceId) % 1 = 0) AND (SpanKind IN ('Client', 'Producer', 'SPAN_KIND_CLIENT', 'SPAN_KIND_PRODUCER')))
  )
SELECT
  ServerSpans.serviceName AS serverServiceName,
  ServerSpans.statusCode AS serverStatusCode,
  ClientSpans.serviceName AS clientServiceName,
  count(*) * {samplingFactor:Int64} as requestCount
FROM ServerSpans
  LEFT JOIN ClientSpans
    ON ServerSpans.traceId = ClientSpans.traceId
    AND ServerSpans.parentSpanId = ClientSpans.spanId
WHERE (ClientSpans.serviceName IS NULL OR ServerSpans.serviceName != ClientSpans.serviceName)
GROUP BY serverServiceName, serverStatusCode, clientServiceName
ORDER BY serverServiceName, serverStatusCode, clientServiceName
