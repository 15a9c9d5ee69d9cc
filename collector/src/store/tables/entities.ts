/**
 * Names of entities over time (docs/adr/0004). Names hold from ValidFrom until the next row of the same entity. Of rows
 * that say something else about the same moment the last one counts: ask with FINAL.
 */
import type { Block } from '../../model/block.ts';
import { fixed } from '../native/columns.ts';
import { nativeBlock } from '../native/native-block.ts';
import { BlockRows } from './block-rows.ts';
import { partsTogether } from './ddl.ts';
import { ENTITY_KINDS } from './names.ts';
import type { DdlOptions, NativeRows, Table } from './table.ts';

export const ENTITIES: Table = {
  name: 'entities',
  ddl: (options) => [entitiesDdl(options)],
  encode: encodeEntities,
};

function encodeEntities(block: Block): NativeRows | null {
  const rows = new BlockRows(block, (batch) => batch.entities);
  if (rows.count === 0) return null;
  return nativeBlock(rows.count, {
    EntityId: rows.lowCardinality((entities) => entities.id),
    ValidFrom: rows.uint64((entities) => entities.validFromUnixNs, 'DateTime64(9)'),
    Kind: rows.names((entities) => entities.kind, ENTITY_KINDS),
    ServiceName: rows.lowCardinality((entities) => entities.serviceName),
    ServiceNamespace: rows.lowCardinality((entities) => entities.serviceNamespace),
    Unnamed: rows.lowCardinality((entities) => entities.unnamed),
    Node: rows.node(),
    Simulated: rows.simulated(),
    Attributes: rows.attributes((entities) => entities.attributes),
    LastSeen: fixed('DateTime64(9)', new BigUint64Array(rows.count).fill(block.composedUnixNs)),
  });
}

const entitiesDdl = (
  options: DdlOptions,
): string => `CREATE TABLE IF NOT EXISTS ${options.database}.entities (
  EntityId LowCardinality(String) CODEC(ZSTD(1)),
  ValidFrom DateTime64(9) CODEC(Delta(8), ZSTD(1)),
  Kind LowCardinality(String) CODEC(ZSTD(1)),
  ServiceName LowCardinality(String) CODEC(ZSTD(1)),
  ServiceNamespace LowCardinality(String) CODEC(ZSTD(1)),
  -- Why it has no name.
  Unnamed LowCardinality(String) CODEC(ZSTD(1)),
  Node LowCardinality(String) CODEC(ZSTD(1)),
  Simulated Bool CODEC(ZSTD(1)),
  Attributes Map(LowCardinality(String), String) CODEC(ZSTD(3)),
  -- Ingest of the last batch that named it.
  LastSeen DateTime64(9) CODEC(Delta(8), ZSTD(1))
) ENGINE = ReplacingMergeTree(LastSeen)
ORDER BY (EntityId, ValidFrom)
${partsTogether(options, 'LastSeen')}`;
