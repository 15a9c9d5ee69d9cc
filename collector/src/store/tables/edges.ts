/**
 * The service map by minute, added up from what the agents counted, each side for itself: whoever adds up both sides
 * counts a call twice. Rows of one key are added up whenever parts are merged, so a query always adds up what it finds.
 */
import type { Block } from '../../model/block.ts';
import { nativeBlock } from '../native/native-block.ts';
import { BlockRows } from './block-rows.ts';
import { partsByIngestDay } from './ddl.ts';
import { EDGE_SIDES } from './names.ts';
import type { DdlOptions, NativeRows, Table } from './table.ts';

export const EDGES: Table = { name: 'edges_1m', ddl: (options) => [edgesDdl(options)], encode: encodeEdges };

function encodeEdges(block: Block): NativeRows | null {
  const rows = new BlockRows(block, (batch) => batch.edges);
  if (rows.count === 0) return null;
  return nativeBlock(rows.count, {
    Time: rows.minutes((edges) => edges.minute),
    Client: rows.lowCardinality((edges) => edges.client),
    Server: rows.lowCardinality((edges) => edges.server),
    ServerPort: rows.uint32((edges) => edges.serverPort),
    Side: rows.names((edges) => edges.side, EDGE_SIDES),
    EntityId: rows.ofEntities(
      (edges) => edges.entity,
      (entities) => entities.ids,
    ),
    Protocol: rows.lowCardinality((edges) => edges.protocol),
    Node: rows.node(),
    Simulated: rows.simulated(),
    Connections: rows.uint64((edges) => edges.connections),
    FailedConnections: rows.uint64((edges) => edges.failedConnections),
    RequestBytes: rows.uint64((edges) => edges.requestBytes),
    ResponseBytes: rows.uint64((edges) => edges.responseBytes),
    Requests: rows.uint64((edges) => edges.requests),
    Errors: rows.uint64((edges) => edges.errors),
    DurationSum: rows.uint64((edges) => edges.durationSumNs),
    Durations: rows.histograms((edges) => edges.durations),
    IngestTime: rows.ingestTime(),
  });
}

function edgesDdl(options: DdlOptions): string {
  const { partition, rest } = partsByIngestDay(options);
  return `CREATE TABLE IF NOT EXISTS ${options.database}.edges_1m (
  Time DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  Client LowCardinality(String) CODEC(ZSTD(1)),
  Server LowCardinality(String) CODEC(ZSTD(1)),
  ServerPort UInt32 CODEC(T64, ZSTD(1)),
  -- Who reports: "Client" or "Server".
  Side LowCardinality(String) CODEC(ZSTD(1)),
  EntityId LowCardinality(String) CODEC(ZSTD(1)),
  -- Connections and bytes of an edge are in the rows of the protocol ''.
  Protocol LowCardinality(String) CODEC(ZSTD(1)),
  Node LowCardinality(String) CODEC(ZSTD(1)),
  Simulated Bool CODEC(ZSTD(1)),
  Connections SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  FailedConnections SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  RequestBytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  ResponseBytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  Requests SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  Errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  DurationSum SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  -- Bucket of an exponential histogram of scale 2 over nanoseconds -> requests in it.
  Durations SimpleAggregateFunction(sumMap, Map(UInt8, UInt64)) CODEC(ZSTD(1)),
  IngestTime SimpleAggregateFunction(max, DateTime('UTC')) CODEC(ZSTD(1))
) ENGINE = AggregatingMergeTree
${partition}
ORDER BY (Time, Client, Server, ServerPort, Side, Protocol, EntityId, Node, Simulated)
${rest}`;
}
